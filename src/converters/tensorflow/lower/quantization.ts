/** Quantisation: what TensorFlow simulates becomes QuantizeLinear and DequantizeLinear where those say the same. */
import { type Held, orderAtHand, range } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { DenseTensor } from '../../../graph-model/core/tensor.ts';
import type { DType } from '../../../graph-model/core/types.ts';
import { noteQuantized } from './quantized-weights.ts';
import type { Lowering, Lowerings, TfCall } from './call.ts';

const f = Math.fround;

/** The range moved so that 0 is one of its steps. */
interface Nudged {
  readonly min: number;
  readonly max: number;
  readonly scale: number;
  readonly zero: number;
}

/** As TensorFlow's Nudge, in single precision. */
function nudged(min: number, max: number, least: number, most: number): Nudged {
  const scale = f(f(max - min) / (most - least));
  const from = f(least - f(min / scale));
  const zero = from < least ? least : from > most ? most : Math.round(from);
  return { min: f(f(least - zero) * scale), max: f(f(most - zero) * scale), scale, zero };
}

interface Steps {
  readonly least: number;
  readonly most: number;
}

const stepsOf = (c: TfCall): Steps => ({
  least: c.flag('narrow_range') ? 1 : 0,
  most: 2 ** c.int('num_bits', 8) - 1,
});

/** Up to 8 bits: a pair of QuantizeLinear and DequantizeLinear; what lies outside fewer steps is cut off before. */
function pair(c: TfCall, x: ValueId, all: readonly Nudged[], steps: Steps, axis: number): ValueId {
  const { e } = c;
  const perAxis = all.length > 1;
  const dims = perAxis ? [all.length] : [];
  const scale = e.numbers(
    'float',
    all.map((n) => n.scale),
    dims,
  );
  const zero = e.numbers(
    'uint8',
    all.map((n) => n.zero),
    dims,
  );
  const cut = steps.least === 0 && steps.most === 255 ? x : bounded(c, x, all, axis);
  const plain = perAxis ? { axis } : {};
  return e.op('DequantizeLinear', [e.op('QuantizeLinear', [cut, scale, zero], plain), scale, zero], plain);
}

function bounded(c: TfCall, x: ValueId, all: readonly Nudged[], axis: number): ValueId {
  if (all.length === 1) return c.op('Clip', [x, c.e.float(all[0]!.min), c.e.float(all[0]!.max)]);
  const rank = c.e.dims(x)!.length;
  const dims = [all.length, ...range(axis + 1, rank).map(() => 1)];
  const low = c.e.floats(
    all.map((n) => n.min),
    dims,
  );
  return c.op('Min', [
    c.op('Max', [x, low]),
    c.e.floats(
      all.map((n) => n.max),
      dims,
    ),
  ]);
}

/** floor((x - min) / scale + 0.5) · scale + min, as TensorFlow has it. */
function stepped(c: TfCall, x: ValueId, n: Nudged): ValueId {
  const { e } = c;
  const within = c.op('Clip', [x, e.float(n.min), e.float(n.max)]);
  const places = e.op('Mul', [e.op('Sub', [within, e.float(n.min)]), e.float(f(1 / n.scale))]);
  const whole = e.op('Floor', [e.op('Add', [places, e.float(0.5)])]);
  return e.op('Add', [e.op('Mul', [whole, e.float(n.scale)]), e.float(n.min)]);
}

function fakeQuant(c: TfCall, min: readonly number[], max: readonly number[], perChannel: boolean): Held {
  const steps = stepsOf(c);
  if (min.every((m, i) => m === 0 && max[i] === 0)) return c.map(c.x, (x) => c.op('Mul', [x, c.e.float(0)]));
  const all = min.map((m, i) => nudged(m, max[i]!, steps.least, steps.most));
  if (steps.most > 255 && perChannel) return c.refuse('more than 8 bits for each channel are not converted');
  if (steps.most > 255) return c.map(c.x, (x) => stepped(c, x, all[0]!));
  const first = orderAtHand(c.x) === 'first' && c.x.natural === null;
  const axis = first ? 1 : c.rank() - 1;
  const dense = c.dense(c.x);
  if (dense?.dtype === 'float') return quantizedConstant(c, dense, all, steps);
  const y = pair(c, withoutRelu(c, first ? c.first() : c.natural(), all), all, steps, axis);
  return c.keep(y, first ? 'first' : 'natural');
}

/** Where 0 is the least step, QuantizeLinear cuts what is below 0 by itself. */
function withoutRelu(c: TfCall, x: ValueId, all: readonly Nudged[]): ValueId {
  const maker = c.e.draft.producer(x);
  const full = stepsOf(c).least === 0 && stepsOf(c).most === 255;
  return maker?.op === 'Relu' && full && all.every((n) => n.zero === 0) ? maker.inputs[0]! : x;
}

/** Weights are quantised here; in what order a reader wants them, it takes them before the DequantizeLinear. */
function quantizedConstant(c: TfCall, dense: DenseTensor, all: readonly Nudged[], steps: Steps): Held {
  const values = dense.values as Float32Array;
  const q = new Uint8Array(values.length);
  for (let i = 0; i < q.length; i++) {
    const n = all[all.length === 1 ? 0 : i % all.length]!;
    const within = Math.min(Math.max(values[i]!, n.min), n.max);
    q[i] = Math.min(Math.max(Math.floor(f(f(within - n.min) * f(1 / n.scale)) + 0.5) + steps.least, 0), 255);
  }
  const scales = all.map((n) => n.scale);
  const zeros = all.map((n) => n.zero);
  return noteQuantized(c, { tensor: { dtype: 'uint8', dims: dense.dims, values: q }, scales, zeros });
}

const byArguments: Lowering = (c) => fakeQuant(c, [c.float('min', -6)], [c.float('max', 6)], false);
const byInputs: Lowering = (c) => {
  const [min, max] = [c.numbers(c.input(1)), c.numbers(c.input(2))];
  if (!min || !max) return computedRange(c);
  return fakeQuant(c, min, max, false);
};
const byChannel: Lowering = (c) => fakeQuant(c, c.known(1, 'least values'), c.known(2, 'largest values'), true);

/** The same with a range that the graph computes. */
function computedRange(c: TfCall): Held {
  const { e } = c;
  const { least, most } = stepsOf(c);
  const [min, max] = [c.natural(c.input(1)), c.natural(c.input(2))];
  const scale = e.op('Div', [e.op('Sub', [max, min]), e.float(most - least)]);
  const from = e.op('Sub', [e.float(least), e.op('Div', [min, scale])]);
  const zero = e.op('Floor', [e.op('Add', [e.op('Clip', [from, e.float(least), e.float(most)]), e.float(0.5)])]);
  const low = e.op('Mul', [e.op('Sub', [e.float(least), zero]), scale]);
  const high = e.op('Mul', [e.op('Sub', [e.float(most), zero]), scale]);
  return c.map(c.x, (x) => {
    const within = e.op('Min', [e.op('Max', [x, low]), high]);
    const places = e.op('Floor', [e.op('Add', [e.op('Div', [e.op('Sub', [within, low]), scale]), e.float(0.5)])]);
    return e.op('Add', [e.op('Mul', [places, scale]), low]);
  });
}

// ---- QuantizeAndDequantize

/** min and max of the whole tensor, or of each slice along an axis in a shape that broadcasts. */
function rangeOf(c: TfCall, x: ValueId, axis: number): readonly [ValueId, ValueId] {
  const rank = c.rank();
  const given = (t: Held) => {
    const value = c.cast(c.natural(t), c.e.dtype(x));
    return axis < 0 || c.shapeOrNull(t)?.length === 0
      ? value
      : c.e.reshape(value, [-1, ...range(axis + 1, rank).map(() => 1)]);
  };
  if (c.flag('range_given')) return [given(c.input(1)), given(c.input(2))];
  const axes = range(0, rank).filter((a) => a !== axis);
  return [c.e.reduce('ReduceMin', x, axes, axis >= 0), c.e.reduce('ReduceMax', x, axes, axis >= 0)];
}

/**
 * The scale is the smaller of those that fit min and max to the least and the largest step; the range is widened to what
 * it then covers. x is cut to that, divided, rounded and multiplied again: no step for zero is needed.
 */
const quantizeDequantize: Lowering = (c) => {
  const { e } = c;
  const bits = c.inputs.length > 3 ? c.knownNumber(3, 'number of bits') : c.int('num_bits', 8);
  const signed = c.flag('signed_input', true);
  const most = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const least = signed ? (c.flag('narrow_range') ? -most : -most - 1) : 0;
  const x = c.natural();
  const dtype = e.dtype(x);
  const n = (value: number) => c.scalar(value, dtype);
  const [min, max] = rangeOf(c, x, c.int('axis', -1));
  const huge = n(Infinity);
  const fits = (steps: number, end: ValueId) => {
    const scale = c.op('Div', [n(steps), end]);
    return steps === 0 ? huge : c.op('Where', [c.op('Greater', [scale, n(0)]), scale, huge]);
  };
  const factor = c.op('Min', [fits(least, min), fits(most, max)]);
  const within = c.op('Min', [c.op('Max', [x, c.op('Div', [n(least), factor])]), c.op('Div', [n(most), factor])]);
  const places = c.op('Mul', [within, factor]);
  const whole =
    c.text('round_mode', 'HALF_TO_EVEN') === 'HALF_UP'
      ? c.op('Floor', [c.op('Add', [places, n(0.5)])])
      : c.op('Round', [places]);
  return c.keep(c.op('Div', [whole, factor]));
};

// ---- QuantizeV2, Dequantize

const BITS: Partial<Record<DType, readonly [number, number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
};

/** Numbers that stand for a range: what each step is worth, and which stands for 0. */
const dequantize: Lowering = (c) => {
  const { e } = c;
  const x = c.natural();
  const from = e.dtype(x);
  const [least, most] = BITS[from] ?? c.refuse(`its type ${from} is not converted`);
  if (c.int('axis', -1) !== -1) c.refuse('a range for each channel is not converted');
  const [min, max] = [c.knownNumber(1, 'least value'), c.knownNumber(2, 'largest value')];
  const mode = c.text('mode', 'MIN_COMBINED');
  const wide = e.toFloat(x);
  const to = c.type('dtype', 'float');
  if (mode === 'SCALED') {
    const narrow = c.flag('narrow_range') ? least + 1 : least;
    const scale = from.startsWith('u') ? max / most : Math.max(min / narrow, max / most);
    return c.keep(c.cast(e.op('Mul', [wide, e.float(scale)]), to));
  }
  const scale = (max - min) / (most - least);
  if (mode === 'MIN_FIRST') {
    const offset = Math.round(min / scale) * scale;
    return c.keep(
      c.cast(e.op('Add', [e.op('Mul', [e.op('Sub', [wide, e.float(least)]), e.float(scale)]), e.float(offset)]), to),
    );
  }
  const half = least < 0 ? (most - least + 1) / 2 : 0;
  return c.keep(
    c.cast(e.op('Add', [e.op('Mul', [e.op('Add', [wide, e.float(half)]), e.float(scale)]), e.float(min)]), to),
  );
};

/** The range with 0 in it and no narrower than TensorFlow makes it. */
function widened(c: TfCall): readonly [number, number] {
  const [low, high] = [c.knownNumber(1, 'least value'), c.knownNumber(2, 'largest value')];
  const min = Math.min(0, low);
  const room = Math.max(1, Math.abs(low), Math.abs(high)) * c.float('ensure_minimum_range', 0.01);
  return [min, Math.max(0, high, min + room)];
}

/** Outputs: the numbers, the least and the largest value that they can stand for. */
const quantize: Lowering = (c) => {
  const { e } = c;
  const to = c.type('T');
  const [least, most] = BITS[to] ?? c.refuse(`its type ${to} is not converted`);
  if (c.int('axis', -1) !== -1) c.refuse('a range for each channel is not converted');
  const mode = c.text('mode', 'MIN_COMBINED');
  const [min, max] = widened(c);
  if (mode === 'SCALED') return scaledSteps(c, [min, max], [c.flag('narrow_range') ? least + 1 : least, most], to);
  const scale = (most - least) / (max - min);
  const within = c.op('Clip', [c.natural(), e.float(min), e.float(max)]);
  const zero = mode === 'MIN_FIRST' ? Math.round(min * scale) / scale : min;
  const places = e.op('Mul', [e.op('Sub', [within, e.float(zero)]), e.float(scale)]);
  const shift = least < 0 ? (most - least + 1) / 2 : 0;
  const whole = e.op('Round', [shift === 0 ? places : e.op('Sub', [places, e.float(shift)])]);
  const cut = e.op('Clip', [whole, e.float(least), e.float(most)]);
  return [c.keep(c.cast(cut, to)), c.keep(e.float(min)), c.keep(e.float(max))];
};

/** Symmetric around 0: the smaller of the scales that fit both ends. */
function scaledSteps(c: TfCall, range_: readonly number[], steps: readonly number[], to: DType): readonly Held[] {
  const { e } = c;
  const fits = range_.map((end, i) => (steps[i]! * end > 0 ? steps[i]! / end : Infinity));
  const scale = Math.min(...fits);
  const places = e.op('Round', [e.op('Mul', [c.natural(), e.float(scale)])]);
  const cut = e.op('Clip', [places, e.float(steps[0]!), e.float(steps[1]!)]);
  const ends = steps.map((s) => c.keep(e.float(s / scale)));
  return [c.keep(c.cast(cut, to)), ...ends];
}

export const QUANTIZATIONS: Lowerings = {
  Dequantize: dequantize,
  FakeQuantWithMinMaxArgs: byArguments,
  FakeQuantWithMinMaxVars: byInputs,
  FakeQuantWithMinMaxVarsPerChannel: byChannel,
  QuantizeAndDequantizeV2: quantizeDequantize,
  QuantizeAndDequantizeV3: quantizeDequantize,
  QuantizeAndDequantizeV4: quantizeDequantize,
  QuantizeV2: quantize,
};
