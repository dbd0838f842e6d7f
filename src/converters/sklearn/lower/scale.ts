/** sklearn/preprocessing: scalers and transformers of numbers. */
import { NdArray, PyGlobal, PyObject, type PyValue } from '../../containers/pickle/index.ts';
import { versionOf } from './boosting.ts';
import type { Builder, Val } from './builder.ts';
import { toArr, transposed, type Est } from './estimator.ts';
import { transformer, type Lowered, type Lowerer, type Lowering } from './lowered.ts';
import { singleScaler } from './single.ts';
import { byLines, justAbove, pieceFlags, pieceNumbers, type Line } from './steps.ts';
import { Table } from './table.ts';

/** (X - shift) / scale, where either may be left out. */
function shiftScale(l: Lowerer, e: Est, x: Table, shift: string | null, scale: string | null): Lowered {
  const { o } = l;
  const [by, over] = [shift, scale].map((name) => (name && e.has(name) ? e.arr(name).data : null));
  const made = transformer(l, x.width, () => {
    let y = x.matrix();
    if (by) y = o.sub(y, o.f64(by));
    if (over) y = o.div(y, o.f64(over));
    return o.shifted(y, x.matrix(), by ?? null, over ?? null);
  });
  return { ...made, outputs: () => scaledByOne(l, x, by ?? null, over ?? null) };
}

/** The result in float32; null where that would show. */
function scaledByOne(
  l: Lowerer,
  x: Table,
  shift: Float64Array | null,
  scale: Float64Array | null,
): Record<string, Val> | null {
  const width = (shift ?? scale)?.length;
  if (x.isText || x.isMixed || width === undefined) return null;
  const of = (row: Float64Array | null, otherwise: number) => row ?? new Float64Array(width).fill(otherwise);
  const made = singleScaler(l.o, x.matrix(), of(shift, 0), of(scale, 1));
  return made && { transformed: made };
}

export const standardScaler: Lowering = (l, e, x) =>
  shiftScale(l, e, x, e.flag('with_mean', true) ? 'mean_' : null, e.flag('with_std', true) ? 'scale_' : null);
export const robustScaler: Lowering = (l, e, x) =>
  shiftScale(
    l,
    e,
    x,
    e.flag('with_centering', true) ? 'center_' : null,
    e.flag('with_scaling', true) ? 'scale_' : null,
  );
export const maxAbsScaler: Lowering = (l, e, x) => {
  const made = shiftScale(l, e, x, null, 'scale_');
  return e.flag('clip') ? transformer(l, x.width, () => l.o.clip(made.transform!().matrix(), -1, 1)) : made;
};

export const minMaxScaler: Lowering = (l, e, x) => {
  const { o } = l;
  const [scale, min] = [e.arr('scale_').data, e.arr('min_').data];
  const [shift, over] = [min.map((v, i) => -v / scale[i]!), scale.map((v) => 1 / v)];
  const [low = 0, high = 1] = e.list('feature_range').map(Number);
  const made = transformer(l, x.width, () => {
    const y = o.add(o.mul(x.matrix(), o.f64(scale)), o.f64(min));
    return e.flag('clip') ? o.clip(y, low, high) : o.shifted(y, x.matrix(), shift, over);
  });
  const outputs = () => {
    const scaled = scaledByOne(l, x, shift, over);
    if (!scaled || !e.flag('clip')) return scaled;
    return { transformed: o.op('Clip', [scaled['transformed']!, o.num(low, 'float'), o.num(high, 'float')]) };
  };
  return { ...made, outputs };
};

export const normalizer: Lowering = (l, e, x) => {
  const { o } = l;
  const norm = e.text('norm', 'l2');
  const made = transformer(l, x.width, () => {
    const v = x.matrix();
    const size = rowNorm(o, v, norm);
    return o.div(v, o.where(o.equal(size, o.num(0)), o.num(1), size));
  });
  // The operator's MAX is not of the absolute values.
  if (norm === 'max') return made;
  const outputs = () => {
    const input = o.narrow(x.matrix());
    return input && { transformed: o.op('Normalizer', [input], { norm: norm.toUpperCase() }, 'float', 'ai.onnx.ml') };
  };
  return { ...made, outputs };
};

/** [N, 1]: l1, l2 or max norm of the rows. */
export function rowNorm(o: Builder, x: Val, norm: string): Val {
  if (norm === 'l1') return o.sum(o.abs(x), 1);
  return norm === 'max' ? o.reduce('Max', o.abs(x), 1) : o.sqrt(o.sum(o.square(x), 1));
}

export const binarizer: Lowering = (l, e, x) =>
  transformer(l, x.width, () => l.o.double(l.o.greater(x.matrix(), l.o.num(e.num('threshold', 0)))));

/** Monomials in scikit-learn's order: by degree, then lexicographic. */
export const polynomialFeatures: Lowering = (l, e, x) => {
  const { o } = l;
  const features = e.num('n_features_in_', e.num('n_input_features_', x.width ?? 0));
  const degree = e.get('degree');
  const [least, most] = typeof degree === 'number' ? [0, degree] : e.list('degree').map(Number);
  const from = Math.max(e.flag('include_bias', true) ? 0 : 1, least!);
  const combinations: number[][] = e.flag('include_bias', true) && from > 0 ? [[]] : [];
  for (let d = from; d <= most!; d++) choose(features, d, e.flag('interaction_only'), combinations);
  if (combinations.length > 20000) e.fail(`it makes ${combinations.length} columns`);
  return transformer(l, combinations.length, () => {
    const v = x.matrix();
    const padded = o.concat([v, o.filled(v, 1, 1)]);
    const factor = (k: number) =>
      o.columns(
        padded,
        combinations.map((c) => c[k] ?? features),
      );
    const factors = Array.from({ length: Math.max(1, most!) }, (_, k) => factor(k));
    return factors.reduce(o.mul);
  });
};

function choose(features: number, count: number, distinct: boolean, out: number[][]): void {
  const pick = (begin: number, chosen: number[]): void => {
    if (chosen.length === count) return void out.push(chosen);
    for (let f = begin; f < features && out.length <= 20000; f++) pick(distinct ? f + 1 : f, [...chosen, f]);
  };
  pick(0, []);
}

/** Bins by the count of inner edges that are not above the value; before 1.1 a value a little below an edge passed it too. */
export const kBins: Lowering = (l, e, x) => {
  const { o } = l;
  const nudged = (v: Val) => (versionOf(e) < 101 ? o.add(v, o.add(o.mul(o.abs(v), o.num(1e-5)), o.num(1e-8))) : v);
  const edges = e.list('bin_edges_').map((b) => toArr(b)!.data);
  const counts = edges.map((b) => b.length - 1);
  const onehot = e.text('encode', 'onehot') !== 'ordinal';
  const width = onehot ? counts.reduce((a, b) => a + b, 0) : edges.length;
  const inner = edges.map((b) => b.slice(1, -1));
  return transformer(l, width, () => {
    const v = nudged(x.matrix());
    if (!onehot) return pieceNumbers(o, v, inner);
    if (width * width <= MOST_FLAGS) return pieceFlags(o, v, inner);
    return o.concat(
      inner.map((b, i) => {
        const places = Array.from({ length: counts[i]! }, (_, k) => k);
        return o.double(o.equal(pieceNumbers(o, o.columns(v, [i]), [b]), o.f64(places, [1, counts[i]!])));
      }),
    );
  });
};

/** Leaves say all flags: so many are little to keep. */
const MOST_FLAGS = 250_000;

// Power and quantiles

function log1p(o: Builder, x: Val): Val {
  // log(1 + x) loses digits near zero; log1p(x) = 2·artanh(x / (2 + x)).
  const r = o.div(x, o.add(o.num(2), x));
  const small = o.less(o.abs(x), o.num(1e-4));
  const cubic = o.mul(o.num(2), o.mul(r, o.add(o.num(1), o.div(o.square(r), o.num(3)))));
  return o.where(small, cubic, o.log(o.add(o.num(1), o.where(small, o.num(1), x))));
}

function yeoJohnson(o: Builder, x: Val, lambda: number): Val {
  const positive = o.greaterEq(x, o.num(0));
  const up = o.where(positive, x, o.num(0));
  const down = o.where(positive, o.num(0), o.neg(x));
  const near = (a: number) => Math.abs(a) < 2.220446049250313e-16;
  const power = (v: Val, p: number) => o.div(o.sub(o.pow(o.add(v, o.num(1)), o.num(p)), o.num(1)), o.num(p));
  const above = near(lambda) ? log1p(o, up) : power(up, lambda);
  const below = near(lambda - 2) ? o.neg(log1p(o, down)) : o.neg(power(down, 2 - lambda));
  const both = o.where(positive, above, below);
  return o.where(o.isNan(x), x, both);
}

function boxCox(o: Builder, x: Val, lambda: number): Val {
  if (lambda === 0) return o.log(x);
  return o.div(o.sub(o.pow(x, o.num(lambda)), o.num(1)), o.num(lambda));
}

export const powerTransformer: Lowering = (l, e, x) => {
  const { o } = l;
  const lambdas = e.arr('lambdas_').data;
  const isBoxCox = e.text('method', 'yeo-johnson') === 'box-cox';
  const apply = isBoxCox ? boxCox : yeoJohnson;
  const scaler = e.flag('standardize', true) && e.has('_scaler') ? e.est('_scaler') : null;
  return transformer(l, lambdas.length, () => {
    const v = x.matrix();
    if (!isBoxCox && lambdas.every((a) => Math.min(Math.abs(a), Math.abs(2 - a)) > SMALLEST_POWER))
      return yeoJohnsonColumns(o, v, lambdas, scaler?.arr('mean_').data ?? null, scaler?.arr('scale_').data ?? null);
    const y = o.concat(Array.from(lambdas, (lambda, i) => apply(o, o.columns(v, [i]), lambda)));
    return scaler ? l.lower(scaler, Table.matrix(o, y, lambdas.length)).transform!().matrix() : y;
  });
};

/** Below, a power of a number less 1 keeps few of its digits. */
const SMALLEST_POWER = 1e-6;

/**
 * All columns at once, scaled: a·(|x| + 1)^p + b, where p, a and b differ on the two sides of 0. Logarithms and exponentials
 * of doubles take a quarter of the time of Pow.
 */
function yeoJohnsonColumns(
  o: Builder,
  x: Val,
  lambdas: Float64Array,
  mean: Float64Array | null,
  scale: Float64Array | null,
): Val {
  const isUp = o.greaterEq(x, o.num(0));
  const bySide = (of: (power: number, sign: number, column: number) => number) =>
    o.where(isUp, o.f64(lambdas.map((a, i) => of(a, 1, i))), o.f64(lambdas.map((a, i) => of(2 - a, -1, i))));
  const over = (i: number) => scale?.[i] ?? 1;
  const power = bySide((p) => p);
  const grown = o.exp(o.mul(power, o.log(o.add(o.abs(x), o.num(1)))));
  const factor = bySide((p, sign, i) => sign / p / over(i));
  const shift = bySide((p, sign, i) => (-sign / p - (mean?.[i] ?? 0)) / over(i));
  return o.add(o.mul(grown, factor), shift);
}

/** Linear interpolation of [N, 1] through rising points, constant outside. Equal abscissae keep the last, as np.interp does. */
export function interpolate(o: Builder, x: Val, xs: readonly number[], ys: readonly number[]): Val {
  const n = xs.length;
  if (n === 1) return o.add(o.mul(x, o.num(0)), o.num(ys[0]!));
  const end = n - 1;
  const lines: Line[] = [constant(-Infinity, ys[0]!)];
  for (let i = 0; i < end; i++)
    if (xs[i + 1]! > xs[i]!) lines.push(lineThrough(xs[i]!, xs[i]!, ys[i]!, xs[i + 1]!, ys[i + 1]!));
  return byLines(o, x, [[...lines, constant(xs[end]!, ys[end]!)]]);
}

const constant = (begin: number, y0: number): Line => ({ begin, x0: 0, y0, slope: 0 });

const lineThrough = (begin: number, x0: number, y0: number, x1: number, y1: number): Line => ({
  begin,
  x0,
  y0,
  slope: (y1 - y0) / (x1 - x0),
});

/** Mean of two interpolations, upwards and downwards, so that plateaus go to their middle (_data.py, _transform_col). */
export const quantileTransformer: Lowering = (l, e, x) => {
  const { o } = l;
  const quantiles = transposed(e.arr('quantiles_'));
  const references = e.arr('references_').data;
  const [features = 0, n = 0] = quantiles.dims;
  const isNormal = e.text('output_distribution') === 'normal';
  return transformer(l, features, () => {
    const columns = Array.from({ length: features }, (_, f) => {
      const q = quantiles.data.subarray(f * n, (f + 1) * n);
      const lines = quantileLines(q, references);
      return isNormal ? cutLines(lines, q[0]! + BOUND, justAbove(q[n - 1]! - BOUND)) : lines;
    });
    const y = byLines(o, x.matrix(), columns);
    return isNormal ? normalQuantile(o, y) : y;
  });
};

/** So near to the ends of its quantiles scikit-learn takes a value for the end itself where it makes the result normal. */
const BOUND = 1e-7;

function quantileLines(q: Float64Array, references: Float64Array): Line[] {
  const end = q.length - 1;
  const lines = [constant(-Infinity, 0)];
  for (let first = 0; first <= end;) {
    let last = first;
    while (last < end && q[last + 1] === q[first]) last++;
    const middle = (references[first]! + references[last]!) / 2;
    const isFlat = last > first || last === end;
    if (isFlat) lines.push(constant(q[first]!, first === 0 ? 0 : last === end ? 1 : middle));
    const begin = isFlat ? justAbove(q[first]!) : q[first]!;
    if (last < end) lines.push(lineThrough(begin, q[last]!, references[last]!, q[last + 1]!, references[last + 1]!));
    first = last + 1;
  }
  return [...lines, constant(justAbove(q[end]!), 1)];
}

/** 0 below `from`, 1 from `to` on, between them as it was; 0 where both hold. */
function cutLines(lines: readonly Line[], from: number, to: number): Line[] {
  const inner = lines.flatMap((line, i) => {
    const end = lines[i + 1]?.begin ?? Infinity;
    return end > from && line.begin < to && from < to ? [{ ...line, begin: Math.max(line.begin, from) }] : [];
  });
  return [constant(-Infinity, 0), ...inner, constant(Math.max(from, to), 1)];
}

/** Inverse of the normal distribution (Acklam 2003, relative error below 1.2e-9), clipped as scikit-learn clips it. */
function normalQuantile(o: Builder, p: Val): Val {
  const polynomial = (x: Val, c: readonly number[]) =>
    c.slice(1).reduce((sum, a) => o.add(o.mul(sum, x), o.num(a)), o.num(c[0]!));
  const tail = (q: Val) =>
    o.div(
      polynomial(
        q,
        [
          -7.784894002430293e-3, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
          2.938163982698783,
        ],
      ),
      polynomial(q, [7.784695709041462e-3, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1]),
    );
  const safe = o.clip(p, 1e-300, 1 - 1e-16);
  const d = o.sub(safe, o.num(0.5));
  const r = o.square(d);
  const central = o.div(
    o.mul(
      d,
      polynomial(
        r,
        [
          -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
          2.506628277459239,
        ],
      ),
    ),
    polynomial(
      r,
      [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1],
    ),
  );
  const below = tail(o.sqrt(o.mul(o.num(-2), o.log(safe))));
  const above = o.neg(tail(o.sqrt(o.mul(o.num(-2), o.log(o.complement(safe))))));
  const y = o.where(o.less(safe, o.num(0.02425)), below, o.where(o.greater(safe, o.num(1 - 0.02425)), above, central));
  return o.clip(y, -5.199337582605575, 5.19933758270342);
}

// Splines

/** B-splines by their polynomial pieces is exact; SciPy's BSpline gives knots and coefficients. */
export const splineTransformer: Lowering = (l, e, x) => {
  const { o } = l;
  const splines = e.list('bsplines_').map((s) => (s instanceof PyObject ? s : e.fail('its splines cannot be read')));
  const mode = e.text('extrapolation', 'constant');
  const degree = e.num('degree', 3);
  const drop = e.flag('include_bias', true) ? 0 : 1;
  const sizes = splines.map((s) => (toArr(s.get('_c') ?? s.get('c') ?? null)?.dims[1] ?? 0) - drop);
  return transformer(
    l,
    sizes.reduce((a, b) => a + b, 0),
    () => {
      const v = x.matrix();
      return o.concat(
        splines.map((s, f) => {
          const knots = Array.from(toArr(s.get('_t') ?? s.get('t') ?? null)?.data ?? []);
          const c = o.columns(v, [f]);
          const y = splineColumn(o, c, { knots, degree, mode, columns: sizes[f]! + drop });
          const seen = e.text('handle_missing') === 'zeros' ? o.where(o.isNan(c), o.num(0), y) : y;
          const wanted = Array.from({ length: sizes[f]! }, (_, i) => i);
          return drop ? o.columns(seen, wanted) : seen;
        }),
      );
    },
  );
};

interface Spline {
  readonly knots: readonly number[];
  readonly degree: number;
  readonly mode: string;
  /** Fewer than there are bases where the spline is periodic: its last bases are its first again. */
  readonly columns: number;
}

/** [N, columns] of [N, 1]. */
function splineColumn(o: Builder, x: Val, { knots, degree, mode, columns }: Spline): Val {
  const [a, b] = [knots[degree]!, knots[knots.length - 1 - degree]!];
  if (mode === 'continue') return basis(o, x, knots, degree);
  if (mode === 'periodic') {
    const turns = o.op('Floor', [o.div(o.sub(x, o.num(a)), o.num(b - a))]);
    const all = basis(o, o.sub(x, o.mul(turns, o.num(b - a))), knots, degree);
    const bases = knots.length - 1 - degree;
    const fold = new Float64Array(bases * columns);
    for (let i = 0; i < bases; i++) fold[i * columns + (i % columns)] = 1;
    return o.matmul(all, o.f64(fold, [bases, columns]));
  }
  const inside = o.clip(x, a, b);
  const y = basis(o, inside, knots, degree);
  if (mode !== 'linear') return y;
  const slopes = (at: number) => o.f64(slopesAt(at, knots, degree), [1, columns]);
  const beyond = (v: Val) => o.where(o.isNan(v), o.num(0), v);
  const below = o.mul(beyond(o.min(o.sub(x, o.num(a)), o.num(0))), slopes(a));
  const above = o.mul(beyond(o.max(o.sub(x, o.num(b)), o.num(0))), slopes(b));
  return o.add(y, o.add(below, above));
}

/** The bases of one degree at a number; the last interval is closed. */
function basesAt(x: number, knots: readonly number[], degree: number, outer: number): number[] {
  const last = knots.length - 2 - outer;
  let at = outer;
  while (at < last && x >= knots[at + 1]!) at++;
  let b = Array.from({ length: knots.length - 1 }, (_, i): number => (i === at ? 1 : 0));
  for (let d = 1; d <= degree; d++)
    b = Array.from({ length: b.length - 1 }, (_, i) => {
      const share = (from: number, to: number) => (to === from ? 0 : 1 / (to - from));
      const up = (x - knots[i]!) * share(knots[i]!, knots[i + d]!) * b[i]!;
      return up + (knots[i + d + 1]! - x) * share(knots[i + 1]!, knots[i + d + 1]!) * b[i + 1]!;
    });
  return b;
}

function slopesAt(x: number, knots: readonly number[], degree: number): number[] {
  const lower = degree > 0 ? basesAt(x, knots, degree - 1, degree) : [];
  const part = (i: number) => lower[i]! / (knots[i + degree]! - knots[i]! || Infinity);
  return Array.from({ length: knots.length - 1 - degree }, (_, i) =>
    degree === 0 ? 0 : degree * (part(i) - part(i + 1)),
  );
}

/** Cox-de Boor recursion over all intervals at once: [N, bases]. */
function basis(o: Builder, x: Val, knots: readonly number[], degree: number): Val {
  const n = knots.length - 1;
  const first = degree;
  const last = n - degree - 1;
  // Outside the base interval its outermost pieces go on.
  const lows = Array.from({ length: n }, (_, i) =>
    i === first ? -Infinity : i > first && i <= last ? knots[i]! : Infinity,
  );
  const highs = Array.from({ length: n }, (_, i) =>
    i === last ? Infinity : i >= first && i < last ? knots[i + 1]! : -Infinity,
  );
  let b = o.double(o.and(o.greaterEq(x, o.f64(lows, [1, n])), o.less(x, o.f64(highs, [1, n]))));
  for (let d = 1; d <= degree; d++) {
    const size = n - d;
    const range = (from: number) => Array.from({ length: size }, (_, i) => from + i);
    const inverse = (from: number) =>
      range(from).map((i) => (knots[i + d]! === knots[i]! ? 0 : 1 / (knots[i + d]! - knots[i]!)));
    const up = o.mul(
      o.sub(
        x,
        o.f64(
          range(0).map((i) => knots[i]!),
          [1, size],
        ),
      ),
      o.f64(inverse(0), [1, size]),
    );
    const down = o.mul(
      o.sub(
        o.f64(
          range(0).map((i) => knots[i + d + 1]!),
          [1, size],
        ),
        x,
      ),
      o.f64(inverse(1), [1, size]),
    );
    b = o.add(o.mul(up, o.columns(b, range(0))), o.mul(down, o.columns(b, range(1))));
  }
  return b;
}

// Functions

/** NumPy functions that ONNX has too. */
const FUNCTIONS: Readonly<Record<string, (o: Builder, x: Val) => Val>> = {
  log1p,
  log: (o, x) => o.log(x),
  log2: (o, x) => o.div(o.log(x), o.num(Math.LN2)),
  log10: (o, x) => o.div(o.log(x), o.num(Math.LN10)),
  exp: (o, x) => o.exp(x),
  exp2: (o, x) => o.pow(o.num(2), x),
  expm1: (o, x) => o.sub(o.exp(x), o.num(1)),
  sqrt: (o, x) => o.sqrt(x),
  cbrt: (o, x) => o.mul(o.op('Sign', [x]), o.pow(o.abs(x), o.num(1 / 3))),
  square: (o, x) => o.square(x),
  abs: (o, x) => o.abs(x),
  absolute: (o, x) => o.abs(x),
  fabs: (o, x) => o.abs(x),
  negative: (o, x) => o.neg(x),
  reciprocal: (o, x) => o.div(o.num(1), x),
  sign: (o, x) => o.op('Sign', [x]),
  sin: (o, x) => o.op('Sin', [x]),
  cos: (o, x) => o.op('Cos', [x]),
  tan: (o, x) => o.op('Tan', [x]),
  tanh: (o, x) => o.tanh(x),
  sinh: (o, x) => o.div(o.sub(o.exp(x), o.exp(o.neg(x))), o.num(2)),
  cosh: (o, x) => o.div(o.add(o.exp(x), o.exp(o.neg(x))), o.num(2)),
  floor: (o, x) => o.op('Floor', [x]),
  ceil: (o, x) => o.op('Ceil', [x]),
  rint: (o, x) => o.op('Round', [x]),
  expit: (o, x) => o.sigmoid(x),
  logit: (o, x) => o.log(o.div(x, o.complement(x))),
  deg2rad: (o, x) => o.mul(x, o.num(Math.PI / 180)),
  radians: (o, x) => o.mul(x, o.num(Math.PI / 180)),
  rad2deg: (o, x) => o.mul(x, o.num(180 / Math.PI)),
  degrees: (o, x) => o.mul(x, o.num(180 / Math.PI)),
  positive: (_, x) => x,
  arcsinh: (o, x) => {
    const size = o.abs(x);
    const square = o.square(size);
    const grown = o.div(square, o.add(o.num(1), o.sqrt(o.add(square, o.num(1)))));
    return o.mul(o.op('Sign', [x]), log1p(o, o.add(size, grown)));
  },
  arccosh: (o, x) => o.log(o.add(x, o.sqrt(o.sub(o.square(x), o.num(1))))),
  arctanh: (o, x) => o.mul(o.num(0.5), o.sub(log1p(o, x), log1p(o, o.neg(x)))),
  trunc: (o, x) => o.mul(o.op('Sign', [x]), o.op('Floor', [o.abs(x)])),
};

/** Applies a function that was pickled by name; anything else is refused with its name. */
export function applyFunction(l: Lowerer, e: Est, f: PyValue, x: Val, kwArgs: PyValue = null): Val {
  if (f === null) return x;
  const made = kwArgs instanceof Map && kwArgs.size > 0;
  const path =
    f instanceof PyGlobal ? f.path : f instanceof PyObject ? f.cls.path : f instanceof NdArray ? 'an array' : String(f);
  if (f instanceof PyObject && f.cls.path.startsWith('cloudpickle'))
    e.fail('its function was written into the file by cloudpickle, as Python code');
  const known = f instanceof PyGlobal && /^(numpy|scipy)\b/.test(f.module) ? FUNCTIONS[f.name] : undefined;
  if (!known && /^(numpy|scipy|math)\b/.test(path)) e.fail(`its function ${path} is not expressed`);
  if (!known) e.fail(`its function ${path} is Python code of your own`);
  if (made) e.fail(`its function ${path} is called with further arguments`);
  return known(l.o, x);
}

/** `partial(check_array, …)`, by which HistGradientBoosting passes its numeric columns on. */
function isCheck(f: PyValue): boolean {
  const inner = f instanceof PyObject && f.cls.name === 'partial' ? f.args[0] : f;
  return inner instanceof PyGlobal && /^sklearn\.utils\.validation\.(check_array|_check_array)$/.test(inner.path);
}

export const functionTransformer: Lowering = (l, e, x) => {
  if (!e.has('func') || isCheck(e.get('func'))) return { transform: () => x };
  return transformer(l, x.width, () => applyFunction(l, e, e.get('func'), x.matrix(), e.get('kw_args')));
};

export const kernelCenterer: Lowering = (l, e, x) => {
  const { o } = l;
  return transformer(l, x.width, () => {
    const k = x.matrix();
    const rows = e.arr('K_fit_rows_').data;
    const mean = o.div(o.sum(k, 1), o.num(rows.length));
    return o.add(o.sub(o.sub(k, o.f64(rows)), mean), o.num(e.num('K_fit_all_')));
  });
};
