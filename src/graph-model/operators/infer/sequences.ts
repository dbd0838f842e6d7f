/** Sequences and optionals. */
import type { Dim, Shape, TensorType, ValueType } from '../../core/types.ts';
import { dtypeOfCode, tensorType } from '../../core/types.ts';
import type { InferRule, NodeContext } from './context.ts';
import { scalarElement } from './elements.ts';
import { elementOfNothing, joinElementTypes, joinTypes } from './merge.ts';
import { withTraits, type Rows } from './row.ts';

const sequenceOf = (element: ValueType | null): ValueType => ({ kind: 'sequence', element });

/** What every element of input i is. */
function elementOf(c: NodeContext, i: number): ValueType | null {
  const t = c.type(i);
  return t?.kind === 'sequence' ? t.element : null;
}

const elementTensor = (c: NodeContext, i: number): TensorType | null => {
  const e = elementOf(c, i);
  return e?.kind === 'tensor' ? e : null;
};

const construct: InferRule = (c) => {
  const types = c.node.inputs.map((_, i) => c.type(i));
  c.set(0, sequenceOf(types.reduce((a, b) => joinTypes(a, b), types[0] ?? null)));
};

const empty: InferRule = (c) => c.set(0, sequenceOf(elementOfNothing(dtypeOfCode(c.int('dtype', 1)) ?? 'float')));

const at: InferRule = (c) => c.set(0, elementOf(c, 0));

const insert: InferRule = (c) => {
  const [have, added] = [elementOf(c, 0), c.type(1)];
  c.set(0, sequenceOf(have && added ? joinElementTypes(have, added) : (have ?? added)));
};

const erase: InferRule = (c) => c.set(0, c.type(0));
const length: InferRule = (c) => c.setTensor(0, 'int64', []);

const splitToSequence: InferRule = (c) => {
  const shape = c.shape(0);
  const dtype = c.dtype(0);
  if (!dtype) return;
  const axis = shape && c.axis(c.int('axis', 0), shape.length);
  if (!shape || axis === null) return c.set(0, sequenceOf(tensorType(dtype, null)));
  c.set(0, sequenceOf(tensorType(dtype, pieceShape(c, shape, axis))));
};

function pieceShape(c: NodeContext, shape: readonly Dim[], axis: number): Shape {
  if (!c.has(1) && c.int('keepdims', 1) === 0) return shape.filter((_, i) => i !== axis);
  return shape.map((d, i) => (i === axis ? pieceOf(c, d) : d));
}

/** The length of every piece: 1 without sizes; the common size where all are equal. */
function pieceOf(c: NodeContext, length: Dim): Dim {
  if (!c.has(1)) return 1;
  const sizes = c.elements(1);
  const first = sizes?.values[0] ?? null;
  if (!sizes || first === null) return null;
  if (sizes.dims.length > 0) return sizes.values.every((v) => v === first) ? first : null;
  return typeof length === 'number' && typeof first === 'number' && length % first === 0 ? first : null;
}

const concatFromSequence: InferRule = (c) => {
  const each = elementTensor(c, 0);
  if (!each?.shape) return c.setTensor(0, each?.dtype ?? null, null);
  const stacked = c.int('new_axis', 0) === 1;
  const axis = c.axis(c.int('axis', 0), each.shape.length + (stacked ? 1 : 0));
  if (axis === null) return c.setTensor(0, each.dtype, null);
  const rest = each.shape.slice(stacked ? axis : axis + 1);
  c.setTensor(0, each.dtype, [...each.shape.slice(0, axis), null, ...rest]);
};

// ---- optionals

const optional: InferRule = (c) => {
  const a = c.attribute('type');
  const element = c.has(0) ? c.type(0) : a?.kind === 'type' ? a.value : null;
  c.set(0, { kind: 'optional', element });
};

const hasElement: InferRule = (c) => {
  const type = c.type(0);
  const known = !c.has(0) ? 0 : type && type.kind !== 'optional' ? 1 : null;
  c.setTensor(0, 'bool', [], known === null ? null : scalarElement('bool', known));
};

const getElement: InferRule = (c) => {
  const type = c.type(0);
  if (type?.kind === 'optional') c.set(0, type.element);
  else c.set(0, type, c.elements(0));
};

export const SEQUENCES: Rows = withTraits([], {
  SequenceConstruct: construct,
  SequenceEmpty: empty,
  SequenceAt: at,
  SequenceInsert: insert,
  SequenceErase: erase,
  SequenceLength: length,
  SplitToSequence: splitToSequence,
  ConcatFromSequence: concatFromSequence,
  Optional: optional,
  OptionalHasElement: hasElement,
  OptionalGetElement: getElement,
});
