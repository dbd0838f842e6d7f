/** Tensors in memory with their axes in another order. */
import { elementArray, elementCount, type DenseTensor, type Elements } from './tensor.ts';

/** The same tensor with its axes in another order, and in another shape where one is given. */
export function permuted(dense: DenseTensor, perm: readonly number[], dims?: readonly number[]): DenseTensor {
  const shape = perm.map((p) => dense.dims[p]!);
  if (perm.every((p, i) => p === i)) return { ...dense, dims: dims ?? shape };
  return { dtype: dense.dtype, dims: dims ?? shape, values: moved(dense, perm, shape) };
}

function moved(dense: DenseTensor, perm: readonly number[], shape: readonly number[]): Elements {
  const strides = dense.dims.map((_, i) => elementCount(dense.dims.slice(i + 1)));
  const out = elementArray(dense.dtype, dense.values.length);
  const axes = joined(perm.map((p, i) => ({ size: shape[i]!, step: strides[p]! })));
  const inner = axes.pop() ?? { size: out.length, step: 1 };
  if (out.length > 0) copyRows(out as unknown[], dense.values as unknown[], axes, inner);
  return out;
}

interface Axis {
  readonly size: number;
  /** Elements of the source from one index to the next. */
  readonly step: number;
}

/** Axes of one element fall away, and neighbours that stay neighbours become one. */
function joined(axes: readonly Axis[]): Axis[] {
  const out: Axis[] = [];
  for (const axis of axes) {
    const last = out[out.length - 1];
    if (axis.size === 1) continue;
    if (last?.step === axis.step * axis.size) out[out.length - 1] = { size: last.size * axis.size, step: axis.step };
    else out.push(axis);
  }
  return out;
}

/** Fills `out` in order; the innermost axis in a loop of its own, since nearly all of the time is spent there. */
function copyRows(out: unknown[], from: readonly unknown[], outer: readonly Axis[], inner: Axis): void {
  const at = outer.map(() => 0);
  const { size, step } = inner;
  let begin = 0;
  for (let to = 0; to < out.length;) {
    for (let i = 0, place = begin; i < size; i++, place += step) out[to++] = from[place];
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      begin += outer[axis]!.step;
      if (++at[axis]! < outer[axis]!.size) break;
      begin -= outer[axis]!.step * outer[axis]!.size;
      at[axis] = 0;
    }
  }
}
