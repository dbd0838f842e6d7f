/** The table of lowerings: one row for each TensorFlow operator, by family. */
import type { Lowering } from './call.ts';

export interface Family {
  readonly title: string;
  readonly ops: Readonly<Record<string, Lowering>>;
}

export const FAMILIES: readonly Family[] = [];

const LOWERINGS: ReadonlyMap<string, Lowering> = new Map(FAMILIES.flatMap((f) => Object.entries(f.ops)));

/** null: the operator has no ONNX form here. */
export function loweringOf(op: string): Lowering | null {
  return LOWERINGS.get(op) ?? null;
}
