/** Finding what lies in a stretch of the flow, whatever the size of the graph. */

const BASE = 256;

/**
 * Items with an extent along one axis, in levels: an item lies in the level whose buckets are at least as long as it is,
 * so it is in at most two of them, and long items do not fill many. A query looks at the buckets of its own stretch only.
 */
export class LevelIndex {
  private readonly levels: { readonly size: number; readonly offsets: Int32Array; readonly items: Int32Array }[] = [];

  /** `reach[i]` is what decides the level: the item's length in any direction. */
  constructor(low: Float32Array, high: Float32Array, reach: Float32Array, extent: number) {
    const members: number[][] = [];
    for (let i = 0; i < low.length; i++) {
      const level = Math.max(0, Math.ceil(Math.log2(Math.max(1, Math.max(reach[i]!, high[i]! - low[i]!) / BASE))));
      (members[level] ??= []).push(i);
    }
    for (let l = 0; l < members.length; l++) {
      this.levels.push(fill(members[l] ?? [], low, high, BASE * 2 ** l, extent));
    }
  }

  /** Calls `visit` for every item that may meet `from .. to`, each once; skips levels whose items are all shorter than `shortest`. */
  each(from: number, to: number, shortest: number, visit: (item: number) => void): void {
    for (const { size, offsets, items } of this.levels) {
      if (size < shortest) continue;
      const buckets = offsets.length - 1;
      const first = Math.max(0, Math.min(buckets - 1, Math.floor(from / size)));
      const last = Math.max(0, Math.min(buckets - 1, Math.floor(to / size)));
      for (let b = first; b <= last; b++) {
        for (let k = offsets[b]!; k < offsets[b + 1]!; k++) {
          const coded = items[k]!;
          // The second entry of an item that spans two buckets counts only where the first was not looked at.
          if (coded >= 0) visit(coded);
          else if (b === first) visit(~coded);
        }
      }
    }
  }
}

function fill(members: readonly number[], low: Float32Array, high: Float32Array, size: number, extent: number) {
  const buckets = Math.max(1, Math.ceil((extent + 1) / size));
  const bucket = (at: number) => Math.max(0, Math.min(buckets - 1, Math.floor(at / size)));
  const offsets = new Int32Array(buckets + 1);
  for (const i of members) {
    for (let b = bucket(low[i]!); b <= bucket(high[i]!); b++) offsets[b + 1]!++;
  }
  for (let b = 0; b < buckets; b++) offsets[b + 1]! += offsets[b]!;
  const next = offsets.slice(0, buckets);
  const items = new Int32Array(offsets[buckets]!);
  for (const i of members) {
    const first = bucket(low[i]!);
    for (let b = first; b <= bucket(high[i]!); b++) items[next[b]!++] = b === first ? i : ~i;
  }
  return { size, offsets, items };
}
