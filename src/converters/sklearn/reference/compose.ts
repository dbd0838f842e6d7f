/** Pipelines, column transformers and searches. */
import type { PyValue } from '../../containers/pickle/index.ts';
import { branches, isPassthrough } from '../lower/compose.ts';
import type { Est } from '../lower/estimator.ts';
import { notHere, type Evaluate, type Evaluator, type Frame } from './frame.ts';

const transformed = (by: Evaluator, e: Est, x: Frame): Frame =>
  (by.evaluate(e, x).transform ?? notHere('a step that does not transform'))();

export const pipeline: Evaluate = (by, e, x) => {
  const steps = e.list('steps').map((s) => (Array.isArray(s) ? (s[1] ?? null) : null));
  let at = x;
  steps.slice(0, -1).forEach((s) => {
    if (!isPassthrough(s)) at = transformed(by, e.within(s, 'step'), at);
  });
  const last = steps.at(-1) ?? null;
  return isPassthrough(last) ? { transform: () => at } : by.evaluate(e.within(last, 'step'), at);
};

function times(x: Frame, weights: PyValue, name: string): Frame {
  const w = weights instanceof Map ? weights.get(name) : undefined;
  if (typeof w !== 'number') return x;
  return { rows: x.rows, columns: x.columns.map((c) => (c instanceof Float64Array ? c.map((v) => v * w) : c)) };
}

export const columnTransformer: Evaluate = (by, e, x) => ({
  transform: () => {
    const parts = branches(e).map((b) => {
      const picked: Frame = { rows: x.rows, columns: b.columns.map((c) => x.columns[c]!) };
      const made = isPassthrough(b.transformer) ? picked : transformed(by, e.within(b.transformer, b.name), picked);
      return times(made, e.get('transformer_weights'), b.name);
    });
    return { rows: x.rows, columns: parts.flatMap((p) => p.columns) };
  },
});

export const featureUnion: Evaluate = (by, e, x) => ({
  transform: () => {
    const parts = e.list('transformer_list').flatMap((t) => {
      const [name, est = null] = Array.isArray(t) ? t : [];
      if (est === 'drop' || est === null) return [];
      const made = isPassthrough(est) ? x : transformed(by, e.within(est, 'part'), x);
      return times(made, e.get('transformer_weights'), String(name)).columns;
    });
    return { rows: x.rows, columns: parts };
  },
});

export const search: Evaluate = (by, e, x) => by.evaluate(e.est('best_estimator_'), x);
export const byEstimator: Evaluate = (by, e, x) => by.evaluate(e.est('estimator_', 'estimator'), x);
