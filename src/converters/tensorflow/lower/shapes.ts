/** Questions about shapes, and other shapes for the same elements. */
import { type Held, orderAtHand, range } from '../../../graph-model/builders/axis-orders.ts';
import { getInts } from '../../../graph-model/core/attributes.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Dim } from '../../../graph-model/core/types.ts';
import { productDim } from '../../../graph-model/operators/symbolic.ts';
import type { Lowering, Lowerings, TfCall } from './call.ts';
import { noteExpanded, noteSqueezed } from './blocks.ts';
import { firstAxis } from './reductions.ts';

const typed = (c: TfCall, value: ValueId, t = c.type('out_type', 'int32')) => c.cast(value, t);

/** In TensorFlow's order, without a Transpose where the tensor lies in another. */
function shapeValue(c: TfCall, t: Held): ValueId {
  const dims = c.shapeOrNull(t);
  const out = c.type('out_type', 'int32');
  if (dims?.every((d) => typeof d === 'number')) return c.e.numbers(out, dims as number[], [dims.length]);
  if (orderAtHand(t) !== 'first' || t.natural !== null) return typed(c, c.e.op('Shape', [c.natural(t)]));
  const perm = [0, ...range(2, dims!.length), 1];
  return typed(c, c.e.op('Gather', [c.e.op('Shape', [t.first]), c.e.ints(perm)], { axis: 0 }));
}

const size: Lowering = (c) => {
  const dims = c.shapeOrNull();
  const out = c.type('out_type', 'int32');
  const count = dims?.every((d) => typeof d === 'number') ? productDim(dims) : null;
  if (typeof count === 'number') return c.keep(c.e.numbers(out, [count]));
  const t = c.x;
  return c.keep(c.cast(c.e.op('Size', [t[orderAtHand(t)] ?? c.natural(t)]), out));
};

const rank: Lowering = (c) => {
  const dims = c.shapeOrNull();
  if (dims) return c.keep(c.e.numbers('int32', [dims.length]));
  return c.keep(c.cast(c.e.op('Size', [c.e.op('Shape', [c.natural()])]), 'int32'));
};

// ---- Reshape

/**
 * The target with numbers where they are known. A length that is not is copied from the input's (0) where it is the same,
 * or left to ONNX (-1), once. null: more is open.
 */
function targetOf(parts: readonly Dim[], given: readonly Dim[] | null): number[] | null {
  const open = parts.filter((p) => typeof p !== 'number').length;
  const hasRest = parts.includes(-1);
  if (open === 0) return parts as number[];
  if (parts.includes(0)) return null;
  if (open === 1 && !hasRest) return parts.map((p) => (typeof p === 'number' ? p : -1));
  const copied = parts.map((p, i) => (typeof p === 'number' ? p : p !== null && given?.[i] === p ? 0 : null));
  const left = copied.filter((p) => p === null).length;
  if (left > 1 || (left === 1 && hasRest)) return null;
  return copied.map((p) => p ?? -1);
}

/** Reshapes before it do not matter, unless lengths are copied. */
function source(c: TfCall, value: ValueId): ValueId {
  const maker = c.e.draft.producer(value);
  const isShape = maker?.domain === '' && /^(Reshape|Squeeze|Unsqueeze|Flatten)$/.test(maker.op);
  return isShape ? source(c, maker.inputs[0]!) : value;
}

export function reshaped(c: TfCall, value: ValueId, parts: readonly Dim[]): ValueId | null {
  const target = targetOf(parts, c.e.dims(value));
  if (!target) return null;
  const copies = target.includes(0) && parts.some((p, i) => target[i] === 0 && p !== 0);
  const empty = target.includes(0) && !copies ? { allowzero: 1 } : {};
  if ('allowzero' in empty && target.includes(-1)) return null;
  return c.e.op('Reshape', [copies ? value : source(c, value), c.e.ints(target)], empty);
}

const reshape: Lowering = (c) => {
  const dense = c.dense(c.x);
  const known = c.numbers(c.input(1));
  if (dense && known?.every((d) => d > 0)) return c.keep(c.permuted(c.x, range(0, dense.dims.length), known));
  const parts = c.parts(c.input(1));
  const given = c.shapeOrNull();
  const whole = parts && given && withoutRest(parts, given);
  if (whole && whole.length === given.length && whole.every((p, i) => p !== null && p === given[i])) return c.x;
  const value = c.natural();
  const direct = parts && wholeProduct(c, value, parts);
  if (direct) return c.keep(direct);
  const made = parts && reshaped(c, value, parts);
  return c.keep(made ?? c.e.op('Reshape', [value, c.int64Vector(c.input(1))], { allowzero: 0 }));
};

/**
 * A product with a matrix whose rows were all axes but the last put together, and which are now taken apart again: MatMul
 * does that by itself.
 */
function wholeProduct(c: TfCall, value: ValueId, parts: readonly Dim[]): ValueId | null {
  const product = c.e.draft.producer(value);
  const rows = product?.op === 'MatMul' ? c.e.draft.producer(product.inputs[0]!) : null;
  if (rows?.op !== 'Reshape' || c.e.dims(rows.outputs[0]!)?.length !== 2) return null;
  const [x, matrix] = [rows.inputs[0]!, product!.inputs[1]!];
  const [dims, width] = [c.e.dims(x), c.e.dims(matrix)];
  if (!dims || dims.length < 3 || dims.length !== parts.length || width?.length !== 2) return null;
  const sameRows = dims.slice(0, -1).every((d, i) => d !== null && d === parts[i]);
  const fits = typeof width[0] === 'number' && dims.at(-1) === width[0] && parts.at(-1) === width[1];
  return sameRows && fits ? c.e.op('MatMul', [x, matrix]) : null;
}

/** The target with its -1 worked out where that is a number. */
function withoutRest(parts: readonly Dim[], given: readonly Dim[]): readonly Dim[] {
  const at = parts.indexOf(-1);
  const known = parts.filter((_, i) => i !== at);
  if (at < 0 || ![...known, ...given].every((d) => typeof d === 'number')) return parts;
  const rest = (productDim(given) as number) / (productDim(known) as number);
  return parts.map((p, i) => (i === at ? rest : p));
}

// ---- axes of length 1

/** In the order at hand where the new axis lies in space. */
const expandDims: Lowering = (c) => {
  const rank = c.shapeOrNull()?.length;
  const given = c.knownNumber(1, 'axis');
  if (rank === undefined && given < 0) return c.keep(c.e.unsqueeze(c.natural(), [given]));
  const axis = given < 0 ? given + rank! + 1 : given;
  if (rank !== undefined && (axis < 0 || axis > rank)) c.refuse(`its axis ${given} does not exist`);
  const dense = c.dense(c.x);
  if (dense) {
    const dims = [...dense.dims.slice(0, axis), 1, ...dense.dims.slice(axis)];
    return c.keep(c.permuted(c.x, range(0, dense.dims.length), dims));
  }
  const expand = (x: Held) => {
    const inSpace = rank !== undefined && rank >= 3 && axis > 0 && axis < rank;
    if (inSpace && orderAtHand(x) === 'first' && x.natural === null)
      return c.keep(c.e.unsqueeze(c.first(x), [axis + 1]), 'first');
    return c.keep(c.e.unsqueeze(c.natural(x), [axis]));
  };
  const y = expand(c.x);
  noteExpanded(y, c.x, axis, expand);
  return y;
};

const squeeze: Lowering = (c) => {
  const listed = c.ints('squeeze_dims') ?? c.ints('axis') ?? [];
  const dims = c.shapeOrNull();
  if (!dims) return c.keep(listed.length ? c.e.squeeze(c.natural(), listed) : c.e.op('Squeeze', [c.natural()]));
  const axes = listed.length ? listed.map((a) => c.axis(a)) : range(0, dims.length).filter((i) => dims[i] === 1);
  if (listed.length === 0 && dims.some((d) => typeof d !== 'number'))
    c.refuse('which of its axes have length 1 is not known');
  if (axes.length === 0) return c.x;
  const without = (x: Held) => squeezedHeld(c, x, axes, dims.length);
  const y = without(c.x);
  if (axes.length === 1) noteSqueezed(y, c.x, axes[0]!, without);
  return y;
};

function squeezedHeld(c: TfCall, x: Held, axes: readonly number[], rank: number): Held {
  const isFirst = orderAtHand(x) === 'first' && x.natural === null;
  const inSpace = axes.every((a) => a > 0 && a < rank - 1);
  if (!isFirst || !inSpace) return c.keep(squeezed(c, c.natural(x), axes));
  const y = c.e.squeeze(
    c.first(x),
    axes.map((a) => firstAxis(a, rank)).sort((a, b) => a - b),
  );
  return c.keep(y, rank - axes.length > 2 ? 'first' : 'natural');
}

/** Of a Transpose that then moves nothing: of what it is made of. */
function squeezed(c: TfCall, value: ValueId, axes: readonly number[]): ValueId {
  const maker = c.e.draft.producer(value);
  const perm = maker?.op === 'Transpose' ? getInts(maker, 'perm') : undefined;
  const left = perm?.filter((_, i) => !axes.includes(i));
  if (!left?.every((p, i) => i === 0 || p > left[i - 1]!)) return c.e.squeeze(value, axes);
  return c.e.squeeze(
    maker!.inputs[0]!,
    axes.map((a) => perm![a]!).sort((a, b) => a - b),
  );
}

// ---- Transpose

/** From or to channels-first is no work: the tensor is held so already, or will be. */
const transpose: Lowering = (c) => {
  const perm = c.numbers(c.input(1));
  if (!perm) return dynamicTranspose(c);
  const rank = perm.length;
  if (perm.every((p, i) => p === i)) return c.x;
  const isSame = (other: readonly number[]) => other.every((p, i) => p === perm[i]);
  const isFirstOnly = orderAtHand(c.x) === 'first' && c.x.natural === null;
  if (isFirstOnly && isSame([0, rank - 1, ...range(1, rank - 1)])) return c.keep(c.first());
  if (rank > 3 && !isFirstOnly && isSame([0, ...range(2, rank), 1])) return c.keep(c.natural(), 'first');
  if (c.dense(c.x)) return c.keep(c.permuted(c.x, perm));
  if (!isFirstOnly) return c.keep(c.transpose(c.natural(), perm));
  const held = perm.map((p) => firstAxis(p, rank));
  return c.keep(c.transpose(c.first(), held));
};

/** Axes in the order that the graph computes: of all orders only the turned one is found in practice. */
function dynamicTranspose(c: TfCall): Held {
  const rank = c.shapeOrNull()?.length;
  if (rank === 2) return c.keep(c.e.transpose(c.natural(), [1, 0]));
  return c.refuse('the order of axes is computed by the graph');
}

export const SHAPES: Lowerings = {
  ExpandDims: expandDims,
  Rank: rank,
  Reshape: reshape,
  Shape: (c) => c.keep(shapeValue(c, c.x)),
  ShapeN: (c) => c.inputs.map((t) => c.keep(shapeValue(c, t))),
  Size: size,
  Squeeze: squeeze,
  Transpose: transpose,
  ConjugateTranspose: transpose,
};
