/** Damages bytes in the ways that files are damaged, the same way for the same seed. */

/** A small generator of numbers in [0, 1) (mulberry32). */
export function random(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Up to four damages. Every other ten seeds keep the length, so that lengths within stay right and damage gets deep. */
export function mutate(bytes: Uint8Array, seed: number): Uint8Array<ArrayBuffer> {
  const next = random(seed);
  const below = (n: number) => Math.floor(next() * n);
  let out = new Uint8Array(bytes);
  for (let n = 1 + below(4); n > 0 && out.length > 1; n--) {
    const at = below(out.length);
    const length = 1 + below(Math.min(64, out.length - at));
    switch (below(Math.floor(seed / 10) % 2 ? 2 : 6)) {
      case 0:
        out[at]! ^= 1 << below(8);
        break;
      case 1:
        out[at] = [0, 0x7f, 0x80, 0xff, below(256)][below(5)]!;
        break;
      case 2:
        out = out.slice(0, at);
        break;
      case 3:
        out = joined(out.subarray(0, at), out.subarray(at + length));
        break;
      case 4:
        out = joined(out.subarray(0, at + length), out.subarray(at));
        break;
      default:
        out = joined(
          out.subarray(0, at),
          Uint8Array.from({ length }, () => 0x80 + below(128)),
          out.subarray(at),
        );
    }
  }
  return out;
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}
