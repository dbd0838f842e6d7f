/** Writes what inference knows into the file. */
import { Draft } from '../../graph-model/core/draft.ts';
import type { Model, ValueId } from '../../graph-model/core/model.ts';
import type { ValueType } from '../../graph-model/core/types.ts';
import type { TypeTable } from '../../graph-model/operators/operator.ts';
import type { Applied, Pass } from '../rule.ts';

export const INFER_SHAPES: Pass = {
  id: 'infer-shapes',
  label: 'Infer types',
  summary: 'Writes the inferred element type and shape of every value and output into the model.',
  defaults: {},
  run: async (model, _options, host) => {
    const draft = new Draft(model);
    const applied = declareAll(draft, model, host.types(model));
    const after = applied.length === 0 ? model : draft.commit('Infer types').after;
    return { after, applied, refused: [] };
  },
};

function declareAll(draft: Draft, model: Model, types: TypeTable): Applied[] {
  const functions = new Set(model.functions.map((f) => f.graph));
  const applied: Applied[] = [];
  for (const value of model.values.values()) {
    if (functions.has(value.graph) || value.constant || value.sparse) continue;
    const type = types.typeOf(value.id);
    if (type === null || !says(type, value.type) || !isMade(model, value.id)) continue;
    draft.declare(value.id, type);
    applied.push({ by: 'infer-shapes', place: value.name, removed: [], added: [] });
  }
  return applied;
}

function isMade(model: Model, id: ValueId): boolean {
  const value = model.values.at(id);
  return value.producer !== null || model.graphs.at(value.graph).outputs.includes(id);
}

/** True when the inferred type differs from the declared one. */
function says(inferred: ValueType, declared: ValueType | null): boolean {
  return declared === null || JSON.stringify(plain(inferred)) !== JSON.stringify(plain(declared));
}

/** Without what inference does not know of. */
function plain(type: ValueType | null): unknown {
  if (type === null) return null;
  if (type.kind === 'tensor' || type.kind === 'sparse_tensor') return [type.kind, type.dtype, type.shape];
  if (type.kind === 'sequence' || type.kind === 'optional') return [type.kind, plain(type.element)];
  if (type.kind === 'map') return [type.kind, type.key, plain(type.value)];
  return type.kind === 'opaque' ? [type.kind, type.domain, type.name] : [type.kind];
}
