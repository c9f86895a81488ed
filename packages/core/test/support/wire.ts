import type { Role } from "@sluice/codec-wasm";

/** A frame as a test writes it down. */
export interface WireFrame {
  /** FIN, RSV bits, opcode. */
  readonly first: number;
  readonly payload: Uint8Array;
  /** The length in the header, where it is not the payload's. */
  readonly declared?: bigint;
  /** How many bytes the length takes, where it is not the fewest. */
  readonly lengthBytes?: 0 | 2 | 8;
  /** Whether it is masked, where it is not as its reader's role has it. */
  readonly masked?: boolean;
}

export const FIN = 0x80;
const KEY = [0x37, 0xfa, 0x21, 0x3d] as const;

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

function payloadOf(payload: string | Uint8Array): Uint8Array {
  return typeof payload === "string" ? utf8(payload) : payload;
}

function frame(opcode: number): (payload?: string | Uint8Array, first?: number) => WireFrame {
  return (payload = "", first = FIN) => ({ first: first | opcode, payload: payloadOf(payload) });
}

/** Builders: the payload, and FIN and RSV bits where they are not just FIN. */
export const text: (payload?: string | Uint8Array, first?: number) => WireFrame = frame(1);
export const binary: (payload?: string | Uint8Array, first?: number) => WireFrame = frame(2);
export const more: (payload?: string | Uint8Array, first?: number) => WireFrame = frame(0);
export const ping: (payload?: string | Uint8Array, first?: number) => WireFrame = frame(9);
export const pong: (payload?: string | Uint8Array, first?: number) => WireFrame = frame(10);

/** A Close with a code and words, with any bytes, or an empty one. */
export function close(body?: number | Uint8Array, message = ""): WireFrame {
  if (body === undefined) return { first: 0x88, payload: bytes() };
  if (typeof body !== "number") return { first: 0x88, payload: body };
  return { first: 0x88, payload: bytes(body >> 8, body & 0xff, ...utf8(message)) };
}

/** A header that announces `length` bytes, with nothing behind it. */
export function announcing(first: number, length: bigint, lengthBytes?: 0 | 2 | 8): WireFrame {
  const frame = { first, payload: bytes(), declared: length };
  return lengthBytes === undefined ? frame : { ...frame, lengthBytes };
}

/** How many bytes the header takes for a reader in `role`. */
export function headerLength(frame: WireFrame, role: Role): number {
  return encode(frame, role).length - frame.payload.length;
}

/** The bytes of frames for a reader in `role`, byte by byte and without any code of the package. */
export function encode(frames: WireFrame | readonly WireFrame[], role: Role): Uint8Array {
  const list = Array.isArray(frames) ? (frames as readonly WireFrame[]) : [frames as WireFrame];
  const out: number[] = [];
  for (const one of list) {
    const masked = one.masked ?? role === "server";
    const declared = one.declared ?? BigInt(one.payload.length);
    const lengthBytes = one.lengthBytes ?? (declared < 126n ? 0 : declared < 65_536n ? 2 : 8);
    const maskBit = masked ? 0x80 : 0;
    out.push(one.first);
    if (lengthBytes === 0) out.push(maskBit | Number(declared));
    else out.push(maskBit | (lengthBytes === 2 ? 126 : 127));
    for (let shift = lengthBytes - 1; shift >= 0; shift--) out.push(Number((declared >> BigInt(8 * shift)) & 0xffn));
    if (masked) out.push(...KEY);
    for (const [index, byte] of one.payload.entries()) out.push(masked ? byte ^ (KEY[index % 4] as number) : byte);
  }
  return Uint8Array.from(out);
}

/** A frame as it was read back from output. */
export interface SeenFrame {
  readonly first: number;
  readonly masked: boolean;
  readonly payload: Uint8Array;
}

/** Reads whole frames back, without any code of the package. */
export function decode(output: Uint8Array): SeenFrame[] {
  const seen: SeenFrame[] = [];
  const view = new DataView(output.buffer, output.byteOffset, output.byteLength);
  let at = 0;
  while (at < output.length) {
    const first = view.getUint8(at);
    const second = view.getUint8(at + 1);
    at += 2;
    let length = second & 0x7f;
    if (length === 126) {
      length = view.getUint16(at);
      at += 2;
    } else if (length === 127) {
      length = Number(view.getBigUint64(at));
      at += 8;
    }
    const masked = (second & 0x80) !== 0;
    const key = masked ? output.slice(at, at + 4) : bytes(0, 0, 0, 0);
    if (masked) at += 4;
    if (at + length > output.length) throw new Error("The output ends inside a frame");
    const payload = output.slice(at, at + length).map((byte, index) => byte ^ (key[index % 4] as number));
    at += length;
    seen.push({ first, masked, payload });
  }
  return seen;
}

const NAMES: Readonly<Record<number, string>> = {
  0: "more",
  1: "text",
  2: "binary",
  8: "close",
  9: "ping",
  10: "pong",
};

/** A frame in a few words: `text "hi"`, `close 1000 "bye"`, `binary+ 01 02` for one without FIN. */
export function describeFrame(frame: SeenFrame): string {
  const opcode = frame.first & 0x0f;
  const name = `${NAMES[opcode] ?? opcode}${(frame.first & FIN) === 0 ? "+" : ""}`;
  const { payload } = frame;
  if (opcode === 8) {
    if (payload.length === 0) return name;
    const code = ((payload[0] as number) << 8) | (payload[1] as number);
    const message = new TextDecoder().decode(payload.subarray(2));
    return message === "" ? `${name} ${code}` : `${name} ${code} ${JSON.stringify(message)}`;
  }
  if (payload.length === 0) return name;
  if (opcode === 2) return `${name} ${Buffer.from(payload).toString("hex")}`;
  return `${name} ${JSON.stringify(new TextDecoder("utf-8", { ignoreBOM: true }).decode(payload))}`;
}
