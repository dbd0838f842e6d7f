/** What every part of the checker is given. */
import type { Model } from '../core/model.ts';
import type { Diagnostic } from '../diagnostics.ts';
import type { OperatorSchema, TypeTable } from '../operators/operator.ts';

/** The operator table as the checker asks it. */
export interface Schemas {
  schemaOf(domain: string, op: string, version: number): OperatorSchema | null;
  /** True for a domain that has operators at all. */
  knows(domain: string): boolean;
}

export interface CheckContext {
  readonly model: Model;
  readonly schemas: Schemas;
  /** Declared and inferred types; null where only the structure is to be checked. */
  readonly types: TypeTable | null;
  add(problem: Diagnostic): void;
}
