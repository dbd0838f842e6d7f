/** Drawings of groups that have not changed since the last layout. */
import type { CoreResult } from './core.ts';
import type { CoreInput } from './core-input.ts';

interface Entry {
  readonly result: CoreResult;
  readonly kept: boolean;
}

/**
 * Keeps what the last two rounds asked for. Looked up by a digest of the whole input (two 32-bit hashes and the sizes):
 * a graph opened and closed again costs nothing, and one touched group costs itself and what lies around it.
 */
export class LevelCache {
  private fresh = new Map<string, Entry>();
  private old = new Map<string, Entry>();
  private older = new Map<string, Entry>();
  /** Levels taken from the cache, and levels laid out: for tests and measurements. */
  hits = 0;
  misses = 0;

  /** A drawing that was made over another is none for those who ask for a new one. */
  get(input: CoreInput): CoreResult | undefined {
    const key = digest(input);
    const found = this.fresh.get(key) ?? this.old.get(key) ?? this.older.get(key);
    if (!found || (found.kept && !input.before)) return undefined;
    this.hits++;
    this.fresh.set(key, found);
    return found.result;
  }

  put(input: CoreInput, result: CoreResult): CoreResult {
    this.misses++;
    this.fresh.set(digest(input), { result, kept: input.before !== undefined });
    return result;
  }

  endRound(): void {
    this.older = this.old;
    this.old = this.fresh;
    this.fresh = new Map();
  }
}

function digest({ count, offsets, targets, widths, heights, nodeGap, layerGap, ports }: CoreInput): string {
  let a = 0x811c9dc5;
  let b = 0x1b873593;
  const add = (list: Int32Array | Float32Array | Int8Array) => {
    const words = list instanceof Float32Array ? new Int32Array(list.buffer, list.byteOffset, list.length) : list;
    for (let i = 0; i < words.length; i++) {
      a = Math.imul(a ^ words[i]!, 0x01000193);
      a ^= a >>> 15;
      b = Math.imul((b << 13) ^ (b >>> 19) ^ words[i]!, 0xe6546b64 | 1);
    }
  };
  add(offsets);
  add(targets);
  add(widths);
  add(heights);
  if (ports) for (const list of [ports.anchors, ports.pins, ports.lanes, ports.leave, ports.reach]) add(list);
  return `${count} ${targets.length} ${nodeGap} ${layerGap} ${a} ${b}`;
}
