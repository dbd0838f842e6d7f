/**
 * Fourier transforms. ONNX holds a complex number as two of float along a last axis more; so do tensors of the source that
 * are complex here, and only the operators of this file know what to do with them.
 */
import { type Held } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Lowering, Lowerings, TfCall } from './call.ts';

/** Tensors whose last axis holds real and imaginary parts. */
const complexes = new WeakSet<Held>();

export const isComplex = (t: Held): boolean => complexes.has(t);

function complex(c: TfCall, value: ValueId): Held {
  const t = c.keep(value);
  complexes.add(t);
  return t;
}

function partsOf(c: TfCall, t: Held): ValueId {
  return isComplex(t) ? c.natural(t) : c.refuse('its complex input was made by an operator that is not converted');
}

/** Real numbers cut (or padded with zeros) to the length of the transform, the first half of its result. */
const realTransform: Lowering = (c) => {
  const { e } = c;
  const length = c.knownNumber(1, 'length');
  const x = c.natural();
  const rank = c.rank();
  const given = c.shape()[rank - 1];
  const wide = e.unsqueeze(given === length ? x : fitted(c, x, rank, length), [rank]);
  return complex(c, e.op('DFT', [wide], { axis: rank - 1, onesided: 1 }));
};

function fitted(c: TfCall, x: ValueId, rank: number, length: number): ValueId {
  const { e } = c;
  const missing = e.op('Sub', [e.ints([length]), c.lengthOf(x, rank - 1)]);
  const zeros = e.ints(new Array<number>(2 * rank - 1).fill(0));
  return e.op('Pad', [x, e.op('Concat', [zeros, missing], { axis: 0 })]);
}

const transform =
  (inverse: boolean): Lowering =>
  (c) => {
    const x = partsOf(c, c.x);
    const axis = c.e.dims(x)!.length - 2;
    return complex(c, c.e.op('DFT', [x], { axis, ...(inverse ? { inverse: 1 } : {}) }));
  };

const part =
  (index: number): Lowering =>
  (c) =>
    isComplex(c.x) ? c.keep(c.e.op('Gather', [c.natural(), c.e.ints([index], [])], { axis: -1 })) : realPart(c, index);

const realPart = (c: TfCall, index: number): Held =>
  index === 0 ? c.x : c.keep(c.op('Sub', [c.natural(), c.natural()]));

const size: Lowering = (c) => c.keep(c.e.reduce('ReduceL2', partsOf(c, c.x), [-1], false));

const together: Lowering = (c) => {
  const parts = [c.x, c.input(1)].map((t) => c.e.unsqueeze(c.natural(t), [-1]));
  return complex(c, c.e.op('Concat', parts, { axis: -1 }));
};

export const SPECTRA: Lowerings = {
  Complex: together,
  ComplexAbs: size,
  FFT: transform(false),
  IFFT: transform(true),
  Imag: part(1),
  RFFT: realTransform,
  Real: part(0),
};
