/** What one operator's row holds. */
import type { Trait } from '../operator.ts';
import type { InferRule } from './context.ts';

export interface OperatorRow {
  readonly infer?: InferRule;
  readonly traits?: readonly Trait[];
}

/** Rows of one family, by operator. */
export type Rows = Readonly<Record<string, OperatorRow>>;

/** The same row for several operators. */
export function rowsFor(ops: readonly string[], row: OperatorRow): Rows {
  return Object.fromEntries(ops.map((op) => [op, row]));
}

/** Rows that differ in their rule alone. */
export function withTraits(traits: readonly Trait[], rules: Readonly<Record<string, InferRule>>): Rows {
  return Object.fromEntries(Object.entries(rules).map(([op, infer]) => [op, { infer, traits }]));
}
