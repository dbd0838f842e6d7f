/** Parts of partitioned variables: the slices of a checkpoint's tensors, and the keys that name them. */

/** Begin and length along each axis; length -1: all of it. */
export type Slice = readonly (readonly [begin: number, length: number])[];

/** Whether two slices of a tensor of these dims are the same. */
export function sameSlice(a: Slice, b: Slice, dims: readonly number[]): boolean {
  const plain = (s: Slice) => rangesOf(s, dims).join();
  return plain(a) === plain(b);
}

/** Begin and length along every axis of a tensor of these dims. */
export function rangesOf(slice: Slice, dims: readonly number[]): [number, number][] {
  return dims.map((d, i) => {
    const [begin, length] = slice[i] ?? [0, -1];
    return length < 0 ? [0, d] : [begin, length];
  });
}

/** `shape_and_slices` of RestoreV2: `10 4 0,5:-`; null for the whole tensor. */
export function parseSliceSpec(text: string): Slice | null {
  const spec = text.trim().split(/\s+/).pop() ?? '';
  if (!/^(-|\d+,\d+)(:(-|\d+,\d+))*$/.test(spec)) return null;
  return spec.split(':').map((part) => {
    const [begin, length] = part === '-' ? [0, -1] : part.split(',').map(Number);
    return [begin!, length!] as const;
  });
}

const utf8 = new TextDecoder();

/**
 * The key of a slice in OrderedCode: a zero, the tensor's name, the number of axes, begin and length of each.
 * null: the key is a plain name.
 */
export function parseSliceKey(key: Uint8Array): { readonly name: string; readonly slice: Slice } | null {
  if (key.length < 3 || key[0] !== 0) return null;
  const name: number[] = [];
  let at = 1;
  for (; ; at += 2) {
    const byte = key[at];
    if (byte === undefined) return null;
    if (byte === 0 && key[at + 1] === 1) break;
    if (byte === 0) name.push(0);
    else if (byte === 255) name.push(255);
    else {
      name.push(byte);
      at--;
    }
  }
  at += 2;
  const width = key[at] ?? 0;
  const rank = key.subarray(at + 1, at + 1 + width).reduce((value, b) => value * 256 + b, 0);
  const numbers = signedNumbers(key, at + 1 + width);
  if (numbers.length !== 2 * rank) return null;
  const slice = Array.from({ length: rank }, (_, i) => [numbers[2 * i]!, numbers[2 * i + 1]!] as const);
  return { name: utf8.decode(Uint8Array.from(name)), slice };
}

/** Signed numbers of OrderedCode: as many leading ones (zeros where negative) as the number has bytes. */
function signedNumbers(bytes: Uint8Array, begin: number): number[] {
  const out: number[] = [];
  for (let at = begin; at < bytes.length;) {
    const negative = bytes[at]! < 0x80;
    const flip = negative ? 0xff : 0;
    const first = bytes[at]! ^ flip;
    const length = Math.min(8, Math.clz32(~(first << 24)));
    let value = first & (0xff >> (length + 1));
    for (let i = 1; i < length; i++) value = value * 256 + ((bytes[at + i] ?? 0) ^ flip);
    out.push(negative ? -1 - value : value);
    at += Math.max(1, length);
  }
  return out;
}
