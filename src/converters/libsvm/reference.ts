/** LIBSVM and LIBLINEAR evaluated directly, support vector by support vector (svm.cpp, linear.cpp). */
import { labelTensor } from '../../graph-model/builders/forest-reference.ts';
import { matrixOf, type Reference } from '../../graph-model/builders/reference.ts';
import { coupled, platt } from '../../graph-model/builders/svm-evaluate.ts';
import { getInt, getInts, getString } from '../../graph-model/core/attributes.ts';
import type { Node } from '../../graph-model/core/model.ts';
import type { DenseTensor } from '../../graph-model/core/tensor.ts';
import { formatCount } from '../../graph-model/format.ts';
import { doublesOf, elementsOf } from './attributes.ts';
import { SOLVERS } from './record.ts';

type Row = ArrayLike<number>;
interface RowResult {
  readonly label?: number;
  readonly values: Readonly<Record<string, readonly number[]>>;
}

export function svmReference(node: Node): Reference | null {
  if (node.op === 'Linear') return reference('its weights in float64', getInt(node, 'columns', 0), linearRow(node));
  if (getString(node, 'kernel_type', '') === 'precomputed') return null;
  const vectors = getInt(node, 'num_vectors', 0);
  const what = `its ${formatCount(vectors)} support vectors one by one in float64`;
  return reference(what, vectors * getInt(node, 'columns', 0), vectorsRow(node));
}

function reference(what: string, cost: number, evaluate: (x: Row) => RowResult): Reference {
  return {
    what,
    probes: [],
    takesMissing: false,
    takesUnknown: false,
    cost,
    evaluate(inputs) {
      const { x, columns } = matrixOf(inputs, 'X');
      const rows = Array.from({ length: x.length / columns }, (_, i) =>
        evaluate((x as Float32Array).subarray(i * columns, (i + 1) * columns)),
      );
      return tensors(rows);
    },
  };
}

function tensors(rows: readonly RowResult[]): Map<string, DenseTensor> {
  const out = new Map<string, DenseTensor>();
  if (rows[0]?.label !== undefined)
    out.set(
      'label',
      labelTensor(
        rows.map((r) => r.label!),
        [rows.length],
      ),
    );
  for (const name of Object.keys(rows[0]?.values ?? {})) {
    const values = Float64Array.from(rows.flatMap((r) => r.values[name]!));
    const width = values.length / rows.length;
    out.set(name, { dtype: 'double', dims: name === 'predictions' ? [rows.length] : [rows.length, width], values });
  }
  return out;
}

/** svm_predict_values and svm_predict_probability. */
function vectorsRow(node: Node): (x: Row) => RowResult {
  const type = getString(node, 'svm_type', '');
  const labels = getInts(node, 'classes_int64s') ?? [];
  const [rho, a, b] = [doublesOf(node, 'rho'), doublesOf(node, 'prob_a'), doublesOf(node, 'prob_b')];
  const marks = doublesOf(node, 'prob_density_marks');
  const kernel = kernelValues(node);
  const coefficients = doublesOf(node, 'coefficients');
  if (type === 'c_svc' || type === 'nu_svc') {
    const sizes = getInts(node, 'vectors_per_class') ?? [];
    return (x): RowResult => {
      if (rho.length === 0) return { label: labels[0] ?? 0, values: {} };
      const decisions = pairDecisions(kernel(x), coefficients, sizes, rho);
      if (a.length === 0 || b.length === 0)
        return { label: labels[voted(decisions, labels.length)]!, values: { decision_function: decisions } };
      const pairs = platt(decisions, a, b);
      // Two classes are not coupled: svm_predict_probability takes the pair's own probability.
      const p = labels.length === 2 ? [pairs[0]!, 1 - pairs[0]!] : coupled(pairs, labels.length);
      return { label: labels[p.indexOf(Math.max(...p))]!, values: { probabilities: p } };
    };
  }
  return (x): RowResult => {
    const decision = kernel(x).reduce((sum, k, v) => sum + k * coefficients[v]!, 0) - rho[0]!;
    if (type !== 'one_class') return { values: { predictions: [decision] } };
    const values = { decision_function: [decision] };
    return {
      label: decision > 0 ? 1 : -1,
      values: marks.length > 0 ? { ...values, ...density(decision, marks) } : values,
    };
  };
}

/** predict_one_class_probability: which tenth of the marks the decision has passed. */
function density(decision: number, marks: Float64Array): { probabilities: readonly number[] } {
  const passed = marks.filter((m) => decision >= m).length;
  const p = passed === 0 ? 0.001 : passed === marks.length ? 0.999 : passed / marks.length;
  return { probabilities: [p, 1 - p] };
}

function kernelValues(node: Node): (x: Row) => number[] {
  const [gamma = 0, coef0 = 0, degree = 0] = doublesOf(node, 'kernel_params');
  const kind = getString(node, 'kernel_type', '');
  const offsets = elementsOf(node, 'vectors.offsets') as Int32Array;
  const columns = elementsOf(node, 'vectors.columns') as Int32Array;
  const values = doublesOf(node, 'vectors.values');
  const count = getInt(node, 'num_vectors', 0);
  const dense = new Float64Array(getInt(node, 'columns', 0));
  return (x) =>
    Array.from({ length: count }, (_, v) => {
      dense.fill(0);
      for (let i = offsets[v]!; i < offsets[v + 1]!; i++) if (columns[i]! >= 0) dense[columns[i]!] = values[i]!;
      let dot = 0;
      let distance = 0;
      for (let c = 0; c < dense.length; c++) {
        dot += x[c]! * dense[c]!;
        distance += (x[c]! - dense[c]!) ** 2;
      }
      if (kind === 'linear') return dot;
      if (kind === 'rbf') return Math.exp(-gamma * distance);
      return kind === 'sigmoid' ? Math.tanh(gamma * dot + coef0) : (gamma * dot + coef0) ** Math.trunc(degree);
    });
}

/** One decision a pair of classes; a vector of class i has a coefficient for each other class. */
function pairDecisions(
  kernel: readonly number[],
  coefficients: Float64Array,
  sizes: readonly number[],
  rho: Float64Array,
): number[] {
  const classes = sizes.length;
  const begins = sizes.map((_, i) => sizes.slice(0, i).reduce((s, n) => s + n, 0));
  const out: number[] = [];
  for (let i = 0; i < classes; i++)
    for (let j = i + 1; j < classes; j++) {
      let sum = 0;
      for (let v = begins[i]!; v < begins[i]! + sizes[i]!; v++)
        sum += coefficients[v * (classes - 1) + j - 1]! * kernel[v]!;
      for (let v = begins[j]!; v < begins[j]! + sizes[j]!; v++)
        sum += coefficients[v * (classes - 1) + i]! * kernel[v]!;
      out.push(sum - rho[out.length]!);
    }
  return out;
}

function voted(decisions: readonly number[], classes: number): number {
  const votes = new Array<number>(classes).fill(0);
  let p = 0;
  for (let i = 0; i < classes; i++) for (let j = i + 1; j < classes; j++) votes[decisions[p++]! > 0 ? i : j]!++;
  return votes.indexOf(Math.max(...votes));
}

function linearRow(node: Node): (x: Row) => RowResult {
  const use = SOLVERS[getString(node, 'solver_type', '')];
  const labels = getInts(node, 'classes_int64s') ?? [];
  const [bias = -1, rho = 0] = doublesOf(node, 'bias_and_rho');
  const weights = doublesOf(node, 'weights');
  const columns = getInt(node, 'columns', 0);
  const outputs = weights.length / (columns + (bias >= 0 ? 1 : 0));
  const score = (x: Row, k: number) => {
    let sum = bias >= 0 ? bias * weights[columns * outputs + k]! : 0;
    for (let c = 0; c < columns; c++) sum += x[c]! * weights[c * outputs + k]!;
    return sum;
  };
  return (x): RowResult => {
    const scores = Array.from({ length: outputs }, (_, k) => score(x, k));
    if (use === 'regression') return { values: { predictions: scores } };
    if (use === 'one class') {
      const decision = scores[0]! - rho;
      return { label: decision > 0 ? 1 : -1, values: { decision_function: [decision] } };
    }
    const best = outputs === 1 ? Number(!(scores[0]! > 0)) : scores.indexOf(Math.max(...scores));
    if (use !== 'probabilities') return { label: labels[best] ?? best, values: { decision_function: scores } };
    const p = scores.map((s) => 1 / (1 + Math.exp(-s)));
    const total = p.reduce((s, v) => s + v, 0);
    return {
      label: labels[best] ?? best,
      values: { probabilities: outputs === 1 ? [p[0]!, 1 - p[0]!] : p.map((v) => v / total) },
    };
  };
}
