import type { Role } from "../../src/index.js";

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

/** The bytes of a frame, and where its payload begins. */
export interface Encoded {
  readonly bytes: number[];
  readonly headerSize: number;
}

/**
 * A frame for a reader in `role`, byte by byte and without any code of the package.
 *
 * @param key four bytes.
 */
export function encodeFrame(frame: WireFrame, role: Role, key: readonly number[]): Encoded {
  const masked = frame.masked ?? role === "server";
  const declared = frame.declared ?? BigInt(frame.payload.length);
  const lengthBytes = frame.lengthBytes ?? (declared < 126n ? 0 : declared < 65_536n ? 2 : 8);
  const maskBit = masked ? 0x80 : 0;
  const bytes = [frame.first];
  if (lengthBytes === 0) bytes.push(maskBit | Number(declared));
  else bytes.push(maskBit | (lengthBytes === 2 ? 126 : 127));
  for (let shift = lengthBytes - 1; shift >= 0; shift--) bytes.push(Number((declared >> BigInt(8 * shift)) & 0xffn));
  if (masked) bytes.push(...key);
  const headerSize = bytes.length;
  for (const [index, byte] of frame.payload.entries()) bytes.push(masked ? byte ^ (key[index % 4] ?? 0) : byte);
  return { bytes, headerSize };
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
