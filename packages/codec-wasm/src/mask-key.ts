/**
 * Turns a masking key, first byte lowest, so that the byte `count` places on comes first (RFC 6455 section 5.3: byte i of
 * the payload meets byte i modulo 4 of the key). Any `count`, only its low two bits matter.
 */
export function rotateKey(key: number, count: number): number {
  const bits = (count & 3) << 3;
  // A shift by 32 is a shift by 0 in JavaScript, and or-ing the key with itself leaves it: no branch is needed.
  return (key >>> bits) | (key << (32 - bits));
}
