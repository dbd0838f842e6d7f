/** Functions that ONNX has no operator for, by polynomials that are exact to single precision. */
import type { ValueId } from '../core/model.ts';
import type { TypedEmitter } from './typed-emitter.ts';

/** What writes the nodes: {@link TypedEmitter} itself, or what chooses types that runtimes have on the way. */
export interface Writer {
  readonly e: TypedEmitter;
  op(op: string, inputs: readonly ValueId[]): ValueId;
}

/** A number of the element type of a tensor. */
const like = ({ e }: Writer, x: ValueId, value: number) => e.numbers(e.dtype(x), [value]);

/** coefficients[0] + coefficients[1] t + ..., by Horner's rule. */
export function polynomial(w: Writer, t: ValueId, coefficients: readonly number[]): ValueId {
  return coefficients
    .slice(0, -1)
    .reduceRight<ValueId>(
      (sum, k) => w.op('Add', [w.op('Mul', [sum, t]), like(w, t, k)]),
      like(w, t, coefficients[coefficients.length - 1]!),
    );
}

/** Single-precision approximations of M. Giles, "Approximating the erfinv function" (2010). */
const ERFINV_NEAR = [
  1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087, -4.39150654e-6, -3.5233877e-6, 3.43273939e-7,
  2.81022636e-8,
];
const ERFINV_FAR = [
  2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773, -0.00367342844, 0.00134934322, 0.000100950558,
  -0.000200214257,
];

/** The inverse of Erf; infinite at -1 and 1. */
export function erfinv(w: Writer, x: ValueId): ValueId {
  const inside = w.op('Mul', [w.op('Sub', [like(w, x, 1), x]), w.op('Add', [like(w, x, 1), x])]);
  const depth = w.op('Neg', [w.op('Log', [inside])]);
  const near = polynomial(w, w.op('Sub', [depth, like(w, x, 2.5)]), ERFINV_NEAR);
  const far = polynomial(w, w.op('Sub', [w.op('Sqrt', [depth]), like(w, x, 3)]), ERFINV_FAR);
  const factor = w.op('Where', [w.op('Less', [depth, like(w, x, 5)]), near, far]);
  const infinite = w.op('Equal', [w.op('Abs', [x]), like(w, x, 1)]);
  return w.op('Mul', [w.op('Where', [infinite, like(w, x, Infinity), factor]), x]);
}

/** Chebyshev coefficients of e^-|x| I₀(x), highest first: up to 8 over x/2 - 2, beyond, times √x, over 32/x - 2 (Cephes). */
const I0_NEAR = [
  -1.30002500998624804212e-8, 6.04699502254191894932e-8, -2.67079385394061173391e-7, 1.11738753912010371815e-6,
  -4.41673835845875056359e-6, 1.64484480707288970893e-5, -5.75419501008210370398e-5, 1.88502885095841655729e-4,
  -5.75375574538582365885e-4, 1.63947561694133579842e-3, -4.3243099950505759443e-3, 1.05464603945949983183e-2,
  -2.37374148058994688156e-2, 4.93052842396707084878e-2, -9.4901097048047644421e-2, 1.71620901522208775349e-1,
  -3.04682672343198398683e-1, 6.76795274409476084995e-1,
];
const I0_FAR = [
  3.39623202570838634515e-9, 2.26666899049817806459e-8, 2.04891858946906374183e-7, 2.89137052083475648297e-6,
  6.88975834691682398426e-5, 3.3691164782556940899e-3, 8.04490411014108831608e-1,
];

/** A sum of Chebyshev polynomials of t/2, whose last coefficient counts half (Clenshaw). */
function chebyshev(w: Writer, t: ValueId, coefficients: readonly number[]): ValueId {
  let [b0, b1, b2] = [like(w, t, coefficients[0]!), like(w, t, 0), like(w, t, 0)];
  for (const k of coefficients.slice(1)) {
    [b2, b1] = [b1, b0];
    b0 = w.op('Add', [w.op('Sub', [w.op('Mul', [t, b1]), b2]), like(w, t, k)]);
  }
  return w.op('Mul', [w.op('Sub', [b0, b2]), like(w, t, 0.5)]);
}

/** e^-|x| I₀(x), the scaled modified Bessel function of order 0. */
export function besselI0e(w: Writer, x: ValueId): ValueId {
  const size = w.op('Abs', [x]);
  const edge = like(w, x, 8);
  const [low, high] = [w.op('Min', [size, edge]), w.op('Max', [size, edge])];
  const near = chebyshev(w, w.op('Sub', [w.op('Mul', [low, like(w, x, 0.5)]), like(w, x, 2)]), I0_NEAR);
  const at = w.op('Sub', [w.op('Div', [like(w, x, 32), high]), like(w, x, 2)]);
  const far = w.op('Div', [chebyshev(w, at, I0_FAR), w.op('Sqrt', [high])]);
  return w.op('Where', [w.op('Less', [size, edge]), near, far]);
}

/** I₀(x), the modified Bessel function of order 0. */
export const besselI0 = (w: Writer, x: ValueId): ValueId =>
  w.op('Mul', [w.op('Exp', [w.op('Abs', [x])]), besselI0e(w, x)]);
