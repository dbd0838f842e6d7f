/** Functions of one number by pieces: a balanced tree finds the piece, in as many comparisons as its number has bits. */
import type { Builder, Val } from './builder.ts';
import { TreeEnsembleBuilder, type TreeNodes } from './trees.ts';

/** A tree that sends x to leaf k where `begins[k - 1] <= x < begins[k]`; `pieces` says which leaf a node is. */
interface StepTree {
  readonly nodes: TreeNodes;
  readonly pieces: readonly number[];
}

function stepTree(column: number, begins: ArrayLike<number>): StepTree {
  const [left, right, feature, threshold, pieces]: number[][] = [[], [], [], [], []];
  const build = (from: number, to: number): number => {
    const at = pieces!.push(from) - 1;
    const middle = (from + to) >> 1;
    feature!.push(column);
    threshold!.push(from === to ? 0 : justBelow(begins[middle]!));
    left!.push(-1);
    right!.push(-1);
    if (from === to) return at;
    left![at] = build(from, middle);
    right![at] = build(middle + 1, to);
    return at;
  };
  build(0, begins.length);
  const nodes = { left: left!, right: right!, feature: feature!, threshold: threshold!, missingLeft: null };
  return { nodes, pieces: pieces! };
}

/**
 * int64 [N, columns]: for each column of `x` the place of the piece that its value lies in: how many of the column's
 * ascending `begins` are not above it, and `first[column]` more.
 */
export function pieceOf(
  o: Builder,
  x: Val,
  begins: readonly ArrayLike<number>[],
  first: readonly number[] = begins.map(() => 0),
): Val {
  const numbers = pieceNumbers(o, x, begins, first);
  return o.cast(o.narrow(numbers) ?? numbers, 'int64');
}

/** The same as doubles. */
export function pieceNumbers(
  o: Builder,
  x: Val,
  begins: readonly ArrayLike<number>[],
  first: readonly number[] = begins.map(() => 0),
): Val {
  const trees = new TreeEnsembleBuilder();
  begins.forEach((b, i) => {
    const { nodes, pieces } = stepTree(i, b);
    trees.addTree(nodes, (node) => [i, first[i]! + pieces[node]!]);
  });
  return trees.build(o, x, begins.length);
}

/** [N, all pieces]: 1 for the piece of each column that its value lies in, 0 for the others. */
export function pieceFlags(o: Builder, x: Val, begins: readonly ArrayLike<number>[]): Val {
  const width = begins.reduce((n, b) => n + b.length + 1, 0);
  const trees = new TreeEnsembleBuilder(width);
  let first = 0;
  begins.forEach((b, i) => {
    const { nodes, pieces } = stepTree(i, b);
    const from = first;
    trees.addTree(nodes, (node) => [0, Float64Array.from({ length: width }, (_, k) => +(k === from + pieces[node]!))]);
    first += b.length + 1;
  });
  return trees.build(o, x, width);
}

/** A line that holds from `begin` on: `slope·(x - x0) + y0`. */
export interface Line {
  readonly begin: number;
  readonly x0: number;
  readonly y0: number;
  readonly slope: number;
}

/** Each column of `x` through lines of its own, whose begins ascend; the first holds from minus infinity. */
export function byLines(o: Builder, x: Val, columns: readonly (readonly Line[])[]): Val {
  let count = 0;
  const first = columns.map((lines) => (count += lines.length) - lines.length);
  const begins = columns.map((lines) => lines.slice(1).map((line) => line.begin));
  const at = pieceOf(o, x, begins, first);
  const of = (field: keyof Line) => o.gather(o.f64(columns.flatMap((lines) => lines.map((line) => line[field]))), at);
  return o.add(o.mul(of('slope'), o.sub(o.double(x), of('x0'))), of('y0'));
}

const words = new BigInt64Array(1);
const doubles = new Float64Array(words.buffer);

/** The next double below, or above. */
export const justBelow = (x: number): number => -justAbove(-x);
export function justAbove(x: number): number {
  if (!(Math.abs(x) < Infinity)) return x;
  if (x === 0) return Number.MIN_VALUE;
  doubles[0] = x;
  words[0] = words[0]! + (x > 0 ? 1n : -1n);
  return doubles[0];
}
