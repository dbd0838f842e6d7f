/** scikit-learn models: pickle, joblib and skops files as the `sklearn` dialect, and that to ONNX. */
import { Draft } from '../../graph-model/core/draft.ts';
import { emptyModel } from '../../graph-model/core/empty.ts';
import type { Model } from '../../graph-model/core/model.ts';
import { FormatError } from '../../graph-model/diagnostics.ts';
import { NdArray, openPickle, PyGlobal, PyObject, type PyValue } from '../containers/pickle/index.ts';
import { isZip } from '../containers/zip/zip.ts';
import type { Converter, InputFile } from '../converter.ts';
import { libraryOf, type ForeignLibrary } from '../foreign.ts';
import { Encoder, isEstimator } from './dialect/encode.ts';
import { readForeign } from './foreign.ts';
import { Est } from './lower/estimator.ts';
import { estimatorRow, type Kind } from './lower/index.ts';
import { sklearnReference } from './reference/index.ts';
import { inputsOf, type InputSpec } from './signature.ts';
import { readSkops } from './skops.ts';
import { sklearnToOnnx } from './to-onnx.ts';

/**
 * Whatever model of classical machine learning a Python pickle holds: an estimator of another library alone is a model of
 * that library.
 */
export function sklearnConverter(libraries: readonly ForeignLibrary[]): Converter {
  return {
    async read(main, _files, job) {
      const head = new Uint8Array(await main.blob.slice(0, Math.min(4, main.blob.size)).arrayBuffer());
      const value = isZip(head) ? await readSkops(main.name, main.blob) : await openPickle(main.name, main.blob, job);
      job.signal.throwIfAborted();
      const object = estimatorIn(main.name, value, libraries);
      const foreign = await readForeign(object, libraries, main.name, job);
      const alone = foreign.get(object);
      if (alone) return { ...alone, source: { ...alone.source, size: main.blob.size } };
      return modelOf(main, object, foreign);
    },
    toOnnx: (model, options, job) => sklearnToOnnx(model, options, job, libraries),
    reference: (model) => sklearnReference(model, libraries),
  };
}

/** The estimator of a file: the object itself, or the one estimator in a dict, list or tuple. */
function estimatorIn(file: string, value: PyValue, libraries: readonly ForeignLibrary[]): PyObject {
  const isOther = (v: PyValue) => v instanceof PyObject && libraryOf(libraries, v.cls.path) !== null;
  if (isEstimator(value) || isKnown(value)) return value;
  const within = value instanceof Map ? [...value.values()] : Array.isArray(value) ? value : [];
  const found = within.filter((v): v is PyObject => isEstimator(v) || isOther(v));
  if (found.length === 1) return found[0]!;
  const what =
    found.length > 1 ? `${found.length} estimators in a ${value instanceof Map ? 'dict' : 'list'}` : kindOf(value);
  throw new FormatError('sklearn.no-estimator', { file, what });
}

/** Versions before 0.18 did not write their version. */
function isKnown(value: PyValue): value is PyObject {
  return value instanceof PyObject && value.cls.module.startsWith('sklearn.') && estimatorRow(value.cls.name) !== null;
}

function kindOf(value: PyValue): string {
  if (value instanceof PyObject) return `an object of the class ${value.cls.path}`;
  if (value instanceof PyGlobal) return `the name ${value.path}`;
  if (value instanceof NdArray) return 'an array';
  if (value instanceof Map) return 'a dict';
  if (Array.isArray(value)) return 'a list';
  return value === null ? 'nothing' : `a value of the type ${typeof value}`;
}

function modelOf(file: InputFile, object: PyObject, foreign: ReadonlyMap<PyObject, Model>): Model {
  const source = { format: 'sklearn', fileName: file.name, size: file.blob.size };
  const draft = new Draft(emptyModel({ graphName: object.cls.name, irVersion: null, opsets: [], source }));
  const graph = draft.base.main;
  const root = Est.of(object);
  const specs = inputSpecs(root).filter((spec) => !spec.unused);
  const inputs = specs.map(({ name, type }) => draft.newValue(graph, name, null, { type }));
  draft.setGraphInputs(graph, inputs);
  const input =
    inputs.length === 1
      ? inputs[0]!
      : draft.addNode(graph, { op: 'Columns', domain: 'sklearn', inputs, outputs: [''] }).outputs[0]!;
  const outputs = new Encoder(draft, file.name, foreign).addEstimator(graph, object, '', input, outputNames(root));
  draft.setGraphOutputs(graph, outputs);
  const version = object.get('_sklearn_version');
  draft.patchModel({ producerName: 'scikit-learn', producerVersion: typeof version === 'string' ? version : '' });
  return draft.commit(`Open ${file.name}`).after;
}

/** A model that cannot be converted is drawn all the same. */
function inputSpecs(root: Est): InputSpec[] {
  try {
    return inputsOf(root);
  } catch (error) {
    if (error instanceof FormatError) return [{ name: 'X', type: { kind: 'tensor', dtype: 'float', shape: null } }];
    throw error;
  }
}

const OUTPUTS: Readonly<Record<Kind, readonly string[]>> = {
  classifier: ['label', 'probabilities'],
  regressor: ['predictions'],
  transformer: ['transformed'],
  outlier: ['label', 'decision_function'],
  cluster: ['label'],
  meta: ['label'],
  refused: ['output'],
};

function outputNames(e: Est): readonly string[] {
  if (e.name === 'Pipeline') {
    const last = e.list('steps').at(-1);
    const est = Array.isArray(last) ? last[1] : null;
    return est instanceof PyObject ? outputNames(e.within(est, 'last step')) : ['transformed'];
  }
  const inner = e.get('best_estimator_');
  if (inner instanceof PyObject) return outputNames(e.within(inner, 'best estimator'));
  return OUTPUTS[estimatorRow(e.name)?.kind ?? kindOfOther(e.name)];
}

/** By the names that libraries following scikit-learn give. */
function kindOfOther(name: string): Kind {
  if (name.endsWith('Classifier')) return 'classifier';
  return /(Regressor|Ranker)$/.test(name) ? 'regressor' : 'refused';
}
