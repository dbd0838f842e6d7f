/**
 * Steps down: `Op@V` rewrites a node of opset V for opset V - 1. Attributes at their default that the older opset does not
 * have are dropped without an entry here; operators that did not exist are said with others in expand.ts.
 */
import { getInt, getInts, getString, getTensor, getFloat, getFloats, getStrings, ints } from '../core/attributes.ts';
import { normalAxis } from '../core/dims.ts';
import { floatTensor, tensorOf, toNumbers } from '../core/tensor.ts';
import {
  clipComputed,
  compareIntegers,
  dropoutMask,
  equalFloats,
  expandByOnes,
  extremeOfIntegers,
  flooredMod,
  powOfOneType,
  reshapeAllowZero,
  roundEven,
  signedShift,
} from './arithmetic.ts';
import {
  evenSizes,
  gatherElements,
  gatherND,
  lastIndex,
  reduceComputed,
  scatterND,
  sliceByMask,
  splitComputed,
} from './computed.ts';
import { EXPAND } from './expand.ts';
import { cumulative } from './recurrences.ts';
import { gridSample } from './sampling.ts';
import { depthToSpaceCrd, dilatedPool, padComputedAxes } from './spatial.ts';
import { REDUCTIONS_18 } from './up.ts';
import { softmaxOverOne } from './softmax.ts';
import { scalarTensor, type Adapter, type Step } from './step.ts';

/** Negative axes came with opset 11. */
const AXIS_11 = [
  'Concat',
  'Flatten',
  'Gather',
  'ArgMax',
  'ArgMin',
  'Split',
  'OneHot',
  'Softmax',
  'LogSoftmax',
  'Hardmax',
  'Compress',
  'TopK',
];
const AXES_11 = ['Squeeze', 'ReduceSum', ...REDUCTIONS_18];

export const DOWN: Readonly<Record<string, Adapter>> = {
  ...EXPAND,
  ...Object.fromEntries(['Max', 'Min', 'Mean', 'Sum'].map((op) => [`${op}@8`, sameShapes])),
  'MaxPool@8': (s) => {
    if (!s.dropOutputs(1)) return 'its indices are read';
  },
  'Upsample@9': (s) => scalesToAttribute(s, 1),
  'Resize@10': (s) => s.draft.patchNode(s.id, { op: 'Upsample' }),
  'Dropout@10': (s) => {
    if (!s.dropOutputs(1)) return 'its mask is read, and had another type';
  },
  'Slice@10': sliceToAttributes,
  'TopK@10': (s) => {
    const k = s.integers(1);
    if (!k) return 'its k is computed, and there it is an attribute';
    s.setInputs([s.input(0)]);
    s.set({ k: k[0]! });
  },
  'Clip@11': clipToAttributes,
  'Pad@11': padToAttributes,
  'Resize@11': resizeTo10,
  'ScatterElements@11': (s) => s.draft.patchNode(s.id, { op: 'Scatter' }),
  ...Object.fromEntries(AXIS_11.map((op) => [`${op}@11`, positiveAxis])),
  ...Object.fromEntries(AXES_11.map((op) => [`${op}@11`, positiveAxes])),
  'Unsqueeze@11': (s) => {
    const axes = getInts(s.node, 'axes');
    const rank = s.rank(0);
    if (!axes?.some((a) => a < 0)) return;
    if (rank === null) return 'an axis is negative and the rank is not known';
    s.set({ axes: ints(axes.map((a) => (a < 0 ? a + rank + axes.length : a))) });
  },
  // C became optional with opset 11.
  'Gemm@11': (s) => {
    if (s.input(2) !== null) return;
    const dtype = s.dtype(0);
    const zero = dtype && s.scalar(dtype, 0);
    if (!zero) return 'it has no C, and the type of its inputs is not known';
    s.setInputs([s.input(0), s.input(1), zero]);
  },
  'Constant@12': constantToTensor,
  'Dropout@12': dropoutTo10,
  'MaxPool@10': (s) => {
    if (getInts(s.node, 'dilations')?.every((d) => d === 1)) s.set({ dilations: undefined });
  },
  'Less@9': compareIntegers,
  'Greater@9': compareIntegers,
  'GatherND@11': gatherND,
  'ScatterND@11': scatterND,
  'Expand@8': expandByOnes,
  'Max@12': extremeOfIntegers,
  'Min@12': extremeOfIntegers,
  'Pow@12': powOfOneType,
  'GatherElements@11': gatherElements,
  'CumSum@11': cumulative('Add'),
  'Round@11': roundEven,
  'CumProd@26': cumulative('Mul'),
  'Resize@13': (s) => {
    const none = () => s.draft.constant(s.node.graph, floatTensor([]));
    s.setInputs([s.input(0), s.input(1) ?? none(), s.input(2) ?? none(), s.input(3)]);
  },
  'ArgMax@12': lastIndex,
  'ArgMin@12': lastIndex,
  'DepthToSpace@11': depthToSpaceCrd,
  'Equal@11': equalFloats,
  'Reshape@14': reshapeAllowZero,
  'OptionalHasElement@18': (s) => {
    if (s.input(0) === null || !s.isOptional(0)) s.replaceBy(s.add('Identity', [s.truth(s.input(0) !== null)]));
  },
  'OptionalGetElement@18': (s) => {
    if (!s.isOptional(0)) s.replaceBy(s.add('Identity', [s.input(0)]));
  },
  'AveragePool@19': dilatedPool,
  'LpPool@18': dilatedPool,
  'BitShift@28': signedShift,
  'ReduceSum@13': reduceToAttribute,
  'Squeeze@13': (s) => s.moveToAttribute(1, 'axes'),
  'Unsqueeze@13': (s) => s.moveToAttribute(1, 'axes'),
  'Split@13': (s) => (s.input(1) !== null && !s.integers(1) ? splitComputed(s) : s.moveToAttribute(1, 'split')),
  'Softmax@13': softmaxDown,
  'LogSoftmax@13': softmaxDown,
  'Hardmax@13': softmaxDown,
  'QuantizeLinear@13': dropAxisOfScalar,
  'DequantizeLinear@13': dropAxisOfScalar,
  'Shape@15': shapeSlice,
  'RoiAlign@16': (s) => {
    const mode = getString(s.node, 'coordinate_transformation_mode', 'half_pixel');
    if (mode !== 'output_half_pixel') return `coordinate_transformation_mode = ${mode} did not exist`;
    s.set({ coordinate_transformation_mode: undefined });
  },
  ...Object.fromEntries(REDUCTIONS_18.map((op) => [`${op}@18`, reduceToAttribute])),
  'Mod@28': flooredMod,
  'Pad@18': padAllAxes,
  'Split@18': splitEvenly,
  'DFT@20': (s) => {
    const axis = s.input(2) === null ? [-2] : s.integers(2);
    const rank = s.rank(0);
    if (!axis || rank === null) return 'its axis is computed, and there it is an attribute';
    s.setInputs([s.input(0), s.input(1)]);
    s.set({ axis: normalAxis(axis[0]!, rank)! });
  },
  'GridSample@20': (s) => {
    if (s.rank(0) !== 4) return gridSample(s);
    const mode = getString(s.node, 'mode', 'linear');
    s.set({ mode: { linear: 'bilinear', cubic: 'bicubic' }[mode] ?? mode });
  },
};

/** Before opset 8 the inputs of a variadic operator were not broadcast. */
function sameShapes(s: Step): string | void {
  const shapes = s.node.inputs.map((_, i) => s.dims(i));
  const known = shapes.every((d) => d !== null && !d.includes(null));
  if (!known || new Set(shapes.map(String)).size > 1) return 'its inputs were not broadcast there';
}

function scalesToAttribute(s: Step, index: number): string | void {
  const scales = s.constant(index);
  if (!scales) return 'its scales are computed, and there they are an attribute';
  s.setInputs([s.input(0)]);
  s.set({ scales: { kind: 'floats', value: Float32Array.from(toNumbers(scales)) } });
}

function sliceToAttributes(s: Step): string | void {
  const [starts, ends] = [s.integers(1), s.integers(2)];
  const axes = s.input(3) === null ? undefined : s.integers(3);
  const steps = s.input(4) === null ? [] : s.integers(4);
  if (!starts || !ends || axes === null || !steps) return sliceByMask(s);
  if (steps.some((v) => v !== 1)) return 'steps other than 1 did not exist';
  const rank = s.rank(0);
  if (axes?.some((a) => a < 0) && rank === null) return 'an axis is negative and the rank is not known';
  s.setInputs([s.input(0)]);
  const positive = axes?.map((a) => (a < 0 ? a + rank! : a));
  s.set({ starts: ints(starts.map(clamp)), ends: ints(ends.map(clamp)), axes: positive ? ints(positive) : undefined });
}

const clamp = (v: number) => Math.max(-(2 ** 53), Math.min(2 ** 53, v));

function clipToAttributes(s: Step): string | void {
  const bounds: Record<string, { kind: 'float'; value: number } | undefined> = {};
  for (const [index, name] of [
    [1, 'min'],
    [2, 'max'],
  ] as const) {
    if (s.input(index) === null) continue;
    const bound = s.constant(index);
    if (!bound) return clipComputed(s);
    bounds[name] = { kind: 'float', value: toNumbers(bound)[0]! };
  }
  s.setInputs([s.input(0)]);
  s.set(bounds);
}

function padToAttributes(s: Step): string | void {
  const pads = s.integers(1);
  const value = s.input(2) === null ? 0 : s.constant(2);
  if (!pads || value === null) return 'its pads are computed, and there they are an attribute';
  const fill = value === 0 ? 0 : toNumbers(value)[0]!;
  s.setInputs([s.input(0)]);
  s.set({ pads: ints(pads), value: fill === 0 ? undefined : { kind: 'float', value: fill } });
}

/** Opset 10 measured from the corner and took the element below. */
function resizeTo10(s: Step): string | void {
  const transform = getString(s.node, 'coordinate_transformation_mode', 'half_pixel');
  const mode = getString(s.node, 'mode', 'nearest');
  const nearest = getString(s.node, 'nearest_mode', 'round_prefer_floor');
  if (transform !== 'asymmetric') return `coordinate_transformation_mode = ${transform} did not exist`;
  if (mode === 'cubic') return 'cubic interpolation did not exist';
  if (mode === 'nearest' && nearest !== 'floor') return `nearest_mode = ${nearest} did not exist`;
  const scales = s.input(2);
  if (scales === null || s.input(3) !== null) return 'a size in elements could not be given';
  s.setInputs([s.input(0), scales]);
  const gone = [
    'coordinate_transformation_mode',
    'nearest_mode',
    'cubic_coeff_a',
    'exclude_outside',
    'extrapolation_value',
  ];
  s.set(Object.fromEntries(gone.map((name) => [name, undefined])));
}

function positiveAxis(s: Step): void {
  const axis = getInt(s.node, 'axis');
  const rank = s.rank(0);
  // One-hot counts the axis in the result, which has one dimension more.
  const ranks = s.node.op === 'OneHot' ? (rank ?? 0) + 1 : rank;
  if (axis !== undefined && axis < 0 && rank !== null) s.set({ axis: axis + ranks! });
}

function positiveAxes(s: Step): void {
  const axes = getInts(s.node, 'axes');
  const rank = s.rank(0);
  if (axes?.some((a) => a < 0) && rank !== null) s.set({ axes: ints(axes.map((a) => (a < 0 ? a + rank : a))) });
}

/** value_int, value_floats … become a tensor. */
function constantToTensor(s: Step): string | void {
  const { node } = s;
  if (getTensor(node, 'value') || node.attributes.has('sparse_value')) return;
  const one = { float: getFloat(node, 'value_float'), int: getInt(node, 'value_int') };
  const floats = getFloats(node, 'value_floats');
  const integers = getInts(node, 'value_ints');
  const text = getString(node, 'value_string');
  const texts = getStrings(node, 'value_strings');
  const value =
    one.float !== undefined
      ? scalarTensor('float', one.float)
      : one.int !== undefined
        ? scalarTensor('int64', one.int)
        : floats
          ? tensorOf({ dtype: 'float', dims: [floats.length], values: floats })
          : integers
            ? tensorOf({ dtype: 'int64', dims: [integers.length], values: BigInt64Array.from(integers, BigInt) })
            : text !== undefined
              ? tensorOf({ dtype: 'string', dims: [], values: [text] })
              : texts
                ? tensorOf({ dtype: 'string', dims: [texts.length], values: [...texts] })
                : null;
  if (!value) return 'its value has no older form';
  s.draft.patchNode(s.id, { attributes: new Map([['value', { kind: 'tensor', value }]]) });
}

function dropoutTo10(s: Step): string | void {
  const training = s.input(2) === null ? null : s.constant(2);
  if (s.input(2) !== null && !training) return 'whether it trains is computed';
  if (training && Number((training.values as ArrayLike<number>)[0]) !== 0) return 'it is in training mode';
  const ratio = s.input(1) === null ? null : s.constant(1);
  if (s.isUsed(1)) return s.replaceAll([s.add('Identity', [s.input(0)]), dropoutMask(s)]);
  if (s.input(1) !== null && !ratio) return 'its ratio is computed, and there it is an attribute';
  s.setInputs([s.input(0)]);
  s.set({ seed: undefined, ratio: ratio ? { kind: 'float', value: toNumbers(ratio)[0]! } : undefined });
}

function reduceToAttribute(s: Step): string | void {
  const noop = getInt(s.node, 'noop_with_empty_axes', 0) === 1;
  const axes = s.input(1) === null ? [] : s.integers(1);
  if (!axes) return reduceComputed(s);
  if (axes.length === 0 && noop) return s.replaceBy(s.add('Identity', [s.input(0)]));
  s.setInputs([s.input(0)]);
  s.set({ noop_with_empty_axes: undefined, axes: axes.length > 0 ? ints(axes) : undefined });
}

function softmaxDown(s: Step): string | void {
  const axis = getInt(s.node, 'axis', -1);
  const rank = s.rank(0);
  if (axis === -1) return s.set({ axis: rank === null ? -1 : rank - 1 });
  if (rank === null) return 'the rank of its input is not known';
  const at = normalAxis(axis, rank)!;
  if (at === rank - 1) return s.set({ axis: at });
  softmaxOverOne(s, at, rank);
}

function dropAxisOfScalar(s: Step): string | void {
  const rank = s.rank(1);
  if (rank !== 0 && s.node.attributes.has('axis') && getInt(s.node, 'axis') !== 1)
    return 'scales per channel did not exist';
  if (rank !== null && rank > 0) return 'scales per channel did not exist';
  s.set({ axis: undefined });
}

function shapeSlice(s: Step): void {
  const start = getInt(s.node, 'start', 0);
  const end = getInt(s.node, 'end');
  if (start === 0 && end === undefined) return s.set({ start: undefined });
  const whole = s.add('Shape', [s.input(0)]);
  const stop = s.int64([end ?? 2 ** 31]);
  s.replaceBy(s.add('Slice', [whole, s.int64([start]), stop, s.int64([0])]));
}

/** Pads of some axes become pads of all. */
function padAllAxes(s: Step): string | void {
  if (s.input(3) === null) return;
  const [pads, axes, rank] = [s.integers(1), s.integers(3), s.rank(0)];
  if (!pads || !axes || rank === null) return padComputedAxes(s);
  const all = new Array<number>(2 * rank).fill(0);
  axes.forEach((a, i) => {
    const at = normalAxis(a, rank)!;
    all[at] = pads[i]!;
    all[at + rank] = pads[i + axes.length]!;
  });
  s.setInputs([s.input(0), s.int64(all), s.input(2)]);
}

/** num_outputs parts of equal size; the last may be smaller, and then the sizes must be written out. */
function splitEvenly(s: Step): string | void {
  const parts = getInt(s.node, 'num_outputs');
  if (parts === undefined) return;
  const dims = s.dims(0);
  const axis = dims && normalAxis(getInt(s.node, 'axis', 0), dims.length);
  const length = dims && axis !== null ? dims[axis]! : null;
  if (length === null) {
    s.setInputs([s.input(0), evenSizes(s, parts)]);
    return s.set({ num_outputs: undefined });
  }
  const size = Math.ceil(length / parts);
  if (length % parts !== 0) {
    const sizes = Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(size, length - i * size)));
    s.setInputs([s.input(0), s.int64(sizes)]);
  }
  s.set({ num_outputs: undefined });
}
