import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { useRef, type RefObject } from 'react';

export interface Rows {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly virtual: Virtualizer<HTMLDivElement, Element>;
}

/** A long list of rows of one height of which only those in sight are drawn. */
export function useRows(count: number, height: number): Rows {
  const scroller = useRef<HTMLDivElement>(null);
  // The virtualizer is one object whose answers change as the list scrolls; nothing here memoizes them.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
  });
  return { scroller, virtual };
}
