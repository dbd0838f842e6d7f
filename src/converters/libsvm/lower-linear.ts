/** LIBLINEAR's models: one product with the weights, in double. */
import type { Emitter } from '../../graph-model/builders/emitter.ts';
import { named } from '../../graph-model/builders/heads.ts';
import { getInt, getInts, getString } from '../../graph-model/core/attributes.ts';
import type { Node, ValueId } from '../../graph-model/core/model.ts';
import { doublesOf } from './attributes.ts';
import { SOLVERS } from './record.ts';

export function lowerLinearModel(e: Emitter, node: Node): ValueId[] {
  const use = SOLVERS[getString(node, 'solver_type', '')];
  const labels = getInts(node, 'classes_int64s') ?? [];
  const [bias, rho] = doublesOf(node, 'bias_and_rho');
  const values = doublesOf(node, 'weights');
  const columns = getInt(node, 'columns', 0);
  const outputs = values.length / (columns + (bias! >= 0 ? 1 : 0));
  const weights = e.doubles(values.subarray(0, columns * outputs), [columns, outputs]);
  const constant = values.subarray(columns * outputs).map((w) => w * bias!);
  const product = e.op('MatMul', [e.cast(node.inputs[0]!, 'double'), weights]);
  const scores = constant.length > 0 ? e.op('Add', [product, e.doubles(constant, [1, outputs])]) : product;
  if (use === 'regression') return [e.squeeze(e.cast(scores, 'float'), 1)];
  if (use === 'one class') {
    const decisions = e.op('Sub', [scores, e.doubles([rho!])]);
    return [inside(e, decisions), e.cast(decisions, 'float')];
  }
  const label = outputs === 1 ? binary(e, scores) : e.op('ArgMax', [scores], { axis: 1, keepdims: 0 });
  const second = use === 'probabilities' ? probabilities(e, scores, outputs) : scores;
  return [named(e, label, labels), e.cast(second, 'float')];
}

function inside(e: Emitter, decisions: ValueId): ValueId {
  const positive = e.squeeze(e.op('Greater', [decisions, e.doubles([0])]), 1);
  return e.op('Where', [positive, e.ints([1], []), e.ints([-1], [])]);
}

/** The first label where the score is positive. */
function binary(e: Emitter, scores: ValueId): ValueId {
  return e.cast(e.squeeze(e.op('Not', [e.op('Greater', [scores, e.doubles([0])])]), 1), 'int64');
}

/** 1 / (1 + exp(-s)); with more than two classes each divided by their sum. */
function probabilities(e: Emitter, scores: ValueId, outputs: number): ValueId {
  const p = e.op('Div', [e.doubles([1]), e.op('Add', [e.op('Exp', [e.op('Neg', [scores])]), e.doubles([1])])]);
  if (outputs === 1) return e.op('Concat', [p, e.op('Sub', [e.doubles([1]), p])], { axis: 1 });
  return e.op('Div', [p, e.sum(p, 1, true)]);
}
