/** A cell that was found in a loop as ONNX's own operator over the whole sequence. */
import type { TypedEmitter } from '../builders/typed-emitter.ts';
import { floats, type AttributeLike } from '../core/attributes.ts';
import { normalAxis } from '../core/dims.ts';
import type { Node, ValueId } from '../core/model.ts';
import { dtypeInfo } from '../core/types.ts';
import type { Activation } from './activations.ts';
import type { Cell, Gate } from './cells.ts';
import type { LoopView } from './loop-view.ts';
import type { Mask } from './masks.ts';

/** Values are made once they are asked for. */
export interface Layer {
  /** [time, batch, units] of the steps as the loop makes them, or (flipped) the other way round. */
  sequence(flipped: boolean): ValueId;
  readonly hidden: () => ValueId;
  readonly cell: () => ValueId;
  /** The rows are read from their end. */
  readonly backwards: boolean;
}

export function writeLayer(view: LoopView, cell: Cell): Layer {
  const { e } = view;
  const used = view.used(cell.rows);
  const whole = used === cell.rows && cell.mask === null ? turnedRound(e, cell.rows) : null;
  const inputs = [
    whole ?? used,
    weights(e, cell, (g) => g.input),
    weights(e, cell, (g) => g.hidden),
    biases(e, cell),
    cell.mask && lengthsOf(view, cell.mask),
    initial(e, cell.hidden.initial),
    cell.cell && initial(e, cell.cell.initial),
    peepholes(e, cell),
  ];
  while (inputs.at(-1) === null) inputs.pop();
  const plain = {
    hidden_size: cell.units,
    ...(whole === null ? {} : { direction: 'reverse' }),
    ...(cell.resetAfter ? { linear_before_reset: 1 } : {}),
    ...activationAttributes(cell),
  };
  const [y, ...finals] = e.ops(cell.op, inputs, plain, cell.op === 'LSTM' ? 3 : 2);
  const all = once(() => e.squeeze(y!, [1]));
  const other = once(() => e.flip(all(), 0));
  return {
    sequence: (flipped) => (flipped ? other() : all()),
    hidden: once(() => e.squeeze(finals[0]!, [0])),
    cell: once(() => e.squeeze(finals[1]!, [0])),
    backwards: whole !== null,
  };
}

function once(make: () => ValueId): () => ValueId {
  let made: ValueId | null = null;
  return () => (made ??= make());
}

/** What a value is turned round along its first axis, where a Slice does just that. */
function turnedRound(e: TypedEmitter, v: ValueId): ValueId | null {
  const node = e.draft.producer(v);
  return node !== null && isTurnedRound(e, node, 0) ? node.inputs[0]! : null;
}

/** Whether a node is a Slice that turns its input round along one axis. */
export function isTurnedRound(e: TypedEmitter, node: Node, axis: number): boolean {
  if (node.op !== 'Slice' || node.inputs.length !== 5) return false;
  const [starts, ends, axes, steps] = node.inputs.slice(1).map((i) => e.known(i!)?.values);
  const whole = starts?.length === 1 && Number(starts[0]) === -1 && Number(ends?.[0]) <= -(2 ** 31);
  const rank = e.dims(node.inputs[0]!)?.length;
  return whole && normalAxis(Number(axes?.[0] ?? NaN), rank ?? axis + 1) === axis && Number(steps?.[0]) === -1;
}

/** int32 [batch]; none is longer than the sequence. */
function lengthsOf({ e, trips }: LoopView, mask: Mask): ValueId {
  if (mask.kind !== 'lengths') throw new Error('A mask of steps is no length.');
  const flat = e.dims(mask.lengths)?.length === 1 ? mask.lengths : e.reshape(mask.lengths, [-1]);
  const lengths = e.cast(flat, 'int32', dtypeInfo('int32').code);
  const known = e.known(trips);
  const most = known ? e.numbers('int32', [Number(known.values[0])]) : e.cast(trips, 'int32', dtypeInfo('int32').code);
  return e.op('Min', [lengths, most]);
}

/** [1, batch, units]; null: zeros, from which the operators start anyway. */
function initial(e: TypedEmitter, v: ValueId): ValueId | null {
  return isZero(e, v) ? null : e.unsqueeze(v, [0]);
}

export function isZero(e: TypedEmitter, v: ValueId): boolean {
  const known = e.known(v);
  if (known) return Array.from(known.values as ArrayLike<number>).every((n) => Number(n) === 0);
  const node = e.draft.producer(v);
  if (node === null || node.domain !== '') return false;
  if (/^(Identity|Expand|Tile|Reshape|Unsqueeze|Squeeze|Cast)$/.test(node.op)) return isZero(e, node.inputs[0]!);
  return node.op === 'ConstantOfShape' && isZeroFill(node);
}

function isZeroFill(node: { readonly attributes: ReadonlyMap<string, unknown> }): boolean {
  const value = node.attributes.get('value') as { value?: { data?: { kind: string; bytes?: Uint8Array } } } | undefined;
  const data = value?.value?.data;
  return value === undefined || (data?.kind === 'bytes' && data.bytes!.every((b) => b === 0));
}

// ---- weights

/** [1, gates · units, inputs]; a gate without such weights has zeros. */
function weights(e: TypedEmitter, cell: Cell, of: (g: Gate) => Gate['hidden']): ValueId {
  const { units } = cell;
  const rows = cell.gates.map(of).find((m) => m !== null)?.rows ?? units;
  const values = new Float32Array(cell.gates.length * units * rows);
  cell.gates.forEach((gate, g) => {
    const m = of(gate);
    if (!m) return;
    for (let u = 0; u < units; u++)
      for (let r = 0; r < rows; r++) values[(g * units + u) * rows + r] = m.values[r * units + u]!;
  });
  return e.constant({ dtype: 'float', dims: [1, cell.gates.length * units, rows], values });
}

/** [1, 2 · gates · units]; null: all zero. */
function biases(e: TypedEmitter, { gates, units }: Cell): ValueId | null {
  const size = gates.length * units;
  const values = new Float32Array(2 * size);
  gates.forEach((gate, g) => {
    fill(values, g * units, units, gate.bias);
    fill(values, size + g * units, units, gate.hiddenBias);
  });
  return values.every((v) => v === 0) ? null : e.constant({ dtype: 'float', dims: [1, 2 * size], values });
}

function fill(values: Float32Array, at: number, count: number, from: ArrayLike<number> | null): void {
  if (from) for (let i = 0; i < count; i++) values[at + i] = from[from.length === 1 ? 0 : i]!;
}

/** [1, 3 · units] of i, o, f. */
function peepholes(e: TypedEmitter, { gates, units }: Cell): ValueId | null {
  if (gates.every((g) => g.peephole === null)) return null;
  const values = new Float32Array(3 * units);
  gates.slice(0, 3).forEach((gate, g) => fill(values, g * units, units, gate.peephole));
  return e.constant({ dtype: 'float', dims: [1, 3 * units], values });
}

// ---- activations

const USUAL: Readonly<Record<Cell['op'], string>> = { RNN: 'Tanh', LSTM: 'Sigmoid Tanh Tanh', GRU: 'Sigmoid Tanh' };

function activationAttributes({ op, activations }: Cell): Record<string, AttributeLike> {
  const names = activations.map((a) => a.name);
  if (names.join(' ') === USUAL[op]) return {};
  const some = activations.filter((a): a is Required<Activation> => a.alpha !== undefined);
  if (some.length === 0) return { activations: names };
  return {
    activations: names,
    activation_alpha: floats(some.map((a) => a.alpha)),
    activation_beta: floats(some.map((a) => a.beta)),
  };
}
