/** By what the graph is coloured. */
import type { OverlaySlice, State } from './state.ts';
import type { Get, SetState } from './slice.ts';

export function overlaySlice(set: SetState, get: Get): OverlaySlice {
  return {
    overlay: 'category',
    ownData: [],
    pickedClass: null,
    aggregates: {},
    keyOpen: {},
    setKeyOpen: (id, open) => set({ keyOpen: { ...get().keyOpen, [id]: open } }),
    setAggregate: (id, by) => set({ aggregates: { ...get().aggregates, [id]: by } }),
    setOverlay: (overlay) => set({ overlay, pickedClass: null }),
    addData: (data) => {
      const first = data[0];
      if (first === undefined) return;
      const others = get().ownData.filter((d) => !data.some((n) => n.id === d.id));
      set({ ownData: [...others, ...data], overlay: first.id, pickedClass: null });
    },
    removeData: (id) => {
      const ownData = get().ownData.filter((d) => d.id !== id);
      set({ ownData, ...(get().overlay === id ? { overlay: 'category', pickedClass: null } : {}) });
    },
    pickClass: (index) => set({ pickedClass: get().pickedClass === index ? null : index }),
  };
}

/** Categories are known by their glyphs: their key is unfolded when it is wanted, that of measures at once. */
export const isKeyOpen = ({ overlay, keyOpen }: Pick<State, 'overlay' | 'keyOpen'>): boolean =>
  keyOpen[overlay] ?? overlay !== 'category';
