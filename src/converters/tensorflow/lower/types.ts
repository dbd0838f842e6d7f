/** Changes of type, choices, and what passes through. */
import { range } from '../../../graph-model/builders/axis-orders.ts';
import { getInt } from '../../../graph-model/core/attributes.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { dtypeInfo, type DType } from '../../../graph-model/core/types.ts';
import { aligned } from './broadcast.ts';
import type { Lowering, Lowerings, TfCall } from './call.ts';

const isFloat = (dtype: DType) => /float|double/.test(dtype);

/** Cuts towards zero, as ONNX's Cast does; TensorFlow's booleans are what is not zero, a NaN too. */
const cast: Lowering = (c) => {
  const to = c.type('DstT');
  const from = c.dtype();
  if (to === 'string' || from === 'string') return c.refuse('TensorFlow casts no strings');
  if (from === to) return c.x;
  return c.map(c.x, (x) => castValue(c, x, from, to));
};

function castValue(c: TfCall, x: ValueId, from: DType, to: DType): ValueId {
  const maker = c.e.draft.producer(x);
  // There and back between whole numbers of a shape.
  if (maker?.op === 'Cast' && c.e.dtype(maker.inputs[0]!) === to && from === 'int32' && to === 'int64')
    return maker.inputs[0]!;
  if (isFloat(from) && /^u?int(8|16)$/.test(to)) return c.cast(c.cast(x, 'int32'), to);
  return c.cast(x, to);
}

/** The same bits: ONNX can say it where nothing changes, and for whole numbers of one width. */
const bitcast: Lowering = (c) => {
  const [from, to] = [c.dtype(), c.type('type')];
  if (from === to) return c.x;
  const whole = (d: DType) => /^u?int/.test(d);
  const sameWidth = dtypeInfo(from).bits === dtypeInfo(to).bits;
  if (whole(from) && whole(to) && sameWidth) return c.map(c.x, (x) => c.cast(x, to));
  const dense = c.dense(c.x);
  if (dense && sameWidth && dense.dtype !== 'string') {
    const bytes = dense.values as Uint8Array;
    const raw = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    if (to === 'float') return c.keep(c.e.constant({ dtype: to, dims: dense.dims, values: new Float32Array(raw) }));
    if (to === 'int32') return c.keep(c.e.constant({ dtype: to, dims: dense.dims, values: new Int32Array(raw) }));
  }
  return c.refuse(`ONNX cannot read the bits of ${from} as ${to}`);
};

/** All three broadcast. */
const selectV2: Lowering = (c) => {
  const { values, order } = aligned(c, [c.x, c.input(1), c.input(2)]);
  return c.keep(where(c, values), order);
};

function where(c: TfCall, values: readonly ValueId[]): ValueId {
  return c.op('Where', values);
}

/** A vector of truths picks whole rows. */
const select: Lowering = (c) => {
  const [truth, x, y] = [c.x, c.input(1), c.input(2)];
  const rank = c.shapeOrNull(truth)?.length;
  const wide = c.shapeOrNull(x)?.length;
  if (rank !== 1 || wide === undefined || wide <= 1) return selectV2(c);
  const rows = c.e.unsqueeze(c.natural(truth), range(1, wide));
  return c.keep(where(c, [rows, c.natural(x), c.natural(y)]));
};

/** The places of what is true (not zero): int64 [count, rank]. */
const whereTrue: Lowering = (c) => {
  const places = c.op('NonZero', [c.natural()]);
  return c.keep(c.e.transpose(places, [1, 0]));
};

const same: Lowering = (c) => c.x;

/** The shape that it promises is said by a Reshape where it tells more than is known; a length of 0 there is copied. */
const ensureShape: Lowering = (c) => {
  const declared = c.ints('shape');
  const dims = c.shapeOrNull();
  if (!declared || declared.includes(0)) return c.x;
  if (dims && declared.every((d, i) => d < 0 || typeof dims[i] === 'number')) return c.x;
  if (!dims && declared.filter((d) => d < 0).length > 1) return c.x;
  return c.keep(
    c.e.reshape(
      c.natural(),
      declared.map((d) => (d >= 0 ? d : dims ? 0 : -1)),
    ),
  );
};

export const PASSING: Lowerings = {
  CheckNumerics: same,
  CheckNumericsV2: same,
  Copy: same,
  CopyHost: same,
  DebugGradientIdentity: same,
  DebugIdentity: same,
  EnsureShape: ensureShape,
  Identity: same,
  IdentityN: (c) => c.inputs,
  OptimizationBarrier: (c) => c.inputs,
  PreventGradient: same,
  Print: same,
  Snapshot: same,
  StopGradient: same,
};

export const TYPES: Lowerings = {
  Bitcast: bitcast,
  Cast: cast,
};

export const CHOICES: Lowerings = {
  Select: select,
  SelectV2: selectV2,
  Where: whereTrue,
};

/** True for a value that cannot be negative: places that ONNX found, lengths, and constants. */
export function isNotNegative(c: TfCall, value: ValueId): boolean {
  const parts = c.e.partly(value);
  if (parts?.every((p) => typeof p === 'number')) return (parts as number[]).every((p) => p >= 0);
  if (/^uint/.test(c.e.dtype(value))) return true;
  let maker = c.e.draft.producer(value);
  while (maker && /^(Cast|Reshape|Identity|Squeeze|Unsqueeze|Transpose)$/.test(maker.op) && maker.inputs[0] !== null)
    maker = c.e.draft.producer(maker.inputs[0]!);
  return maker !== null && /^(ArgMax|ArgMin|NonZero|Shape|Size)$/.test(maker.op) && getInt(maker, 'axis', 0) >= -64;
}
