import type { ExpectedFrame } from "./case.js";

/** What a client's frame is made of; all but the opcode may be left out. */
export interface ClientFrame {
  readonly opcode: number;
  readonly payload?: Uint8Array | string | undefined;
  readonly fin?: boolean;
  /** The RSV bits, as they stand in the first byte. */
  readonly rsv?: number;
  readonly masked?: boolean;
  /** The length field as it stands in the frame, where it is not the shortest: its seven bits, and the bytes behind. */
  readonly length?: { readonly bits: number; readonly extended: Uint8Array };
}

const KEY = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** The bytes of a client's frame, right or wrong. */
export function clientFrame(frame: ClientFrame): Uint8Array {
  const { opcode, fin = true, rsv = 0, masked = true } = frame;
  const payload = typeof frame.payload === "string" ? bytes(frame.payload) : (frame.payload ?? new Uint8Array(0));
  const { bits, extended } = frame.length ?? shortestLength(payload.length);
  const head = Uint8Array.of((fin ? 0x80 : 0) | rsv | opcode, (masked ? 0x80 : 0) | bits);
  if (!masked) return concat(head, extended, payload);
  const body = payload.map((byte, index) => byte ^ (KEY[index % 4] as number));
  return concat(head, extended, KEY, body);
}

/** A Close with a code and a reason, both as raw as the case needs them. */
export function clientClose(code?: number, reason: Uint8Array | string = ""): Uint8Array {
  const text = typeof reason === "string" ? bytes(reason) : reason;
  return clientFrame({
    opcode: 8,
    payload: code === undefined ? new Uint8Array(0) : concat(Uint8Array.of(code >> 8, code & 0xff), text),
  });
}

/** A frame that the server must send. */
export function answer(opcode: number, payload: Uint8Array | string = ""): ExpectedFrame {
  return { firstByte: 0x80 | opcode, payload: typeof payload === "string" ? bytes(payload) : payload };
}

/** The first frame in what a server sent, and how many bytes it takes; `undefined` while it is not whole. */
export function readFrame(received: Uint8Array): { readonly frame: ExpectedFrame; readonly size: number } | undefined {
  const size = frameSize(received);
  if (received.length < size) return undefined;
  const [firstByte = 0, second = 0] = received;
  const masked = second > 0x7f;
  const start = headerEnd(second & 0x7f) + (masked ? 4 : 0);
  const payload = Uint8Array.from(received.subarray(start, size));
  if (masked) for (let at = 0; at < payload.length; at++) payload[at] = unmasked(received, start, at);
  return { frame: { firstByte, payload }, size };
}

/** How many bytes there must be of what a server sent before its first frame can be whole, as far as they tell. */
export function frameSize(received: Uint8Array): number {
  const [, second = 0] = received;
  if (received.length < 2) return 2;
  const bits = second & 0x7f;
  const end = headerEnd(bits);
  if (received.length < end) return end;
  const view = new DataView(received.buffer, received.byteOffset, end);
  const length = bits < 126 ? bits : bits === 126 ? view.getUint16(2) : Number(view.getBigUint64(2));
  return end + (second > 0x7f ? 4 : 0) + length;
}

/** The code in a Close; `undefined` in an empty one. */
export function closeCode({ firstByte, payload }: ExpectedFrame): number | undefined {
  if (firstByte !== 0x88) throw new Error(`This is no Close but a frame that begins with 0x${firstByte.toString(16)}`);
  return payload.length === 0 ? undefined : new DataView(payload.buffer, payload.byteOffset).getUint16(0);
}

/** Where the length field ends. */
function headerEnd(bits: number): number {
  return bits < 126 ? 2 : bits === 126 ? 4 : 10;
}

function unmasked(received: Uint8Array, start: number, at: number): number {
  return (received[start + at] as number) ^ (received[start - 4 + (at % 4)] as number);
}

function shortestLength(length: number): { bits: number; extended: Uint8Array } {
  if (length < 126) return { bits: length, extended: new Uint8Array(0) };
  const extended = new DataView(new ArrayBuffer(length < 65_536 ? 2 : 8));
  if (length < 65_536) extended.setUint16(0, length);
  else extended.setBigUint64(0, BigInt(length));
  return { bits: length < 65_536 ? 126 : 127, extended: new Uint8Array(extended.buffer) };
}
