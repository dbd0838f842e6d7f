/** Blocks that repeat, found by structure alone: for graphs whose names say nothing. */
import type { Model, Node } from '../core/model.ts';

/** Shorter stretches are patterns of operators, not parts of a model. */
const SHORTEST = 5;
const LEAST_NODES = 24;

/**
 * For each node the name of its block ('' for none), or null where nothing repeats. Nodes must be in execution order.
 * A period is looked for: the distance at which most nodes find a node of the same structure again.
 */
export function repeatedBlocks(model: Model, nodes: readonly Node[]): string[] | null {
  if (nodes.length < LEAST_NODES) return null;
  const shapes = structures(model, nodes);
  let best = { begin: 0, period: 0, covered: 0 };
  for (const period of periods(shapes)) {
    const run = longestRun(shapes, period);
    const blocks = Math.floor(run.length / period) + 1;
    const covered = blocks * period;
    // Twice the period repeats as well: the shorter one says more.
    if (run.length >= period && covered > 1.05 * best.covered) best = { begin: run.begin, period, covered };
  }
  if (best.covered < LEAST_NODES) return null;
  return nodes.map((_, i) => {
    const at = i - best.begin;
    return at < 0 || at >= best.covered ? '' : `block ${Math.floor(at / best.period)}`;
  });
}

/** Of each node a number for its operator, attributes' names and what its inputs are made by, two steps up. */
function structures(model: Model, nodes: readonly Node[]): Int32Array {
  const known = new Map<string, number>();
  const number = (key: string) => known.get(key) ?? (known.set(key, known.size), known.size - 1);
  const place = new Map(nodes.map((n, i) => [n.id, i]));
  let level = Int32Array.from(nodes, (n) => number(`${n.domain}:${n.op}:${n.inputs.length}:${n.outputs.length}`));
  for (let step = 0; step < 2; step++) {
    const below = level;
    level = Int32Array.from(nodes, (n, i) => {
      const makers = n.inputs.map((v) => {
        const maker = v === null ? null : model.values.at(v).producer;
        const at = maker === null ? undefined : place.get(maker);
        return at === undefined ? '-' : String(below[at]);
      });
      return number(`${step}|${below[i]}|${makers.join(',')}`);
    });
  }
  return level;
}

/** Distances at which structures come again, the commonest first. */
function periods(shapes: Int32Array): number[] {
  const last = new Map<number, number>();
  const votes = new Map<number, number>();
  shapes.forEach((s, i) => {
    const before = last.get(s);
    if (before !== undefined && i - before >= SHORTEST) votes.set(i - before, (votes.get(i - before) ?? 0) + 1);
    last.set(s, i);
  });
  const sorted = [...votes].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return sorted.slice(0, 12).map(([distance]) => distance);
}

function longestRun(shapes: Int32Array, period: number): { begin: number; length: number } {
  let best = { begin: 0, length: 0 };
  let begin = 0;
  for (let i = 0; i + period <= shapes.length; i++) {
    if (i + period < shapes.length && shapes[i] === shapes[i + period]) continue;
    if (i - begin > best.length) best = { begin, length: i - begin };
    begin = i + 1;
  }
  return best;
}
