/** One step of each recurrent cell, as nodes of a Scan body. Formulas and gate orders: keras.layers, the cells' call(). */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { isList, isObject, text } from '../json.ts';
import { activationName, pointwise } from './activations.ts';
import type { LayerCall } from './call.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';

export interface Step {
  readonly output: ValueId;
  readonly states: readonly ValueId[];
}

export interface Cell {
  /** Dimensions of each state, without the batch. */
  readonly states: readonly (readonly number[])[];
  /** Dimensions of the output, without the batch. */
  readonly output: readonly number[];
  step(e: TypedEmitter, x: ValueId, states: readonly ValueId[]): Step;
}

type Function = (e: TypedEmitter, x: ValueId) => ValueId;

export function cellActivation(c: LayerCall, key: string, otherwise: string): Function {
  const name = activationName(c.config[key] ?? otherwise);
  if (name === 'softmax') return (e, x) => e.op('Softmax', [x], { axis: -1 });
  return pointwise(name, c.keras) ?? c.refuse(`its ${key} ${name} is not one of Keras's`);
}

/** The cell of a layer (`LSTM`) or a cell by itself (`LSTMCell`). */
export function cellOf(c: LayerCall, type: string): Cell {
  switch (type.replace(/Cell$/, '')) {
    case 'SimpleRNN':
      return simpleCell(c);
    case 'LSTM':
      return lstmCell(c);
    case 'GRU':
      return gruCell(c);
    case 'StackedRNNCells':
      return stackedCells(c);
    default:
      return c.refuse(`its cell ${type} is not one of Keras's`);
  }
}

const optional = (c: LayerCall, role: string) => (c.has(role) ? c.weight(role).constant() : null);
const sum = (e: TypedEmitter, values: readonly (ValueId | null)[]) =>
  values.filter((v): v is ValueId => v !== null).reduce((a, b) => e.op('Add', [a, b]));

function simpleCell(c: LayerCall): Cell {
  const units = c.weight('recurrent_kernel', 2).dims[0]!;
  const activation = cellActivation(c, 'activation', 'tanh');
  const [kernel, recurrent] = [c.weight('kernel').constant(), c.weight('recurrent_kernel').constant()];
  const bias = optional(c, 'bias');
  const step = (e: TypedEmitter, x: ValueId, [h]: readonly ValueId[]): Step => {
    const output = activation(e, sum(e, [e.op('MatMul', [x, kernel]), e.op('MatMul', [h!, recurrent]), bias]));
    return { output, states: [output] };
  };
  return { states: [[units]], output: [units], step };
}

/** Gates i, f, c, o of one sum. */
export function lstmGates(
  e: TypedEmitter,
  z: ValueId,
  cell: ValueId,
  axis: number,
  act: Function,
  rec: Function,
): Step {
  const [i, f, g, o] = e.ops('Split', [z], { axis }, 4);
  const kept = e.op('Mul', [rec(e, f!), cell]);
  const next = e.op('Add', [kept, e.op('Mul', [rec(e, i!), act(e, g!)])]);
  const output = e.op('Mul', [rec(e, o!), act(e, next)]);
  return { output, states: [output, next] };
}

function lstmCell(c: LayerCall): Cell {
  const units = c.weight('recurrent_kernel', 2).dims[0]!;
  const [act, rec] = [cellActivation(c, 'activation', 'tanh'), cellActivation(c, 'recurrent_activation', 'sigmoid')];
  const [kernel, recurrent] = [c.weight('kernel').constant(), c.weight('recurrent_kernel').constant()];
  const bias = optional(c, 'bias');
  const step = (e: TypedEmitter, x: ValueId, [h, cell]: readonly ValueId[]): Step => {
    const z = sum(e, [e.op('MatMul', [x, kernel]), e.op('MatMul', [h!, recurrent]), bias]);
    return lstmGates(e, z, cell!, -1, act, rec);
  };
  return { states: [[units], [units]], output: [units], step };
}

function gruCell(c: LayerCall): Cell {
  const units = c.weight('recurrent_kernel', 2).dims[0]!;
  const step = resetAfter(c) ? gruAfter(c) : gruBefore(c, units);
  return { states: [[units]], output: [units], step };
}

/** The default is true since Keras 2 of TensorFlow 2; older files write it down or mean false. */
export function resetAfter(c: LayerCall): boolean {
  return c.flag('reset_after', c.keras >= 3 || (c.has('bias') && c.weight('bias').dims.length === 2));
}

/** h' = z h + (1 - z) candidate */
function mix(e: TypedEmitter, z: ValueId, h: ValueId, candidate: ValueId): Step {
  const rest = e.op('Mul', [e.op('Sub', [e.float(1), z]), candidate]);
  const output = e.op('Add', [e.op('Mul', [z, h]), rest]);
  return { output, states: [output] };
}

/** The reset gate multiplies what the recurrent kernel made: candidate = act(x_h + r (h U + b)). */
function gruAfter(c: LayerCall): Cell['step'] {
  const [act, rec] = [cellActivation(c, 'activation', 'tanh'), cellActivation(c, 'recurrent_activation', 'sigmoid')];
  const [kernel, recurrent] = [c.weight('kernel').constant(), c.weight('recurrent_kernel').constant()];
  const half = (n: number) => {
    const { values } = c.weight('bias');
    const size = values.length / 2;
    return c.once(`bias ${n}`, () => c.e.floats(values.slice(n * size, (n + 1) * size)));
  };
  const [outer, inner] = c.has('bias') ? [half(0), half(1)] : [null, null];
  return (e, x, [h]) => {
    const [xz, xr, xh] = e.ops('Split', [sum(e, [e.op('MatMul', [x, kernel]), outer])], { axis: -1 }, 3);
    const [hz, hr, hh] = e.ops('Split', [sum(e, [e.op('MatMul', [h!, recurrent]), inner])], { axis: -1 }, 3);
    const z = rec(e, e.op('Add', [xz!, hz!]));
    const r = rec(e, e.op('Add', [xr!, hr!]));
    return mix(e, z, h!, act(e, e.op('Add', [xh!, e.op('Mul', [r, hh!])])));
  };
}

/** The reset gate multiplies the state before: candidate = act(x_h + (r h) U). */
function gruBefore(c: LayerCall, units: number): Cell['step'] {
  const [act, rec] = [cellActivation(c, 'activation', 'tanh'), cellActivation(c, 'recurrent_activation', 'sigmoid')];
  const kernel = c.weight('kernel').constant();
  const recurrent = c.weight('recurrent_kernel', 2);
  const columns = (from: number, to: number) =>
    c.once(`recurrent ${from} ${to}`, () => {
      const values = new Float32Array(units * (to - from));
      for (let row = 0; row < units; row++)
        values.set(recurrent.values.subarray(row * 3 * units + from, row * 3 * units + to), row * (to - from));
      return c.e.constant({ dtype: 'float', dims: [units, to - from], values });
    });
  const [gates, candidate] = [columns(0, 2 * units), columns(2 * units, 3 * units)];
  const bias = optional(c, 'bias');
  return (e, x, [h]) => {
    const [xz, xr, xh] = e.ops('Split', [sum(e, [e.op('MatMul', [x, kernel]), bias])], { axis: -1 }, 3);
    const [hz, hr] = e.ops('Split', [e.op('MatMul', [h!, gates])], { axis: -1 }, 2);
    const z = rec(e, e.op('Add', [xz!, hz!]));
    const r = rec(e, e.op('Add', [xr!, hr!]));
    const past = e.op('MatMul', [e.op('Mul', [r, h!]), candidate]);
    return mix(e, z, h!, act(e, e.op('Add', [xh!, past])));
  };
}

/** Each cell's output is the next one's input. */
function stackedCells(c: LayerCall): Cell {
  const list = c.config['cells'];
  if (!isList(list) || list.length === 0) return c.refuse('its cells are not written down');
  const cells = list.map((spec, i) =>
    cellOf(c.part(spec, String(i)), isObject(spec) ? text(spec['class_name'], '') : ''),
  );
  const step = (e: TypedEmitter, x: ValueId, states: readonly ValueId[]): Step => {
    let [at, output] = [0, x];
    const next: ValueId[] = [];
    for (const cell of cells) {
      const made = cell.step(e, output, states.slice(at, at + cell.states.length));
      at += cell.states.length;
      output = made.output;
      next.push(...made.states);
    }
    return { output, states: next };
  };
  return { states: cells.flatMap((cell) => cell.states), output: cells[cells.length - 1]!.output, step };
}
