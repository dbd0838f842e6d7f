/** A varint of at most ten bytes at `begin` and where it ends; null where it is cut off. Exact up to 2^53. */
export function varintAt(bytes: Uint8Array, begin: number): { value: number; next: number } | null {
  let value = 0;
  for (let at = begin, scale = 1; at < bytes.length && at < begin + 10; at++, scale *= 128) {
    value += (bytes[at]! & 0x7f) * scale;
    if (bytes[at]! < 0x80) return { value, next: at + 1 };
  }
  return null;
}
