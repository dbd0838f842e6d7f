/** Whole layers of recurrent networks that are one node: their steps in a Scan, or ONNX's own operator where it says the same. */
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Lowering, Lowerings, TfCall } from './call.ts';

interface LstmStep {
  readonly i: ValueId;
  readonly cs: ValueId;
  readonly f: ValueId;
  readonly o: ValueId;
  readonly ci: ValueId;
  readonly co: ValueId;
  readonly h: ValueId;
}

interface LstmRules {
  readonly forgetBias: number;
  /** The cell's state is cut to ± this; 0 or less: not. */
  readonly clip: number;
  readonly peephole: readonly ValueId[] | null;
  /** Gates in the columns of the weights: `icfo` (BlockLSTM, LSTMBlockCell) or `ifco` (BlockLSTMV2). */
  readonly order: string;
}

/** x, h to the four gates by one product; c = f c + i tanh(..), h = o tanh(c). */
function lstmStep(
  e: TypedEmitter,
  rules: LstmRules,
  x: ValueId,
  before: readonly [ValueId, ValueId],
  weights: readonly [ValueId, ValueId],
): LstmStep {
  const [c0, h0] = before;
  const joined = e.op('Concat', [x, h0], { axis: 1 });
  const gates = e.op('Gemm', [joined, weights[0], weights[1]]);
  const parts = e.ops('Split', [gates], { axis: 1, ...(e.opset >= 18 ? { num_outputs: 4 } : {}) }, 4);
  const part = (name: string) => parts[rules.order.indexOf(name)]!;
  const peep = (v: ValueId, at: number, state: ValueId) =>
    rules.peephole ? e.op('Add', [v, e.op('Mul', [rules.peephole[at]!, state])]) : v;
  const forget = rules.forgetBias === 0 ? part('f') : e.op('Add', [part('f'), e.float(rules.forgetBias)]);
  const i = e.op('Sigmoid', [peep(part('i'), 0, c0)]);
  const f = e.op('Sigmoid', [peep(forget, 1, c0)]);
  const ci = e.op('Tanh', [part('c')]);
  const sum = e.op('Add', [e.op('Mul', [ci, i]), e.op('Mul', [c0, f])]);
  const cs = rules.clip > 0 ? e.op('Clip', [sum, e.float(-rules.clip), e.float(rules.clip)]) : sum;
  const o = e.op('Sigmoid', [peep(part('o'), 2, cs)]);
  const co = e.op('Tanh', [cs]);
  return { i, cs, f, o, ci, co, h: e.op('Mul', [co, o]) };
}

const inOrder = (s: LstmStep) => [s.i, s.cs, s.f, s.o, s.ci, s.co, s.h];

/** Inputs: x, c, h, w, wci, wcf, wco, b. Outputs: i, cs, f, o, ci, co, h. */
const lstmCell: Lowering = (c) => {
  const at = (i: number) => c.natural(c.input(i));
  const rules: LstmRules = {
    forgetBias: c.float('forget_bias', 1),
    clip: c.float('cell_clip', 3),
    peephole: c.flag('use_peephole') ? [at(4), at(5), at(6)] : null,
    order: 'icfo',
  };
  return inOrder(lstmStep(c.e, rules, at(0), [at(1), at(2)], [at(3), at(7)])).map((v) => c.keep(v));
};

/** All steps of a sequence [time, batch, inputs]; steps from seq_len_max on are 0 in all outputs. */
const blockLstm: Lowering = (c) => {
  const { e } = c;
  const at = (i: number) => c.natural(c.input(i));
  const second = c.node.op === 'BlockLSTMV2';
  const steps = c.numbers(c.input(0))?.[0];
  const x = at(1);
  const length = e.dims(x)?.[0];
  const whole = steps !== undefined && (length === undefined || length === null || length === steps);
  const rules: LstmRules = {
    forgetBias: second ? 0 : c.float('forget_bias', 1),
    clip: c.float('cell_clip', second ? 0 : 3),
    peephole: c.flag('use_peephole') ? [at(5), at(6), at(7)] : null,
    order: second ? 'ifco' : 'icfo',
  };
  const used = whole ? x : e.op('Slice', [x, e.ints([0]), c.int64Vector(c.input(0)), e.ints([0])]);
  const outputs = scanned(c, used, rules, [at(2), at(3)], [at(4), at(8)]);
  return outputs.map((v) => c.keep(whole ? v : longAs(c, v, x)));
};

/** Zeros behind, so that there are as many steps as in `x`. */
function longAs(c: TfCall, v: ValueId, x: ValueId): ValueId {
  const { e } = c;
  const missing = e.op('Sub', [c.lengthOf(x, 0), c.lengthOf(v, 0)]);
  return e.op('Pad', [v, e.op('Concat', [e.ints([0, 0, 0]), missing, e.ints([0, 0])], { axis: 0 })]);
}

function scanned(
  c: TfCall,
  x: ValueId,
  rules: LstmRules,
  initial: readonly [ValueId, ValueId],
  weights: readonly [ValueId, ValueId],
): ValueId[] {
  const { e } = c;
  const body = e.draft.newGraph('steps');
  const within = e.within(body);
  const like = (name: string, of: ValueId, drop: number) => {
    const dims = e.dims(of);
    const shape = dims && dims.slice(drop);
    return e.draft.newValue(body, `${c.node.name}/${name}`, null, { type: { kind: 'tensor', dtype: 'float', shape } });
  };
  const [c0, h0, slice] = [like('cell', initial[0], 0), like('hidden', initial[1], 0), like('step', x, 1)];
  e.draft.setGraphInputs(body, [c0, h0, slice]);
  const step = lstmStep(within, rules, slice, [c0, h0], weights);
  const all = inOrder(step).map((v) => within.op('Identity', [v]));
  e.draft.setGraphOutputs(body, [step.cs, step.h, ...all]);
  const made = e.ops('Scan', [...initial, x], { body: { kind: 'graph', value: body }, num_scan_inputs: 1 }, 9);
  return made.slice(2);
}

/** Inputs: x, h, w_ru, w_c, b_ru, b_c. Outputs: r, u, c, h. */
const gruCell: Lowering = (c) => {
  const { e } = c;
  const [x, h0, wGates, wCell, bGates, bCell] = [0, 1, 2, 3, 4, 5].map((i) => c.natural(c.input(i)));
  const gates = e.op('Sigmoid', [e.op('Gemm', [e.op('Concat', [x!, h0!], { axis: 1 }), wGates!, bGates!])]);
  const [r, u] = e.ops('Split', [gates], { axis: 1, ...(e.opset >= 18 ? { num_outputs: 2 } : {}) }, 2);
  const joined = e.op('Concat', [x!, e.op('Mul', [h0!, r!])], { axis: 1 });
  const cell = e.op('Tanh', [e.op('Gemm', [joined, wCell!, bCell!])]);
  const kept = e.op('Mul', [u!, h0!]);
  const h = e.op('Add', [kept, e.op('Mul', [e.op('Sub', [e.float(1), u!]), cell])]);
  return [r!, u!, cell, h].map((v) => c.keep(v));
};

export const RECURRENT: Lowerings = {
  BlockLSTM: blockLstm,
  BlockLSTMV2: blockLstm,
  GRUBlockCell: gruCell,
  LSTMBlockCell: lstmCell,
};
