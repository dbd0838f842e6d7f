/** What lowering an estimator gives: the results it has, each built when it is asked for. */
import type { NdArray } from '../../containers/pickle/index.ts';
import { once, type Builder, type Val } from './builder.ts';
import type { Est } from './estimator.ts';
import { Table } from './table.ts';

export interface Lowered {
  /** What `transform` gives. */
  readonly transform?: () => Table;
  /** Classes by position, for classifiers. */
  readonly classes?: NdArray;
  /** int64 [N]: the position of the predicted class. */
  readonly index?: () => Val;
  /** The predicted label in its own type: [N], or [N, outputs]. Clusterers and outlier detectors have it too. */
  readonly label?: () => Val;
  /** [N, classes] */
  readonly proba?: () => Val;
  /** One [N, classes] an output, of classifiers with several. */
  readonly probas?: () => Val[];
  /** Numbers of classes of `probas`. */
  readonly probaSizes?: readonly number[];
  /** [N] or [N, columns] */
  readonly decision?: () => Val;
  /** Regressors: [N] or [N, outputs]. */
  readonly predict?: () => Val;
  /**
   * What the model gives out where this is its last step, by fewer operators: float32, from which nothing is computed. Null
   * where there is no shorter way.
   */
  readonly outputs?: () => Readonly<Record<string, Val>> | null;
  /** Further results by name. */
  readonly extras?: Readonly<Record<string, () => Val>>;
}

export interface Lowerer {
  readonly o: Builder;
  /** Lowers an estimator within another. */
  lower(e: Est, x: Table): Lowered;
}

export type Lowering = (l: Lowerer, e: Est, x: Table) => Lowered;

/** A transformer that gives a matrix of doubles. */
export function transformer(l: Lowerer, width: number | null, make: () => Val): Lowered {
  return { transform: once(() => Table.matrix(l.o, make(), width)) };
}

export function regressor(make: () => Val): Lowered {
  return { predict: once(make) };
}

/** The classes as a constant in their own type. */
export function classValues(o: Builder, classes: NdArray): Val {
  if (classes.isText) return o.text(classes.strings());
  const numbers = classes.numbers();
  if (classes.dtype.kind === 'b') return o.flags(Array.from(numbers, (n) => n !== 0));
  return numbers.every(Number.isInteger) && classes.dtype.kind !== 'f' ? o.i64(numbers) : o.f64(numbers);
}

/** Classes 0, 1, 2 … of whole numbers are their own positions. */
function areOwnPositions(classes: NdArray): boolean {
  return !classes.isText && 'iu'.includes(classes.dtype.kind) && classes.numbers().every((v, i) => v === i);
}

interface ClassifierParts {
  readonly classes: NdArray;
  readonly index?: () => Val;
  readonly proba?: () => Val;
  readonly decision?: () => Val;
}

/** A classifier: where no rule for the label is given it is the most probable class, the first of equal ones. */
export function classifier(l: Lowerer, parts: ClassifierParts): Lowered {
  const { o } = l;
  const proba = parts.proba && once(parts.proba);
  const decision = parts.decision && once(parts.decision);
  const index = once(parts.index ?? (() => o.argmax(proba!())));
  const label = once(() =>
    areOwnPositions(parts.classes) ? index() : o.gather(classValues(o, parts.classes), index()),
  );
  return { classes: parts.classes, index, label, ...(proba ? { proba } : {}), ...(decision ? { decision } : {}) };
}

/** Position from a decision function as scikit-learn's linear classifiers take it: positive, or the greatest. */
export function indexOfDecision(o: Builder, decision: Val, binary: boolean): Val {
  return binary ? o.cast(o.greater(decision, o.num(0)), 'int64') : o.argmax(decision);
}

/** Rows divided by their sums; rows of zeros become equal shares. */
export function normalised(o: Builder, p: Val, classes: number): Val {
  const total = o.sum(p, 1);
  const empty = o.equal(total, o.num(0));
  return o.where(empty, o.num(1 / classes), o.div(p, o.where(empty, o.num(1), total)));
}
