/** Coefficients and support vectors of classical models, whichever framework wrote them. */
import type { Model, Node } from '../core/model.ts';
import type { DenseTensor } from '../core/tensor.ts';
import { classesOf, denseOf, numberOf, numbersOf } from './arrays.ts';
import { columnNames } from './names.ts';

export interface Coefficients {
  readonly names: readonly string[];
  /** One for each class or output; one alone for two classes and for regression. */
  readonly rows: readonly {
    readonly label: string;
    readonly values: ArrayLike<number>;
    readonly intercept: number | null;
  }[];
}

interface Matrix {
  readonly rows: number;
  readonly columns: number;
  at(row: number, column: number): number;
  intercept(row: number): number | null;
}

export function coefficientsOf(model: Model, node: Node): Coefficients | null {
  const m = matrixOf(node);
  if (!m || m.columns === 0 || m.rows === 0 || node.attributes.has('support_vectors_')) return null;
  const classes = classesOf(node);
  const label = (row: number) =>
    m.rows === 1 ? (classes?.length === 2 ? `class ${classes[1]}` : '') : `class ${classes?.[row] ?? row}`;
  return {
    names: columnNames(model, node, m.columns),
    rows: Array.from({ length: m.rows }, (_, r) => ({
      label: classes || m.rows === 1 ? label(r) : `output ${r}`,
      values: Float64Array.from({ length: m.columns }, (_, c) => m.at(r, c)),
      intercept: m.intercept(r),
    })),
  };
}

function matrixOf(node: Node): Matrix | null {
  return sklearn(node) ?? liblinear(node) ?? gblinear(node) ?? spark(node) ?? onnx(node);
}

const byRow = (values: ArrayLike<number>, columns: number, intercepts: ArrayLike<number> | null): Matrix => ({
  rows: values.length / columns,
  columns,
  at: (r, c) => values[r * columns + c]!,
  intercept: (r) => intercepts?.[intercepts.length === 1 ? 0 : r] ?? null,
});

function sklearn(node: Node): Matrix | null {
  const coef = denseOf(node, 'coef_');
  const values = numbersOf(node, 'coef_');
  if (!coef || !values) return null;
  const one = numberOf(node, 'intercept_');
  return byRow(values, coef.dims.at(-1) ?? 1, numbersOf(node, 'intercept_') ?? (one === null ? null : [one]));
}

/** [columns (+ 1 with a bias), outputs] */
function liblinear(node: Node): Matrix | null {
  const weights = node.domain === 'libsvm' ? denseOf(node, 'weights') : null;
  if (!weights) return null;
  const values = weights.values as Float64Array;
  const [columns, rows] = [numberOf(node, 'columns') ?? 0, weights.dims[1]!];
  const bias = numbersOf(node, 'bias_and_rho')?.[0] ?? -1;
  return {
    rows,
    columns,
    at: (r, c) => values[c * rows + r]!,
    intercept: (r) => (bias >= 0 ? bias * values[columns * rows + r]! : null),
  };
}

/** [columns + 1, outputs], the last row the biases. */
function gblinear(node: Node): Matrix | null {
  const weights = node.domain === 'xgboost' ? denseOf(node, 'weights') : null;
  if (!weights) return null;
  const values = weights.values as Float32Array;
  const [columns, rows] = [weights.dims[0]! - 1, weights.dims[1]!];
  return { rows, columns, at: (r, c) => values[c * rows + r]!, intercept: (r) => values[columns * rows + r]! };
}

function spark(node: Node): Matrix | null {
  if (node.domain !== 'sparkml') return null;
  const matrix = denseOf(node, 'coefficientMatrix') ?? denseOf(node, 'coefficients');
  const values = numbersOf(node, 'coefficientMatrix') ?? numbersOf(node, 'coefficients');
  if (!matrix || !values) return null;
  const one = numberOf(node, 'intercept');
  return byRow(values, matrix.dims.at(-1) ?? 1, numbersOf(node, 'interceptVector') ?? (one === null ? null : [one]));
}

function onnx(node: Node): Matrix | null {
  if (node.domain !== 'ai.onnx.ml' || !node.op.startsWith('Linear')) return null;
  const values = numbersOf(node, 'coefficients');
  const intercepts = numbersOf(node, 'intercepts');
  const rows = numberOf(node, 'targets') ?? intercepts?.length ?? 1;
  return values && values.length % rows === 0 ? byRow(values, values.length / rows, intercepts) : null;
}

export interface Vectors {
  readonly count: number;
  readonly columns: number;
  readonly names: readonly string[];
  /** How many belong to each class, by its name. */
  readonly perClass: readonly { readonly label: string; readonly count: number }[];
  readonly kernel: string;
  /** [count, columns] */
  vectors(): DenseTensor;
  /** [count, machines], the same order; null where the file has them otherwise. */
  readonly weights: DenseTensor | null;
}

/** Numbers that a dense table of vectors may have. */
const MOST = 8_000_000;

/** null where the node has no support vectors, or more than can be shown. */
export function vectorsOf(model: Model, node: Node): Vectors | null {
  const dense = denseOf(node, 'support_vectors_');
  if (dense && dense.dims.length === 2) return sklearnVectors(model, node, dense);
  const offsets = numbersOf(node, 'vectors.offsets');
  return offsets ? sparseVectors(model, node, offsets) : null;
}

function perClass(node: Node, sizes: ArrayLike<number> | null) {
  const classes = classesOf(node);
  return Array.from(sizes ?? [], (count, i) => ({ label: classes?.[i] ?? String(i), count }));
}

function kernelOf(node: Node): string {
  const kernel = node.attributes.get('kernel') ?? node.attributes.get('kernel_type');
  return kernel?.kind === 'string' ? kernel.value : '';
}

function sklearnVectors(model: Model, node: Node, dense: DenseTensor): Vectors {
  const [count, columns] = dense.dims as [number, number];
  const coef = denseOf(node, 'dual_coef_') ?? denseOf(node, '_dual_coef_');
  return {
    count,
    columns,
    names: columnNames(model, node, columns),
    perClass: perClass(node, numbersOf(node, '_n_support') ?? numbersOf(node, 'n_support_')),
    kernel: kernelOf(node),
    vectors: () => dense,
    weights: coef && coef.dims[1] === count ? turned(coef) : null,
  };
}

/** [machines, count] on its side. */
function turned(t: DenseTensor): DenseTensor {
  const [rows, columns] = t.dims as [number, number];
  const from = t.values as Float64Array;
  const values = new Float64Array(from.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) values[c * rows + r] = from[r * columns + c]!;
  return { dtype: 'double', dims: [columns, rows], values };
}

function sparseVectors(model: Model, node: Node, offsets: ArrayLike<number>): Vectors | null {
  const [count, columns] = [offsets.length - 1, numberOf(node, 'columns') ?? 0];
  const [where, values] = [numbersOf(node, 'vectors.columns'), numbersOf(node, 'vectors.values')];
  const coef = denseOf(node, 'coefficients');
  if (!where || !values || count * columns > MOST || count < 1) return null;
  return {
    count,
    columns,
    names: columnNames(model, node, columns),
    perClass: perClass(node, numbersOf(node, 'vectors_per_class')),
    kernel: kernelOf(node),
    vectors: () => {
      const out = new Float64Array(count * columns);
      for (let v = 0; v < count; v++)
        for (let i = offsets[v]!; i < offsets[v + 1]!; i++)
          if (where[i]! >= 0) out[v * columns + where[i]!] = values[i]!;
      return { dtype: 'double', dims: [count, columns], values: out };
    },
    weights: coef ? { ...coef, dims: [count, coef.values.length / count] } : null,
  };
}
