import { clientFrame } from "../../src/frames.js";

export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const PING = 9;
export const PONG = 10;

export const MIB: number = 1024 * 1024;

/** A text message of a client. */
export function text(payload: string): Uint8Array {
  return clientFrame({ opcode: TEXT, payload });
}

/** A header of a client that declares `length` in 64 bits, and no payload. */
export function declares(length: bigint, opcode: number = BINARY): Uint8Array {
  const extended = new DataView(new ArrayBuffer(8));
  extended.setBigUint64(0, length);
  return clientFrame({ opcode, length: { bits: 127, extended: new Uint8Array(extended.buffer) } });
}
