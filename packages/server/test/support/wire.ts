/** A frame as it stands on the wire (RFC 6455 section 5.2). */
export interface WireFrame {
  readonly fin: boolean;
  /** The three bits, RSV1 the highest. */
  readonly rsv: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Buffer;
}

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

export interface FrameBits {
  readonly fin?: boolean;
  readonly rsv?: number;
  /** Default: a key. A client must mask. */
  readonly masked?: boolean;
}

/** A frame of a client. */
export function frame(opcode: number, payload: string | Uint8Array = "", bits: FrameBits = {}): Buffer {
  const { fin = true, rsv = 0, masked = true } = bits;
  const data = Buffer.from(payload as Uint8Array);
  const header = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  const mask = masked ? 0x80 : 0;
  if (data.length < 126) header.push(mask | data.length);
  else if (data.length < 65_536) header.push(mask | 126, data.length >> 8, data.length & 0xff);
  else {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(data.length));
    header.push(mask | 127, ...length);
  }
  if (!masked) return Buffer.concat([Buffer.from(header), data]);
  const key = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
  const copy = Buffer.from(data);
  for (let index = 0; index < copy.length; index++) copy[index] = (copy[index] ?? 0) ^ (key[index & 3] ?? 0);
  return Buffer.concat([Buffer.from(header), key, copy]);
}

/** A Close of a client. */
export function close(code?: number, reason = ""): Buffer {
  if (code === undefined) return frame(CLOSE);
  return frame(CLOSE, Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]));
}

/** The code in a Close frame, or `undefined` in an empty one. */
export function closeCode({ opcode, payload }: WireFrame): number | undefined {
  if (opcode !== CLOSE) throw new Error(`This is no Close frame but one with the opcode ${opcode}`);
  return payload.length === 0 ? undefined : payload.readUInt16BE(0);
}

/** The first frame in `bytes`, and how many bytes it takes; `undefined` while it is not whole. */
export function readFrame(bytes: Buffer): { readonly frame: WireFrame; readonly size: number } | undefined {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  const short = second & 0x7f;
  const masked = (second & 0x80) !== 0;
  const lengthEnd = short === 127 ? 10 : short === 126 ? 4 : 2;
  const start = lengthEnd + (masked ? 4 : 0);
  if (bytes.length < start) return undefined;
  const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
  if (bytes.length < start + length) return undefined;
  const payload = Buffer.from(bytes.subarray(start, start + length));
  if (masked) {
    const key = bytes.subarray(lengthEnd, start);
    for (let index = 0; index < length; index++) payload[index] = (payload[index] ?? 0) ^ (key[index & 3] ?? 0);
  }
  return {
    frame: { fin: (first & 0x80) !== 0, rsv: (first >> 4) & 7, opcode: first & 0x0f, masked, payload },
    size: start + length,
  };
}
