import { useMemo } from 'react';
import type { Model, ValueId } from '../../../graph-model/core/model.ts';
import type { ValueType } from '../../../graph-model/core/types.ts';
import { modelSummary, type ModelSummary } from '../../../graph-model/stats/model-summary.ts';
import { useStore } from '../../store/store.ts';

const summaries = new WeakMap<Model, { types: ReadonlyMap<ValueId, ValueType>; summary: ModelSummary }>();

/** The figures of a model, made once however many panels show them. */
export function summaryOf(model: Model, types: ReadonlyMap<ValueId, ValueType>): ModelSummary {
  const known = summaries.get(model);
  if (known?.types === types) return known.summary;
  const summary = modelSummary(model, types);
  summaries.set(model, { types, summary });
  return summary;
}

/** The figures of the open model; there must be one. */
export function useSummary(): ModelSummary {
  const model = useStore((s) => s.model)!;
  const types = useStore((s) => s.types);
  return useMemo(() => summaryOf(model, types), [model, types]);
}
