/** Types as a lattice: what holds for both of two types, and whether two are the same. */
import type { Dim, DType, Shape, TensorType, ValueType } from '../../core/types.ts';

export function sameType(a: ValueType | null, b: ValueType | null): boolean {
  if (a === b) return true;
  if (!a || !b || a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'tensor':
    case 'sparse_tensor': {
      const t = b as TensorType;
      return a.dtype === t.dtype && sameDims(a.shape, t.shape);
    }
    case 'sequence':
    case 'optional':
      return sameType(a.element, (b as typeof a).element);
    case 'map':
      return a.key === (b as typeof a).key && sameType(a.value, (b as typeof a).value);
    case 'opaque':
      return a.name === (b as typeof a).name && a.domain === (b as typeof a).domain;
  }
}

/** Equal as records, unknown dimensions included. */
export function sameDims(a: Shape, b: Shape): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((d, i) => d === b[i]);
}

/** What holds whichever of the two it is: differing dimensions become unknown. */
export function joinTypes(a: ValueType | null, b: ValueType | null): ValueType | null {
  if (sameType(a, b)) return a;
  if (!a || !b || a.kind !== b.kind) return null;
  switch (a.kind) {
    case 'tensor':
    case 'sparse_tensor': {
      const t = b as TensorType;
      return a.dtype === t.dtype ? { kind: a.kind, dtype: a.dtype, shape: joinShapes(a.shape, t.shape) } : null;
    }
    case 'sequence':
    case 'optional':
      return { kind: a.kind, element: joinElementTypes(a.element, (b as typeof a).element) };
    case 'map':
      return a.key === (b as typeof a).key ? { ...a, value: joinTypes(a.value, (b as typeof a).value) } : null;
    case 'opaque':
      return null;
  }
}

/** Element types of sequences that are known to hold nothing: any type of element agrees with them. */
const ofNothing = new WeakSet<ValueType>();

export function elementOfNothing(dtype: DType): ValueType {
  const type: ValueType = { kind: 'tensor', dtype, shape: null };
  ofNothing.add(type);
  return type;
}

/** What holds for the elements of two sequences together. */
export function joinElementTypes(a: ValueType | null, b: ValueType | null): ValueType | null {
  if (a && b && ofNothing.has(a)) return b;
  if (a && b && ofNothing.has(b)) return a;
  return joinTypes(a, b);
}

export function joinShapes(a: Shape, b: Shape): Shape {
  if (a === null || b === null || a.length !== b.length) return null;
  return a.map((d, i): Dim => (d === b[i] ? d : null));
}

/** The type with every dimension changed. */
export function mapDims(type: ValueType | null, change: (dim: Dim) => Dim): ValueType | null {
  if (type === null) return null;
  switch (type.kind) {
    case 'tensor':
    case 'sparse_tensor':
      return mapTensor(type, change);
    case 'sequence':
    case 'optional': {
      const element = mapDims(type.element, change);
      return element === type.element ? type : { ...type, element };
    }
    case 'map': {
      const value = mapDims(type.value, change);
      return value === type.value ? type : { ...type, value };
    }
    case 'opaque':
      return type;
  }
}

function mapTensor(type: TensorType, change: (dim: Dim) => Dim): TensorType {
  if (type.shape === null) return type;
  let changed = false;
  const shape = type.shape.map((d) => {
    const next = change(d);
    changed ||= next !== d;
    return next;
  });
  return changed ? { ...type, shape } : type;
}

/** True where nothing about it is unknown: every dimension is a number or an expression. */
export function isComplete(type: ValueType | null): boolean {
  if (type === null) return false;
  switch (type.kind) {
    case 'tensor':
    case 'sparse_tensor':
      return type.shape !== null && !type.shape.includes(null);
    case 'sequence':
    case 'optional':
      return type.element !== null;
    case 'map':
    case 'opaque':
      return true;
  }
}
