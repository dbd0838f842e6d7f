/** Shapes of which some lengths are numbers and others only known when the model runs. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { TfCall } from './call.ts';

/** A length: a number, or how to make it (int64, one dimension, one element) where it is needed. */
export type Len = number | { make(): ValueId };

/** The lengths of a value's axes, in the order that the value has. Its rank must be known. */
export function lensOf(c: TfCall, value: ValueId): Len[] {
  const dims = c.e.dims(value) ?? c.refuse('the number of dimensions of its input is not known');
  return dims.map((d, axis) => (typeof d === 'number' ? d : { make: () => c.lengthOf(value, axis) }));
}

export const made = (c: TfCall, len: Len): ValueId => (typeof len === 'number' ? c.e.ints([len]) : len.make());

function both(c: TfCall, op: string, a: Len, b: Len, numbers: (a: number, b: number) => number): Len {
  if (typeof a === 'number' && typeof b === 'number') return numbers(a, b);
  return { make: () => c.e.op(op, [made(c, a), made(c, b)]) };
}

export const plus = (c: TfCall, a: Len, b: Len): Len => (a === 0 ? b : both(c, 'Add', a, b, (x, y) => x + y));
export const minus = (c: TfCall, a: Len, b: Len): Len => (b === 0 ? a : both(c, 'Sub', a, b, (x, y) => x - y));
export const times = (c: TfCall, a: Len, b: Len): Len =>
  a === 1 ? b : b === 1 ? a : both(c, 'Mul', a, b, (x, y) => x * y);
/** Of lengths, that are not negative: cut. */
export const over = (c: TfCall, a: Len, b: Len): Len =>
  b === 1 ? a : both(c, 'Div', a, b, (x, y) => Math.floor(x / y));
export const least = (c: TfCall, a: Len, b: Len): Len => both(c, 'Min', a, b, Math.min);
export const most = (c: TfCall, a: Len, b: Len): Len => both(c, 'Max', a, b, Math.max);
export const product = (c: TfCall, lens: readonly Len[]): Len => lens.reduce((a, b) => times(c, a, b), 1);

/** An int64 vector of them all. */
export function vectorOf(c: TfCall, lens: readonly Len[]): ValueId {
  if (lens.every((l) => typeof l === 'number')) return c.e.ints(lens);
  const parts = runs(lens).map((run) => (Array.isArray(run) ? c.e.ints(run) : run.make()));
  return parts.length === 1 ? parts[0]! : c.e.op('Concat', parts, { axis: 0 });
}

/** Neighbouring numbers as one. */
function runs(lens: readonly Len[]): (number[] | { make(): ValueId })[] {
  const out: (number[] | { make(): ValueId })[] = [];
  for (const len of lens) {
    const last = out[out.length - 1];
    if (typeof len !== 'number') out.push(len);
    else if (Array.isArray(last)) last.push(len);
    else out.push([len]);
  }
  return out;
}

/** A Reshape; one length that is not known is left to ONNX. */
export function reshapeTo(c: TfCall, value: ValueId, lens: readonly Len[]): ValueId {
  const open = lens.filter((l) => typeof l !== 'number').length;
  const numbers = lens.map((l) => (typeof l === 'number' ? l : -1));
  const closed = numbers.includes(0) || lens.includes(-1);
  if (open > 1 || (open === 1 && closed)) return c.e.op('Reshape', [value, vectorOf(c, lens)]);
  const dims = c.e.dims(value);
  if (dims && dims.length === numbers.length && dims.every((d, i) => d === numbers[i])) return value;
  const zeros = numbers.includes(0) ? { allowzero: 1 } : {};
  return c.e.op('Reshape', [value, c.e.ints(numbers)], zeros);
}
