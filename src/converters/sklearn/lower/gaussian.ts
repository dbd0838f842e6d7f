/** sklearn/gaussian_process: means of regressors; kernels (kernels.py) as expressions. */
import type { Val } from './builder.ts';
import { mapArr, type Arr, type Est } from './estimator.ts';
import { squaredDistances } from './kernels.ts';
import { regressor, type Lowerer, type Lowering } from './lowered.ts';

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

export const gaussianProcessClassifier: Lowering = (_, e) =>
  e.fail('its probabilities are integrals over the latent function, which are not expressed');
