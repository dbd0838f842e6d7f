/** StableHLO operators that are no mere other names (StableHLO specification, "Ops"). */
import { range } from '../../../graph-model/builders/axis-orders.ts';
import type { GraphId, ValueId } from '../../../graph-model/core/model.ts';
import { Operand } from './operand.ts';
import type { Lowering, TfliteCall } from './call.ts';
import { dynamicUpdateSlice, startsOf } from './gather.ts';
import { transposed } from './shape.ts';

const stored = (c: TfliteCall, v: ValueId) => Operand.of(c.keep(v), c.quantizationOf());
const lengthsOf = (c: TfliteCall, output = 0): number[] => {
  const shape = c.given.outputs[output]?.type;
  const dims = shape?.kind === 'tensor' ? shape.shape : null;
  return dims?.every((d) => typeof d === 'number')
    ? (dims as number[])
    : c.refuse('the shape of its result is not known');
};

const reshape: Lowering = (c) => stored(c, c.e.reshape(c.natural(c.stored()), lengthsOf(c)));
const transpose: Lowering = (c) => c.moved(0, (t) => transposed(c, t, c.ints('permutation')));
const concatenate: Lowering = (c) => {
  const values = range(0, c.count).map((i) => c.natural(c.stored(i)));
  return stored(c, c.e.op('Concat', values, { axis: c.int('dimension', 0) }));
};

/** Each axis of the input is one of the result's; the others are new. */
const broadcastInDim: Lowering = (c) => {
  const dims =
    c.ints('broadcast_dimensions').length > 0 || !c.has(1) ? c.ints('broadcast_dimensions') : c.known(1, 'dimensions');
  const out = lengthsOf(c);
  const shape = out.map((_, axis) => (dims.includes(axis) ? c.length(0, dims.indexOf(axis)) : 1));
  return stored(c, c.e.op('Expand', [c.e.reshape(c.natural(c.stored()), shape), c.e.ints(out)]));
};

const slice: Lowering = (c) => {
  const [starts, ends, strides] = [c.ints('start_indices'), c.ints('limit_indices'), c.ints('strides')];
  return stored(c, c.e.slice(c.natural(c.stored()), starts, ends, range(0, starts.length), strides));
};

const dynamicSlice: Lowering = (c) => {
  const sizes = c.ints('slice_sizes');
  const room = sizes.map((s, i) => c.length(0, i) - s);
  const { e } = c;
  const begin = e.op('Max', [e.op('Min', [startsOf(c, 1), e.ints(room)]), e.ints([0])]);
  const end = e.op('Add', [begin, e.ints(sizes)]);
  return stored(c, e.op('Slice', [c.natural(c.stored()), begin, end, e.ints(range(0, sizes.length))]));
};

/** Negative padding cuts off. */
const pad: Lowering = (c) => {
  if (c.ints('interior_padding').some((p) => p !== 0)) c.refuse('it pads between elements');
  const [low, high] = [c.ints('edge_padding_low'), c.ints('edge_padding_high')];
  const pads = c.e.ints([...low, ...high]);
  return stored(c, c.e.op('Pad', [c.natural(c.stored()), pads, c.e.reshape(c.natural(c.stored(1)), [])]));
};

const iota: Lowering = (c) => {
  const dims = lengthsOf(c);
  const axis = c.int('iota_dimension', 0);
  const line = c.e.numbers(
    'int64',
    range(0, dims[axis]!),
    dims.map((d, i) => (i === axis ? d : 1)),
  );
  const dtype = c.outputDtype();
  return c.keep(c.e.op('Expand', [c.e.cast(line, dtype, c.code(dtype)), c.e.ints(dims)]));
};

const convert: Lowering = (c) => {
  const dtype = c.outputDtype();
  return Operand.of(c.map(c.stored(), (v) => c.e.cast(v, dtype, c.code(dtype))));
};

/** As an Einsum: a letter for each axis, those that are summed left out of the result. */
const dotGeneral: Lowering = (c) => {
  const keys = [
    'lhs_batching_dimensions',
    'rhs_batching_dimensions',
    'lhs_contracting_dimensions',
    'rhs_contracting_dimensions',
  ];
  const [leftBatch, rightBatch, leftSum, rightSum] = keys.map((k) => c.ints(k));
  let next = 0;
  const letter = () => String.fromCharCode(97 + next++);
  const left = range(0, c.rank(0)).map(letter);
  const right = range(0, c.rank(1)).map((axis) => {
    const [b, s] = [rightBatch!.indexOf(axis), rightSum!.indexOf(axis)];
    return b >= 0 ? left[leftBatch![b]!]! : s >= 0 ? left[leftSum![s]!]! : letter();
  });
  const own = (list: string[], batch: number[], sum: number[]) =>
    list.filter((_, i) => !batch.includes(i) && !sum.includes(i));
  const out = [
    ...leftBatch!.map((i) => left[i]!),
    ...own(left, leftBatch!, leftSum!),
    ...own(right, rightBatch!, rightSum!),
  ];
  const equation = `${left.join('')},${right.join('')}->${out.join('')}`;
  return c.keep(c.e.op('Einsum', [c.natural(c.real(0)), c.natural(c.real(1))], { equation }));
};

const REDUCTIONS: Readonly<Record<string, string>> = {
  ADD: 'ReduceSum',
  MUL: 'ReduceProd',
  MAXIMUM: 'ReduceMax',
  MINIMUM: 'ReduceMin',
  STABLEHLO_ADD: 'ReduceSum',
  STABLEHLO_MULTIPLY: 'ReduceProd',
  STABLEHLO_MAXIMUM: 'ReduceMax',
  STABLEHLO_MINIMUM: 'ReduceMin',
};
const JOINS: Readonly<Record<string, string>> = {
  ReduceSum: 'Add',
  ReduceProd: 'Mul',
  ReduceMax: 'Max',
  ReduceMin: 'Min',
};

/** One tensor, reduced by a body of one operator; the start takes part. */
const reduce: Lowering = (c) => {
  if (c.count !== 2) c.refuse('it reduces several tensors at once');
  const ops = bodyOps(c, c.body('body_subgraph'));
  const op = ops.length === 1 ? REDUCTIONS[ops[0]!] : undefined;
  if (!op) return c.refuse(`its body is not one of ${Object.keys(REDUCTIONS).slice(4).join(', ')}`);
  const made = c.e.reduce(op, c.natural(), c.ints('dimensions'), false);
  return c.keep(c.e.op(JOINS[op]!, [made, c.e.reshape(c.natural(c.real(1)), [])]));
};

const bodyOps = (c: TfliteCall, graph: GraphId): readonly string[] => c.given.around.operatorsIn(graph);

/** Only the layout that TensorFlow Lite's own converter writes: [batch, ...spatial, features], [...spatial, in, out]. */
const convolution: Lowering = (c) => {
  const rank = c.rank();
  const count = rank - 2;
  const spatial = range(1, rank - 1);
  const natural =
    c.int('input_batch_dimension', 0) === 0 &&
    c.int('input_feature_dimension', 0) === rank - 1 &&
    String(c.ints('input_spatial_dimensions')) === String(spatial) &&
    c.int('output_batch_dimension', 0) === 0 &&
    c.int('output_feature_dimension', 0) === rank - 1;
  if (!natural) c.refuse('its tensors are not [batch, ..., features]');
  if (
    c.int('batch_group_count', 1) > 1 ||
    c.ints('lhs_dilation').some((d) => d > 1) ||
    c.ints('window_reversal').some((r) => r > 0)
  )
    c.refuse('it groups the batch, dilates its input or turns its window round');
  const kernelSpatial = c.ints('kernel_spatial_dimensions');
  const perm = [
    c.int('kernel_output_feature_dimension', 0),
    c.int('kernel_input_feature_dimension', 0),
    ...kernelSpatial,
  ];
  const pads = c.ints('padding');
  const ones = range(0, count).map(() => 1);
  const or = (list: number[], fallback: number[]) => (list.length > 0 ? list : fallback);
  const y = c.e.op('Conv', [c.first(), c.arranged(1, perm)], {
    strides: or(c.ints('window_strides'), ones),
    dilations: or(c.ints('rhs_dilation'), ones),
    pads:
      pads.length > 0
        ? [...ones.map((_, i) => pads[2 * i]!), ...ones.map((_, i) => pads[2 * i + 1]!)]
        : [...ones, ...ones].map(() => 0),
    group: c.int('feature_group_count', 1),
  });
  return c.keep(y, 'first');
};

export const HLO: Readonly<Record<string, Lowering>> = {
  STABLEHLO_BROADCAST_IN_DIM: broadcastInDim,
  STABLEHLO_CONCATENATE: concatenate,
  STABLEHLO_CONVERT: convert,
  STABLEHLO_CONVOLUTION: convolution,
  STABLEHLO_DOT_GENERAL: dotGeneral,
  STABLEHLO_DYNAMIC_SLICE: dynamicSlice,
  STABLEHLO_DYNAMIC_UPDATE_SLICE: dynamicUpdateSlice,
  STABLEHLO_IOTA: iota,
  STABLEHLO_PAD: pad,
  STABLEHLO_REDUCE: reduce,
  STABLEHLO_RESHAPE: reshape,
  STABLEHLO_SLICE: slice,
  STABLEHLO_TRANSPOSE: transpose,
};
