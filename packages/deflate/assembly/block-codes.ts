import { buildCode } from "./huffman-encode";
import { DISTANCE_LENGTHS, EXTRA_BITS, FREQUENCIES, LITERAL_LENGTHS } from "./layout";
import { DISTANCE_SYMBOLS, DISTANCES, LITERALS } from "./symbols";

/**
 * Makes the two codes of a block for what FREQUENCIES has, of at most `most` bits, and writes them to `codes`; their lengths are in
 * LITERAL_LENGTHS and DISTANCE_LENGTHS then. Returns the bits that all occurrences take.
 */
export function buildCodes(most: u32, codes: usize): u32 {
  const literals = buildCode(FREQUENCIES, LITERALS, most, LITERAL_LENGTHS, codes, EXTRA_BITS);
  const table = <usize>DISTANCE_SYMBOLS << 2;
  return literals + buildCode(FREQUENCIES + table, DISTANCES, most, DISTANCE_LENGTHS, codes + table, EXTRA_BITS + DISTANCE_SYMBOLS);
}
