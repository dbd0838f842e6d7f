/** Puts the elements of an initializer elsewhere: into a blob, or into a file that was not given. */
import type { ByteSource } from '../../src/graph-model/core/bytes.ts';
import { edit } from '../../src/graph-model/core/draft.ts';
import type { Model } from '../../src/graph-model/core/model.ts';

export function blobOf(model: Model, name: string, data: ByteSource): Model {
  const value = [...model.values.values()].find((v) => v.name === name)!;
  const constant = { ...value.constant!, storage: 'external' as const, data };
  return edit(model, 'Move', (d) => d.patchValue(value.id, { constant })).after;
}
