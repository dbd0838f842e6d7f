/** What the scikit-learn wrappers of boosting libraries say beside the booster: which task they are for, and the labels. */
import type { Head, Labels } from '../graph-model/builders/heads.ts';
import { NdArray, PyObject, type PyValue } from './containers/pickle/index.ts';

/** What a wrapper's class answers, whatever the objective of its booster; null for a bare booster. */
export type WrapperTask = 'classifier' | 'regressor' | null;

export function taskOf(object: PyObject): WrapperTask {
  const { name } = object.cls;
  if (name.endsWith('Classifier')) return 'classifier';
  return /(Regressor|Ranker)$/.test(name) ? 'regressor' : null;
}

/** Labels as ONNX has them: strings, or whole numbers; null where they are 0, 1, 2 … or not known. */
export function labelsOf(classes: PyValue | undefined): Labels | null {
  const list = classes instanceof NdArray ? classes.values() : Array.isArray(classes) ? classes : [];
  if (list.length === 0) return null;
  if (list.every((v) => typeof v === 'boolean' || (typeof v === 'number' && Number.isInteger(v))))
    return list.map(Number);
  return list.map((v) => (typeof v === 'number' && Number.isInteger(v) ? `${v}.0` : String(v)));
}

/**
 * The head that a wrapper gives its booster: a regressor answers the linked scores whatever the objective, a classifier
 * with one score chooses by the linked score.
 */
export function wrappedHead(head: Head, task: WrapperTask, outputs: number, labels: Labels | null): Head {
  if (task === 'regressor') return { ...head, kind: 'regression' };
  if (task === null) return head;
  const binary: Head =
    head.kind === 'regression' && outputs === 1 ? { ...head, kind: 'binary', decideBy: 'probability' } : head;
  return labels && binary.kind !== 'multilabel' ? { ...binary, labels } : binary;
}

/** The attribute of an object that is an object itself. */
export function objectIn(object: PyObject, ...names: string[]): PyObject | null {
  for (const name of names) {
    const value = object.get(name);
    if (value instanceof PyObject) return value;
  }
  return null;
}

/** A whole number attribute above zero, else null. */
export function positiveIn(object: PyObject, ...names: string[]): number | null {
  for (const name of names) {
    const value = object.get(name);
    if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  }
  return null;
}
