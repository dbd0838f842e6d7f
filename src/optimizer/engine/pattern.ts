/** The pattern language of rules: what a subgraph looks like, read from its last node towards its inputs. */
import type { Attribute } from '../../graph-model/core/attributes.ts';

export type Pattern = OpPattern | ValuePattern | ConstantPattern | OptionalPattern;

/** A node and its inputs. */
export interface OpPattern {
  readonly kind: 'op';
  /** Any of these operators. */
  readonly ops: readonly string[];
  readonly domain: string;
  /** One for each leading input; inputs behind them may be anything. null: the input must be left out. */
  readonly inputs: readonly (Pattern | null)[];
  /** The first two inputs may be swapped. */
  readonly commutative: boolean;
  /** The name of the node in the match; the operator's name where none was given. */
  readonly as: string;
  /** It stays when others read it too; without this such a match is refused. */
  readonly shared: boolean;
  /** Which output of the node the pattern's reader reads. */
  readonly output: number;
  /** What its attributes must satisfy (absent attributes are given as undefined). */
  readonly attributes: Readonly<Record<string, (value: Attribute | undefined) => boolean>>;
}
/** Any value; one name twice means the same value twice. */
export interface ValuePattern {
  readonly kind: 'value';
  readonly as: string;
}
/** A value whose elements are fixed: an initializer that is not an input, or what a Constant node makes. */
export interface ConstantPattern {
  readonly kind: 'constant';
  readonly as: string;
}
/** An input that may be left out. */
export interface OptionalPattern {
  readonly kind: 'optional';
  readonly pattern: Pattern;
}

export type OpOptions = Partial<Pick<OpPattern, 'domain' | 'commutative' | 'as' | 'shared' | 'output' | 'attributes'>>;

/** A node of one of the operators (`'Add'`, or `'Add|Sub'`). */
export function op(ops: string, inputs: readonly (Pattern | null)[] = [], options: OpOptions = {}): OpPattern {
  const names = ops.split('|');
  return {
    kind: 'op',
    ops: names,
    domain: '',
    inputs,
    commutative: false,
    as: names[0]!,
    shared: false,
    output: 0,
    attributes: {},
    ...options,
  };
}

/** An operator whose first two inputs may stand in either order. */
export const either = (ops: string, inputs: readonly Pattern[], options: OpOptions = {}): OpPattern =>
  op(ops, inputs, { ...options, commutative: true });

export const any = (as: string): ValuePattern => ({ kind: 'value', as });
export const constant = (as: string): ConstantPattern => ({ kind: 'constant', as });
export const optional = (pattern: Pattern): OptionalPattern => ({ kind: 'optional', pattern });
