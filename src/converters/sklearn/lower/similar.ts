/** Estimators by similarity with fitted rows: kernel ridge, label propagation, graphs of neighbours, Isomap. */
import { once, type Val } from './builder.ts';
import { type Arr, type Est } from './estimator.ts';
import { kernelPcaOf } from './decomposition.ts';
import { distances, kernel, squaredDistances } from './kernels.ts';
import { classifier, regressor, transformer, type Lowerer, type Lowering } from './lowered.ts';
import { nearest } from './neighbors.ts';
import { PyGlobal } from '../../containers/pickle/index.ts';

export const kernelRidge: Lowering = (l, e, x) => {
  const { o } = l;
  const fitted = e.arr('X_fit_');
  const dual = e.arr('dual_coef_');
  const name = e.text('kernel', 'linear');
  if (e.get('kernel') instanceof PyGlobal) e.fail('its kernel is a function');
  const options = { gamma: e.num('gamma', 1 / fitted.dims[1]!), coef0: e.num('coef0', 1), degree: e.num('degree', 3) };
  return regressor(() => {
    const y = o.matmul(
      kernel(o, e, name, x.matrix(), fitted, options),
      o.f64(dual.data, [dual.dims[0]!, dual.dims[1] ?? 1]),
    );
    return dual.dims.length === 1 ? o.flat(y) : y;
  });
};

/** Shares of the labels of similar rows (_label_propagation.py, predict_proba). */
export const labelPropagation: Lowering = (l, e, x) => {
  const { o } = l;
  const classes = e.nd('classes_');
  const fitted = e.arr('X_');
  const shares = e.arr('label_distributions_');
  const name = e.text('kernel', 'rbf');
  if (name !== 'rbf' && name !== 'knn') e.fail('its kernel is a function');
  const proba = () => {
    const sums =
      name === 'rbf' ? byKernel(l, e, x.matrix(), fitted, shares) : byNearest(l, e, x.matrix(), fitted, shares);
    const total = o.sum(sums, 1);
    return o.div(sums, o.where(o.equal(total, o.num(0)), o.num(1), total));
  };
  return classifier(l, { classes, proba });
};

function byKernel(l: Lowerer, e: Est, x: Val, fitted: Arr, shares: Arr): Val {
  const { o } = l;
  const weights = o.exp(o.mul(o.num(-e.num('gamma', 20)), squaredDistances(o, x, fitted)));
  return o.matmul(weights, o.f64(shares.data, shares.dims));
}

function byNearest(l: Lowerer, e: Est, x: Val, fitted: Arr, shares: Arr): Val {
  const { o } = l;
  const k = o.i64([e.num('n_neighbors', 7)]);
  const [, index] = o.ops('TopK', [squaredDistances(o, x, fitted), k], { axis: 1, largest: 0, sorted: 1 }, [
    'double',
    'int64',
  ]);
  return o.sum(o.gather(o.f64(shares.data, shares.dims), index!), 1, false);
}

/** [N, fitted rows]: distances to the nearest, or ones; zeros elsewhere. */
export const neighborsGraph: Lowering = (l, e, x) => {
  const { o } = l;
  const fitted = e.arr('_fit_X');
  const withDistance = e.text('mode', 'distance') === 'distance';
  return transformer(l, fitted.dims[0]!, () => {
    if (e.name.startsWith('Radius')) {
      const d = distances(o, e, x.matrix(), fitted);
      const inside = o.lessEq(d, o.num(e.num('radius', 1)));
      return withDistance ? o.where(inside, d, o.num(0)) : o.double(inside);
    }
    const found = nearest(l, e, x, e.num('n_neighbors', 5) + (withDistance ? 1 : 0));
    const values = withDistance ? found.distance : o.add(o.mul(found.distance, o.num(0)), o.num(1));
    return o.op('ScatterElements', [o.filled(x.matrix(), fitted.dims[0]!, 0), found.index, values], { axis: 1 });
  });
};

/** Ways over the neighbours to all fitted rows, then kernel PCA of them (_isomap.py, transform). */
export const isomap: Lowering = (l, e, x) => {
  const { o } = l;
  const nbrs = e.est('nbrs_');
  if (e.has('radius')) e.fail('its neighbours are those within a radius');
  const ways = e.arr('dist_matrix_');
  const pca = e.est('kernel_pca_');
  return kernelPcaOf(l, pca, () => {
    const found = nearest(l, nbrs, x, nbrs.num('n_neighbors', 5));
    const over = o.add(o.gather(o.f64(ways.data, ways.dims), found.index), o.unsqueeze(found.distance, 2));
    return o.mul(o.num(-0.5), o.square(o.reduce('Min', over, 1, false)));
  });
};

const POOLS: Readonly<Record<string, 'Mean' | 'Max' | 'Min' | 'Sum'>> = {
  mean: 'Mean',
  max: 'Max',
  amax: 'Max',
  min: 'Min',
  amin: 'Min',
  sum: 'Sum',
};

/** One column a cluster of columns. */
export const featureAgglomeration: Lowering = (l, e, x) => {
  const { o } = l;
  const labels = Array.from(e.arr('labels_').data);
  const pool = e.get('pooling_func');
  const kind = pool instanceof PyGlobal && pool.module.startsWith('numpy') ? POOLS[pool.name] : undefined;
  if (!kind) return e.fail('it pools columns by a function of your own');
  const clusters = [...new Set(labels)].sort((a, b) => a - b);
  return transformer(l, clusters.length, () =>
    o.concat(
      clusters.map((c) =>
        o.reduce(
          kind,
          o.columns(
            x.matrix(),
            labels.flatMap((label, i) => (label === c ? [i] : [])),
          ),
          1,
        ),
      ),
    ),
  );
};

/** PLSSVD: scores by the weights of the first block. */
export const partialSvd: Lowering = (l, e, x) => {
  const { o } = l;
  const w = e.arr('x_weights_');
  return transformer(l, w.dims[1]!, () => {
    const centred = o.sub(x.matrix(), o.f64(e.arr('_x_mean', 'x_mean_').data));
    return o.matmul(o.div(centred, o.f64(e.arr('_x_std', 'x_std_').data)), o.f64(w.data, w.dims));
  });
};

/** A linear one-class machine: +1 where the decision is not below zero. */
export const sgdOneClass: Lowering = (l, e, x) => {
  const { o } = l;
  const coef = e.arr('coef_').data;
  const decision = once(() =>
    o.sub(o.flat(o.matmul(x.matrix(), o.f64(coef, [coef.length, 1]))), o.num(e.num('offset_'))),
  );
  const label = once(() => o.where(o.less(decision(), o.num(0)), o.num(-1, 'int64'), o.num(1, 'int64')));
  return { decision, label };
};
