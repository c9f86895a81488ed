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

function shortestLength(length: number): { bits: number; extended: Uint8Array } {
  if (length < 126) return { bits: length, extended: new Uint8Array(0) };
  const extended = new DataView(new ArrayBuffer(length < 65_536 ? 2 : 8));
  if (length < 65_536) extended.setUint16(0, length);
  else extended.setBigUint64(0, BigInt(length));
  return { bits: length < 65_536 ? 126 : 127, extended: new Uint8Array(extended.buffer) };
}
