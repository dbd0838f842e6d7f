/** Layers and the order in them, chosen together. */
import type { FixedPorts } from './core-input.ts';
import type { Digraph } from './digraph.ts';
import { layered, type Layered, type Ordering } from './layered.ts';
import { laneLength, layerings } from './layers.ts';
import { beginOrder, findOrder, isSmall, totalCrossings, type Sweeper, type SweepProgress } from './ordering.ts';

export interface Arrangement {
  readonly layers: Layered;
  readonly order: Ordering;
}

interface Way {
  readonly layers: Layered;
  /** Of its lanes. */
  readonly length: number;
}

/** A layer more that a lane runs through, in crossings. */
const LANE = 0.05;

/** Ways whose lines are this many times as long as the shortest are not tried. */
const TOO_LONG = 2;

/**
 * Of the ways to choose the layers, the one with the fewest crossings, long lines counted against it. The ways of a large graph
 * are not put in order to the end before one is chosen.
 */
export function* arrange(g: Digraph, ports?: FixedPorts): Generator<SweepProgress, Arrangement> {
  const all = layerings(g, ports?.pins).map((layering) => ({ length: laneLength(g, layering), layering }));
  const shortest = Math.min(...all.map((way) => way.length));
  const ways = all
    .filter((way) => way.length <= TOO_LONG * shortest + 100)
    .map(({ length, layering }) => ({ length, layers: layered(g, layering, ports) }));
  if (ways.length > 1 && !ways.every(({ layers }) => isSmall(layers))) return yield* mostPromising(ways);
  const found: (Arrangement & Way)[] = [];
  for (const [i, { layers, length }] of ways.entries())
    found.push({ ...(yield* part(inOrder(layers), i, ways.length)), length });
  return least(found, ({ layers, order, length }) => totalCrossings(layers, order) + LANE * length);
}

/** Of ways that were begun only one is put in order to the end. */
function mostPromising(ways: readonly Way[]): Generator<SweepProgress, Arrangement> {
  const begun = ways.map(({ layers, length }) => ({ layers, length, run: beginOrder(layers) }));
  const { layers, run } = least(begun, (way) => way.run.fewest + LANE * way.length);
  return inOrder(layers, run);
}

/** The first of those that cost least. */
function least<T>(list: readonly T[], costOf: (item: T) => number): T {
  const costs = list.map(costOf);
  return list[costs.indexOf(Math.min(...costs))]!;
}

function* inOrder(layers: Layered, begun?: Sweeper): Generator<SweepProgress, Arrangement> {
  return { layers, order: yield* findOrder(layers, begun) };
}

/** The progress of part `i` of so many. */
function* part<T>(steps: Generator<SweepProgress, T>, i: number, parts: number): Generator<SweepProgress, T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    yield { done: i * step.value.total + step.value.done, total: parts * step.value.total };
  }
}
