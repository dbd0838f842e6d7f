/**
 * A direct evaluation of a source model, written apart from its lowering: what a converted model is held to where the
 * framework's own outputs are not at hand.
 */
import type { DenseTensor, Elements } from '../core/tensor.ts';

/** Values worth trying in one column of an input, because the model decides by them. */
export interface Probe {
  readonly input: string;
  readonly column: number;
  /** Thresholds of splits as the file has them, or categories that are known. */
  readonly values: readonly number[] | readonly string[];
  readonly kind: 'threshold' | 'category';
}

export interface Reference {
  /** What computes, for the report: `its 100 trees, each in double, in their order`. */
  readonly what: string;
  readonly probes: readonly Probe[];
  /** NaN means something to the model: rows with missing values are worth running. */
  readonly takesMissing: boolean;
  /** Categories that were never seen mean something to the model. */
  readonly takesUnknown: boolean;
  /** Work of one row in steps (nodes visited, products); decides how many rows are run. */
  readonly cost: number;
  /**
   * Outputs by the names that the converted model gives them, one row for each row of the inputs; an output that this
   * evaluator cannot compute is left out. Throws FormatError where the inputs do not fit.
   */
  evaluate(inputs: ReadonlyMap<string, DenseTensor>): ReadonlyMap<string, DenseTensor>;
}

/** Why a model cannot be evaluated: the part, or the option of it, that nothing here evaluates. */
export interface Unreferenced {
  /** `clf (GaussianProcessClassifier)` */
  readonly none: string;
}

/** The numbers of a matrix input, and how many columns it has. */
export function matrixOf(inputs: ReadonlyMap<string, DenseTensor>, name: string): { x: Elements; columns: number } {
  const tensor = inputs.get(name);
  if (!tensor) throw new Error(`reference: the input ${name} is not given`);
  const columns = tensor.dims.length > 1 ? tensor.dims[tensor.dims.length - 1]! : 1;
  return { x: tensor.values, columns };
}

/** At most `most` of a sorted list, evenly spread, the ends among them. */
export function spread<T>(values: readonly T[], most: number): T[] {
  if (values.length <= most) return [...values];
  return Array.from({ length: most }, (_, i) => values[Math.round((i * (values.length - 1)) / (most - 1))]!);
}
