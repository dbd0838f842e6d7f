/**
 * What a pickle holds, as inert values. Python's None, bool, str and bytes are null, boolean, string and Uint8Array; int
 * and float are numbers (a bigint beyond 2^53); list and tuple are arrays; dict is a Map, set and frozenset a Set. All
 * other objects stay descriptions: nothing that a pickle names is ever looked up, imported or called.
 */
import type { NdArray, NumpyDtype } from './numpy.ts';

export type PyValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PyValue[]
  | Map<PyValue, PyValue>
  | Set<PyValue>
  | PyGlobal
  | PyObject
  | NdArray
  | NumpyDtype;

/** A class or function, by name. */
export class PyGlobal {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}

  get path(): string {
    return `${this.module}.${this.name}`;
  }
}

/** An instance of a class that Graphwright has no own form for: its class, what it was made from, and its state. */
export class PyObject {
  /** The state by attribute name, where the state is a dict. */
  readonly attrs = new Map<string, PyValue>();
  /** State that is not a dict (a tuple, a list of bytes …). */
  state: PyValue | undefined;
  /** What was appended to it, for subclasses of list. */
  readonly items: PyValue[] = [];

  constructor(
    readonly cls: PyGlobal,
    readonly args: readonly PyValue[] = [],
  ) {}

  get(name: string): PyValue | undefined {
    return this.attrs.get(name);
  }
}
