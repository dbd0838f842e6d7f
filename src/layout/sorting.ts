/** Sorting pieces of lists in place: most are short and nearly sorted, and there are very many of them. */

/** Longer pieces are sorted by the engine, which makes arrays of its own. */
const SHORT = 48;

/** Sorts `list[begin .. end)` by `key`; equal ones keep their order. */
export function sortRange(list: Int32Array, begin: number, end: number, key: Float64Array): void {
  if (end - begin > SHORT) {
    list.subarray(begin, end).sort((a, b) => key[a]! - key[b]!);
    return;
  }
  for (let i = begin + 1; i < end; i++) {
    const v = list[i]!;
    const at = key[v]!;
    let k = i - 1;
    for (; k >= begin && key[list[k]!]! > at; k--) list[k + 1] = list[k]!;
    list[k + 1] = v;
  }
}
