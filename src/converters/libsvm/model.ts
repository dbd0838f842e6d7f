/** The records as models of the dialect `libsvm`: one node with its vectors, coefficients and classes. */
import { matrixInput, oneNodeModel, type Port } from '../../graph-model/builders/dialect-model.ts';
import { ints, type Attribute, type AttributeLike } from '../../graph-model/core/attributes.ts';
import type { Model } from '../../graph-model/core/model.ts';
import { tensorOf } from '../../graph-model/core/tensor.ts';
import { isClassifier, SOLVERS, type LinearRecord, type SvmRecord, type SvmType } from './record.ts';

const OPS: Readonly<Record<SvmType, string>> = {
  c_svc: 'SVC',
  nu_svc: 'NuSVC',
  one_class: 'OneClassSVM',
  epsilon_svr: 'EpsilonSVR',
  nu_svr: 'NuSVR',
};

const LABEL: Port = { name: 'label', dtype: 'int64', dims: [] };
const PREDICTIONS: Port = { name: 'predictions', dtype: 'float', dims: [] };
const decisions = (count: number): Port => ({ name: 'decision_function', dtype: 'float', dims: [count] });
const probabilities = (count: number): Port => ({ name: 'probabilities', dtype: 'float', dims: [count] });

export function svmModel(
  record: SvmRecord | LinearRecord,
  file: { readonly name: string; readonly size: number },
): Model {
  const body = record.kind === 'svm' ? svmBody(record) : linearBody(record);
  return oneNodeModel({
    format: 'libsvm',
    producer: record.kind === 'svm' ? 'LIBSVM' : 'LIBLINEAR',
    version: '',
    fileName: file.name,
    size: file.size,
    inputs: [isPrecomputed(record) ? KERNEL_VALUES : matrixInput(record.columns)],
    ...body,
  });
}

const isPrecomputed = (r: SvmRecord | LinearRecord) => r.kind === 'svm' && r.kernel === 'precomputed';
/** One value for each training row, of which the file does not tell the number. */
const KERNEL_VALUES: Port = { name: 'X', dtype: 'float', dims: ['M'] };

interface Body {
  readonly op: string;
  readonly outputs: readonly Port[];
  readonly attributes: Readonly<Record<string, AttributeLike>>;
  readonly more: readonly (readonly [string, Attribute])[];
}

const doubles = (values: Float64Array, dims = [values.length]): Attribute => ({
  kind: 'tensor',
  value: tensorOf({ dtype: 'double', dims, values }),
});
const list = (values: readonly number[]) => doubles(Float64Array.from(values));
const indices = (values: Int32Array): Attribute => ({
  kind: 'tensor',
  value: tensorOf({ dtype: 'int32', dims: [values.length], values }),
});

export const hasProbabilities = (r: SvmRecord) => isClassifier(r.type) && r.probA.length > 0 && r.probB.length > 0;

function svmOutputs(r: SvmRecord): Port[] {
  if (r.type === 'one_class') return [LABEL, decisions(1), ...(r.densityMarks.length > 0 ? [probabilities(2)] : [])];
  if (!isClassifier(r.type)) return [PREDICTIONS];
  if (hasProbabilities(r)) return [LABEL, probabilities(r.classes)];
  return r.rho.length > 0 ? [LABEL, decisions(r.rho.length)] : [LABEL];
}

function svmBody(r: SvmRecord): Body {
  const { vectors } = r;
  return {
    op: OPS[r.type],
    outputs: svmOutputs(r),
    attributes: {
      svm_type: r.type,
      kernel_type: r.kernel,
      num_vectors: vectors.offsets.length - 1,
      columns: r.columns,
    },
    more: [
      ['kernel_params', list([r.gamma, r.coef0, r.degree])],
      ['classes_int64s', ints(r.labels)],
      ['rho', list(r.rho)],
      ['prob_a', list(r.probA)],
      ['prob_b', list(r.probB)],
      ['prob_density_marks', list(r.densityMarks)],
      ['vectors_per_class', ints(r.perClass)],
      ['vectors.offsets', indices(vectors.offsets)],
      ['vectors.columns', indices(vectors.columns)],
      ['vectors.values', doubles(vectors.values)],
      ['coefficients', doubles(r.coefficients)],
    ],
  };
}

function linearBody(r: LinearRecord): Body {
  const use = SOLVERS[r.solver];
  const outputs =
    use === 'regression'
      ? [PREDICTIONS]
      : [LABEL, use === 'probabilities' ? probabilities(r.classes) : decisions(r.outputs)];
  return {
    op: 'Linear',
    outputs,
    attributes: { solver_type: r.solver, columns: r.columns },
    more: [
      ['classes_int64s', ints(r.labels)],
      ['bias_and_rho', list([r.bias, r.rho])],
      ['weights', doubles(r.weights, [r.weights.length / r.outputs, r.outputs])],
    ],
  };
}
