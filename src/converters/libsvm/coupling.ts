/**
 * LIBSVM's probabilities: Platt's sigmoid for each pair of classes, coupled by the second method of Wu, Lin and Weng as
 * `multiclass_probability` iterates it. Its tolerance is loose, so that every step counts: the same steps are taken, in the
 * same order, and a row stops where LIBSVM would.
 */
import { Emitter } from '../../graph-model/builders/emitter.ts';
import type { ValueId } from '../../graph-model/core/model.ts';
import { tensorType } from '../../graph-model/core/types.ts';

interface Platt {
  readonly probA: Float64Array;
  readonly probB: Float64Array;
  readonly classes: number;
  readonly pairs: number;
}

const LEAST = 1e-7;

/** [N, classes] double, from the decisions [N, pairs] */
export function coupledProbabilities(e: Emitter, decisions: ValueId, { probA, probB, classes, pairs }: Platt): ValueId {
  const scaled = e.op('Add', [e.op('Mul', [decisions, e.doubles(probA, [1, pairs])]), e.doubles(probB, [1, pairs])]);
  const sigmoid = e.op('Div', [e.doubles([1]), e.op('Add', [e.op('Exp', [scaled]), e.doubles([1])])]);
  const first = e.op('Min', [e.op('Max', [sigmoid, e.doubles([LEAST])]), e.doubles([1 - LEAST])]);
  const second = e.op('Sub', [e.doubles([1]), first]);
  if (classes === 2) return e.op('Concat', [first, second], { axis: 1 });
  return iterated(e, couplingMatrix(e, first, second, classes), classes);
}

/** Q [N, k, k]: Q[t][t] = Σ r[j][t]², Q[t][j] = -r[j][t]·r[t][j], where r[i][j] is the probability of i against j. */
function couplingMatrix(e: Emitter, first: ValueId, second: ValueId, k: number): ValueId {
  const upper = new Array<number>(k * k).fill(2 * ((k * (k - 1)) / 2));
  for (let i = 0, p = 0; i < k; i++) {
    for (let j = i + 1; j < k; j++, p++) {
      upper[i * k + j] = p;
      upper[j * k + i] = p + (k * (k - 1)) / 2;
    }
  }
  // The diagonal reads the column of zeros at the end.
  const zero = e.op('Mul', [e.op('Slice', [first, e.ints([0]), e.ints([1]), e.ints([1])]), e.doubles([0])]);
  const all = e.op('Concat', [first, second, zero], { axis: 1 });
  const flat = e.op('Gather', [all, e.ints(upper, [k * k])], { axis: 1 });
  const r = e.op('Reshape', [flat, e.ints([-1, k, k])]);
  const transposed = e.op('Transpose', [r], { perm: [0, 2, 1] });
  const off = e.op('Neg', [e.op('Mul', [r, transposed])]);
  const diagonal = e.sum(e.op('Mul', [transposed, transposed]), 2, true);
  const eye = Float64Array.from({ length: k * k }, (_, i) => (i % (k + 1) === 0 ? 1 : 0));
  return e.op('Add', [off, e.op('Mul', [diagonal, e.doubles(eye, [1, k, k])])]);
}

function iterated(e: Emitter, q: ValueId, k: number): ValueId {
  const { draft } = e;
  const start = e.op('Mul', [e.sum(q, 2, false), e.doubles([0])]);
  const p0 = e.op('Add', [start, e.doubles([1 / k])]);
  const body = draft.newGraph('coupling');
  const state = draft.newValue(body, 'p', null, { type: tensorType('double', ['N', k]) });
  const count = draft.newValue(body, 'iteration', null, { type: tensorType('int64', []) });
  const go = draft.newValue(body, 'go', null, { type: tensorType('bool', []) });
  draft.setGraphInputs(body, [count, go, state]);
  const inner = new Emitter(draft, body, e.origin, e.opset, e.mlOpset);
  const { next, unfinished } = oneRound(inner, q, state, k);
  draft.patchValue(unfinished, { type: tensorType('bool', []) });
  draft.patchValue(next, { type: tensorType('double', ['N', k]) });
  draft.setGraphOutputs(body, [unfinished, next]);
  const loop = draft.addNode(e.graph, {
    op: 'Loop',
    inputs: [e.ints([Math.max(100, k)], []), null, p0],
    attributes: new Map([['body', { kind: 'graph', value: body }]]),
    origin: e.origin,
  });
  return loop.outputs[0]!;
}

/** One pass over all classes. Rows whose error is small enough keep what they have. */
function oneRound(e: Emitter, q: ValueId, state: ValueId, k: number) {
  const column = (v: ValueId, t: number) => e.op('Slice', [v, e.ints([t]), e.ints([t + 1]), e.ints([1])]);
  let p = state;
  const product = (vector: ValueId) => e.squeeze(e.op('MatMul', [q, e.op('Unsqueeze', [vector, e.ints([2])])]), 2);
  let qp = product(p);
  let pqp = e.sum(e.op('Mul', [p, qp]), 1, true);
  const errors = e.op('Abs', [e.op('Sub', [qp, pqp])]);
  // Whether any class is off by the tolerance or more, for each row.
  const off = e.cast(e.op('Not', [e.op('Less', [errors, e.doubles([0.005 / k])])]), 'float');
  const active = e.op('Greater', [e.sum(off, 1, true), e.floats([0])]);
  for (let t = 0; t < k; t++) {
    const row = e.squeeze(e.op('Slice', [q, e.ints([t]), e.ints([t + 1]), e.ints([1])]), 1);
    const own = column(row, t);
    const qpt = column(qp, t);
    const diff = e.op('Div', [e.op('Sub', [pqp, qpt]), own]);
    const grown = e.op('Add', [diff, e.doubles([1])]);
    const gain = e.op('Add', [e.op('Mul', [diff, own]), e.op('Mul', [qpt, e.doubles([2])])]);
    pqp = e.op('Div', [e.op('Div', [e.op('Add', [pqp, e.op('Mul', [diff, gain])]), grown]), grown]);
    qp = e.op('Div', [e.op('Add', [qp, e.op('Mul', [diff, row])]), grown]);
    const one = Float64Array.from({ length: k }, (_, j) => (j === t ? 1 : 0));
    p = e.op('Div', [e.op('Add', [p, e.op('Mul', [diff, e.doubles(one, [1, k])])]), grown]);
  }
  const next = e.op('Where', [active, p, state]);
  const any = e.op('ReduceMax', [e.cast(active, 'float')], { keepdims: 0 });
  return { next, unfinished: e.op('Greater', [any, e.floats([0])]) };
}
