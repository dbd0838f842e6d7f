/** sklearn/gaussian_process: means of regressors; kernels (kernels.py) as expressions. */
import { once, type Val } from './builder.ts';
import { errorFunction } from './error-function.ts';
import { mapArr, type Arr, type Est } from './estimator.ts';
import { squaredDistances } from './kernels.ts';
import { classifier, regressor, type Lowerer, type Lowering } from './lowered.ts';

/** [N, M] of a kernel between new and fitted rows. White noise is zero there. */
function covariance(l: Lowerer, k: Est, x: Val, fitted: Arr): Val {
  const { o } = l;
  const child = (name: string) => covariance(l, k.est(name), x, fitted);
  const m = fitted.dims[0]!;
  switch (k.name) {
    case 'Sum':
      return o.add(child('k1'), child('k2'));
    case 'Product':
      return o.mul(child('k1'), child('k2'));
    case 'Exponentiation':
      return o.pow(child('kernel'), o.num(k.num('exponent')));
    case 'ConstantKernel':
      return o.filled(x, m, k.num('constant_value', 1));
    case 'WhiteKernel':
      return o.filled(x, m, 0);
    case 'DotProduct': {
      const data = new Float64Array(fitted.data.length);
      const [rows = 0, width = 0] = fitted.dims;
      for (let i = 0; i < rows; i++) for (let j = 0; j < width; j++) data[j * rows + i] = fitted.data[i * width + j]!;
      return o.add(o.matmul(x, o.f64(data, [width, rows])), o.num(k.num('sigma_0', 1) ** 2));
    }
    default:
      return stationary(l, k, x, fitted);
  }
}

function stationary(l: Lowerer, k: Est, x: Val, fitted: Arr): Val {
  const { o } = l;
  const scale = k.optionalArr('length_scale')?.data ?? Float64Array.of(1);
  const squared = () =>
    squaredDistances(
      o,
      o.div(x, o.f64(scale)),
      mapArr(fitted, (v, i) => v / scale[i % scale.length]!),
    );
  const plain = () => squaredDistances(o, x, fitted);
  if (k.name === 'RBF') return o.exp(o.mul(o.num(-0.5), squared()));
  if (k.name === 'Matern') return matern(l, k, squared());
  if (k.name === 'RationalQuadratic') {
    const alpha = k.num('alpha', 1);
    const base = o.add(o.num(1), o.div(plain(), o.num(2 * alpha * scale[0]! ** 2)));
    return o.pow(base, o.num(-alpha));
  }
  if (k.name === 'ExpSineSquared') {
    const sine = o.op('Sin', [o.mul(o.sqrt(plain()), o.num(Math.PI / k.num('periodicity', 1)))]);
    return o.exp(o.mul(o.num(-2), o.square(o.div(sine, o.num(scale[0]!)))));
  }
  return k.fail(`the kernel ${k.name} is not expressed`);
}

function matern(l: Lowerer, k: Est, squared: Val): Val {
  const { o } = l;
  const nu = k.num('nu', 1.5);
  if (nu === Infinity) return o.exp(o.mul(o.num(-0.5), squared));
  const d = o.mul(o.sqrt(squared), o.num(Math.sqrt(2 * nu)));
  const decay = o.exp(o.neg(d));
  if (nu === 0.5) return decay;
  if (nu === 1.5) return o.mul(o.add(o.num(1), d), decay);
  if (nu === 2.5) return o.mul(o.add(o.add(o.num(1), d), o.div(o.square(d), o.num(3))), decay);
  return k.fail(`a Matern kernel with nu=${nu} needs Bessel functions`);
}

export const gaussianProcessRegressor: Lowering = (l, e, x) =>
  regressor(() => {
    const { o } = l;
    const fitted = e.arr('X_train_');
    const alpha = e.arr('alpha_');
    const outputs = alpha.dims[1] ?? 1;
    const mean = e.optionalArr('_y_train_mean')?.data ?? Float64Array.of(0);
    const std = e.optionalArr('_y_train_std')?.data ?? Float64Array.of(1);
    const k = covariance(l, e.est('kernel_'), x.matrix(), fitted);
    const y = o.add(o.mul(o.matmul(k, o.f64(alpha.data, [fitted.dims[0]!, outputs])), o.f64(std)), o.f64(mean));
    return alpha.dims.length === 1 || e.arr('y_train_').dims.length === 1 ? o.flat(y) : y;
  });

/** One binary process, or one against one or the rest of them. */
export const gaussianProcessClassifier: Lowering = (l, e, x) => {
  const made = l.lower(e.est('base_estimator_'), x);
  const classes = e.nd('classes_');
  const { index, proba } = made;
  return classifier(l, {
    classes,
    index: index!,
    ...(proba && (classes.size === 2 || e.text('multi_class') !== 'one_vs_one') ? { proba } : {}),
  });
};

/** Five error functions whose sum is close to the logistic function (_gpc.py). */
const LAMBDAS = [0.41, 0.4, 0.37, 0.44, 0.39];
const COEFFICIENTS = [-1854.8214151, 3516.89893646, 221.29346712, 128.12323805, -2010.49422654];

/** Laplace's approximation: the latent mean decides, its variance makes the probability less certain. */
export const binaryGaussianProcess: Lowering = (l, e, x) => {
  const { o } = l;
  const fitted = e.arr('X_train_');
  const m = fitted.dims[0]!;
  const kernel = e.est('kernel_');
  const k = once(() => covariance(l, kernel, x.matrix(), fitted));
  const y = e.arr('y_train_').data;
  const residual = e.arr('pi_').data.map((p, i) => y[i]! - p);
  const mean = once(() => o.matmul(k(), o.f64(residual, [m, 1])));
  const proba = () => {
    const solve = lowerInverse(e.arr('L_'));
    const root = e.arr('W_sr_').data;
    // (L⁻¹ diag(W½) kᵀ)ᵀ
    const w = new Float64Array(m * m);
    for (let i = 0; i < m; i++) for (let j = 0; j < m; j++) w[j * m + i] = solve[i * m + j]! * root[j]!;
    const v = o.matmul(k(), o.f64(w, [m, m]));
    const variance = o.sub(diagonal(l, kernel, x.matrix()), o.sum(o.square(v), 1));
    const squares = LAMBDAS.map((a) => 2 * a * a);
    const narrowed = o.sqrt(o.add(o.num(1), o.mul(variance, o.f64(squares, [1, 5]))));
    const erf = errorFunction(o, o.div(o.mul(mean(), o.f64(LAMBDAS, [1, 5])), narrowed));
    const half = COEFFICIENTS.map((c) => c / 2);
    const p = o.flat(o.add(o.sum(o.mul(erf, o.f64(half, [1, 5])), 1), o.num(half.reduce((a, b) => a + b, 0))));
    return o.pair(o.complement(p), p);
  };
  const index = () => o.cast(o.greater(o.flat(mean()), o.num(0)), 'int64');
  return classifier(l, { classes: e.nd('classes_'), index, proba });
};

/** The inverse of a lower triangle, row by row. */
function lowerInverse({ dims, data }: Arr): Float64Array {
  const n = dims[0]!;
  const out = new Float64Array(n * n);
  for (let c = 0; c < n; c++)
    for (let r = c; r < n; r++) {
      let sum = r === c ? 1 : 0;
      for (let i = c; i < r; i++) sum -= data[r * n + i]! * out[i * n + c]!;
      out[r * n + c] = sum / data[r * n + r]!;
    }
  return out;
}

/** [N, 1]: a kernel of rows with themselves. */
function diagonal(l: Lowerer, k: Est, x: Val): Val {
  const { o } = l;
  switch (k.name) {
    case 'Sum':
      return o.add(diagonal(l, k.est('k1'), x), diagonal(l, k.est('k2'), x));
    case 'Product':
      return o.mul(diagonal(l, k.est('k1'), x), diagonal(l, k.est('k2'), x));
    case 'Exponentiation':
      return o.pow(diagonal(l, k.est('kernel'), x), o.num(k.num('exponent')));
    case 'ConstantKernel':
      return o.filled(x, 1, k.num('constant_value', 1));
    case 'WhiteKernel':
      return o.filled(x, 1, k.num('noise_level', 1));
    case 'DotProduct':
      return o.add(o.sum(o.square(x), 1), o.num(k.num('sigma_0', 1) ** 2));
    default:
      return o.filled(x, 1, 1);
  }
}
