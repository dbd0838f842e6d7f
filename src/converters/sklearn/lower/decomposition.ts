/** sklearn/decomposition, random_projection, kernel_approximation, covariance: projections. */
import { mapArr, rowOf, transposed, type Arr, type Est } from './estimator.ts';
import { kernel } from './kernels.ts';
import { transformer, type Lowered, type Lowerer, type Lowering } from './lowered.ts';
import { once, type Val } from './builder.ts';
import type { Table } from './table.ts';
import { outlierDetector } from './tree.ts';

/** (X - mean)·componentsᵀ */
function project(l: Lowerer, x: Table, components: Arr, mean: Float64Array | null): Lowered {
  const { o } = l;
  const t = transposed(components);
  return transformer(l, components.dims[0]!, () => {
    const centred = mean ? o.shifted(o.sub(x.matrix(), o.f64(mean)), x.matrix(), mean, null) : x.matrix();
    return o.matmul(centred, o.f64(t.data, t.dims));
  });
}

export const pca: Lowering = (l, e, x) => {
  const c = e.arr('components_');
  const mean = e.optionalArr('mean_')?.data ?? null;
  if (!e.flag('whiten')) return project(l, x, c, mean);
  const width = c.dims[1]!;
  const variance = e.arr('explained_variance_').data;
  const scale = (row: number) => Math.max(Math.sqrt(variance[row]!), 2.220446049250313e-16);
  return project(
    l,
    x,
    mapArr(c, (v, i) => v / scale(Math.floor(i / width))),
    mean,
  );
};

export const byComponents: Lowering = (l, e, x) => project(l, x, e.arr('components_'), null);
export const fastIca: Lowering = (l, e, x) => project(l, x, e.arr('components_'), e.optionalArr('mean_')?.data ?? null);

/** E[z|x] = (I + W Ψ⁻¹ Wᵀ)⁻¹ W Ψ⁻¹ (x - μ) */
export const factorAnalysis: Lowering = (l, e, x) => {
  const w = e.arr('components_');
  const [k = 0, f = 0] = w.dims;
  const noise = e.arr('noise_variance_').data;
  const weighted = mapArr(w, (v, i) => v / noise[i % f]!);
  const m = Array.from({ length: k }, (_, i) =>
    Array.from({ length: k }, (_, j) => (i === j ? 1 : 0) + dot(rowOf(weighted, i), rowOf(w, j))),
  );
  const inverse = invert(m) ?? e.fail('its covariance cannot be inverted');
  const data = new Float64Array(k * f);
  for (let i = 0; i < k; i++)
    for (let j = 0; j < f; j++)
      for (let a = 0; a < k; a++) data[i * f + j]! += inverse[i]![a]! * weighted.data[a * f + j]!;
  return project(l, x, { dims: [k, f], data }, e.arr('mean_').data);
};

const dot = (a: Float64Array, b: Float64Array) => a.reduce((s, v, i) => s + v * b[i]!, 0);

/** Gauss-Jordan with pivots; null for a singular matrix. */
export function invert(matrix: readonly (readonly number[])[]): number[][] | null {
  const n = matrix.length;
  const rows = matrix.map((r, i) => [...r, ...Array.from({ length: n }, (_, j) => (i === j ? 1 : 0))]);
  for (let c = 0; c < n; c++) {
    let best = c;
    for (let r = c + 1; r < n; r++) if (Math.abs(rows[r]![c]!) > Math.abs(rows[best]![c]!)) best = r;
    if (rows[best]![c] === 0) return null;
    [rows[c], rows[best]] = [rows[best]!, rows[c]!];
    const pivot = rows[c]![c]!;
    rows[c] = rows[c]!.map((v) => v / pivot);
    for (let r = 0; r < n; r++) {
      const by = rows[r]![c]!;
      if (r !== c && by !== 0) rows[r] = rows[r]!.map((v, i) => v - by * rows[c]![i]!);
    }
  }
  return rows.map((r) => r.slice(n));
}

export const kernelPca: Lowering = (l, e, x) => {
  const fitted = e.arr('X_fit_');
  const gamma = e.has('gamma_') ? e.num('gamma_') : e.num('gamma', 1 / fitted.dims[1]!);
  const options = { gamma, coef0: e.num('coef0', 1), degree: e.num('degree', 3) };
  const name = e.text('kernel', 'linear');
  const linear = name === 'linear' ? { x: () => x.matrix(), fitted } : null;
  return kernelPcaOf(l, e, () => kernel(l.o, e, name, x.matrix(), fitted, options), linear);
};

/**
 * @param similarity gives [N, fitted rows]
 * @param linear where the similarities are products of x with the fitted rows
 */
export function kernelPcaOf(
  l: Lowerer,
  e: Est,
  similarity: () => Val,
  linear: { readonly x: () => Val; readonly fitted: Arr } | null = null,
): Lowered {
  const { o } = l;
  const values = e.arr('eigenvalues_', 'lambdas_').data;
  const vectors = e.arr('eigenvectors_', 'alphas_');
  const k = values.length;
  const scaled = mapArr(vectors, (v, i) => (values[i % k]! > 0 ? v / Math.sqrt(values[i % k]!) : 0));
  const centerer = e.est('_centerer');
  if (linear) {
    // A product with all fitted rows, centring and a product with the vectors are one product.
    const { rows, weights, bias } = centredProduct(centerer, scaled, k);
    const own = product(transposed(linear.fitted), { dims: [rows, k], data: weights });
    return transformer(l, k, () => o.add(o.matmul(linear.x(), o.f64(own.data, own.dims)), o.f64(bias)));
  }
  return transformer(l, k, () => {
    const kx = similarity();
    const rows = centerer.arr('K_fit_rows_').data;
    const mean = o.div(o.sum(kx, 1), o.num(rows.length));
    const centred = o.add(o.sub(o.sub(kx, o.f64(rows)), mean), o.num(centerer.num('K_fit_all_')));
    return o.matmul(centred, o.f64(scaled.data, scaled.dims));
  });
}

/** Centring takes from each row what the fitted rows have on average, and its own mean: that is linear, as the vectors are. */
function centredProduct(centerer: Est, vectors: Arr, k: number) {
  const means = centerer.arr('K_fit_rows_').data;
  const rows = means.length;
  const sums = new Float64Array(k);
  const bias = new Float64Array(k);
  vectors.data.forEach((v, i) => {
    sums[i % k]! += v;
    bias[i % k]! -= means[Math.floor(i / k)]! * v;
  });
  const all = centerer.num('K_fit_all_');
  return {
    rows,
    weights: vectors.data.map((v, i) => v - sums[i % k]! / rows),
    bias: bias.map((b, j) => b + all * sums[j]!),
  };
}

function product(a: Arr, b: Arr): Arr {
  const [rows = 0, inner = 0] = a.dims;
  const [, columns = 0] = b.dims;
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let m = 0; m < inner; m++)
      for (let j = 0; j < columns; j++) data[i * columns + j]! += a.data[i * inner + m]! * b.data[m * columns + j]!;
  return { dims: [rows, columns], data };
}

export const nystroem: Lowering = (l, e, x) => {
  const { o } = l;
  const fitted = e.arr('components_');
  const norm = transposed(e.arr('normalization_'));
  const options = { gamma: e.num('gamma', 1 / fitted.dims[1]!), coef0: e.num('coef0', 1), degree: e.num('degree', 3) };
  return transformer(l, norm.dims[1]!, () =>
    o.matmul(kernel(o, e, e.text('kernel', 'rbf'), x.matrix(), fitted, options), o.f64(norm.data, norm.dims)),
  );
};

/** Random Fourier features. */
export const rbfSampler: Lowering = (l, e, x) => {
  const { o } = l;
  const w = e.arr('random_weights_');
  const k = w.dims[1]!;
  return transformer(l, k, () => {
    const angle = o.add(o.matmul(x.matrix(), o.f64(w.data, w.dims)), o.f64(e.arr('random_offset_').data));
    return o.mul(o.op('Cos', [angle]), o.num(Math.sqrt(2 / k)));
  });
};

/** Mahalanobis distances of a robust covariance. */
export const ellipticEnvelope: Lowering = (l, e, x) => {
  const { o } = l;
  const p = e.arr('precision_');
  const score = once((): Val => {
    const d = o.sub(x.matrix(), o.f64(e.arr('location_').data));
    return o.neg(o.sum(o.mul(o.matmul(d, o.f64(p.data, p.dims)), d), 1, false));
  });
  return outlierDetector(l, score, e.num('offset_'));
};

export const refuseIterative: Lowering = (_, e: Est) =>
  e.fail('transforming solves an optimisation problem for each row, which ONNX operators do not express');
