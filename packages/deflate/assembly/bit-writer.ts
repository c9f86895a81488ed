/*
 * Bits on their way out (RFC 1951 section 3.1.1): what a block is made of, once it is known.
 */
import { MATCHES, OUTPUT } from "./layout";
import { MATCH_SIZE } from "./matches";
import { distanceExtraBits, distanceSymbol, END_OF_BLOCK, matchLength } from "./symbols";

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

/**
 * The bytes from `from` on as their codes, but where a match stands for them. Bits are written three literals at a time: those of
 * each depend on how many were there before.
 */
@inline
export function writeSymbols(end: usize, from: usize, to: usize, literals: usize, distances: usize): void {
  let bb = bits;
  let bc = count;
  let next = out;
  let p = from;
  // Behind the last match there are bytes, too, or none.
  store<u32>(end, <u32>to);
  store<u32>(end, 0, 4);
  for (let at: usize = MATCHES; ; at += MATCH_SIZE) {
    const start = <usize>load<u32>(at);
    for (; p + 3 <= start; p += 3) {
      const first = codeOf(literals, load<u8>(p));
      const second = codeOf(literals, load<u8>(p, 1));
      const third = codeOf(literals, load<u8>(p, 2));
      const size = first >> 16;
      const sizes = size + (second >> 16);
      bb |= (<u64>(first & 0xffff) | (<u64>(second & 0xffff) << size) | (<u64>(third & 0xffff) << sizes)) << bc;
      bc += sizes + (third >> 16);
      store<u64>(next, bb);
      next += bc >> 3;
      bb >>= <u64>(bc & 56);
      bc &= 7;
    }
    // Two more, or one, or none: whatever stands there is looked up, and counts or does not.
    const first = p < start ? codeOf(literals, load<u8>(p)) : 0;
    const second = p + 1 < start ? codeOf(literals, load<u8>(p, 1)) : 0;
    bb |= (<u64>(first & 0xffff) | (<u64>(second & 0xffff) << (first >> 16))) << bc;
    bc += (first >> 16) + (second >> 16);
    store<u64>(next, bb);
    next += bc >> 3;
    bb >>= <u64>(bc & 56);
    bc &= 7;
    const match = load<u32>(at, 4);
    if (match == 0) break;
    const known = matchLength(match >> 16);
    const code = codeOf(literals, known & 0x1ff);
    bb |= (<u64>(code & 0xffff)) << bc;
    bc += code >> 16;
    bb |= (<u64>(known >> 13)) << bc;
    bc += (known >> 9) & 15;
    const distance = match & 0xffff;
    const slot = distanceSymbol(distance);
    const far = codeOf(distances, slot);
    bb |= (<u64>(far & 0xffff)) << bc;
    bc += far >> 16;
    const extra = distanceExtraBits(slot);
    bb |= (<u64>((distance - 1) & ((1 << extra) - 1))) << bc;
    bc += extra;
    store<u64>(next, bb);
    next += bc >> 3;
    bb >>= <u64>(bc & 56);
    bc &= 7;
    p = start + (match >> 16);
  }
  resume(bb, bc, next);
  writeCode(literals, END_OF_BLOCK);
}

/** Writes a single symbol. */
@inline
export function writeCode(codes: usize, symbol: u32): void {
  const code = codeOf(codes, symbol);
  put(code & 0xffff, code >> 16);
  write();
}

@inline
export function codeOf(codes: usize, symbol: u32): u32 {
  return load<u32>(codes + (<usize>symbol << 2));
}
