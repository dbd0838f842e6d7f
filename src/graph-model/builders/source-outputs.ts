/** The end of a lowering of a whole graph: its outputs, under the names that the source has for them. */
import type { ValueId } from '../core/model.ts';
import { tensorType, type ValueType } from '../core/types.ts';
import type { TypedEmitter } from './typed-emitter.ts';

export interface SourceOutput {
  readonly name: string;
  /** Makes the value, after what went before is settled. */
  readonly value: () => ValueId;
}

/**
 * Makes them the outputs of the main graph, in this order; one that is an input, a constant or listed twice is copied. A name
 * that is taken gets a number behind it.
 */
export function giveOutputs(e: TypedEmitter, dialect: string, outputs: readonly SourceOutput[]): void {
  const { draft } = e;
  const inputs = draft.graphInputs(draft.main);
  const taken = new Set(inputs);
  const names = new Set(inputs.map((v) => draft.value(v).name));
  const free = (name: string) => {
    let found = name;
    for (let n = 1; names.has(found); n++) found = `${name}_${n}`;
    names.add(found);
    return found;
  };
  const values = outputs.map(({ name, value }) => {
    e.origin = { dialect, op: 'Output', name };
    let made = value();
    if (taken.has(made) || draft.value(made).producer === null) made = e.op('Identity', [made]);
    taken.add(made);
    draft.patchValue(made, { name: free(name), type: declaredType(e.typeOf(made)) });
    return made;
  });
  draft.setGraphOutputs(draft.main, values);
  draft.patchModel({ opsets: e.imports });
}

/** The inferred type as a file declares it: lengths that only inference has names for are left open. */
export function declaredType(type: ValueType | null): ValueType | null {
  if (type?.kind !== 'tensor' || type.shape === null) return type;
  const known = type.shape.map((d) => (typeof d === 'number' || d === 'batch' ? d : null));
  return tensorType(type.dtype, known);
}
