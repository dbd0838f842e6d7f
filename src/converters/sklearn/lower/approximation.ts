/** sklearn/kernel_approximation: maps whose products stand for a kernel. */
import type { Val } from './builder.ts';
import { transformer, type Lowering } from './lowered.ts';

/** The interval that minimises the error for 1, 2 and 3 steps; more need one given. */
const INTERVALS = [0.8, 0.5, 0.4];

export const additiveChi2Sampler: Lowering = (l, e, x) => {
  const { o } = l;
  const steps = e.num('sample_steps', 2);
  const interval = e.num('sample_interval_', e.num('sample_interval', INTERVALS[steps - 1] ?? NaN));
  return transformer(l, x.width === null ? null : x.width * (2 * steps - 1), () => {
    const v = x.matrix();
    const zero = o.equal(v, o.num(0));
    const safe = o.where(zero, o.num(1), v);
    const orZero = (y: Val) => o.where(zero, o.num(0), y);
    const angle = o.mul(o.num(interval), o.log(safe));
    const parts = [orZero(o.sqrt(o.mul(safe, o.num(interval))))];
    for (let j = 1; j < steps; j++) {
      const factor = o.sqrt(o.mul(safe, o.num((2 * interval) / Math.cosh(Math.PI * j * interval))));
      for (const wave of ['Cos', 'Sin']) parts.push(orZero(o.mul(factor, o.op(wave, [o.mul(o.num(j), angle)]))));
    }
    return o.concat(parts);
  });
};

export const skewedChi2Sampler: Lowering = (l, e, x) => {
  const { o } = l;
  const w = e.arr('random_weights_');
  const k = w.dims[1]!;
  return transformer(l, k, () => {
    const logs = o.log(o.add(x.matrix(), o.num(e.num('skewedness', 1))));
    const angle = o.add(o.matmul(logs, o.f64(w.data, w.dims)), o.f64(e.arr('random_offset_').data));
    return o.mul(o.op('Cos', [angle]), o.num(Math.SQRT2 / Math.sqrt(k)));
  });
};

/** Count sketches multiplied in the frequency domain; the Fourier transforms are products with constant matrices. */
export const polynomialCountSketch: Lowering = (l, e, x) => {
  const { o } = l;
  const [hashes, signs] = [e.arr('indexHash_'), e.arr('bitHash_')];
  const [degree = 1, features = 0] = hashes.dims;
  const n = e.num('n_components');
  const [gamma, coef0] = [e.num('gamma', 1), e.num('coef0', 0)];
  const wave = (f: (angle: number) => number, sign: number, rows: (i: number) => number, count: number) =>
    o.f64(
      Float64Array.from(
        { length: count * n },
        (_, i) => sign * f((2 * Math.PI * ((rows(Math.floor(i / n)) * (i % n)) % n)) / n),
      ),
      [count, n],
    );
  return transformer(l, n, () => {
    const scaled = o.mul(x.matrix(), o.num(Math.sqrt(gamma)));
    const v = coef0 === 0 ? scaled : o.concat([scaled, o.filled(scaled, 1, Math.sqrt(coef0))]);
    const frequencies = Array.from({ length: degree }, (_, d) => {
      const signed = o.mul(v, o.f64(signs.data.subarray(d * features, (d + 1) * features)));
      const place = (j: number) => hashes.data[d * features + j]!;
      return [
        o.matmul(signed, wave(Math.cos, 1, place, features)),
        o.matmul(signed, wave(Math.sin, -1, place, features)),
      ] as const;
    });
    const [re, im] = frequencies.reduce(([a, b], [c, d]) => [
      o.sub(o.mul(a, c), o.mul(b, d)),
      o.add(o.mul(a, d), o.mul(b, c)),
    ]);
    const back = (f: (angle: number) => number, sign: number) => wave(f, sign / n, (i) => i, n);
    return o.add(o.matmul(re, back(Math.cos, 1)), o.matmul(im, back(Math.sin, -1)));
  });
};
