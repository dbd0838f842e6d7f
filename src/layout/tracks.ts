/** The space between layers: which lines cross it in a curve and which turn into a track of their own. */
import type { Layered, Ordering } from './layered.ts';
import type { Ports } from './ports.ts';

export interface Tracks {
  /** By pair: the track its line runs in, counted from the layer above; -1 for straight lines and curves. */
  readonly track: Int32Array;
  /** By layer: how many tracks lie below it. */
  readonly tracks: Int32Array;
}

/** Below this shift across the flow a line is a plain curve. */
export const CURVE = 190;

interface Run {
  readonly from: number;
  readonly low: number;
  readonly high: number;
  readonly right: boolean;
  track: number;
  readonly pairs: number[];
}

/** Lines of one vertex share a track; lines that overlap get different ones, nested so that they cross least. */
export function assignTracks(g: Layered, order: Ordering, { leave, reach }: Ports): Tracks {
  const track = new Int32Array(g.pairUpper.length).fill(-1);
  const tracks = new Int32Array(g.layers);
  for (let l = 0; l + 1 < g.layers; l++) {
    const runs = runsBelow(g, order, l, leave, reach);
    if (runs.length > 0) tracks[l] = placeRuns(runs);
    for (const run of runs) for (const p of run.pairs) track[p] = run.track;
  }
  return { track, tracks };
}

function runsBelow(g: Layered, order: Ordering, l: number, leave: Float64Array, reach: Float64Array): Run[] {
  const runs: Run[] = [];
  for (let i = order.starts[l]!; i < order.starts[l + 1]!; i++) {
    const u = order.sequence[i]!;
    let left: Run | null = null;
    let right: Run | null = null;
    for (let k = g.down.offsets[u]!; k < g.down.offsets[u + 1]!; k++) {
      const p = g.down.items[k]!;
      const shift = reach[p]! - leave[p]!;
      if (Math.abs(shift) < CURVE) continue;
      if (shift < 0) left = join(left, p, leave[p]!, reach[p]!, runs);
      else right = join(right, p, leave[p]!, reach[p]!, runs);
    }
  }
  return runs;
}

function join(run: Run | null, pair: number, from: number, to: number, runs: Run[]): Run {
  const wide = { from, low: Math.min(from, to), high: Math.max(from, to), right: to > from, track: 0, pairs: [pair] };
  if (run === null) {
    runs.push(wide);
    return wide;
  }
  run.pairs.push(pair);
  const joined = { ...run, low: Math.min(run.low, wide.low), high: Math.max(run.high, wide.high) };
  runs[runs.indexOf(run)] = joined;
  return joined;
}

/**
 * Of lines that go right, the one that starts further right lies higher, and the mirror of that for lines that go left:
 * then neither crosses the other. Returns the number of tracks.
 */
function placeRuns(runs: Run[]): number {
  runs.sort((a, b) => Number(a.right) - Number(b.right) || (a.right ? b.from - a.from : a.from - b.from));
  let used = 0;
  runs.forEach((run, i) => {
    let lowest = 0;
    for (let k = Math.max(0, i - 64); k < i; k++) {
      const other = runs[k]!;
      if (other.low - 8 < run.high && run.low < other.high + 8) lowest = Math.max(lowest, other.track + 1);
    }
    run.track = lowest;
    used = Math.max(used, lowest + 1);
  });
  return used;
}
