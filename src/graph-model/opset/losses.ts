/** The two losses, said with a one-hot mask as their definitions say them with GatherElements (ONNX, Operators.md). */
import { getInt, getString } from '../core/attributes.ts';
import type { ValueId } from '../core/model.ts';
import { scalarTensor, type Step } from './step.ts';

/** log_prob = x - max - log(sum(exp(x - max))) over the classes, then the negative log likelihood. */
export function softmaxCrossEntropy(s: Step): string | void {
  const dtype = s.dtype(0);
  if (!dtype || scalarTensor(dtype, 0) === null) return 'the type of its scores is not known';
  const shifted = s.add('Sub', [s.input(0), s.reduce('ReduceMax', s.input(0), [1], 1)]);
  const total = s.reduce('ReduceSum', s.add('Exp', [shifted]), [1], 1);
  const logs = s.add('Sub', [shifted, s.add('Log', [total])]);
  const loss = likelihood(s, logs);
  if (typeof loss === 'string') return loss;
  s.replaceAll([loss.value, s.node.outputs[1] === undefined ? null : logs]);
}

export function negativeLogLikelihood(s: Step): string | void {
  const loss = likelihood(s, s.input(0)!);
  if (typeof loss === 'string') return loss;
  s.replaceBy(loss.value);
}

/** -weight[target] * logs[target], reduced as asked; labels that are ignored weigh nothing. */
function likelihood(s: Step, logs: ValueId): { readonly value: ValueId } | string {
  const dtype = s.dtype(0);
  const zero = dtype && s.scalar(dtype, 0);
  if (!dtype || !zero) return 'the type of its scores is not known';
  const weights = s.input(2);
  const ignored = getInt(s.node, 'ignore_index');
  const label = s.dtype(1) ?? 'int64';
  const left = ignored === undefined ? null : s.add('Equal', [s.input(1), s.scalar(label, ignored)]);
  const target = left === null ? s.input(1)! : s.add('Where', [left, s.scalar(label, 0), s.input(1)]);
  const picked = pick(s, logs, target, zero);
  const weight = weights === null ? null : s.add('Gather', [weights, target], { axis: 0 });
  const share = left === null ? weight : s.add('Where', [left, zero, weight ?? s.scalar(dtype, 1)]);
  const each = s.add('Neg', [share === null ? picked : s.add('Mul', [picked, share])]);
  const reduction = getString(s.node, 'reduction', 'mean');
  if (reduction === 'none') return { value: each };
  if (reduction === 'sum') return { value: s.add('ReduceSum', [each], { keepdims: 0 }) };
  if (share === null) return { value: s.add('ReduceMean', [each], { keepdims: 0 }) };
  // Without weights every label has the share 1 or 0, of the shape of the labels already.
  const total = s.add('ReduceSum', [share], { keepdims: 0 });
  return { value: s.add('Div', [s.add('ReduceSum', [each], { keepdims: 0 }), total]) };
}

/** logs[n, target[n, ...], ...] */
function pick(s: Step, logs: ValueId, target: ValueId, zero: ValueId): ValueId {
  const classes = s.add('Gather', [s.add('Shape', [logs]), s.int64([1], [])], { axis: 0 });
  const pair = s.int64([0, 1]);
  const mask = s.cast(s.add('OneHot', [target, classes, pair], { axis: 1 }), 'bool');
  return s.reduce('ReduceSum', s.add('Where', [mask, logs, zero]), [1], 0);
}
