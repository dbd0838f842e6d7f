/** Sparse tensors (schema.fbs, SparsityParameters; the TACO format): read, and laid out densely. */
import type { FlatTable } from '../../containers/flatbuffers/flat-table.ts';
import type { Failure } from '../../containers/failure.ts';

interface SparseDimension {
  /** Dense: how many entries. */
  readonly size: number;
  /** Compressed: where the entries of each row begin, and which they are; null for a dense dimension. */
  readonly compressed: { readonly segments: ArrayLike<number>; readonly indices: ArrayLike<number> } | null;
}

export interface Sparsity {
  /** The order in which dimensions are walked; the blocks' own come after the tensor's. */
  readonly order: Int32Array;
  /** Which dimension each block dimension divides. */
  readonly blocks: Int32Array;
  readonly dimensions: readonly SparseDimension[];
}

export function readSparsity(t: FlatTable): Sparsity {
  const dimensions = t.tables(2).map((d): SparseDimension => {
    const sparse = d.byte(0, 0) === 1;
    const compressed = sparse ? { segments: indexVector(d, 2), indices: indexVector(d, 4) } : null;
    return { size: d.int(1, 0), compressed };
  });
  return { order: t.ints(0), blocks: t.ints(1), dimensions };
}

function indexVector(d: FlatTable, number: number): ArrayLike<number> {
  const table = d.table(number + 1);
  const kind = d.ubyte(number, 0);
  if (table === null) return [];
  return kind === 1 ? table.ints(0) : kind === 2 ? table.ushorts(0) : table.ubytes(0);
}

/**
 * For each stored element, its place in the dense tensor. Throws through `failure` where the numbers lead out of it.
 */
export function densePlaces(s: Sparsity, shape: readonly number[], failure: Failure, name: string): Float64Array {
  const damaged = (): never => failure.damaged(`the sparse tensor ${name}`, 'its parameters do not fit its shape');
  const rank = shape.length;
  if (s.order.length !== s.dimensions.length || s.order.length !== rank + s.blocks.length) damaged();
  const block = s.dimensions.map(() => 1);
  s.order.forEach((d, level) => {
    if (d < 0 || d >= rank + s.blocks.length) damaged();
    if (d >= rank) block[s.blocks[d - rank] ?? damaged()] = s.dimensions[level]!.size;
  });
  const places: number[] = [];
  // Damaged sizes could ask for a walk without end.
  let steps = 0;
  const at = new Array<number>(rank + s.blocks.length).fill(0);
  const most = shape.reduce((a, b) => a * b, 1);
  const step = () => void (++steps > 8 * most + 1000 && damaged());
  const place = () => {
    const index = shape.map((_, d) => at[d]! * block[d]!);
    s.blocks.forEach((d, i) => (index[d] = index[d]! + at[rank + i]!));
    if (index.some((v, d) => v < 0 || v >= shape[d]!) || places.length >= most) damaged();
    places.push(index.reduce((sum, v, d) => sum * shape[d]! + v, 0));
  };
  walk({ s, at, place, step, damaged }, 0, 0);
  return Float64Array.from(places);
}

interface Walk {
  readonly s: Sparsity;
  readonly at: number[];
  place(): void;
  step(): void;
  damaged(): never;
}

/** `row` numbers the entries of all levels above. */
function walk(w: Walk, level: number, row: number): void {
  const dimension = w.s.dimensions[level];
  if (!dimension) return w.place();
  const axis = w.s.order[level]!;
  const { compressed, size } = dimension;
  const begin = compressed ? (compressed.segments[row] ?? w.damaged()) : 0;
  const end = compressed ? (compressed.segments[row + 1] ?? w.damaged()) : size;
  for (let k = begin; k < end; k++) {
    w.step();
    w.at[axis] = compressed ? (compressed.indices[k] ?? w.damaged()) : k;
    walk(w, level + 1, compressed ? k : row * size + k);
  }
}
