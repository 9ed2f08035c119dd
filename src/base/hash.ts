/**
 * Hashes a text to 32 bits: FNV-1a over its UTF-16 code units, then the murmur3 finaliser, so that
 * names that differ in one letter differ in all bits. The same on every engine.
 *
 * @returns an unsigned integer below 2^32
 *
 * Source: http://www.isthe.com/chongo/tech/comp/fnv/ and MurmurHash3's fmix32 (Austin Appleby).
 */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return mix32(hash);
}

/** Spreads the bits of a 32-bit integer: a bijection (murmur3's fmix32). Answers an unsigned one. */
export function mix32(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
