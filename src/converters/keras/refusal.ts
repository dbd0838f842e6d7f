/** Layers that cannot be converted: each on its own, and all of a model in one sentence. */
import type { NodeId } from '../../graph-model/core/ids.ts';
import { diagnostic, FormatError, type Refusal } from '../../graph-model/diagnostics.ts';

/** Thrown for one layer. */
export class Refused extends FormatError {
  constructor(
    readonly layer: string,
    readonly kind: string,
    readonly reason: string,
  ) {
    super('keras.unsupported', { layer, type: kind, why: reason });
  }

  at(node: NodeId, name: string): Refusal {
    return { node, name, kind: this.kind, reason: this.reason };
  }
}

/** Sentences stay readable; the list beside it is whole. */
const NAMED = 12;

/** The error that names all layers in the way, and leads to the first. */
export function refusedAll(refused: readonly Refusal[]): FormatError {
  const [first] = refused;
  const [place, { name: layer, kind: type, reason: why }] = [{ node: first!.node }, first!];
  const made =
    refused.length === 1
      ? diagnostic('keras.unsupported', { layer, type, why }, place)
      : diagnostic('keras.unsupported-layers', { count: refused.length, layers: listed(refused) }, place);
  return new FormatError({ ...made, refused });
}

/** Layers with the same reason stand together. */
function listed(refused: readonly Refusal[]): string {
  const byReason = new Map<string, string[]>();
  for (const { name, kind, reason } of refused.slice(0, NAMED))
    byReason.set(reason, [...(byReason.get(reason) ?? []), `${name} (${kind})`]);
  const parts = [...byReason].map(([reason, names]) => `${names.join(', ')}: ${reason}`);
  const more = refused.length - NAMED;
  return more > 0 ? `${parts.join('; ')}; and ${more} more` : parts.join('; ');
}
