/** Signatures among the model's metadata: `tf.signature.<name>` with the tensors of the main graph, as JSON. */
import type { Metadata } from '../../../graph-model/core/model.ts';
import type { TfSignature, TfTensorInfo } from './records.ts';

const PREFIX = 'tf.signature.';

export interface Signature {
  readonly name: string;
  /** Key and tensor (`node:0`), in order. */
  readonly inputs: readonly (readonly [string, string])[];
  readonly outputs: readonly (readonly [string, string])[];
}

export function signatureMetadata(signatures: readonly TfSignature[]): [string, string][] {
  const pairs = (list: readonly TfTensorInfo[]) => Object.fromEntries(list.map((i) => [i.key, i.tensor]));
  return signatures.map((s) => [
    PREFIX + s.name,
    JSON.stringify({ inputs: pairs(s.inputs), outputs: pairs(s.outputs) }),
  ]);
}

/** The signatures of a model of the dialect, the default first. */
export function signaturesOf(metadata: Metadata | undefined): Signature[] {
  return [...(metadata ?? [])].flatMap(([key, text]) => {
    if (!key.startsWith(PREFIX)) return [];
    const parts = JSON.parse(text) as Record<'inputs' | 'outputs', Record<string, string>>;
    return [
      { name: key.slice(PREFIX.length), inputs: Object.entries(parts.inputs), outputs: Object.entries(parts.outputs) },
    ];
  });
}
