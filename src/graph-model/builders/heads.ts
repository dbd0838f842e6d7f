/** From scores to what a model promises: links, probabilities, labels. One table for the lowering and for the evaluator. */
import type { ValueId } from '../core/model.ts';
import type { Emitter } from './emitter.ts';

interface LinkRow {
  /** [N, K] float to [N, K] float. */
  emit(e: Emitter, scores: ValueId, factor: number): ValueId;
  apply(scores: Float64Array, factor: number): Float64Array;
}

const timed = (e: Emitter, v: ValueId, factor: number) => (factor === 1 ? v : e.op('Mul', [v, e.floats([factor])]));
const each = (f: (v: number) => number) => (scores: Float64Array, factor: number) => scores.map((v) => f(factor * v));

const LINK_ROWS = {
  identity: { emit: (_e, v) => v, apply: (v) => v },
  /** 1 / (1 + exp(-factor·v)), each score by itself. */
  sigmoid: { emit: (e, v, f) => e.op('Sigmoid', [timed(e, v, f)]), apply: each((v) => 1 / (1 + Math.exp(-v))) },
  softmax: { emit: (e, v, f) => e.op('Softmax', [timed(e, v, f)], { axis: 1 }), apply: softmax },
  exp: { emit: (e, v, f) => e.op('Exp', [timed(e, v, f)]), apply: each(Math.exp) },
  /** log(1 + exp(v)) */
  softplus: {
    emit: (e, v, f) => e.op('Softplus', [timed(e, v, f)]),
    apply: each((v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)))),
  },
  /** sign(v)·v² */
  signedSquare: { emit: (e, v) => e.op('Mul', [v, e.op('Abs', [v])]), apply: each((v) => v * Math.abs(v)) },
  /** 1 where v > 0, else 0. */
  step: { emit: (e, v) => e.cast(e.op('Greater', [v, e.floats([0])]), 'float'), apply: each((v) => (v > 0 ? 1 : 0)) },
  /** A mean and the logarithm of a standard deviation, [N, 2]: the mean and the variance exp(2·v). */
  meanAndVariance: {
    emit: (e, v) => {
      const column = (i: number) => e.op('Gather', [v, e.ints([i])], { axis: 1 });
      return e.op('Concat', [column(0), e.op('Exp', [e.op('Mul', [column(1), e.floats([2])])])], { axis: 1 });
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
  /** Class 1 of a binary model is chosen by `score > cut` (default) or by `probability > 0.5` as float32 has it. */
  readonly decideBy?: 'score' | 'probability';
}

/** `[predictions]`, or `[label, probabilities]`. @param outputs how many scores there are */
export function emitHead(e: Emitter, scores: ValueId, outputs: number, head: Head): ValueId[] {
  const linked = LINKS[head.link].emit(e, scores, head.factor ?? 1);
  if (head.kind === 'regression') return [outputs === 1 ? e.squeeze(linked, 1) : linked];
  if (head.kind === 'multiclass') {
    const best = e.op('ArgMax', [scores], { axis: 1, keepdims: 0 });
    return [named(e, best, head.labels), linked];
  }
  if (head.kind === 'multilabel') return [e.cast(e.op('Greater', [scores, e.floats([0])]), 'int64'), linked];
  const one =
    head.decideBy === 'probability'
      ? e.op('Greater', [linked, e.floats([0.5])])
      : e.op('Greater', [scores, e.floats([head.cut ?? 0])]);
  const label = e.cast(e.squeeze(one, 1), 'int64');
  const both = e.op('Concat', [e.op('Sub', [e.floats([1]), linked]), linked], { axis: 1 });
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
