import type { Model } from '../../graph-model/core/model.ts';
import type { SelectionSlice } from './state.ts';
import type { Get, SetState } from './slice.ts';

export function selectionSlice(set: SetState, get: Get): SelectionSlice {
  return {
    selected: new Set(),
    selectedValue: null,
    hovered: null,
    select: (nodes, value = null) => {
      const { model } = get();
      set({ selected: new Set([...nodes].filter((id) => model?.nodes.has(id))), selectedValue: value });
    },
    hover: (node) => {
      if (get().hovered !== node) set({ hovered: node });
    },
  };
}

/** The selection without what the model no longer has; the same object where nothing is gone. */
export function keptSelection(
  state: Pick<SelectionSlice, 'selected' | 'selectedValue' | 'hovered'>,
  model: Model | null,
): Pick<SelectionSlice, 'selected' | 'selectedValue' | 'hovered'> {
  const has = (id: Parameters<Model['nodes']['has']>[0]) => model?.nodes.has(id) ?? false;
  const selected = [...state.selected].every(has) ? state.selected : new Set([...state.selected].filter(has));
  const { selectedValue, hovered } = state;
  return {
    selected,
    selectedValue: selectedValue !== null && model?.values.has(selectedValue) ? selectedValue : null,
    hovered: hovered !== null && has(hovered) ? hovered : null,
  };
}
