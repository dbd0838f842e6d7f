/** From scores to what a model promises: links, probabilities, labels. One table for the lowering and for the evaluator. */
import type { ValueId } from '../core/model.ts';
import type { Emitter, Real } from './emitter.ts';

interface LinkRow {
  /** [N, K] to [N, K], in the scores' own type. */
  emit(e: Emitter, scores: ValueId, factor: number, type: Real): ValueId;
  apply(scores: Float64Array, factor: number): Float64Array;
}

const timed = (e: Emitter, v: ValueId, factor: number, type: Real) =>
  factor === 1 ? v : e.op('Mul', [v, e.reals(type, [factor])]);
const each = (f: (v: number) => number) => (scores: Float64Array, factor: number) => scores.map((v) => f(factor * v));

/** By exp of what is not positive: onnxruntime's Sigmoid of doubles gives 0 below about -18. */
function doubleSigmoid(e: Emitter, v: ValueId): ValueId {
  const small = e.op('Exp', [e.op('Neg', [e.op('Abs', [v])])]);
  const above = e.op('Where', [e.op('Less', [v, e.doubles([0])]), small, e.doubles([1])]);
  return e.op('Div', [above, e.op('Add', [e.doubles([1]), small])]);
}

const LINK_ROWS = {
  identity: { emit: (_e, v) => v, apply: (v) => v },
  /** 1 / (1 + exp(-factor·v)), each score by itself. */
  sigmoid: {
    emit: (e, v, f, t) => (t === 'float' ? e.op('Sigmoid', [timed(e, v, f, t)]) : doubleSigmoid(e, timed(e, v, f, t))),
    apply: each((v) => 1 / (1 + Math.exp(-v))),
  },
  softmax: { emit: (e, v, f, t) => e.op('Softmax', [timed(e, v, f, t)], { axis: 1 }), apply: softmax },
  exp: { emit: (e, v, f, t) => e.op('Exp', [timed(e, v, f, t)]), apply: each(Math.exp) },
  /** log(1 + exp(v)) */
  softplus: {
    // onnxruntime has Softplus for float32 alone.
    emit: (e, v, f, t) => {
      const soft = (x: ValueId) => e.op('Softplus', [x]);
      const x = timed(e, v, f, t);
      return t === 'float' ? soft(x) : e.cast(soft(e.cast(x, 'float')), 'double');
    },
    apply: each((v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)))),
  },
  /** sign(v)·v² */
  signedSquare: { emit: (e, v) => e.op('Mul', [v, e.op('Abs', [v])]), apply: each((v) => v * Math.abs(v)) },
  /** 1 where v > 0, else 0. */
  step: {
    emit: (e, v, _f, t) => e.cast(e.op('Greater', [v, e.reals(t, [0])]), t),
    apply: each((v) => (v > 0 ? 1 : 0)),
  },
  /** A mean and the logarithm of a standard deviation, [N, 2]: the mean and the variance exp(2·v). */
  meanAndVariance: {
    emit: (e, v, _f, t) => {
      const column = (i: number) => e.op('Gather', [v, e.ints([i])], { axis: 1 });
      return e.op('Concat', [column(0), e.op('Exp', [e.op('Mul', [column(1), e.reals(t, [2])])])], { axis: 1 });
    },
    apply: (v) => Float64Array.of(v[0]!, Math.exp(2 * v[1]!)),
  },
} as const satisfies Record<string, LinkRow>;

export type Link = keyof typeof LINK_ROWS;
const LINKS: Readonly<Record<Link, LinkRow>> = LINK_ROWS;

function softmax(scores: Float64Array, factor: number): Float64Array {
  const most = Math.max(...scores);
  const e = scores.map((v) => Math.exp(factor * (v - most)));
  const sum = e.reduce((a, b) => a + b, 0);
  return e.map((v) => v / sum);
}

export type Labels = readonly number[] | readonly string[];

/** What follows the scores. A binary head has one score, or two with a softmax. */
export interface Head {
  readonly kind: 'regression' | 'binary' | 'multiclass' | 'multilabel';
  readonly link: Link;
  /** Scores are multiplied by it before the link. */
  readonly factor?: number;
  /** Of classifiers, in the order of the probabilities; 0, 1, 2 … where absent. */
  readonly labels?: Labels;
  /** The score that a binary model's class 1 must be above, where it is not 0. */
  readonly cut?: number;
  /** Class 1 of a binary model, or a label of several, is chosen by `score > cut` (default) or by `probability > 0.5` as float32 has it. */
  readonly decideBy?: 'score' | 'probability';
}

/**
 * `[predictions]`, or `[label, probabilities]`, in the scores' own type.
 * @param outputs how many scores there are
 */
export function emitHead(e: Emitter, scores: ValueId, outputs: number, head: Head, type: Real = 'float'): ValueId[] {
  const linked = LINKS[head.link].emit(e, scores, head.factor ?? 1, type);
  const isAbove = (v: ValueId, cut: number) => e.op('Greater', [v, e.reals(type, [cut])]);
  // As the framework compares it, in float32.
  const isLikely = () => e.op('Greater', [type === 'float' ? linked : e.cast(linked, 'float'), e.floats([0.5])]);
  if (head.kind === 'regression') return [outputs === 1 ? e.squeeze(linked, 1) : linked];
  if (head.kind === 'multiclass') {
    const best = e.op('ArgMax', [scores], { axis: 1, keepdims: 0 });
    return [named(e, best, head.labels), linked];
  }
  const chosen = head.decideBy === 'probability' ? isLikely() : isAbove(scores, head.cut ?? 0);
  if (head.kind === 'multilabel') return [e.cast(chosen, 'int64'), linked];
  const label = e.cast(e.squeeze(chosen, 1), 'int64');
  const both = e.op('Concat', [e.op('Sub', [e.reals(type, [1]), linked]), linked], { axis: 1 });
  return [named(e, label, head.labels), both];
}

/** Class indices [N] int64 to the labels themselves. */
export function named(e: Emitter, index: ValueId, labels: Labels | undefined): ValueId {
  if (!labels || labels.every((l, i) => l === i)) return index;
  const strings = labels.every((l) => typeof l === 'string');
  const table = strings
    ? e.constant({ dtype: 'string', dims: [labels.length], values: labels as readonly string[] })
    : e.ints(labels as readonly number[]);
  return e.op('Gather', [table, index], { axis: 0 });
}

export interface HeadResult {
  readonly values: Float64Array;
  readonly label: number | string | null;
}

/** The evaluator's twin of {@link emitHead} for one row. */
export function applyHead(scores: Float64Array, head: Head): HeadResult {
  const values = LINKS[head.link].apply(scores, head.factor ?? 1);
  if (head.kind === 'regression' || head.kind === 'multilabel') return { values, label: null };
  const binary = head.kind === 'binary';
  const one = head.decideBy === 'probability' ? Math.fround(values[0]!) > 0.5 : scores[0]! > (head.cut ?? 0);
  const index = binary ? Number(one) : scores.indexOf(Math.max(...scores));
  const all = binary ? Float64Array.of(1 - values[0]!, values[0]!) : values;
  return { values: all, label: head.labels?.[index] ?? index };
}
