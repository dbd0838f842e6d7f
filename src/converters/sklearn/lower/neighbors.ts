/** sklearn/neighbors: by distances to all fitted rows. */
import { NdArray } from '../../containers/pickle/index.ts';
import { once, type Val } from './builder.ts';
import { mapArr, toArr, type Arr, type Est } from './estimator.ts';
import { distances, squaredDistances } from './kernels.ts';
import {
  classifier,
  classValues,
  regressor,
  transformer,
  type Lowered,
  type Lowerer,
  type Lowering,
} from './lowered.ts';
import type { Table } from './table.ts';
import { outlierDetector } from './tree.ts';

export interface Nearest {
  /** [N, k], rising. */
  readonly distance: Val;
  /** int64 [N, k] */
  readonly index: Val;
}

export function nearest(l: Lowerer, e: Est, x: Table, k = e.num('n_neighbors', 5)): Nearest {
  const { o } = l;
  const d = distances(o, e, x.matrix(), e.arr('_fit_X'));
  const [distance, index] = o.ops('TopK', [d, o.i64([k])], { axis: 1, largest: 0, sorted: 1 }, ['double', 'int64']);
  return { distance: distance!, index: index! };
}

/** [N, k]; where a row has neighbours at distance zero, those alone count. */
function weightsOf(l: Lowerer, e: Est, distance: Val): Val | null {
  const { o } = l;
  const kind = e.text('weights', 'uniform');
  if (kind === 'uniform') return null;
  if (kind !== 'distance') return e.fail('its weights are a function');
  const zero = o.double(o.equal(distance, o.num(0)));
  const any = o.greater(o.reduce('Max', zero, 1), o.num(0));
  const safe = o.where(o.equal(distance, o.num(0)), o.num(1), distance);
  return o.where(any, zero, o.div(o.num(1), safe));
}

/** Columns of targets: [M] or [M, outputs] as [outputs][M]. */
function targets(e: Est): Float64Array[] {
  const y = e.arr('_y');
  const outputs = y.dims[1] ?? 1;
  const rows = y.dims[0]!;
  return Array.from({ length: outputs }, (_, t) =>
    Float64Array.from({ length: rows }, (_, i) => y.data[i * outputs + t]!),
  );
}

function classesOf(e: Est): NdArray[] {
  const c = e.need('classes_');
  return c instanceof NdArray
    ? [c]
    : e.list('classes_').map((v) => (v instanceof NdArray ? v : e.fail('its classes are no arrays')));
}

function voteShares(l: Lowerer, votes: Val, weights: Val | null, k: number): Val {
  const { o } = l;
  const hits = o.double(
    o.equal(
      o.unsqueeze(votes, 2),
      o.f64(
        Array.from({ length: k }, (_, i) => i),
        [1, 1, k],
      ),
    ),
  );
  const sum = o.sum(weights ? o.mul(hits, o.unsqueeze(weights, 2)) : hits, 1, false);
  const total = o.sum(sum, 1);
  return o.div(sum, o.where(o.equal(total, o.num(0)), o.num(1), total));
}

export const neighborsClassifier: Lowering = (l, e, x) => {
  const { o } = l;
  const classes = classesOf(e);
  const found = once(() => nearest(l, e, x));
  const weights = once(() => weightsOf(l, e, found().distance));
  const probas = once(() =>
    targets(e).map((y, t) => voteShares(l, o.gather(o.f64(y), found().index), weights(), classes[t]!.size)),
  );
  if (classes.length === 1) return classifier(l, { classes: classes[0]!, proba: () => probas()[0]! });
  const label = once(() =>
    o.concat(probas().map((p, t) => o.unsqueeze(o.gather(classValues(o, classes[t]!), o.argmax(p)), 1))),
  );
  return { label, probas, probaSizes: classes.map((c) => c.size) };
};

export const neighborsRegressor: Lowering = (l, e, x) => {
  const { o } = l;
  const flat = e.arr('_y').dims.length === 1;
  return regressor(() => {
    const found = nearest(l, e, x);
    const w = weightsOf(l, e, found.distance);
    const parts = targets(e).map((y) => {
      const v = o.gather(o.f64(y), found.index);
      return w ? o.div(o.sum(o.mul(v, w), 1), o.sum(w, 1)) : o.reduce('Mean', v, 1);
    });
    return flat ? o.flat(parts[0]!) : o.concat(parts);
  });
};

/** [N, M]: weight of every fitted row within the radius, zero outside. */
function withinRadius(l: Lowerer, e: Est, x: Table): Val {
  const { o } = l;
  const d = distances(o, e, x.matrix(), e.arr('_fit_X'));
  const inside = o.lessEq(d, o.num(e.num('radius', 1)));
  const masked = o.where(inside, d, o.num(Infinity));
  const w = weightsOf(l, e, masked);
  return w ? o.where(inside, w, o.num(0)) : o.double(inside);
}

export const radiusRegressor: Lowering = (l, e, x) => {
  const { o } = l;
  const y = e.arr('_y');
  return regressor(() => {
    const w = withinRadius(l, e, x);
    const sums = o.matmul(w, o.f64(y.data, [y.dims[0]!, y.dims[1] ?? 1]));
    const mean = o.div(sums, o.sum(w, 1));
    return y.dims.length === 1 ? o.flat(mean) : mean;
  });
};

export const radiusClassifier: Lowering = (l, e, x) => {
  const { o } = l;
  const classes = classesOf(e);
  const within = once(() => withinRadius(l, e, x));
  const outputs = targets(e).map((y, t) => radiusShares(l, e, within, y, classes[t]!, t));
  if (classes.length === 1) return classifier(l, { classes: classes[0]!, proba: outputs[0]! });
  const probas = once(() => outputs.map((p) => p()));
  const label = once(() =>
    o.concat(probas().map((p, t) => o.unsqueeze(o.gather(classValues(o, classes[t]!), o.argmax(p)), 1))),
  );
  return { label, probas, probaSizes: classes.map((c) => c.size) };
};

/** [N, classes]: shares among the rows within the radius; the outlier label where there are none. */
function radiusShares(
  l: Lowerer,
  e: Est,
  within: () => Val,
  y: Float64Array,
  classes: NdArray,
  output: number,
): () => Val {
  const { o } = l;
  const k = classes.size;
  const onehot = new Float64Array(y.length * k);
  y.forEach((c, i) => (onehot[i * k + c] = 1));
  const outlier = (e.has('outlier_label_') ? e.list('outlier_label_')[output] : null) ?? null;
  const at = outlier === null ? -1 : classes.values().indexOf(outlier);
  if (at < 0 && outlier !== null) e.fail('its outlier label is none of its classes');
  const shares = once(() => o.matmul(within(), o.f64(onehot, [y.length, k])));
  const total = once(() => o.sum(shares(), 1));
  return once(() => {
    const alone = o.equal(total(), o.num(0));
    const normal = o.div(shares(), o.where(alone, o.num(1), total()));
    const fallback = o.f64(
      Array.from({ length: k }, (_, i) => (i === at ? 1 : 0)),
      [1, k],
    );
    return o.where(alone, fallback, normal);
  });
}

/** By distance where the classes are equally likely, else by the score; probabilities by the score since version 1.6. */
export const nearestCentroid: Lowering = (l, e, x) => {
  const { o } = l;
  const classes = e.nd('classes_');
  const prior = e.optionalArr('class_prior_')?.data ?? new Float64Array(classes.size).fill(1 / classes.size);
  const uniform = prior.every((p) => Math.abs(p - 1 / classes.size) < 1e-8);
  const scored = e.has('within_class_std_dev_') && e.text('metric', 'euclidean') === 'euclidean';
  const scores = once(() => {
    const centroids = e.arr('centroids_');
    const deviation = e.arr('within_class_std_dev_').data.map((v) => (v === 0 ? 1 : v));
    const scaled = mapArr(centroids, (v, i) => v / deviation[i % deviation.length]!);
    const d = squaredDistances(o, o.div(x.matrix(), o.f64(deviation)), scaled);
    return o.sub(o.f64(prior.map((p) => 2 * Math.log(p))), d);
  });
  if (!uniform && !scored) return e.fail('its priors differ between classes and its metric is not euclidean');
  const index = () => (uniform ? o.argmin(distances(o, e, x.matrix(), e.arr('centroids_'))) : o.argmax(scores()));
  return classifier(l, { classes, index, ...(scored ? { proba: () => o.softmax(scores()) } : {}) });
};

/** How far a row lies out compared with its neighbours (_lof.py); only fitted with novelty=True it scores new rows. */
export const localOutlierFactor: Lowering = (l, e, x): Lowered => {
  const { o } = l;
  if (!e.flag('novelty')) e.fail('it was fitted with novelty=False, which cannot score new rows');
  const k = e.num('n_neighbors_', e.num('n_neighbors', 20));
  const own = e.arr('_distances_fit_X_');
  const width = own.dims[1]!;
  const reach = Float64Array.from({ length: own.dims[0]! }, (_, i) => own.data[i * width + k - 1]!);
  const scoreSamples = once(() => {
    const { distance, index } = nearest(l, e, x, k);
    const reachable = o.max(distance, o.gather(o.f64(reach), index));
    const density = o.div(o.num(1), o.add(o.reduce('Mean', reachable, 1), o.num(1e-10)));
    const ratio = o.div(o.gather(o.f64(e.arr('_lrd').data), index), density);
    return o.neg(o.flat(o.reduce('Mean', ratio, 1)));
  });
  return outlierDetector(l, scoreSamples, e.num('offset_'));
};

/** Neighbourhood components: a linear map. */
export const neighborhoodComponents: Lowering = (l, e, x) => {
  const { o } = l;
  const c: Arr = e.arr('components_');
  return transformer(l, c.dims[0]!, () => {
    const t = toArr(e.need('components_'))!;
    return o.op('Transpose', [o.matmul(o.f64(t.data, t.dims), o.transpose(x.matrix(), [1, 0]))], { perm: [1, 0] });
  });
};
