/** Operators said with older ones, as their definitions have it (ONNX, Operators.md); `Op@V` when V - 1 does not know it. */
import { getFloat, getInt, getString, getTensor } from '../core/attributes.ts';
import type { ValueId } from '../core/model.ts';
import type { DType } from '../core/types.ts';
import { normalAxis } from '../core/dims.ts';
import { attention, causalConv, rotaryEmbedding } from './attention.ts';
import { negativeLogLikelihood, softmaxCrossEntropy } from './losses.ts';
import { linearAttention, sequenceMap } from './recurrences.ts';
import { gridSample } from './sampling.ts';
import { centerCropPad, col2Im, tensorScatter } from './spatial.ts';
import { codeOf, scalarTensor, type Adapter, type Step } from './step.ts';

export const EXPAND: Readonly<Record<string, Adapter>> = {
  'ConstantOfShape@9': (s) => {
    const value = getTensor(s.node, 'value');
    const scalar = value ? { ...value, dims: [] } : scalarTensor('float', 0)!;
    s.replaceBy(s.add('Expand', [s.draft.constant(s.node.graph, scalar), s.input(0)]));
  },
  'NegativeLogLikelihoodLoss@12': negativeLogLikelihood,
  'SoftmaxCrossEntropyLoss@12': softmaxCrossEntropy,
  'GridSample@16': gridSample,
  'SequenceMap@17': sequenceMap,
  'CenterCropPad@18': centerCropPad,
  'Col2Im@18': col2Im,
  'TensorScatter@24': tensorScatter,
  'LinearAttention@27': linearAttention,
  'Celu@12': (s) => {
    const [alpha, zero] = [numberLike(s, getFloat(s.node, 'alpha', 1)), numberLike(s, 0)];
    if (alpha === null) return 'the type of its input is not known';
    const scaled = s.add('Div', [s.input(0), alpha]);
    const low = s.add('Mul', [alpha, s.add('Elu', [scaled], { alpha: { kind: 'float', value: 1 } })]);
    s.replaceBy(s.add('Add', [s.add('Max', [s.input(0), zero]), s.add('Min', [zero, low])]));
  },
  'GreaterOrEqual@12': (s) => orEqual(s, 'Greater'),
  'LessOrEqual@12': (s) => orEqual(s, 'Less'),
  'HardSwish@14': (s) => {
    const gate = s.add('HardSigmoid', [s.input(0)], { alpha: { kind: 'float', value: Math.fround(1 / 6) }, beta: 0.5 });
    s.replaceBy(s.add('Mul', [s.input(0), gate]));
  },
  'Trilu@14': trilu,
  'CastLike@15': (s) => {
    const to = s.dtype(1);
    if (!to) return 'the type it casts to is not known';
    s.replaceBy(s.add('Cast', [s.input(0)], { to: codeOf(to) }));
  },
  'LayerNormalization@17': layerNorm,
  'Mish@18': (s) => s.replaceBy(s.add('Mul', [s.input(0), s.add('Tanh', [s.add('Softplus', [s.input(0)])])])),
  'GroupNormalization@18': (s) => groupNorm(s, false),
  'GroupNormalization@21': (s) => groupNorm(s, true),
  'Gelu@20': gelu,
  'RMSNormalization@23': rmsNorm,
  'Attention@23': attention,
  'Attention@24': (s) => (s.input(6) === null ? undefined : attention(s)),
  'Attention@25': (s) => (hasWindow(s) ? attention(s) : undefined),
  'RotaryEmbedding@23': rotaryEmbedding,
  'CausalConvWithState@27': causalConv,
  'ThresholdedRelu@10': thresholdedRelu,
  'Bernoulli@15': bernoulli,
  'Swish@24': (s) => {
    const alpha = getFloat(s.node, 'alpha', 1);
    const x = s.input(0);
    const k = numberLike(s, alpha);
    if (k === null) return 'the type of its input is not known';
    s.replaceBy(s.add('Mul', [x, s.add('Sigmoid', [alpha === 1 ? x : s.add('Mul', [x, k])])]));
  },
};

const hasWindow = (s: Step) =>
  getInt(s.node, 'left_window_size', -1) >= 0 || getInt(s.node, 'right_window_size', -1) >= 0;

function orEqual(s: Step, op: string): void {
  const [a, b] = [s.input(0), s.input(1)];
  s.replaceBy(s.add('Or', [s.add(op, [a, b]), s.add('Equal', [a, b])]));
}

/** Keeps what lies on the k-th diagonal and above (or below) it, by comparing row and column numbers. */
function trilu(s: Step): string | void {
  const zero = numberLike(s, 0);
  if (zero === null) return 'the type of its input is not one that has plain zeros';
  const shape = s.add('Shape', [s.input(0)]);
  const count = (axis: number) => {
    const length = s.add('Gather', [shape, s.int64([axis], [])]);
    return s.add('Range', [s.int64([0], []), length, s.int64([1], [])]);
  };
  const rows = s.unsqueeze(count(-2), [1]);
  const start = s.input(1) === null ? rows : s.add('Add', [rows, s.input(1)]);
  const columns = count(-1);
  const upper = getInt(s.node, 'upper', 1) === 1;
  const outside = upper ? s.add('Less', [columns, start]) : s.add('Greater', [columns, start]);
  s.replaceBy(s.add('Where', [outside, zero, s.input(0)]));
}

/** A scalar of the type of the first input. */
function numberLike(s: Step, value: number): ValueId | null {
  const dtype = s.dtype(0);
  return dtype ? s.scalar(dtype, value) : null;
}

/** gelu(x) = x/2 (1 + erf(x / sqrt 2)), or its tanh approximation. */
function gelu(s: Step): string | void {
  const x = s.input(0);
  if (numberLike(s, 1) === null) return 'the type of its input is not known';
  const num = (v: number) => numberLike(s, v)!;
  const inner =
    getString(s.node, 'approximate', 'none') === 'tanh'
      ? s.add('Tanh', [
          s.add('Mul', [
            num(Math.sqrt(2 / Math.PI)),
            s.add('Add', [x, s.add('Mul', [num(0.044715), s.add('Pow', [x, num(3)])])]),
          ]),
        ])
      : s.add('Erf', [s.add('Div', [x, num(Math.SQRT2)])]);
  s.replaceBy(s.add('Mul', [s.add('Mul', [num(0.5), x]), s.add('Add', [inner, num(1)])]));
}

/** Axes from `axis` to the last one, as the normalizations reduce them. */
function tailAxes(s: Step): number[] | null {
  const rank = s.rank(0);
  if (rank === null) return null;
  const first = normalAxis(getInt(s.node, 'axis', -1), rank)!;
  return Array.from({ length: rank - first }, (_, i) => first + i);
}

/** The precision that means are taken in: double stays, everything shorter is single, as stash_type asks. */
function innerType(s: Step): DType | null {
  const dtype = s.dtype(0);
  if (dtype === null || !/^(b?float16|float|double)$/.test(dtype)) return null;
  return dtype === 'double' ? 'double' : 'float';
}

const inType = (s: Step, value: ValueId | null, from: DType | null, to: DType): ValueId =>
  from === to ? value! : s.cast(value, to);

/** (x - mean) / sqrt(var + epsilon) over the tail axes in single precision, then scale and bias in the input's own. */
function layerNorm(s: Step): string | void {
  const axes = tailAxes(s);
  const [dtype, inner] = [s.dtype(0), innerType(s)];
  if (!axes || !dtype || !inner) return 'the rank or the type of its input is not known';
  const x = inType(s, s.input(0), dtype, inner);
  const mean = s.reduce('ReduceMean', x, axes, 1);
  const centred = s.add('Sub', [x, mean]);
  const variance = s.reduce('ReduceMean', s.add('Mul', [centred, centred]), axes, 1);
  const epsilon = s.scalar(inner, getFloat(s.node, 'epsilon', 1e-5))!;
  const deviation = s.add('Sqrt', [s.add('Add', [variance, epsilon])]);
  const normal = inType(s, s.add('Div', [centred, deviation]), inner, dtype);
  const scaled = s.add('Mul', [normal, s.input(1)]);
  const out = s.input(2) === null ? scaled : s.add('Add', [scaled, s.input(2)]);
  const inverse = s.isUsed(2) ? s.add('Reciprocal', [deviation]) : null;
  s.replaceAll([out, s.isUsed(1) ? mean : null, inverse]);
}

/** x / sqrt(mean(x^2) + epsilon) in single precision, then scaled in the input's own. */
function rmsNorm(s: Step): string | void {
  const axes = tailAxes(s);
  const [dtype, inner] = [s.dtype(0), innerType(s)];
  if (!axes || !dtype || !inner) return 'the rank or the type of its input is not known';
  const x = inType(s, s.input(0), dtype, inner);
  const mean = s.reduce('ReduceMean', s.add('Mul', [x, x]), axes, 1);
  const epsilon = s.scalar(inner, getFloat(s.node, 'epsilon', 1e-5))!;
  const normal = s.add('Div', [x, s.add('Sqrt', [s.add('Add', [mean, epsilon])])]);
  s.replaceBy(s.add('Mul', [inType(s, normal, inner, dtype), s.input(1)]));
}

/** Instance normalization over [N, groups, rest], then scale and bias per channel (opset 21) or per group (opset 18). */
function groupNorm(s: Step, perChannel: boolean): string | void {
  const groups = getInt(s.node, 'num_groups');
  const [dims, dtype, inner] = [s.dims(0), s.dtype(0), innerType(s)];
  if (!groups || !dims || !dtype || !inner) return 'the rank or the type of its input is not known';
  const own = (i: number) => inType(s, s.input(i), dtype, inner);
  const shape = s.add('Shape', [s.input(0)]);
  const flat = s.add('Reshape', [own(0), s.int64([0, groups, -1])]);
  const epsilon = { kind: 'float', value: getFloat(s.node, 'epsilon', 1e-5) } as const;
  const filled = (v: number) => s.add('Expand', [s.scalar(inner, v)!, s.int64([groups])]);
  const [scale, bias] = perChannel ? [filled(1), filled(0)] : [own(1), own(2)];
  const normal = s.add('Reshape', [s.add('InstanceNormalization', [flat, scale, bias], { epsilon }), shape]);
  if (!perChannel) return s.replaceBy(inType(s, normal, inner, dtype));
  const column = s.int64([-1, ...dims.slice(2).map(() => 1)]);
  const scaled = s.add('Mul', [inType(s, normal, inner, dtype), s.add('Reshape', [s.input(1), column])]);
  s.replaceBy(s.add('Add', [scaled, s.add('Reshape', [s.input(2), column])]));
}

/** x where it is above alpha, else zero. */
function thresholdedRelu(s: Step): string | void {
  const num = (v: number) => numberLike(s, v);
  if (num(0) === null) return 'the type of its input is not known';
  const kept = s.add('Greater', [s.input(0), num(getFloat(s.node, 'alpha', 1))]);
  s.replaceBy(s.add('Where', [kept, s.input(0), num(0)]));
}

/** One with probability x. */
function bernoulli(s: Step): string | void {
  const dtype = s.dtype(0);
  if (!dtype) return 'the type of its input is not known';
  const seed = getFloat(s.node, 'seed');
  const like = seed === undefined ? {} : { seed: { kind: 'float', value: seed } as const };
  const drawn = s.add('RandomUniformLike', [s.input(0)], like);
  const to = getInt(s.node, 'dtype', codeOf(dtype));
  s.replaceBy(s.add('Cast', [s.add('Less', [drawn, s.input(0)])], { to }));
}
