/** Estimators of other libraries within scikit-learn's, evaluated as their own library's models are. */
import { headOf } from '../../../graph-model/builders/dialect-model.ts';
import type { Node } from '../../../graph-model/core/model.ts';
import { toNumbers, type DenseTensor } from '../../../graph-model/core/tensor.ts';
import type { ForeignReader } from '../../foreign.ts';
import { greatest, notHere, rowNumbers, type Frame, type Made } from './frame.ts';

/** Each column under its number, and all of them as `X` where none is text. */
function inputsOf(x: Frame, precision: ForeignReader['precision']): Map<string, DenseTensor> {
  const out = new Map<string, DenseTensor>();
  const tensor = (values: ArrayLike<number>, columns: number): DenseTensor =>
    precision === 'float'
      ? { dtype: 'float', dims: [x.rows, columns], values: Float32Array.from(values) }
      : { dtype: 'double', dims: [x.rows, columns], values: Float64Array.from(values) };
  x.columns.forEach((c, i) =>
    out.set(
      String(i),
      c instanceof Float64Array ? tensor(c, 1) : { dtype: 'string', dims: [x.rows, 1], values: [...c] },
    ),
  );
  if (x.columns.every((c) => c instanceof Float64Array)) {
    const all = Array.from({ length: x.rows }, (_, r) => Array.from(rowNumbers(x, r))).flat();
    out.set('X', tensor(all, x.columns.length));
  }
  return out;
}

export function foreignMade(node: Node, reader: ForeignReader, x: Frame): Made {
  const names = x.columns.map((_, i) => String(i));
  const reference = reader.reference(node, names) ?? notHere(node.op);
  const inputs = inputsOf(x, reader.precision);
  const byColumn = node.attributes.has('columns');
  if (!byColumn && !inputs.has('X')) return notHere('text in a matrix');
  const found = reference.evaluate(inputs);
  const rowsOf = (tensor: DenseTensor): number[][] => {
    const values = toNumbers(tensor);
    const width = values.length / x.rows;
    return Array.from({ length: x.rows }, (_, r) => Array.from({ length: width }, (_, c) => values[r * width + c]!));
  };
  const predictions = found.get('predictions');
  if (predictions) return { predict: () => rowsOf(predictions) };
  const [label, probabilities] = [found.get('label')!, found.get('probabilities')!];
  const labels = Array.from(label.values as ArrayLike<string | bigint>, (v) => (typeof v === 'string' ? v : Number(v)));
  const proba = () => rowsOf(probabilities);
  const head = headOf(node);
  const width = labels.length / x.rows;
  if (head.kind === 'multilabel')
    return { labels: () => Array.from({ length: x.rows }, (_, r) => labels.slice(r * width, (r + 1) * width)), proba };
  // Above a library's own decision function stands the wrapper's: estimators around it ask for that first.
  const decision = node.attributes.has('decision_function') ? { decision: () => notHere('a decision function') } : {};
  const index = () =>
    head.labels ? labels.map((l) => (head.labels as (string | number)[]).indexOf(l)) : labels.map(Number);
  return {
    label: () => labels,
    index: () => (labels.length > 0 ? index() : proba().map(greatest)),
    proba,
    ...decision,
  };
}
