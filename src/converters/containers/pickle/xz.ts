/** The .xz container and .lzma files (xz-file-format.txt, lzma-file-format.txt). Checksums are passed over. */
import { Growing } from './growing.ts';
import { LzmaDecoder } from './lzma.ts';

/** Filter id of LZMA2. */
const LZMA2 = 0x21;

export function unpackXz(bytes: Uint8Array, limit: number): Uint8Array | null {
  const out = new Growing(limit);
  const checkSizes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
  const check = checkSizes[bytes[7]! & 15]!;
  let at = 12;
  for (;;) {
    const size = bytes[at];
    if (size === undefined) throw new Error('it ends early');
    if (size === 0) return out.done(); // the index: no block follows
    const header = at;
    checkFilters(bytes, header);
    at = header + (size + 1) * 4;
    at = unpackLzma2(bytes, at, out);
    if (at < 0) return null;
    at = at + ((4 - ((at - header) & 3)) & 3) + check;
  }
}

function checkFilters(bytes: Uint8Array, header: number): void {
  const flags = bytes[header + 1]!;
  let at = header + 2;
  const skipVarint = () => {
    while (bytes[at++]! & 0x80);
  };
  if (flags & 0x40) skipVarint();
  if (flags & 0x80) skipVarint();
  if ((flags & 3) !== 0 || bytes[at] !== LZMA2) throw new Error('it uses filters besides LZMA2');
}

/** Chunks up to the end mark. Gives the offset after it, -1 where the output passes its limit. */
function unpackLzma2(bytes: Uint8Array, begin: number, out: Growing): number {
  let at = begin;
  const decoder = new LzmaDecoder(out);
  for (;;) {
    const control = bytes[at++];
    if (control === undefined) throw new Error('it ends early');
    if (control === 0) return at;
    const size = (bytes[at]! << 8) + bytes[at + 1]! + 1;
    if (control < 0x80) {
      if (control > 2) throw new Error('a chunk has an unknown kind');
      if (at + 2 + size > bytes.length) throw new Error('it ends early');
      out.append(bytes.subarray(at + 2, at + 2 + size));
      at += 2 + size;
    } else {
      const unpacked = size + ((control & 31) << 16);
      const packed = (bytes[at + 2]! << 8) + bytes[at + 3]! + 1;
      at += 4;
      if (control >= 0xc0) decoder.setProperties(bytes[at++]!);
      else if (control >= 0xa0) decoder.resetState();
      decoder.decode(bytes.subarray(at, at + packed), unpacked);
      at += packed;
    }
    if (!out.fits) return -1;
  }
}

export function unpackLzmaAlone(bytes: Uint8Array, limit: number): Uint8Array | null {
  const out = new Growing(limit);
  const decoder = new LzmaDecoder(out);
  decoder.setProperties(bytes[0]!);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getBigUint64(5, true);
  const known = size !== 0xffffffffffffffffn;
  if (known && size > BigInt(limit)) return null;
  decoder.decode(bytes.subarray(13), known ? Number(size) : limit, true);
  return out.fits ? out.done() : null;
}
