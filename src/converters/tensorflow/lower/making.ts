/** Tensors made of sizes and numbers alone. */
import { type Held, orderAtHand, range } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { tensorOf } from '../../../graph-model/core/tensor.ts';
import type { DType } from '../../../graph-model/core/types.ts';
import type { Lowering, Lowerings, TfCall } from './call.ts';
import { isNotNegative } from './types.ts';

/** More elements than these are made by a node and not written into the file. */
const MOST_WRITTEN = 4096;

const scalarTensor = (c: TfCall, dtype: DType, value: number) => {
  const id = c.e.numbers(dtype, [value], [1]);
  return c.e.draft.value(id).constant!;
};

/** One number everywhere. */
function filled(c: TfCall, sizes: ValueId, dtype: DType, value: number): ValueId {
  const known = c.e.known(sizes);
  const dims = known && Array.from(known.values as Iterable<bigint | number>, Number);
  const count = dims?.reduce((a, b) => a * b, 1);
  if (dims && count! <= MOST_WRITTEN && count! >= 0)
    return c.e.numbers(dtype, new Array<number>(count!).fill(value), dims);
  return c.e.op('ConstantOfShape', [sizes], { value: { kind: 'tensor', value: scalarTensor(c, dtype, value) } });
}

const fill: Lowering = (c) => {
  const sizes = c.int64Vector(c.input(0));
  const value = c.input(1);
  const number = c.numbers(value)?.[0];
  const dtype = c.dtype(value);
  if (number !== undefined && plainDtype(dtype)) return c.keep(filled(c, sizes, dtype, number));
  return c.keep(c.op('Expand', [c.natural(value), sizes]));
};

/** Types of which numbers in JavaScript say all. */
const plainDtype = (dtype: DType) => !/^(string|complex|bfloat16|u?int64)/.test(dtype) || dtype === 'int64';

const like =
  (value: number): Lowering =>
  (c) => {
    const dtype = c.dtype();
    if (dtype === 'string') return c.keep(c.op('Expand', [emptyString(c), c.lengths(c.natural())]));
    const order = orderAtHand(c.x);
    const held = c.x[order] ?? c.natural();
    return c.keep(filled(c, c.lengths(held), dtype, value), order);
  };

const emptyString = (c: TfCall) => c.e.tensor(tensorOf({ dtype: 'string', dims: [], values: [''] }), '');

/** Numbers that are known are written down, computed as TensorFlow does. */
const rangeOf: Lowering = (c) => {
  const [start, limit, delta] = [0, 1, 2].map((i) => c.numbers(c.input(i))?.[0]);
  const dtype = c.dtype(c.input(0));
  if (start !== undefined && limit !== undefined && delta !== undefined && delta !== 0) {
    const count = Math.max(0, Math.ceil((limit - start) / delta));
    if (count <= MOST_WRITTEN)
      return c.keep(
        c.e.numbers(
          dtype,
          range(0, count).map((i) => start + i * delta),
          [count],
        ),
      );
  }
  return c.keep(
    c.op(
      'Range',
      [0, 1, 2].map((i) => c.natural(c.input(i))),
    ),
  );
};

/** From start to stop in equal steps, both included. */
const linSpace: Lowering = (c) => {
  const { e } = c;
  const [start, stop] = [c.input(0), c.input(1)];
  const dtype = c.dtype(start);
  const count = c.knownNumber(2, 'number of elements');
  const [from, to] = [c.numbers(start)?.[0], c.numbers(stop)?.[0]];
  const places = range(0, count);
  if (from !== undefined && to !== undefined) {
    const step = count > 1 ? (to - from) / (count - 1) : 0;
    return c.keep(
      e.numbers(
        dtype,
        places.map((i) => (i > 0 && i === count - 1 ? to : from + i * step)),
        [count],
      ),
    );
  }
  const parts = e.numbers(
    dtype,
    places.map((i) => (count > 1 ? i / (count - 1) : 0)),
    [count],
  );
  const width = c.op('Sub', [c.natural(stop), c.natural(start)]);
  return c.keep(c.op('Add', [c.op('Mul', [parts, width]), c.natural(start)]));
};

/**
 * A place below 0 is on nowhere; to ONNX's OneHot it counts from the end. So that operator is used where no place can be
 * below 0, and else each place is compared.
 */
const oneHot: Lowering = (c) => {
  const { e } = c;
  const [indices, depth, on, off] = [c.input(0), c.input(1), c.input(2), c.input(3)];
  const rank = c.rank(indices);
  const given = c.int('axis', -1);
  const axis = given === -1 ? rank : given;
  const places = c.natural(indices);
  const dtype = c.dtype(on);
  const values = bothValues(c, off, on);
  if (isNotNegative(c, places) && /^(float|float16|int64|string)$/.test(dtype))
    return c.keep(c.op('OneHot', [c.int64Of(places), c.int64(depth), values], axis === rank ? {} : { axis }));
  const wide = e.unsqueeze(places, [axis]);
  const classes = eachClass(c, depth, c.dtype(indices), rank - axis);
  const hit = c.op('Equal', [wide, classes]);
  const plain = c.numbers(on)?.[0] === 1 && c.numbers(off)?.[0] === 0 && dtype !== 'string';
  return c.keep(plain ? c.cast(hit, dtype) : c.op('Where', [hit, c.natural(on), c.natural(off)]));
};

function bothValues(c: TfCall, off: Held, on: Held): ValueId {
  const numbers = [off, on].map((t) => c.numbers(t)?.[0]);
  if (numbers.every((n) => n !== undefined)) return c.e.numbers(c.dtype(on), numbers as number[], [2]);
  return c.e.op(
    'Concat',
    [off, on].map((t) => c.e.unsqueeze(c.natural(t), [0])),
    { axis: 0 },
  );
}

/** 0, 1, 2 ... along an axis that `behind` others follow. */
function eachClass(c: TfCall, depth: Held, dtype: DType, behind: number): ValueId {
  const count = c.numbers(depth)?.[0];
  const ones = range(0, behind).map(() => 1);
  if (count !== undefined) return c.e.numbers(dtype, range(0, count), [count, ...ones]);
  const scalar = c.e.reshape(c.int64(depth), []);
  const all = c.cast(c.e.op('Range', [c.e.ints([0], []), scalar, c.e.ints([1], [])]), dtype);
  return behind === 0 ? all : c.e.unsqueeze(all, range(1, behind + 1));
}

// ---- at random

const randomLike =
  (op: 'RandomNormalLike' | 'RandomUniformLike'): Lowering =>
  (c) => {
    const dtype = c.type('dtype', 'float');
    if (!/^(float|double|float16)$/.test(dtype)) return c.refuse('ONNX draws no whole numbers at random');
    const shape = c.int64Vector(c.input(0));
    const blank = filled(c, shape, dtype, 0);
    return c.keep(c.e.op(op, [blank]));
  };

/** Empty holds whatever lies in memory: zeros will do. */
const empty: Lowering = (c) => c.keep(filled(c, c.int64Vector(c.input(0)), c.type('dtype', 'float'), 0));

export const MAKERS: Lowerings = {
  Empty: empty,
  Fill: fill,
  LinSpace: linSpace,
  OneHot: oneHot,
  OnesLike: like(1),
  Range: rangeOf,
  ZerosLike: like(0),
};

export const RANDOM: Lowerings = {
  RandomStandardNormal: randomLike('RandomNormalLike'),
  RandomUniform: randomLike('RandomUniformLike'),
};
