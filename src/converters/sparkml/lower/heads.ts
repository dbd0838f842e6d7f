/** From raw predictions to labels and probabilities, as Spark's ProbabilisticClassificationModel does. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { classified, number, vector, type Column, type Lowering } from '../stage.ts';

/** A label from int64 [N, 1]: Spark's prediction is a double. */
export const label = (c: Lowering, index: ValueId): Column => number(c.o.cast(index, 'double'));

/** The first largest; where thresholds are set, of probability / threshold, whose NaN (0 / 0) is never chosen. */
export function decide(c: Lowering, raw: ValueId, probabilities: ValueId): Column {
  const { o } = c;
  const thresholds = c.p.numbers('thresholds');
  if (!thresholds || thresholds.length === 0) return label(c, o.argMax(raw));
  const scaled = o.div(probabilities, o.doubles(thresholds));
  return label(c, o.argMax(o.where(o.isNaN(scaled), o.scalar(-Infinity), scaled)));
}

/** [N, 1] margin to raw [-m, m]. */
export function both(c: Lowering, margin: ValueId): ValueId {
  return c.o.concat([c.o.op('Neg', [margin]), margin]);
}

/** [1 - p, p] with p = 1 / (1 + exp(-factor·margin)). */
export function sigmoidPair(c: Lowering, margin: ValueId, factor = 1): ValueId {
  const { o } = c;
  const p = o.op('Sigmoid', [factor === 1 ? margin : o.mul(margin, o.scalar(factor))]);
  return o.concat([o.sub(o.scalar(1), p), p]);
}

/** A binary classifier whose raw prediction is [-m, m]. */
export function binary(c: Lowering, margin: ValueId, factor = 1): Column[] {
  const raw = both(c, margin);
  const probabilities = sigmoidPair(c, margin, factor);
  return finished(c, raw, probabilities, 2);
}

export function softmaxed(c: Lowering, raw: ValueId, classes: number): Column[] {
  return finished(c, raw, c.o.op('Softmax', [raw], { axis: 1 }), classes);
}

export function finished(c: Lowering, raw: ValueId, probabilities: ValueId, classes: number): Column[] {
  return classified(c, {
    raw: vector(raw, classes),
    label: decide(c, raw, probabilities),
    probabilities: vector(probabilities, classes),
  });
}
