/** JSON of `length` bytes, different for each `seed`. */
export function json(length: number, seed = 0): Uint8Array {
  const parts: string[] = [];
  let size = 0;
  for (let index = 0; size < length; index++) {
    const number = (index + 1) * 7919 + seed * 104_729;
    const part = JSON.stringify({ id: number, user: `user-${number % 997}`, text: `said ${Math.sin(number)}` });
    parts.push(part);
    size += part.length;
  }
  return Uint8Array.from(Buffer.from(parts.join(",")).subarray(0, length));
}

/** Bytes that do not compress, the same every time. */
export function noise(length: number, seed = 1): Uint8Array {
  let state = seed * 2_654_435_761 + 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}
