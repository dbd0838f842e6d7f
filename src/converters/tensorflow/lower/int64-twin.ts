/**
 * TensorFlow computes shapes in int32, ONNX takes them in int64: what was cut, picked and put together in int32 of a Shape is
 * done again in int64, so that no Cast remains on the way.
 */
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import type { Draft } from '../../../graph-model/core/draft.ts';
import type { Node, ValueId } from '../../../graph-model/core/model.ts';

const twins = new WeakMap<Draft, Map<ValueId, ValueId>>();

/** Which inputs of an operator are numbers of the shape, and no places or axes. */
const NUMBERS: Readonly<Record<string, (index: number) => boolean>> = {
  Slice: (i) => i === 0,
  Gather: (i) => i === 0,
  Squeeze: (i) => i === 0,
  Unsqueeze: (i) => i === 0,
  Reshape: (i) => i === 0,
  Identity: (i) => i === 0,
  Concat: () => true,
  Add: () => true,
  Sub: () => true,
  Mul: () => true,
};
const DEEPEST = 12;

/** null: it does not come from a Shape by ways that are known. */
export function int64Twin(e: TypedEmitter, value: ValueId): ValueId | null {
  if (e.dtype(value) === 'int64') return value;
  const known = twins.get(e.draft) ?? new Map<ValueId, ValueId>();
  twins.set(e.draft, known);
  const found = known.get(value);
  if (found !== undefined && e.draft.hasValue(found)) return found;
  if (!comesFromShape(e, value, DEEPEST)) return null;
  const made = rebuilt(e, value);
  known.set(value, made);
  return made;
}

function makerOf(e: TypedEmitter, value: ValueId): Node | null {
  const maker = e.draft.producer(value);
  return maker && maker.domain === '' && maker.graph === e.graph ? maker : null;
}

function comesFromShape(e: TypedEmitter, value: ValueId, depth: number): boolean {
  const maker = makerOf(e, value);
  if (maker?.op === 'Cast') return e.dtype(maker.inputs[0]!) === 'int64';
  const isNumbers = maker && NUMBERS[maker.op];
  if (!isNumbers || depth === 0) return false;
  const numbers = maker.inputs.filter((v, i): v is ValueId => v !== null && isNumbers(i));
  const ways = numbers.map((v) => (e.known(v) ? null : comesFromShape(e, v, depth - 1)));
  return ways.includes(true) && !ways.includes(false);
}

function rebuilt(e: TypedEmitter, value: ValueId): ValueId {
  const dense = e.known(value);
  if (dense) return e.ints(Array.from(dense.values as Iterable<number>, Number), dense.dims);
  const maker = makerOf(e, value)!;
  if (maker.op === 'Cast') return maker.inputs[0]!;
  const isNumbers = NUMBERS[maker.op]!;
  const inputs = maker.inputs.map((v, i) => (v !== null && isNumbers(i) ? int64Of(e, v) : v));
  return e.op(maker.op, inputs, Object.fromEntries(maker.attributes));
}

function int64Of(e: TypedEmitter, value: ValueId): ValueId {
  return e.known(value) ? rebuilt(e, value) : int64Twin(e, value)!;
}
