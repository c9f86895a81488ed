/**
 * Makes UTF-16, little-endian, of the well-formed UTF-8 from `p` to `end`, at `target`, which has room for two bytes for
 * each. Returns the bytes written. Runs of ASCII are widened sixteen at a time, the rest goes character by character.
 */
export function utf16(p: usize, end: usize, target: usize): usize {
  let t = target;
  while (p < end) {
    while (p + 16 <= end) {
      const bytes = v128.load(p);
      if (i8x16.bitmask(bytes)) break;
      v128.store(t, i16x8.extend_low_i8x16_u(bytes));
      v128.store(t, i16x8.extend_high_i8x16_u(bytes), 16);
      p += 16;
      t += 32;
    }
    // Looking for the next run costs as much as some characters do: not for each of them.
    const stop = min<usize>(p + 16, end);
    while (p < stop) {
      const lead = <u32>load<u8>(p);
      if (lead < 0x80) {
        store<u16>(t, lead);
        p += 1;
        t += 2;
      } else if (lead < 0xe0) {
        store<u16>(t, ((lead & 0x1f) << 6) | (load<u8>(p, 1) & 0x3f));
        p += 2;
        t += 2;
      } else if (lead < 0xf0) {
        store<u16>(t, ((lead & 0x0f) << 12) | ((<u32>load<u8>(p, 1) & 0x3f) << 6) | (load<u8>(p, 2) & 0x3f));
        p += 3;
        t += 2;
      } else {
        const high = ((lead & 0x07) << 18) | ((<u32>load<u8>(p, 1) & 0x3f) << 12);
        const point = high | ((<u32>load<u8>(p, 2) & 0x3f) << 6) | (load<u8>(p, 3) & 0x3f);
        // Two surrogates, the first one lower: D800 and DC00 with ten bits each of what is above FFFF.
        const rest = point - 0x10000;
        store<u32>(t, 0xdc00d800 | (rest >> 10) | ((rest & 0x3ff) << 16));
        p += 4;
        t += 4;
      }
    }
  }
  return t - target;
}
