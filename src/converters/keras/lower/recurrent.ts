/**
 * Recurrent layers. SimpleRNN, LSTM and GRU become ONNX's own operators where those can say it (no mask, activations that
 * they know), else a Scan of the cell. Inside, time comes first; between two recurrent layers no Transpose is made.
 */
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { AttributeLike } from '../../../graph-model/core/attributes.ts';
import { isObject, text, type Json } from '../json.ts';
import { activationName } from './activations.ts';
import { givenList, isHeld, type Given, type LayerCall, type Lowering } from './call.ts';
import { cellOf, resetAfter, type Cell } from './cells.ts';
import { Held, range, timeOf } from '../../../graph-model/builders/axis-orders.ts';
import { scan } from './scan.ts';

export interface Run {
  readonly x: Held;
  readonly mask: Held | null;
  readonly initial: readonly Held[];
  readonly backwards: boolean;
}

export interface RunResult {
  /** Aligned with the input, whichever way the steps were made. */
  readonly sequence: Held;
  readonly last: Held;
  readonly states: readonly Held[];
}

/** Runs one direction of a layer. */
export function runLayer(c: LayerCall, run: Run): RunResult {
  const type = c.given.op;
  if (c.flag('time_major')) c.refuse('time_major is not converted');
  if (c.has('recurrent_kernel') && run.mask === null) {
    const own = ownOperator(c, type, run);
    if (own) return own;
  }
  const base = type.replace(/^CuDNN/, '');
  if (base !== type) c.refuse('it cannot be masked');
  const cell = type === 'RNN' ? rnnCell(c) : cellOf(c, base);
  return runCell(c, cell, timeOf(c.e, run.x), run);
}

function rnnCell(c: LayerCall): Cell {
  const spec = c.config['cell'];
  const type = isObject(spec) ? text(spec['class_name'], '') : '';
  return cellOf(c.sameWeights(spec), type);
}

export function runCell(c: LayerCall, cell: Cell, x: ValueId, run: Run): RunResult {
  const { e } = c;
  if (run.initial.length !== 0 && run.initial.length !== cell.states.length)
    c.refuse(`it is given ${run.initial.length} states and has ${cell.states.length}`);
  const mask = run.mask === null ? null : e.cast(timeOf(e, run.mask), 'bool', 9);
  const initial = run.initial.map((t) => c.natural(t));
  const zeroMasked = c.flag('zero_output_for_mask');
  const made = scan(e, { cell, x, mask, initial, backwards: run.backwards, zeroMasked });
  return {
    sequence: Held.of(made.sequence, 'time', run.mask),
    last: Held.of(made.last),
    states: made.states.map((s) => Held.of(s)),
  };
}

// ---- ONNX's own operators

interface Gates {
  readonly op: 'RNN' | 'LSTM' | 'GRU';
  /** Where ONNX's gates stand among Keras's. */
  readonly order: readonly number[];
  readonly activations: readonly string[];
}

const GATES: Readonly<Record<string, Gates>> = {
  SimpleRNN: { op: 'RNN', order: [0], activations: ['activation'] },
  // Keras i f c o, ONNX i o f c.
  LSTM: { op: 'LSTM', order: [0, 3, 1, 2], activations: ['recurrent_activation', 'activation', 'activation'] },
  GRU: { op: 'GRU', order: [0, 1, 2], activations: ['recurrent_activation', 'activation'] },
};

/** The functions that ONNX Runtime's recurrent operators know, with the parameters that they take. */
function onnxActivation(name: string, keras: number): { name: string; alpha?: number; beta?: number } | null {
  const plain: Record<string, string> = { tanh: 'Tanh', sigmoid: 'Sigmoid', relu: 'Relu', softsign: 'Softsign' };
  if (plain[name]) return { name: plain[name] };
  if (name === 'hard_sigmoid') return { name: 'HardSigmoid', alpha: keras >= 3 ? 1 / 6 : 0.2, beta: 0.5 };
  return null;
}

function ownOperator(c: LayerCall, type: string, run: Run): RunResult | null {
  const { e } = c;
  const gates = GATES[type.replace(/^CuDNN/, '')];
  if (!gates) return null;
  const found = gates.activations.map((key) => {
    const otherwise = key === 'activation' ? 'tanh' : 'sigmoid';
    return onnxActivation(activationName(c.config[key] ?? otherwise), c.keras);
  });
  if (found.some((f) => f === null)) return null;
  const units = c.weight('recurrent_kernel', 2).dims[0]!;
  const after = gates.op === 'GRU' && (type.startsWith('CuDNN') || resetAfter(c));
  const bias = c.has('bias') ? biasOf(c, gates, units, after) : null;
  const initial = initialStates(c, run, gates.op === 'LSTM' ? 2 : 1);
  const inputs = [timeOf(e, run.x), kernelOf(c, 'kernel', gates, units), kernelOf(c, 'recurrent_kernel', gates, units)];
  const outputs = e.ops(
    gates.op,
    initial.length ? [...inputs, bias, null, ...initial] : bias === null ? inputs : [...inputs, bias],
    {
      hidden_size: units,
      ...(run.backwards ? { direction: 'reverse' } : {}),
      ...(after ? { linear_before_reset: 1 } : {}),
      ...activationAttributes(found as { name: string; alpha?: number; beta?: number }[], gates),
    },
    gates.op === 'LSTM' ? 3 : 2,
  );
  return resultsOf(c, outputs);
}

/** Only what is asked for is read from the outputs, so nothing is made for the rest. */
function resultsOf(c: LayerCall, [y, ...finals]: readonly ValueId[]): RunResult {
  const { e } = c;
  const states = lazy(() => finals.map((v) => Held.of(e.squeeze(v, [0]))));
  return {
    get sequence() {
      return Held.of(e.squeeze(y!, [1]), 'time');
    },
    get last() {
      return states()[0]!;
    },
    get states() {
      return states();
    },
  };
}

function lazy<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function initialStates(c: LayerCall, run: Run, count: number): ValueId[] {
  if (run.initial.length === 0) return [];
  if (run.initial.length !== count) c.refuse(`it is given ${run.initial.length} states and has ${count}`);
  return run.initial.map((t) => c.e.unsqueeze(c.natural(t), [0]));
}

function activationAttributes(
  found: readonly { name: string; alpha?: number; beta?: number }[],
  gates: Gates,
): Record<string, AttributeLike> {
  const names = found.map((f) => f.name);
  const usual = { RNN: 'Tanh', LSTM: 'Sigmoid Tanh Tanh', GRU: 'Sigmoid Tanh' }[gates.op];
  if (names.join(' ') === usual) return {};
  const floats = (list: (number | undefined)[]) =>
    ({ kind: 'floats', value: Float32Array.from(list.map((v) => v ?? 0)) }) as const;
  if (found.every((f) => f.alpha === undefined)) return { activations: names };
  const some = found.filter((f) => f.alpha !== undefined);
  return {
    activations: names,
    activation_alpha: floats(some.map((f) => f.alpha)),
    activation_beta: floats(some.map((f) => f.beta)),
  };
}

/** [in, gates · units] as [1, gates · units, in], gates in ONNX's order. */
function kernelOf(c: LayerCall, role: string, gates: Gates, units: number): ValueId {
  const { dims, values } = c.weight(role, 2);
  const [rows, columns] = [dims[0]!, dims[1]!];
  if (columns !== gates.order.length * units) c.refuse(`its weight ${role} does not fit ${units} units`);
  return c.once(`${role} ${gates.op}`, () => {
    const out = new Float32Array(values.length);
    let at = 0;
    for (const gate of gates.order)
      for (let unit = 0; unit < units; unit++)
        for (let row = 0; row < rows; row++) out[at++] = values[row * columns + gate * units + unit]!;
    return c.e.constant({ dtype: 'float', dims: [1, columns, rows], values: out });
  });
}

/** [1, 2 · gates · units]: Keras has one bias but where the GRU resets after (and in CuDNN's layers), ONNX two. */
function biasOf(c: LayerCall, gates: Gates, units: number, after: boolean): ValueId {
  const { values } = c.weight('bias');
  const size = gates.order.length * units;
  const twice = values.length === 2 * size;
  if (!twice && (values.length !== size || after)) c.refuse(`its bias does not fit ${units} units`);
  return c.once(`bias ${gates.op}`, () => {
    const out = new Float32Array(2 * size);
    const halves = twice ? [0, 1] : [0];
    for (const half of halves)
      gates.order.forEach((gate, i) => {
        const from = half * size + gate * units;
        out.set(values.subarray(from, from + units), half * size + i * units);
      });
    return c.e.constant({ dtype: 'float', dims: [1, 2 * size], values: out });
  });
}

// ---- layers

/** States given with the call: `[x, h, c]` before Keras 3, `initial_state` since. */
export function statesGiven(c: LayerCall): Held[] {
  const named = c.given.kwargs['initial_state'];
  if (named !== undefined) return heldsIn(named);
  return c.given.args.flatMap(heldsIn).slice(1);
}

export function heldsIn(value: Given): Held[] {
  if (isHeld(value)) return [value];
  return givenList(value)?.flatMap(heldsIn) ?? [];
}

export function maskGiven(c: LayerCall): Held | null {
  const named = c.given.kwargs['mask'];
  return isHeld(named) ? named : c.x.mask;
}

const recurrent: Lowering = (c) => {
  const backwards = c.flag('go_backwards');
  const mask = maskGiven(c);
  const made = runLayer(c, { x: c.x, mask, initial: statesGiven(c), backwards });
  const output = outputOf(c, c.flag('return_sequences'), made, backwards, mask);
  return c.flag('return_state') ? [output, ...made.states] : output;
};

/** The sequence in the order in which the steps were made, or the last output. */
export function outputOf(c: LayerCall, all: boolean, made: RunResult, flip: boolean, mask: Held | null): Held {
  if (!all) return made.last;
  const { sequence } = made;
  if (flip) return Held.of(c.e.flip(timeOf(c.e, sequence), 0), 'time', mask);
  sequence.mask = mask;
  return sequence;
}

/** Bidirectional makes its layers give zeros at masked steps of a sequence, but in the Keras before TensorFlow 2. */
function zeroMasked(c: LayerCall, spec: Json | undefined): Json | undefined {
  if (!isObject(spec) || !isObject(spec['config'])) return spec;
  const { config } = spec;
  if (c.keras < 3 && !('time_major' in config)) return spec;
  return { ...spec, config: { ...config, zero_output_for_mask: config['return_sequences'] ?? false } };
}

/** Two runs, one of them backwards; its sequence is turned round before both are merged. */
export const bidirectional: Lowering = (c) => {
  const spec = c.config['layer'];
  const backSpec = c.config['backward_layer'] ?? spec;
  const mask = maskGiven(c);
  const states = statesGiven(c);
  const half = states.length / 2;
  const forward = c.part(zeroMasked(c, spec), 'forward_layer');
  const backward = c.part(zeroMasked(c, backSpec), 'backward_layer');
  const reversed = forward.flag('go_backwards');
  const a = runLayer(forward, { x: c.x, mask, initial: states.slice(0, half), backwards: reversed });
  const b = runLayer(backward, { x: c.x, mask, initial: states.slice(half), backwards: !reversed });
  const all = forward.flag('return_sequences');
  const outputs = [outputOf(c, all, a, reversed, mask), outputOf(c, all, b, reversed, mask)];
  const merged = merge(c, outputs, all);
  return forward.flag('return_state')
    ? [...merged, ...a.states, ...b.states]
    : merged.length === 1
      ? merged[0]!
      : merged;
};

function merge(c: LayerCall, outputs: readonly Held[], all: boolean): Held[] {
  const mode = mergeMode(c);
  if (mode === null) return [...outputs];
  const values = outputs.map((t) => (all ? timeOf(c.e, t) : c.natural(t)));
  return [Held.of(mergedBy(c, mode, values), all ? 'time' : 'natural', all ? outputs[0]!.mask : null)];
}

/** null: the outputs stay apart. */
export const mergeMode = (c: LayerCall): string | null =>
  c.config['merge_mode'] === undefined && !('merge_mode' in c.config) ? null : c.text('merge_mode', '');

export function mergedBy(c: LayerCall, mode: string, values: readonly ValueId[]): ValueId {
  switch (mode) {
    case 'concat':
      return c.e.op('Concat', values, { axis: -1 });
    case 'sum':
      return c.e.op('Add', values);
    case 'mul':
      return c.e.op('Mul', values);
    case 'ave':
      return c.e.op('Mul', [c.e.op('Add', values), c.e.float(0.5)]);
    default:
      return c.refuse(`its merge_mode ${mode} is not understood`);
  }
}

/** Layers that treat the last axis alone need no folding. */
const LAST_AXIS = new Set(['Dense', 'Dropout', 'ReLU', 'LeakyReLU', 'ELU']);

/** The layer on every step: steps are folded into the batch, and unfolded after it. */
const timeDistributed: Lowering = (c) => {
  const { e } = c;
  const spec = c.config['layer'];
  const type = isObject(spec) ? text(spec['class_name'], '') : '';
  if (LAST_AXIS.has(type)) return c.given.lower(c.part(spec, 'layer'));
  const time = c.length(1);
  const step = range(2, c.rank()).map((i) => c.length(i));
  const folded = Held.of(e.reshape(c.natural(), [-1, ...step]));
  const made = c.given.lower(c.part(spec, 'layer', [folded]));
  const outputs = made instanceof Held ? [made] : made;
  const unfolded = outputs.map((t) => {
    const dims = range(1, c.rank(t)).map((i) => c.length(i, t));
    return c.keep(e.reshape(c.natural(t), [-1, time, ...dims]), 'natural', c.x.mask);
  });
  return unfolded.length === 1 ? unfolded[0]! : unfolded;
};

export const RECURRENT: Readonly<Record<string, Lowering>> = {
  SimpleRNN: recurrent,
  LSTM: recurrent,
  GRU: recurrent,
  CuDNNLSTM: recurrent,
  CuDNNGRU: recurrent,
  RNN: recurrent,
  TimeDistributed: timeDistributed,
};
