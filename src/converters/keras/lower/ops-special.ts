/** Functions of keras.ops that are worked out where ONNX has no operator: series, and Euclid's algorithm. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import { besselI0, erfinv, type Writer } from '../../../graph-model/builders/special-functions.ts';
import { dtypeInfo, tensorType } from '../../../graph-model/core/types.ts';
import type { LayerCall, Lowering } from './call.ts';
import { asFloat, pairwise, type Pairwise } from './op-arguments.ts';

const special =
  (make: (w: Writer, x: ValueId) => ValueId): Lowering =>
  (c) =>
    c.map(c.x, (x) => make({ e: c.e, op: (op, inputs) => c.e.op(op, inputs) }, asFloat(c, x)));

const zero = (e: TypedEmitter) => e.numbers('int64', [0]);

/** The sizes of two whole numbers, each of the shape of both together. */
function sizes(e: TypedEmitter, a: ValueId, b: ValueId): [ValueId, ValueId] {
  const [x, y] = [a, b].map((v) => e.op('Abs', [e.cast(v, 'int64', dtypeInfo('int64').code)]));
  const nothing = (v: ValueId) => e.op('Mul', [v, zero(e)]);
  return [e.op('Add', [x!, nothing(y!)]), e.op('Add', [y!, nothing(x!)])];
}

/** Euclid: (a, b) becomes (b, a mod b) until all remainders are 0. */
function greatestDivisor(e: TypedEmitter, a: ValueId, b: ValueId): ValueId {
  const body = e.draft.newGraph('body');
  const input = (dims = e.dims(a)) => e.draft.newValue(body, '', null, { type: tensorType('int64', dims) });
  const going = e.draft.newValue(body, '', null, { type: tensorType('bool', []) });
  const [x, y] = [input(), input()];
  e.draft.setGraphInputs(body, [input([]), going, x, y]);
  const inner = e.within(body);
  const ended = inner.op('Equal', [y, zero(e)]);
  const divisor = inner.op('Where', [ended, e.numbers('int64', [1]), y]);
  const divided = inner.op('Where', [ended, x, y]);
  const rest = inner.op('Where', [ended, zero(e), inner.op('Mod', [x, divisor])]);
  e.draft.setGraphOutputs(body, [isAnyLeft(inner, rest), divided, rest]);
  const attributes = { body: { kind: 'graph', value: body } as const };
  return e.ops('Loop', [null, isAnyLeft(e, b), a, b], attributes, 2)[0]!;
}

const isAnyLeft = (e: TypedEmitter, x: ValueId) => e.op('Greater', [e.op('ReduceMax', [x], { keepdims: 0 }), zero(e)]);

const back = (c: LayerCall, like: ValueId, value: ValueId) => {
  const dtype = c.e.dtype(like);
  return c.e.cast(value, dtype, dtypeInfo(dtype).code);
};

const gcd: Pairwise = (c, a, b) => back(c, a, greatestDivisor(c.e, ...sizes(c.e, a, b)));

/** |a| / gcd · |b|; 0 where either is. */
const lcm: Pairwise = (c, a, b) => {
  const { e } = c;
  const [x, y] = sizes(e, a, b);
  const divisor = e.op('Max', [greatestDivisor(e, x, y), e.numbers('int64', [1])]);
  return back(c, a, e.op('Mul', [e.op('Div', [x, divisor]), y]));
};

export const SPECIAL_OPS: Readonly<Record<string, Lowering>> = {
  erfinv: special(erfinv),
  i0: special(besselI0),
  gcd: pairwise(gcd),
  lcm: pairwise(lcm),
};
