/** The distinct elements, or slices along an axis, of a tensor: sorted, or in the order in which they come. */
import { getInt } from '../../core/attributes.ts';
import { elementCount, int64Tensor, tensorAtHand, type DenseTensor } from '../../core/tensor.ts';
import { axisOf, need, pick, scalarsOf, type Scalar } from './elements.ts';
import type { KernelInputs } from './kernel.ts';

/** Outputs: the distinct ones, where each comes first, which one stands at each place, how often each comes. */
export function unique(k: KernelInputs): DenseTensor[] {
  const t = k.input(0);
  const given = getInt(k.node, 'axis');
  const axis = given === undefined ? null : axisOf(given, t.dims.length);
  const slices = slicesOf(t, axis);
  const groups = groupsOf(slices);
  if (getInt(k.node, 'sorted', 1) === 1) groups.sort((a, b) => compare(a.key, b.key));
  const inverse = new Array<number>(slices.length).fill(0);
  groups.forEach((g, i) => g.places.forEach((p) => (inverse[p] = i)));
  const first = groups.map((g) => g.places[0]!);
  const vectors = [first, inverse, groups.map((g) => g.places.length)];
  return [chosen(t, axis, first), ...vectors.map((v) => tensorAtHand(int64Tensor(v))!)];
}

interface Group {
  readonly key: readonly Scalar[];
  readonly places: number[];
}

/** The elements of each slice along the axis; of the flat tensor, each element alone. */
function slicesOf(t: DenseTensor, axis: number | null): readonly (readonly Scalar[])[] {
  const scalars = scalarsOf(t);
  if (axis === null) return Array.from(scalars, (v) => [v]);
  const [length, inner] = [t.dims[axis]!, elementCount(t.dims.slice(axis + 1))];
  const out = Array.from({ length }, (): Scalar[] => []);
  for (let i = 0; i < scalars.length; i++) out[Math.floor(i / inner) % length]!.push(scalars[i]!);
  return out;
}

function groupsOf(slices: readonly (readonly Scalar[])[]): Group[] {
  const groups = new Map<string, Group>();
  slices.forEach((key, place) => {
    // Runtimes differ in whether one NaN equals another.
    need(!key.some((v) => typeof v === 'number' && Number.isNaN(v)));
    const word = key.map((v) => (typeof v === 'string' ? JSON.stringify(v) : String(v))).join(' ');
    const group = groups.get(word);
    if (group) group.places.push(place);
    else groups.set(word, { key, places: [place] });
  });
  return [...groups.values()];
}

function compare(a: readonly Scalar[], b: readonly Scalar[]): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i]! < b[i]!) return -1;
    if (a[i]! > b[i]!) return 1;
  }
  return 0;
}

function chosen(t: DenseTensor, axis: number | null, places: readonly number[]): DenseTensor {
  if (axis === null) return pick(t, [places.length], (i) => places[i]!);
  const inner = elementCount(t.dims.slice(axis + 1));
  const dims = t.dims.map((d, i) => (i === axis ? places.length : d));
  return pick(t, dims, (i) => {
    const row = Math.floor(i / inner);
    const outer = Math.floor(row / places.length);
    return (outer * t.dims[axis]! + places[row % places.length]!) * inner + (i % inner);
  });
}
