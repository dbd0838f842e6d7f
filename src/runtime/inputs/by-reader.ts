/** The shape of an input that declares none, from what reads it first. */
import { getInt, getInts } from '../../graph-model/core/attributes.ts';
import type { Model, Node, ValueId } from '../../graph-model/core/model.ts';
import type { Dim, Shape } from '../../graph-model/core/types.ts';

/** How far down is looked. */
const DEPTH = 12;

/** null: no reader says anything of it. */
export function shapeByReader(model: Model, value: ValueId, depth = DEPTH): Shape {
  for (const { node: id, index } of depth === 0 ? [] : (model.uses.get(value) ?? [])) {
    const node = id === null ? null : model.nodes.at(id);
    const found = node?.domain === '' ? askedBy(model, node, index, depth) : null;
    if (found) return found;
  }
  return null;
}

const unknown = (count: number) => new Array<Dim>(Math.max(0, count)).fill(null);

function askedBy(model: Model, node: Node, index: number, depth: number): Shape {
  const weight = (i: number) => dimsOf(model, node.inputs[i] ?? null);
  const passed = () => shapeByReader(model, node.outputs[0]!, depth - 1);
  if (index !== 0) return /^(Add|Sub|Mul|Div)$/.test(node.op) ? passed() : null;
  switch (node.op) {
    case 'Conv':
      return image(weight(1), (w) => w[1]! * getInt(node, 'group', 1));
    case 'ConvTranspose':
      return image(weight(1), (w) => w[0]!);
    case 'MaxPool':
    case 'AveragePool':
      return unknown((getInts(node, 'kernel_shape')?.length ?? 2) + 2);
    case 'MatMul':
      return rows(weight(1)?.at(-2));
    case 'Gemm':
      return rows(weight(1)?.[getInt(node, 'transB', 0) === 1 ? 1 : 0]);
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return [null, null, weight(1)?.[2] ?? null];
    case 'Transpose':
      return before(getInts(node, 'perm'), passed());
    default:
      return PASSING.test(node.op) ? passed() : null;
  }
}

/** What has the shape of what it is given. */
const PASSING =
  /^(Identity|Cast|Add|Sub|Mul|Div|Relu|Sigmoid|Tanh|Clip|Neg|Abs|Sqrt|Dropout|BatchNormalization|Where)$/;

const image = (w: readonly number[] | null, channels: (w: readonly number[]) => number): Shape =>
  w && [null, channels(w), ...unknown(w.length - 2)];

const rows = (length: number | undefined): Shape => (length === undefined ? null : [null, length]);

/** The dims that a Transpose makes these of. */
function before(perm: readonly number[] | undefined, after: Shape): Shape {
  if (!perm) return null;
  const out = unknown(perm.length);
  if (after?.length === perm.length) perm.forEach((p, i) => (out[p] = after[i]!));
  return out;
}

function dimsOf(model: Model, value: ValueId | null): readonly number[] | null {
  return (value === null ? null : model.values.at(value).constant?.dims) ?? null;
}
