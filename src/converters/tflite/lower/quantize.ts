/** Between real and stored numbers, and between element types. */
import { Held } from '../../../graph-model/builders/axis-orders.ts';
import { toNumbers } from '../../../graph-model/core/tensor.ts';
import { Operand, quantize } from './operand.ts';
import type { Lowering } from './call.ts';

/** float16 weights become float32 ones; what is quantised is read as real numbers wherever it is used. */
const dequantize: Lowering = (c) => {
  const { dense, quantization } = c.operand(0);
  const dtype = c.dtype();
  if (quantization !== null || (dtype !== 'float16' && dtype !== 'bfloat16')) return c.real();
  if (!dense) return c.map(c.stored(), (v) => c.e.toFloat(v));
  const values = Float32Array.from(toNumbers(dense));
  const wide = { dtype: 'float' as const, dims: dense.dims, values };
  const name = c.node.name;
  return new Operand({
    stored: Held.ofConstant({ dims: dense.dims, make: () => c.e.constant(wide, name) }),
    dense: wide,
  });
};

const asReal: Lowering = (c) => c.real();

/** Rounded to one of the steps from the nudged minimum to the nudged maximum (tensorflow/lite/kernels/internal, FakeQuant). */
const fakeQuant: Lowering = (c) => {
  const { e } = c;
  const [min, max, bits] = [c.number('min', 0), c.number('max', 0), c.int('num_bits', 8)];
  const [low, high] = [c.flag('narrow_range') ? 1 : 0, 2 ** bits - 1];
  const scale = Math.fround((max - min) / (high - low));
  if (scale === 0) return c.map(c.real(), (v) => e.op('Mul', [v, e.float(0)]));
  const zero = Math.min(high, Math.max(low, Math.round(low - min / scale)));
  const least = Math.fround((low - zero) * scale);
  return c.map(c.real(), (v) => {
    if (bits === 8 && low === 0) {
      const q = { scale: [scale], zeroPoint: [zero], axis: 0 };
      return e.op('DequantizeLinear', [quantize(e, v, q, 'uint8'), e.float(scale), e.numbers('uint8', [zero])]);
    }
    const held = e.op('Clip', [v, e.float(least), e.float((high - zero) * scale)]);
    const steps = e.op('Floor', [
      e.op('Add', [e.op('Div', [e.op('Sub', [held, e.float(least)]), e.float(scale)]), e.float(0.5)]),
    ]);
    return e.op('Add', [e.op('Mul', [steps, e.float(scale)]), e.float(least)]);
  });
};

const cast: Lowering = (c) => {
  const to = c.outputDtype();
  if (to.startsWith('complex') || c.dtype().startsWith('complex') || to === 'string') c.refuse(`it casts to ${to}`);
  return Operand.of(c.map(c.stored(), (v) => c.e.cast(v, to, c.code(to))));
};

/** Random numbers: other ones than TensorFlow Lite's, of the same distribution. */
const random =
  (op: string): Lowering =>
  (c) =>
    c.keep(c.e.op(op, [c.e.op('ConstantOfShape', [c.int64(0)])], { dtype: 1 }));

const multinomial: Lowering = (c) => {
  const count = c.known(1, 'number of samples')[0] ?? 1;
  return c.keep(
    c.e.op('Multinomial', [c.natural()], { sample_size: count, dtype: c.outputDtype() === 'int64' ? 7 : 6 }),
  );
};

export const QUANTIZE: Readonly<Record<string, Lowering>> = {
  CAST: cast,
  DENSIFY: (c) => c.operand(0),
  DEQUANTIZE: dequantize,
  FAKE_QUANT: fakeQuant,
  MULTINOMIAL: multinomial,
  QUANTIZE: asReal,
  RANDOM_STANDARD_NORMAL: random('RandomNormalLike'),
  RANDOM_UNIFORM: random('RandomUniformLike'),
};
