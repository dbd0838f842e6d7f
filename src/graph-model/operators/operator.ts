/** One row per operator and version: signature, inference, folding, traits, cost. */
import type { Attribute, AttributeKind } from '../core/attributes.ts';
import type { DenseTensor } from '../core/tensor.ts';
import type { Node, ValueId } from '../core/model.ts';
import type { ValueType } from '../core/types.ts';

export interface Formal {
  readonly name: string;
  /** A type constraint's name, or a type string. */
  readonly type: string;
  readonly option: 'single' | 'optional' | 'variadic';
  /** Variadic: all of one type. */
  readonly homogeneous: boolean;
  readonly minArity: number;
}

export interface AttributeFormal {
  readonly name: string;
  readonly kind: AttributeKind;
  readonly required: boolean;
  readonly default?: Attribute;
}

/** The signature, generated from ONNX's own schemas. */
export interface OperatorSchema {
  readonly domain: string;
  readonly op: string;
  /** The opset version that introduced this row. */
  readonly since: number;
  readonly deprecated: boolean;
  readonly inputs: readonly Formal[];
  readonly outputs: readonly Formal[];
  readonly minInputs: number;
  readonly maxInputs: number;
  readonly minOutputs: number;
  readonly maxOutputs: number;
  readonly attributes: ReadonlyMap<string, AttributeFormal>;
  /** Type constraint -> allowed type strings. */
  readonly constraints: ReadonlyMap<string, readonly string[]>;
  /** Defined by ONNX as a function of other operators. */
  readonly hasFunction: boolean;
}

export type Trait =
  /** Output element i depends on the inputs' elements i alone (after broadcasting). */
  | 'elementwise'
  | 'commutative'
  | 'idempotent'
  /** Two calls differ: never folded, never shared. */
  | 'random'
  /** Reads the shape of its input, never its elements. */
  | 'shape-only'
  /** Moves or selects elements, computes nothing. */
  | 'data-movement';

/** Types of values as far as known: declared or inferred. */
export interface TypeTable {
  typeOf(id: ValueId): ValueType | null;
  /** The elements, when the value is a small constant or was computed from shapes; null where they are not known. */
  constantOf(id: ValueId): DenseTensor | null;
}

/** Computes outputs from inputs in memory; null: not for these inputs (the runtime may still do it). */
export type Fold = (
  node: Node,
  inputs: readonly (DenseTensor | null)[],
  version: number,
) => readonly DenseTensor[] | null;
