/** Non-maximum suppression: boxes that overlap a better one are left out. */
import { type Held } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Lowering, Lowerings, TfCall } from './call.ts';
import { lensOf, least, made, times, vectorOf } from './lengths.ts';

interface Asked {
  readonly most: Held;
  readonly overlap: ValueId | null;
  readonly threshold: ValueId | null;
}

const scalarOf = (c: TfCall, index: number): ValueId | null =>
  c.inputs.length > index ? c.e.reshape(c.e.toFloat(c.natural(c.input(index))), [-1]) : null;

/** int64 [kept]: the boxes that stay, best first. */
function kept(c: TfCall, asked: Asked): ValueId {
  const { e } = c;
  const boxes = e.unsqueeze(e.toFloat(c.natural()), [0]);
  const scores = e.unsqueeze(e.toFloat(c.natural(c.input(1))), [0, 1]);
  const most = c.int64Vector(asked.most);
  const inputs = [boxes, scores, most, asked.overlap, asked.threshold];
  while (inputs[inputs.length - 1] === null) inputs.pop();
  const selected = e.op('NonMaxSuppression', inputs);
  return e.squeeze(e.slice(selected, [2], [3], [1]), [1]);
}

/** A known threshold as a constant; -∞ is none. */
function thresholdOf(c: TfCall, index: number): ValueId | null {
  if (c.inputs.length <= index) return null;
  const value = c.numbers(c.input(index))?.[0];
  if (value === undefined) return scalarOf(c, index);
  // ONNX Runtime takes what lies above; the largest finite number below all is as good as -∞.
  return Number.isFinite(value) ? c.e.floats([value]) : null;
}

function overlapOf(c: TfCall, index: number): ValueId | null {
  const value = c.numbers(c.input(index))?.[0];
  return value === undefined ? scalarOf(c, index) : c.e.floats([value]);
}

const plain: Lowering = (c) => {
  const old = c.node.op === 'NonMaxSuppression';
  const overlap = old ? c.e.floats([c.float('iou_threshold', 0.5)]) : overlapOf(c, 3);
  const chosen = kept(c, { most: c.input(2), overlap, threshold: thresholdOf(c, 4) });
  return c.keep(c.cast(chosen, 'int32'));
};

/** Padded with zeros up to the most; the count tells how many are meant. */
function paddedTo(c: TfCall, chosen: ValueId, most: Held): ValueId {
  const missing = c.e.op('Sub', [c.int64Vector(most), c.e.op('Shape', [chosen])]);
  return c.op('Pad', [chosen, c.e.op('Concat', [c.e.ints([0]), missing], { axis: 0 })]);
}

const countOf = (c: TfCall, chosen: ValueId) => c.keep(c.cast(c.e.op('Size', [chosen]), 'int32'));

/** Outputs: indices, their number. */
const padding: Lowering = (c) => {
  const asked = { most: c.input(2), overlap: overlapOf(c, 3), threshold: thresholdOf(c, 4) };
  const chosen = kept(c, asked);
  const padded = c.flag('pad_to_max_output_size') ? paddedTo(c, chosen, asked.most) : chosen;
  return [c.keep(c.cast(padded, 'int32')), countOf(c, chosen)];
};

/** Outputs: indices, scores, their number. Scores that sink with the overlap ONNX does not know. */
const scored: Lowering = (c) => {
  if (c.known(5, 'softness')[0] !== 0) c.refuse('soft suppression (a sigma above 0) has no ONNX form');
  const asked = { most: c.input(2), overlap: overlapOf(c, 3), threshold: thresholdOf(c, 4) };
  const chosen = kept(c, asked);
  const scores = c.op('Gather', [c.natural(c.input(1)), chosen]);
  const pad = (v: ValueId) => (c.flag('pad_to_max_output_size') ? paddedTo(c, v, asked.most) : v);
  return [c.keep(c.cast(pad(chosen), 'int32')), c.keep(pad(scores)), countOf(c, chosen)];
};

// ---- of several classes

/** Where a score stands that suppression takes away: below every other. */
const GONE = -3.4028234663852886e38;

/** Scores [batch, classes · boxes] of what stays, others GONE. */
function survivors(c: TfCall, boxes: ValueId, scores: ValueId): ValueId {
  const { e } = c;
  const perClass = c.int64Vector(c.input(2));
  const inputs = [boxes, scores, perClass, overlapOf(c, 4), thresholdOf(c, 5)];
  while (inputs[inputs.length - 1] === null) inputs.pop();
  const selected = e.op('NonMaxSuppression', inputs);
  const values = e.op('GatherND', [scores, selected]);
  const blank = e.op('Expand', [e.float(GONE), e.op('Shape', [scores])]);
  const left = e.op('ScatterND', [blank, selected, values]);
  return e.op('Reshape', [left, e.ints([0, -1])]);
}

/**
 * Inputs: boxes [batch, n, 1 or classes, 4], scores [batch, n, classes], most per class, most in all, overlap, threshold.
 * Outputs: boxes, scores, classes, how many, the best of all classes first, padded with zeros.
 */
const combined: Lowering = (c) => {
  const { e } = c;
  if (c.length(2) !== 1) c.refuse('boxes of their own for each class are not converted');
  const boxes = e.squeeze(c.natural(), [2]);
  const scores = e.transpose(c.natural(c.input(1)), [0, 2, 1]);
  const [, classes, count] = lensOf(c, scores);
  const total = c.knownNumber(3, 'number of boxes');
  const perClass = c.knownNumber(2, 'number of boxes of a class');
  const size = c.flag('pad_per_class') && typeof classes === 'number' ? Math.min(total, perClass * classes) : total;
  const many = least(c, times(c, classes!, count!), size);
  const left = survivors(c, boxes, scores);
  const [best, places] = e.ops('TopK', [left, vectorOf(c, [many])], { axis: 1 }, 2);
  const valid = e.op('Greater', [best!, e.float(GONE)]);
  const length = e.squeeze(made(c, count!), [0]);
  const zero = e.float(0);
  const clean = (v: ValueId, wide = false) => e.op('Where', [wide ? e.unsqueeze(valid, [2]) : valid, v, zero]);
  const picked = e.op('GatherND', [boxes, e.unsqueeze(e.op('Mod', [places!, length]), [2])], { batch_dims: 1 });
  const bounded = c.flag('clip_boxes', true) ? e.op('Clip', [picked, zero, e.float(1)]) : picked;
  const pad = (v: ValueId, rank: number) => (many === size ? v : widened(c, v, rank, size));
  const kinds = e.toFloat(e.op('Div', [places!, length]));
  const number = e.reduce('ReduceSum', c.cast(valid, 'int32'), [1], false);
  return [
    c.keep(pad(clean(bounded, true), 3)),
    c.keep(pad(clean(best!), 2)),
    c.keep(pad(clean(kinds), 2)),
    c.keep(number),
  ];
};

/** Zeros behind along axis 1 up to a size. */
function widened(c: TfCall, v: ValueId, rank: number, size: number): ValueId {
  const { e } = c;
  const missing = e.op('Sub', [e.ints([size]), c.lengthOf(v, 1)]);
  const before = new Array<number>(rank + 1).fill(0);
  const after = new Array<number>(rank - 2).fill(0);
  const parts = [e.ints(before), missing, ...(after.length ? [e.ints(after)] : [])];
  return c.op('Pad', [v, e.op('Concat', parts, { axis: 0 })]);
}

export const SUPPRESSIONS: Lowerings = {
  CombinedNonMaxSuppression: combined,
  NonMaxSuppression: plain,
  NonMaxSuppressionV2: plain,
  NonMaxSuppressionV3: plain,
  NonMaxSuppressionV4: padding,
  NonMaxSuppressionV5: scored,
};
