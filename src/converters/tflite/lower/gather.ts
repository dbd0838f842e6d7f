/** Operators that pick elements out or put them in: gathers, scatters, sorting, tables of rows. */
import { orderAtHand, range } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { elementCount } from '../../../graph-model/core/tensor.ts';
import { Operand } from './operand.ts';
import type { Lowering, Made, TfliteCall } from './call.ts';
import { wideOf } from './together.ts';

const cast = (c: TfliteCall, v: ValueId, index = 0) => c.e.cast(v, c.outputDtype(index), c.code(c.outputDtype(index)));

const gather: Lowering = (c) => {
  const rank = c.rank();
  const axis = c.axis(c.int('axis', 0), rank);
  const lead = c.int('batch_dims', 0);
  const batch = lead < 0 ? lead + c.rank(1) : lead;
  if (batch < 0 || batch > Math.min(axis, c.rank(1))) c.refuse(`it has no ${lead} batch axes`);
  const indices = c.natural(c.stored(1));
  if (batch === 0) return c.moved(0, (t) => c.keep(c.e.op('Gather', [c.natural(t), indices], { axis })));
  // The axis comes right after the batch; what lay between comes back after the picked ones.
  const between = range(batch, axis);
  const front = [...range(0, batch), axis, ...between, ...range(axis + 1, rank)];
  const picked = c.rank(1) - batch;
  const out = rank - 1 + picked;
  const back = [...range(0, batch), ...between.map((_, i) => batch + picked + i), ...range(batch, batch + picked)];
  const perm = [...back, ...range(back.length, out)];
  return c.moved(0, (t) => {
    const places = c.e.unsqueeze(c.e.cast(indices, 'int64', 7), [c.rank(1)]);
    const made = c.e.op('GatherND', [c.e.transpose(c.natural(t), front), places], { batch_dims: batch });
    return c.keep(c.e.transpose(made, perm));
  });
};

const gatherNd: Lowering = (c) => c.moved(0, (t) => c.keep(c.e.op('GatherND', [c.natural(t), c.int64(1)])));

/** Elements for the same place are summed. Inputs: places, elements, shape. */
const scatterNd: Lowering = (c) => {
  const updates = c.natural(c.real(1));
  const dtype = c.e.dtype(updates);
  const wide = wideOf(dtype);
  const values = wide ? c.e.cast(updates, wide, c.code(wide)) : updates;
  const zero = c.e.op('Cast', [c.e.float(0)], { to: c.code(wide ?? dtype) });
  const empty = c.e.op('Expand', [zero, c.int64(2)]);
  const made = c.e.op('ScatterND', [empty, c.int64(0), values], { reduction: 'add' });
  return c.keep(wide ? c.e.op('Cast', [made], { to: c.code(dtype) }) : made);
};

/** Inputs: places (scalar, [n] or [n, rank]), shape, elements, the default. */
const sparseToDense: Lowering = (c) => {
  const { e } = c;
  const empty = e.op('Expand', [c.natural(c.stored(3)), c.int64(1)]);
  const rank = c.rank(0);
  const places = rank === 2 ? c.int64(0) : e.reshape(c.int64(0), [-1, 1]);
  const values = c.natural(c.stored(2));
  const count = e.slice(e.op('Shape', [places]), [0], [1], [0]);
  const all = c.rank(2) === 0 ? e.op('Expand', [values, count]) : values;
  return Operand.of(c.keep(e.op('ScatterND', [empty, places, all])));
};

const oneHot: Lowering = (c) => {
  const { e } = c;
  const dtype = c.outputDtype();
  const float = dtype === 'float';
  const depth = e.reshape(c.int64(1), [1]);
  const part = (i: number) =>
    e.reshape(float ? c.natural(c.real(i)) : e.op('Cast', [c.natural(c.stored(i))], { to: 7 }), [1]);
  const values = e.op('Concat', [part(3), part(2)], { axis: 0 });
  const made = e.op('OneHot', [e.op('Cast', [c.natural(c.stored(0))], { to: 7 }), depth, values], {
    axis: c.int('axis', -1),
  });
  return c.keep(e.cast(made, dtype, c.code(dtype)));
};

/** true on the diagonal of [rows, columns]. */
function diagonal(c: TfliteCall, rows: number, columns: number): ValueId {
  const values = Array.from({ length: rows * columns }, (_, i) => (Math.floor(i / columns) === i % columns ? 1 : 0));
  return c.e.numbers('bool', values, [rows, columns]);
}

const matrixDiag: Lowering = (c) => {
  const last = c.length(0, c.rank() - 1);
  const v = c.natural(c.stored());
  const zero = c.e.op('Cast', [c.e.float(0)], { to: c.code(c.e.dtype(v)) });
  const row = c.e.unsqueeze(v, [c.rank() - 1]);
  return Operand.of(c.keep(where(c, diagonal(c, last, last), row, zero)), c.quantizationOf());
};

/** ONNX Runtime chooses among some element types alone. */
function where(c: TfliteCall, condition: ValueId, yes: ValueId, no: ValueId): ValueId {
  const dtype = c.e.dtype(yes);
  const wide = wideOf(dtype);
  if (wide === null || dtype === 'uint8') return c.e.op('Where', [condition, yes, no]);
  const [a, b] = [yes, no].map((v) => c.e.cast(v, wide, c.code(wide)));
  return c.e.op('Cast', [c.e.op('Where', [condition, a!, b!])], { to: c.code(dtype) });
}

const matrixSetDiag: Lowering = (c) => {
  const rank = c.rank();
  const [rows, columns] = [c.length(0, rank - 2), c.length(0, rank - 1)];
  // The i-th element belongs to row i and column i: it is laid along the shorter of the two.
  const line = c.e.unsqueeze(c.natural(c.stored(1)), [rows <= columns ? rank - 1 : rank - 2]);
  return Operand.of(c.keep(where(c, diagonal(c, rows, columns), line, c.natural(c.stored()))), c.quantizationOf());
};

/** Inputs: the tensor, the part, where it begins, held within the tensor. */
export const dynamicUpdateSlice: Lowering = (c) => {
  const { e } = c;
  const [whole, part] = [c.shape(0), c.shape(1)];
  if (![...whole, ...part].every((d) => typeof d === 'number')) return c.refuse('a length of its tensors is not known');
  const begin = c.node.op === 'DYNAMIC_UPDATE_SLICE' ? c.int64(2) : startsOf(c, 2);
  const room = whole.map((d, i) => (d as number) - (part[i] as number));
  const at = e.op('Max', [e.op('Min', [begin, e.ints(room)]), e.ints([0])]);
  const count = elementCount(part as number[]);
  if (count > 1 << 22) c.refuse(`its part has ${count} elements`);
  const grid = Array.from({ length: count }, (_, i) => placeOf(i, part as number[])).flat();
  const places = e.op('Add', [e.ints(grid, [...(part as number[]), part.length]), at]);
  const made = e.op('ScatterND', [c.natural(c.stored(0)), places, c.natural(c.stored(1))]);
  return Operand.of(c.keep(made), c.quantizationOf());
};

/** Scalars, one for each axis, as one tensor. */
export function startsOf(c: TfliteCall, from: number): ValueId {
  const parts = range(from, c.count).map((i) => c.e.reshape(c.e.cast(c.natural(c.stored(i)), 'int64', 7), [1]));
  return parts.length === 1 ? parts[0]! : c.e.op('Concat', parts, { axis: 0 });
}

function placeOf(index: number, dims: readonly number[]): number[] {
  const out = new Array<number>(dims.length);
  let rest = index;
  for (let a = dims.length - 1; a >= 0; a--) {
    out[a] = rest % dims[a]!;
    rest = Math.floor(rest / dims[a]!);
  }
  return out;
}

const unique: Lowering = (c) => {
  // ONNX Runtime has it for few element types.
  const v = c.natural(c.stored());
  const whole = /int/.test(c.e.dtype(v));
  const ready = whole ? c.e.cast(v, 'int64', 7) : v;
  const [values, , inverse] = c.e.ops('Unique', [ready], { sorted: 0 }, ['', null, '']);
  return [Operand.of(c.keep(whole ? cast(c, values!) : values!)), c.keep(cast(c, inverse!, 1))];
};

const where1: Lowering = (c) => {
  const v = c.natural(c.stored());
  const bools = c.e.cast(v, 'bool', 9);
  return c.keep(c.e.transpose(c.e.op('NonZero', [bools]), [1, 0]));
};

const topK: Lowering = (c) => {
  const { e } = c;
  const v = c.natural(c.keepsSteps() ? c.stored() : c.real());
  const dtype = e.dtype(v);
  const wide = wideOf(dtype);
  const k = e.reshape(c.int64(1), [1]);
  const [values, indices] = e.ops('TopK', [wide ? e.cast(v, wide, c.code(wide)) : v, k], { axis: -1 }, 2);
  const back = c.keep(wide ? e.op('Cast', [values!], { to: c.code(dtype) }) : values!);
  const first: Made = c.keepsSteps() ? Operand.of(back, c.quantizationOf()) : back;
  return [first, c.keep(cast(c, indices!, 1))];
};

/** Over the channels the result is the same in either order. */
const argument =
  (op: string): Lowering =>
  (c) => {
    const rank = c.rank();
    const axis = c.axis(c.known(1, 'axis')[0] ?? 0, rank);
    const one = (c.operand(0).quantization?.scale.length ?? 1) === 1;
    const t = one && /^(float|double|int8|uint8|int32)$/.test(c.dtype()) ? c.stored() : c.real();
    const first = orderAtHand(t) === 'first' && axis === rank - 1;
    const v = first ? c.first(t) : c.natural(t);
    const ready = wideOf(c.e.dtype(v)) && !/^u?int8$/.test(c.e.dtype(v)) ? c.e.cast(v, 'int32', 6) : v;
    return c.keep(cast(c, c.e.op(op, [ready], { axis: first ? 1 : axis, keepdims: 0 })));
  };

const cumulative: Lowering = (c) => {
  const plain = { exclusive: c.flag('exclusive') ? 1 : 0, reverse: c.flag('reverse') ? 1 : 0 };
  const axis = c.axis(c.known(1, 'axis')[0] ?? 0, c.rank());
  return c.keep(c.e.op('CumSum', [c.natural(), c.e.ints([axis], [])], plain));
};

/** How many boundaries are not above an element. */
const bucketize: Lowering = (c) => {
  const { e } = c;
  const x = e.toFloat(c.natural());
  const above = e.op('GreaterOrEqual', [e.unsqueeze(x, [c.rank()]), e.floats(c.floats('boundaries'))]);
  return c.keep(e.reduce('ReduceSum', e.op('Cast', [above], { to: 6 }), [c.rank()], false));
};

// ---- segments

const LIMITS = { float: 3.4028234663852886e38, int32: 2 ** 31 - 1 };

interface Segment {
  readonly reduction: string;
  readonly start: (c: TfliteCall, whole: boolean) => number;
}

const SUM: Segment = { reduction: 'add', start: () => 0 };
const PROD: Segment = { reduction: 'mul', start: () => 1 };
const MAX: Segment = { reduction: 'max', start: (_, whole) => (whole ? -LIMITS.int32 - 1 : -LIMITS.float) };
const MIN: Segment = { reduction: 'min', start: (_, whole) => (whole ? LIMITS.int32 : LIMITS.float) };

/** One more row takes what has a negative number, which belongs to no segment. */
function segments(c: TfliteCall, s: Segment, ids: ValueId, count: ValueId): Made {
  const { e } = c;
  const data = c.natural();
  const whole = e.dtype(data) !== 'float';
  const start = e.numbers(e.dtype(data), [s.start(c, whole)]);
  const rank = c.rank();
  const lead = c.rank(1);
  const rows = e.op('Add', [count, e.ints([1])]);
  const rest = e.slice(e.op('Shape', [data]), [lead], [INT_END], [0]);
  const empty = e.op('Expand', [start, rank > lead ? e.op('Concat', [rows, rest], { axis: 0 }) : rows]);
  const places = e.op('Where', [e.op('Less', [ids, e.ints([0], [])]), count, ids]);
  const made = e.op('ScatterND', [empty, e.unsqueeze(places, [lead]), data], { reduction: s.reduction });
  return c.keep(e.op('Slice', [made, e.ints([0]), count, e.ints([0])]));
}

const INT_END = 2 ** 31 - 1;

const unsorted =
  (s: Segment): Lowering =>
  (c) =>
    segments(c, s, c.int64(1), c.e.reshape(c.int64(2), [1]));

const segmentSum: Lowering = (c) => {
  const ids = c.int64(1);
  const last = c.e.reduce('ReduceMax', ids, [0], true);
  return segments(c, SUM, ids, c.e.op('Add', [last, c.e.ints([1])]));
};

// ---- rows of tables

/** Inputs: the numbers of rows, the rows. */
const embeddingLookup: Lowering = (c) => {
  const rows = c.operand(1);
  const ids = c.natural(c.stored(0));
  if (rows.quantization && rows.quantization.scale.length === 1) {
    const picked = Operand.of(c.keep(c.e.op('Gather', [c.natural(rows.stored), ids], { axis: 0 })), rows.quantization);
    return c.quantizationOf() === null ? picked.real(c.e) : picked;
  }
  return c.keep(c.e.op('Gather', [c.natural(c.real(1)), ids], { axis: 0 }));
};

/** Inputs: what is looked for, the keys, the rows. Gives zeros, and 0 in the second result, where there is no such key. */
const tableLookup: Lowering = (c) => {
  const { e } = c;
  const equal = e.op('Equal', [e.unsqueeze(c.natural(c.stored(0)), [1]), e.unsqueeze(c.natural(c.stored(1)), [0])]);
  const numbers = e.op('Cast', [equal], { to: 6 });
  const found = e.reduce('ReduceMax', numbers, [1], false);
  const rows = e.op('Gather', [c.natural(c.real(2)), e.op('ArgMax', [numbers], { axis: 1, keepdims: 0 })], { axis: 0 });
  const spread = e.reshape(e.toFloat(found), [-1, ...new Array<number>(c.rank(2) - 1).fill(1)]);
  return [c.keep(e.op('Mul', [rows, spread])), Operand.of(c.keep(e.op('Cast', [found], { to: 2 })))];
};

export const GATHER: Readonly<Record<string, Lowering>> = {
  ARG_MAX: argument('ArgMax'),
  ARG_MIN: argument('ArgMin'),
  BUCKETIZE: bucketize,
  CUMSUM: cumulative,
  DYNAMIC_UPDATE_SLICE: dynamicUpdateSlice,
  EMBEDDING_LOOKUP: embeddingLookup,
  GATHER: gather,
  GATHER_ND: gatherNd,
  HASHTABLE_LOOKUP: tableLookup,
  MATRIX_DIAG: matrixDiag,
  MATRIX_SET_DIAG: matrixSetDiag,
  ONE_HOT: oneHot,
  SCATTER_ND: scatterNd,
  SEGMENT_SUM: segmentSum,
  SPARSE_TO_DENSE: sparseToDense,
  TOPK_V2: topK,
  UNIQUE: unique,
  UNSORTED_SEGMENT_MAX: unsorted(MAX),
  UNSORTED_SEGMENT_MIN: unsorted(MIN),
  UNSORTED_SEGMENT_PROD: unsorted(PROD),
  UNSORTED_SEGMENT_SUM: unsorted(SUM),
  WHERE: where1,
};
