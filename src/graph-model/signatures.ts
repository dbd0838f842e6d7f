/**
 * The signatures of a model that has several ways to be called, among its metadata: `signature.<name>`, as JSON the keys of
 * inputs and outputs with the tensors of the main graph that they are. The first is the default.
 */
import type { Metadata } from './core/model.ts';

const PREFIX = 'signature.';

export interface Signature {
  readonly name: string;
  /** Key and tensor (`node:0`), in order. */
  readonly inputs: readonly (readonly [string, string])[];
  readonly outputs: readonly (readonly [string, string])[];
}

export function signatureMetadata(signatures: readonly Signature[]): [string, string][] {
  return signatures.map((s) => [PREFIX + s.name, JSON.stringify({ inputs: s.inputs, outputs: s.outputs })]);
}

export function signaturesOf({ metadata }: { readonly metadata?: Metadata }): Signature[] {
  return [...(metadata ?? [])].flatMap(([key, text]) => {
    const said = key.startsWith(PREFIX) ? sidesIn(text) : null;
    return said ? [{ name: key.slice(PREFIX.length), ...said }] : [];
  });
}

/** null where a key of somebody else's metadata only begins like ours. */
function sidesIn(text: string): Pick<Signature, 'inputs' | 'outputs'> | null {
  try {
    const said = JSON.parse(text) as Partial<Signature> | null;
    const { inputs, outputs } = said ?? {};
    return Array.isArray(inputs) && Array.isArray(outputs) ? { inputs, outputs } : null;
  } catch {
    return null;
  }
}

/** What people read: `a, b → y`. */
export function signatureLabel({ inputs, outputs }: Signature): string {
  const keys = (list: Signature['inputs']) => list.map(([key]) => key).join(', ');
  return `${keys(inputs) || 'nothing'} → ${keys(outputs)}`;
}
