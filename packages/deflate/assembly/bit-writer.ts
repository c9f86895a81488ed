/*
 * Bits on their way out (RFC 1951 section 3.1.1): what a block is made of, once it is known.
 */
import { OUTPUT } from "./layout";

/** What was not written yet because it makes no byte, from one part of a message to the next. */
let bits: u64 = 0;
let count: u32 = 0;
/** Where the next byte goes. */
let out: usize = OUTPUT;

@inline
export function put(value: u32, size: u32): void {
  bits |= (<u64>value) << count;
  count += size;
}

/** The same for up to 57 bits, where none wait that make a byte. */
@inline
export function putWide(value: u64, size: u32): void {
  bits |= value << count;
  count += size;
}

/** Writes whole bytes: afterwards at most seven bits wait, and there is room for 57 more. */
@inline
export function write(): void {
  store<u64>(out, bits);
  out += count >> 3;
  bits >>= <u64>(count & 56);
  count &= 7;
}

export function beginOutput(fresh: boolean): void {
  out = OUTPUT;
  if (!fresh) return;
  bits = 0;
  count = 0;
}

/** Bits that were put and not written. */
@inline
export function waiting(): u32 {
  return count;
}

@inline
export function waitingBits(): u64 {
  return bits;
}

/** Where the next byte goes. */
@inline
export function nextByte(): usize {
  return out;
}

/** Goes on where somebody else wrote: so many bits wait, and the next byte goes there. */
@inline
export function resume(someBits: u64, howMany: u32, next: usize): void {
  bits = someBits;
  count = howMany;
  out = next;
}

/** Bytes that were written since {@link beginOutput}. */
export function written(): u32 {
  return <u32>(out - OUTPUT);
}

/** Where a sync flush ends without its last four bytes (RFC 7692 section 7.2.1): behind the header of an empty block. */
export function endOutput(): void {
  put(0, 3);
  write();
  if (count == 0) return;
  store<u8>(out++, <u8>bits);
  bits = 0;
  count = 0;
}

/** A block of bytes as they are; no more than 65,535. */
export function writeStored(from: usize, to: usize): void {
  const size = <u32>(to - from);
  put(0, 3);
  count = (count + 7) & ~7;
  write();
  store<u32>(out, size | (~size << 16));
  memory.copy(out + 4, from, size);
  out += 4 + size;
}

/** Writes the symbols that are listed from `from` to `to`: two at a time, which take no more than 56 bits. */
export function writeSymbols(from: usize, to: usize, codes: usize): void {
  let bb = bits;
  let bc = count;
  let next = out;
  let at = from;
  for (const last = to - 8; at <= last; at += 8) {
    const first = load<u32>(at);
    const second = load<u32>(at, 4);
    const code = codeOf(codes, first);
    const code1 = codeOf(codes, second);
    bb |= (<u64>valueOf(code, first) | (<u64>valueOf(code1, second) << wholeOf(code))) << bc;
    bc += wholeOf(code) + wholeOf(code1);
    store<u64>(next, bb);
    next += bc >> 3;
    bb >>= <u64>(bc & 56);
    bc &= 7;
  }
  resume(bb, bc, next);
  if (at < to) writeSymbol(codes, load<u32>(at));
}

export function writeSymbol(codes: usize, symbol: u32): void {
  const code = codeOf(codes, symbol);
  put(valueOf(code, symbol), wholeOf(code));
  write();
}

/** What a symbol is written as: see huffman-encode.ts. */
@inline
export function codeOf(codes: usize, symbol: u32): u32 {
  return load<u32>(codes + (<usize>(symbol & 0x1ff) << 2));
}

/** The code, and behind it what the symbol's extra bits say. */
@inline
export function valueOf(code: u32, symbol: u32): u32 {
  return (code & 0xffff) | ((symbol >> 9) << (code >> 16));
}

/** How many bits that takes. */
@inline
export function wholeOf(code: u32): u32 {
  return code >> 24;
}
