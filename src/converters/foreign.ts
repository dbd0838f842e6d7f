/**
 * Estimators of other libraries that a pickle may hold: alone, or within scikit-learn's. Each library's folder has one
 * reader; estimators.ts is the table that joins them, so that no format's folder knows another's.
 */
import type { Emitter, Real } from '../graph-model/builders/emitter.ts';
import type { Reference } from '../graph-model/builders/reference.ts';
import type { Model, Node, ValueId } from '../graph-model/core/model.ts';
import type { JobContext } from '../graph-model/job.ts';
import type { PyObject } from './containers/pickle/index.ts';

/** What a node of another library is given within a scikit-learn model. */
export interface ForeignInput {
  /** All columns, [N, columns]. */
  matrix(type: Real): ValueId;
  /** One column, [N, 1]. */
  column(index: number, type: 'float' | 'string'): ValueId;
}

export interface ForeignScores {
  /** [N, outputs], before the link. */
  readonly value: ValueId;
  readonly outputs: number;
  readonly type: Real;
}

export interface ForeignReader {
  /** The model, of one node, that an object stands for. Throws FormatError. */
  read(object: PyObject, file: string, job: JobContext): Promise<Model>;
  /** The scores of such a node, whose head `headOf` tells. */
  scores(e: Emitter, node: Node, x: ForeignInput, file: string): ForeignScores;
  /** What the library's own predictor reads values as. */
  readonly precision: Real;
  /** A direct evaluation of such a node on one matrix `X`, or on the columns by these names where it reads them apart. */
  reference(node: Node, names: readonly string[]): Reference | null;
}

export interface ForeignLibrary {
  /** The converter's id, which is the domain of its nodes. */
  readonly id: string;
  /** Names of the classes that are read: `lightgbm.sklearn.LGBMClassifier`. */
  readonly classes: readonly string[];
  /** Attributes of which a fitted object has one. */
  readonly fitted: readonly string[];
  load(): Promise<ForeignReader>;
}

/** The library that reads objects of a class; null where none does. */
export function libraryOf(libraries: readonly ForeignLibrary[], path: string): ForeignLibrary | null {
  return libraries.find((l) => l.classes.includes(path)) ?? null;
}
