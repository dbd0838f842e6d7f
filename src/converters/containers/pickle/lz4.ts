/** LZ4 frames (lz4_Frame_format.md). Checksums are passed over. */
import { Growing } from './growing.ts';

export function unpackLz4(bytes: Uint8Array, limit: number): Uint8Array | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = bytes[4]!;
  let at = 7 + (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0);
  const out = new Growing(limit);
  for (;;) {
    if (at + 4 > bytes.length) throw new Error('it ends early');
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) return out.done();
    const size = word & 0x7fffffff;
    if (at + size > bytes.length) throw new Error('it ends early');
    const block = bytes.subarray(at, at + size);
    if (word >>> 31) out.append(block);
    else if (!unpackBlock(block, out)) return null;
    if (!out.fits) return null;
    at += size + (flags & 16 ? 4 : 0);
  }
}

function unpackBlock(block: Uint8Array, out: Growing): boolean {
  let at = 0;
  const extended = (base: number): number => {
    if (base < 15) return base;
    let sum = base;
    for (let byte = 255; byte === 255; sum += byte) {
      if (at >= block.length) throw new Error('it ends early');
      byte = block[at++]!;
    }
    return sum;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = extended(token >> 4);
    if (at + literals > block.length) throw new Error('it ends early');
    out.append(block.subarray(at, at + literals));
    at += literals;
    if (at >= block.length) return true;
    const distance = block[at]! | (block[at + 1]! << 8);
    at += 2;
    out.copy(distance, extended(token & 15) + 4);
    if (!out.fits) return false;
  }
  return true;
}
