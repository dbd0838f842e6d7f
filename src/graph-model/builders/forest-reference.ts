/** The reference of a node that holds a forest and a head: LightGBM, XGBoost, CatBoost. */
import type { Node } from '../core/model.ts';
import { getStrings } from '../core/attributes.ts';
import type { DenseTensor } from '../core/tensor.ts';
import { formatCount } from '../format.ts';
import { headOf } from './dialect-model.ts';
import { forestOf } from './forest-attributes.ts';
import { evaluateForest } from './forest-evaluate.ts';
import { RULE, VIEW, type Forest } from './forest.ts';
import { applyHead, type Head } from './heads.ts';
import { matrixOf, spread, type Probe, type Reference } from './reference.ts';

/** How a row of the inputs becomes the columns that the trees read. */
export interface ForestColumns {
  row(inputs: ReadonlyMap<string, DenseTensor>, row: number): ArrayLike<number>;
  /** Which input's column the forest's column is; null where it is computed. */
  source(column: number): { readonly input: string; readonly column: number } | null;
  rows(inputs: ReadonlyMap<string, DenseTensor>): number;
  /** Beside the thresholds: known categories of string inputs. */
  readonly categories?: readonly Probe[];
}

/** One matrix `X`, read as it is. */
export const plainColumns: ForestColumns = {
  rows: (inputs) => inputs.get('X')!.dims[0]!,
  source: (column) => ({ input: 'X', column }),
  row(inputs, row) {
    const { x, columns } = matrixOf(inputs, 'X');
    return (x as Float32Array).subarray(row * columns, (row + 1) * columns);
  },
};

export function forestReference(node: Node, columns: ForestColumns = plainColumns): Reference | null {
  const forest = forestOf(node);
  if (!forest) return null;
  const head = headOf(node);
  return {
    what: `its ${formatCount(forest.roots.length)} trees followed one by one in float64`,
    probes: [...forestProbes(forest, columns), ...(columns.categories ?? [])],
    takesMissing: true,
    takesUnknown: true,
    cost: forest.roots.length * 12,
    evaluate: (inputs) => evaluateRows(forest, head, columns, inputs),
  };
}

/** More would not be tried anyway. */
const MOST_PROBES = 96;

/** Thresholds and categories by the column that they are compared with. */
export function forestProbes(forest: Forest, columns: ForestColumns): Probe[] {
  const found = new Map<string, { probe: Omit<Probe, 'values'>; values: Set<number> }>();
  const step = Math.max(1, Math.floor(forest.view.length / 200_000));
  for (let split = 0; split < forest.view.length; split += step) {
    const view = forest.view[split]!;
    const place = columns.source(forest.viewOf[view]!);
    if (!place) continue;
    const member = forest.rule[split] === RULE.member;
    const kind = member ? 'category' : 'threshold';
    const key = `${place.input}/${place.column}/${kind}`;
    let entry = found.get(key);
    if (!entry) found.set(key, (entry = { probe: { ...place, kind }, values: new Set() }));
    if (!member) entry.values.add(forest.threshold[split]!);
    else for (const c of setOf(forest, split)) entry.values.add(c);
    if (forest.viewKind[view] === VIEW.zeroIsNaN) entry.values.add(0);
  }
  return [...found.values()].map(({ probe, values }) => ({
    ...probe,
    values: spread(
      [...values].sort((a, b) => a - b),
      MOST_PROBES,
    ),
  }));
}

function setOf(forest: Forest, split: number): Int32Array {
  const set = forest.threshold[split]!;
  return forest.setValues.subarray(forest.setOffsets[set]!, forest.setOffsets[set + 1]!);
}

function evaluateRows(
  forest: Forest,
  head: Head,
  columns: ForestColumns,
  inputs: ReadonlyMap<string, DenseTensor>,
): Map<string, DenseTensor> {
  const rows = columns.rows(inputs);
  const values: number[][] = [];
  const labels: (number | string)[] = [];
  for (let row = 0; row < rows; row++) {
    const scores = evaluateForest(forest, columns.row(inputs, row));
    const made = applyHead(scores, head);
    values.push([...made.values]);
    if (head.kind === 'multilabel') labels.push(...Array.from(scores, (s) => (s > 0 ? 1 : 0)));
    else if (made.label !== null) labels.push(made.label);
  }
  return headTensors(head, rows, values, labels);
}

/** A head's results as tensors by the names that all classical models use. */
export function headTensors(
  head: Head,
  rows: number,
  values: readonly (readonly number[])[],
  labels: readonly (number | string)[],
): Map<string, DenseTensor> {
  const width = values[0]?.length ?? 1;
  const flat = Float64Array.from(values.flat());
  if (head.kind === 'regression')
    return new Map([['predictions', { dtype: 'double', dims: width === 1 ? [rows] : [rows, width], values: flat }]]);
  const dims = head.kind === 'multilabel' ? [rows, width] : [rows];
  return new Map([
    ['label', labelTensor(labels, dims)],
    ['probabilities', { dtype: 'double', dims: [rows, width], values: flat }],
  ]);
}

export function labelTensor(labels: readonly (number | string)[], dims: readonly number[]): DenseTensor {
  if (typeof labels[0] === 'string') return { dtype: 'string', dims, values: labels.map(String) };
  return { dtype: 'int64', dims, values: BigInt64Array.from(labels, (l) => BigInt(l)) };
}

/** Names of the columns where the node says them. */
export const featureNamesOf = (node: Node): readonly string[] => getStrings(node, 'feature_names') ?? [];
