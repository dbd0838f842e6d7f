/** Recurrent operators: ONNX's own where they say the same, a Scan over the steps where not (projection, clipping, norms). */
import type { Held } from '../../../graph-model/builders/axis-orders.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { tensorType } from '../../../graph-model/core/types.ts';
import type { Lowering, TfliteCall } from './call.ts';

/** Where the weights of one direction begin among the inputs, and where its states are. */
interface Places {
  readonly weights: number;
  readonly output: number;
  readonly cell: number;
  /** Layer normalisation; -1 where the operator has none. */
  readonly norms: number;
}

/** Gates in TensorFlow Lite's order; ONNX has input, output, forget, cell. */
const [INPUT, FORGET, CELL, OUTPUT] = [0, 1, 2, 3];
const ONNX_ORDER = [INPUT, OUTPUT, FORGET, CELL];

const ACTIVATIONS: Readonly<Record<string, string>> = { NONE: 'Affine', RELU: 'Relu', TANH: 'Tanh' };

class Direction {
  constructor(
    readonly c: TfliteCall,
    readonly at: Places,
  ) {}

  has(place: number): boolean {
    return this.c.has(this.at.weights + place);
  }

  real(place: number): ValueId {
    return this.c.natural(this.c.real(this.at.weights + place));
  }

  /** Coupled gates: the input gate is 1 - forget, which is the forget gate of negated weights. */
  get coupled(): boolean {
    return !this.has(0);
  }

  get units(): number {
    return this.c.length(this.at.weights + FORGET, 0);
  }

  get outputs(): number {
    return this.c.length(this.at.weights + 4 + FORGET, 1);
  }

  gate(from: number, gate: number): ValueId {
    if (gate === INPUT && this.coupled) return this.c.e.op('Neg', [this.real(from + FORGET)]);
    return this.real(from + gate);
  }

  bias(gate: number): ValueId {
    const { c } = this;
    if (gate === INPUT && this.coupled) return c.e.op('Neg', [this.bias(FORGET)]);
    return this.has(11 + gate) ? this.real(11 + gate) : c.e.floats(new Float32Array(this.units));
  }

  /** Peepholes of the input, forget and output gates stand at 8, 9 and 10. */
  peephole(gate: number): ValueId | null {
    const place = { [INPUT]: 8, [FORGET]: 9, [OUTPUT]: 10 }[gate];
    if (place === undefined) return null;
    if (gate === INPUT && this.coupled) return this.has(9) ? this.c.e.op('Neg', [this.real(9)]) : null;
    return this.has(place) ? this.real(place) : null;
  }

  /** Coefficients of the layer normalisation: input, forget, cell, output. */
  norm(gate: number): ValueId | null {
    const place = this.at.norms + gate;
    return this.at.norms >= 0 && this.c.has(place) ? this.c.natural(this.c.real(place)) : null;
  }

  state(place: number, width: number, batch: ValueId): ValueId {
    const { c } = this;
    const given = c.has(place) ? c.operand(place) : null;
    if (given && given.dense === null) return c.natural(given.real(c.e));
    if (given?.dense && Array.from(given.dense.values as ArrayLike<number>).some((v) => v !== 0))
      return c.natural(given.real(c.e));
    const dims = c.e.op('Concat', [batch, c.e.ints([width])], { axis: 0 });
    return c.e.op('ConstantOfShape', [dims]);
  }
}

/** x is [time, batch, features]; gives [time, batch, outputs]. */
function lstm(d: Direction, x: ValueId, reverse: boolean): ValueId {
  const { c } = d;
  const simple = !d.has(15) && c.number('cell_clip', 0) <= 0 && [0, 1, 2, 3].every((g) => d.norm(g) === null);
  // ONNX Runtime takes no parameters for a single one of an LSTM's activations.
  const activation = { RELU: 'Relu', TANH: 'Tanh' }[c.text('fused_activation_function', 'TANH')];
  return simple && activation ? onnxLstm(d, x, reverse, activation) : scannedLstm(d, x, reverse);
}

const batchOf = (e: TypedEmitter, x: ValueId) => {
  const known = e.dims(x)?.[1];
  return typeof known === 'number' ? e.ints([known]) : e.slice(e.op('Shape', [x]), [1], [2], [0]);
};

/** One direction: [1, 4·units, …], the gates one below the other. */
function onnxLstm(d: Direction, x: ValueId, reverse: boolean, activation: string): ValueId {
  const { e } = d.c;
  const stack = (parts: ValueId[]) => e.unsqueeze(e.op('Concat', parts, { axis: 0 }), [0]);
  const weights = (from: number) => stack(ONNX_ORDER.map((g) => d.gate(from, g)));
  const none = e.floats(new Float32Array(4 * d.units));
  const bias = stack([...ONNX_ORDER.map((g) => d.bias(g)), none]);
  const zero = e.floats(new Float32Array(d.units));
  const gates = [INPUT, OUTPUT, FORGET].map((g) => d.peephole(g));
  const peepholes = gates.every((p) => p === null) ? [] : [stack(gates.map((p) => p ?? zero))];
  const batch = batchOf(e, x);
  const states = [d.state(d.at.output, d.units, batch), d.state(d.at.cell, d.units, batch)].map((v) =>
    e.unsqueeze(v, [0]),
  );
  const usual = activation === 'Tanh';
  const [y] = e.ops(
    'LSTM',
    [x, weights(0), weights(4), bias, null, ...states, ...peepholes],
    {
      hidden_size: d.units,
      ...(reverse ? { direction: 'reverse' } : {}),
      ...(usual ? {} : { activations: ['Sigmoid', activation, activation] }),
    },
    1,
  );
  return e.squeeze(y!, [1]);
}

const floatList = (values: readonly number[]) => ({ kind: 'floats' as const, value: Float32Array.from(values) });

function activated(e: TypedEmitter, c: TfliteCall, v: ValueId): ValueId {
  const name = c.text('fused_activation_function', 'TANH');
  if (name === 'NONE') return v;
  if (name === 'RELU6') return e.op('Clip', [v, e.float(0), e.float(6)]);
  return e.op(ACTIVATIONS[name] ?? c.refuse(`its activation ${name} is not converted`), [v]);
}

interface Scanned {
  readonly x: ValueId;
  readonly states: readonly ValueId[];
  readonly widths: readonly number[];
  readonly reverse: boolean;
  /** The states after a step, the first of which is the result. */
  step(e: TypedEmitter, x: ValueId, states: readonly ValueId[]): ValueId[];
}

/** A Scan over the first axis; gives the first state after every step. */
function scan(e: TypedEmitter, s: Scanned): ValueId {
  const body = e.draft.newGraph('step');
  const inner = e.within(body);
  const dims = (e.dims(s.x) ?? []).slice(1);
  const batch = dims[0] ?? null;
  const input = (name: string, shape: readonly (number | string | null)[]) =>
    e.draft.newValue(body, name, null, { type: tensorType('float', shape) });
  const states = s.widths.map((w, i) => input(`state_${i}`, [batch, w]));
  const x = input('x', dims);
  e.draft.setGraphInputs(body, [...states, x]);
  const after = s.step(inner, x, states);
  const results = [...after, after[0]!].map((v) => inner.op('Identity', [v]));
  e.draft.setGraphOutputs(body, results);
  const direction = s.reverse ? 1 : 0;
  const plain = {
    body: { kind: 'graph' as const, value: body },
    num_scan_inputs: 1,
    scan_input_directions: [direction],
    scan_output_directions: [direction],
  };
  return e.ops('Scan', [...s.states, s.x], plain, after.length + 1)[after.length]!;
}

/** The cell as the kernel computes it (lstm_eval.cc): norms before the biases, the cell clipped, then projected. */
function scannedLstm(d: Direction, x: ValueId, reverse: boolean): ValueId {
  const { c } = d;
  const outer = c.e;
  const turned = (v: ValueId) => outer.transpose(v, [1, 0]);
  const gates = [INPUT, FORGET, CELL, OUTPUT].map((g) => ({
    w: turned(g === INPUT && d.coupled ? d.real(FORGET) : d.real(g)),
    r: turned(g === INPUT && d.coupled ? d.real(4 + FORGET) : d.real(4 + g)),
    b: d.bias(g),
    p: g === INPUT && d.coupled ? null : d.peephole(g),
    n: d.norm(g),
  }));
  const project = d.has(15) ? turned(d.real(15)) : null;
  const projectBias = d.has(16) ? d.real(16) : null;
  const limits = { cell: c.number('cell_clip', 0), projection: c.number('proj_clip', 0) };
  const bounded = (e: TypedEmitter, v: ValueId, limit: number) =>
    limit > 0 ? e.op('Clip', [v, e.float(-limit), e.float(limit)]) : v;
  const batch = batchOf(outer, x);
  const widths = [d.outputs, d.units];
  const states = [d.state(d.at.output, d.outputs, batch), d.state(d.at.cell, d.units, batch)];
  const step = (e: TypedEmitter, xt: ValueId, [h, cell]: readonly ValueId[]): ValueId[] => {
    const raw = (g: number, seen: ValueId): ValueId => {
      const { w, r, b, p, n } = gates[g]!;
      const sum = e.op('Add', [e.op('MatMul', [xt, w]), e.op('MatMul', [h!, r])]);
      const looked = p === null ? sum : e.op('Add', [sum, e.op('Mul', [seen, p])]);
      return e.op('Add', [n === null ? looked : e.op('Mul', [normalized(e, looked), n]), b]);
    };
    const forget = e.op('Sigmoid', [raw(FORGET, cell!)]);
    const given = d.coupled ? e.op('Sub', [e.float(1), forget]) : e.op('Sigmoid', [raw(INPUT, cell!)]);
    const proposed = activated(e, c, raw(CELL, cell!));
    const next = bounded(e, e.op('Add', [e.op('Mul', [forget, cell!]), e.op('Mul', [given, proposed])]), limits.cell);
    // Without an activation the kernel leaves its buffer as it is, which holds the proposal and not the cell.
    const own = c.text('fused_activation_function', 'TANH') === 'NONE' ? proposed : activated(e, c, next);
    const shown = e.op('Mul', [e.op('Sigmoid', [raw(OUTPUT, next)]), own]);
    if (project === null) return [shown, next];
    const projected = e.op('MatMul', [shown, project]);
    const biased = projectBias === null ? projected : e.op('Add', [projected, projectBias]);
    return [bounded(e, biased, limits.projection), next];
  };
  return scan(outer, { x, states, widths, reverse, step });
}

/** Mean 0 and variance 1 along the last axis; 1e-8 as in the kernel. */
function normalized(e: TypedEmitter, v: ValueId): ValueId {
  const centred = e.op('Sub', [v, e.reduce('ReduceMean', v, [1], true)]);
  const variance = e.reduce('ReduceMean', e.op('Mul', [centred, centred]), [1], true);
  return e.op('Div', [centred, e.op('Sqrt', [e.op('Add', [variance, e.float(1e-8)])])]);
}

// ---- the order of time

/** [time, batch, features] of the first input, and the way back. */
function timeMajor(c: TfliteCall, major: boolean): { x: ValueId; back: (y: ValueId) => Held } {
  const x = c.natural();
  if (major) return { x, back: (y) => c.keep(y) };
  return { x: c.e.transpose(x, [1, 0, 2]), back: (y) => c.keep(c.e.transpose(y, [1, 0, 2])) };
}

const UNIDIRECTIONAL: Places = { weights: 1, output: 18, cell: 19, norms: 20 };

const sequenceLstm: Lowering = (c) => {
  if (c.flag('diagonal_recurrent_tensors')) c.refuse('its recurrent weights are diagonal');
  const { x, back } = timeMajor(c, c.flag('time_major'));
  return back(lstm(new Direction(c, UNIDIRECTIONAL), x, false));
};

/** One step: [batch, features]. The BASIC kernel has all weights in one matrix. */
const lstmStep: Lowering = (c) => {
  if (c.text('kernel_type', 'FULL') === 'BASIC') return basicLstm(c);
  const x = c.e.unsqueeze(c.natural(), [0]);
  const y = c.e.squeeze(lstm(new Direction(c, UNIDIRECTIONAL), x, false), [0]);
  // Older files list scratch tensors and states before the output.
  const results = c.node.outputs.map(() => c.keep(y));
  return c.node.outputs.length <= 1 ? results : c.refuse('it is of an old form, which gives its states as outputs');
};

/** Inputs: x, the output before, weights [4·units, x + outputs], bias, the cell before. Gates: input, cell, forget, output. */
function basicLstm(c: TfliteCall): readonly Held[] {
  const { e } = c;
  const [x, before, weights, bias, cell] = [0, 1, 2, 3, 4].map((i) => c.natural(c.real(i)));
  const joined = e.op('Concat', [x!, before!], { axis: 1 });
  const gates = e.op('Gemm', [joined, weights!, bias!], { transB: 1 });
  const each = c.length(2, 0) / 4;
  const [given, proposed, forget, out] = e.ops('Split', [gates, e.ints([each, each, each, each])], { axis: 1 }, 4);
  const sigmoid = (v: ValueId | undefined) => e.op('Sigmoid', [v!]);
  const fresh = e.op('Mul', [sigmoid(given), e.op('Tanh', [proposed!])]);
  const next = e.op('Add', [e.op('Mul', [sigmoid(forget), cell!]), fresh]);
  const shown = e.op('Mul', [sigmoid(out), e.op('Tanh', [next])]);
  return [shown, next, joined, gates].map((v) => c.keep(v));
}

const bidirectionalLstm: Lowering = (c) => {
  if (c.has(39)) c.refuse('it has an auxiliary input');
  const { x, back } = timeMajor(c, c.flag('time_major', true));
  const forward = lstm(new Direction(c, { weights: 1, output: 35, cell: 36, norms: -1 }), x, false);
  const backward = lstm(new Direction(c, { weights: 18, output: 37, cell: 38, norms: -1 }), x, true);
  if (c.flag('merge_outputs')) return back(c.e.op('Concat', [forward, backward], { axis: 2 }));
  return [back(forward), back(backward)];
};

// ---- plain recurrent layers

interface RnnPlaces {
  /** Input weights; recurrent weights, bias and state follow. */
  readonly from: number;
  readonly reverse: boolean;
}

/** x is [time, batch, features]. */
function rnn(c: TfliteCall, x: ValueId, { from, reverse }: RnnPlaces): ValueId {
  const { e } = c;
  const units = c.length(from, 0);
  const name = c.text('fused_activation_function', 'TANH');
  const [w, r, b] = [0, 1, 2].map((i) => c.natural(c.real(from + i)));
  const batch = batchOf(e, x);
  const direction = new Direction(c, { weights: from, output: from + 3, cell: -1, norms: -1 });
  const state = direction.state(from + 3, units, batch);
  const activation = ACTIVATIONS[name];
  if (!activation) {
    const step = (s: TypedEmitter, xt: ValueId, [h]: readonly ValueId[]): ValueId[] => {
      const product = s.op('Add', [s.op('Gemm', [xt, w!, b!], { transB: 1 }), s.op('Gemm', [h!, r!], { transB: 1 })]);
      return [activated(s, c, product)];
    };
    return scan(e, { x, states: [state], widths: [units], reverse, step });
  }
  const bias = e.unsqueeze(e.op('Concat', [b!, e.floats(new Float32Array(units))], { axis: 0 }), [0]);
  const affine = activation === 'Affine' ? { activation_alpha: floatList([1]), activation_beta: floatList([0]) } : {};
  const [y] = e.ops(
    'RNN',
    [x, e.unsqueeze(w!, [0]), e.unsqueeze(r!, [0]), bias, null, e.unsqueeze(state, [0])],
    {
      hidden_size: units,
      ...(reverse ? { direction: 'reverse' } : {}),
      ...(activation === 'Tanh' ? {} : { activations: [activation], ...affine }),
    },
    1,
  );
  return e.squeeze(y!, [1]);
}

const sequenceRnn: Lowering = (c) => {
  const { x, back } = timeMajor(c, c.flag('time_major'));
  return back(rnn(c, x, { from: 1, reverse: false }));
};

const rnnStep: Lowering = (c) => {
  const x = c.e.unsqueeze(c.natural(), [0]);
  return c.keep(c.e.squeeze(rnn(c, x, { from: 1, reverse: false }), [0]));
};

const bidirectionalRnn: Lowering = (c) => {
  if (c.has(9)) c.refuse('it has an auxiliary input');
  const { x, back } = timeMajor(c, c.flag('time_major'));
  const [forward, backward] = [rnn(c, x, { from: 1, reverse: false }), rnn(c, x, { from: 5, reverse: true })];
  if (c.flag('merge_outputs')) return back(c.e.op('Concat', [forward, backward], { axis: 2 }));
  return [back(forward), back(backward)];
};

/**
 * Singular value decomposition filters: features of this step join those that the state remembers, and weights in time
 * sum them; `rank` filters make a unit. Inputs: x, feature weights, time weights, bias, state [batch, filters · memory].
 */
const svdf: Lowering = (c) => {
  const { e } = c;
  const [filters, memory] = [c.length(2, 0), c.length(2, 1)];
  const rank = c.int('rank', 1);
  const now = e.op('Gemm', [c.natural(), c.natural(c.real(1))], { transB: 1 });
  const x = e.dims(now)?.[0];
  const rows = typeof x === 'number' ? x : -1;
  const direction = new Direction(c, { weights: 1, output: 4, cell: -1, norms: -1 });
  const batch = rows > 0 ? e.ints([rows]) : e.slice(e.op('Shape', [now]), [0], [1], [0]);
  const state = e.reshape(direction.state(4, filters * memory, batch), [rows, filters, memory]);
  const seen = e.op('Concat', [e.slice(state, [1], [memory], [2]), e.unsqueeze(now, [2])], { axis: 2 });
  const summed = e.reduce('ReduceSum', e.op('Mul', [seen, c.natural(c.real(2))]), [2], false);
  const units = e.reduce('ReduceSum', e.reshape(summed, [rows, filters / rank, rank]), [2], false);
  const biased = c.has(3) ? e.op('Add', [units, c.natural(c.real(3))]) : units;
  return c.keep(activated(e, c, biased));
};

export const RECURRENT: Readonly<Record<string, Lowering>> = {
  BIDIRECTIONAL_SEQUENCE_LSTM: bidirectionalLstm,
  BIDIRECTIONAL_SEQUENCE_RNN: bidirectionalRnn,
  LSTM: lstmStep,
  RNN: rnnStep,
  SVDF: svdf,
  UNIDIRECTIONAL_SEQUENCE_LSTM: sequenceLstm,
  UNIDIRECTIONAL_SEQUENCE_RNN: sequenceRnn,
};
