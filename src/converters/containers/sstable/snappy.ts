/** The raw Snappy format (google/snappy, format_description.txt): a length, then literals and copies from what was written. */

/** No element of the format makes more than this of one byte. */
const RATIO_LIMIT = 64;

/** null: the bytes are no Snappy block. */
export function snappyDecode(bytes: Uint8Array): Uint8Array | null {
  let at = 0;
  let length = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++];
    if (byte === undefined || at > 5) return null;
    length += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
  }
  if (length > bytes.length * RATIO_LIMIT) return null;
  const out = new Uint8Array(length);
  return fill(bytes, at, out) ? out : null;
}

function fill(bytes: Uint8Array, begin: number, out: Uint8Array): boolean {
  let at = begin;
  let made = 0;
  while (at < bytes.length) {
    const tag = bytes[at++]!;
    if ((tag & 3) === 0) {
      const extra = Math.max(0, (tag >> 2) - 59);
      const length = (extra === 0 ? tag >> 2 : little(bytes, at, extra)) + 1;
      at += extra;
      if (at + length > bytes.length || made + length > out.length) return false;
      out.set(bytes.subarray(at, at + length), made);
      at += length;
      made += length;
      continue;
    }
    const width = [0, 1, 2, 4][tag & 3]!;
    const short = (tag & 3) === 1;
    const length = short ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const offset = short ? ((tag >> 5) << 8) | (bytes[at] ?? 0) : little(bytes, at, width);
    at += width;
    if (at > bytes.length || offset === 0 || offset > made || made + length > out.length) return false;
    // Byte by byte: a copy may reach into what it writes itself.
    for (let i = 0; i < length; i++, made++) out[made] = out[made - offset]!;
  }
  return made === out.length;
}

function little(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let i = width - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}
