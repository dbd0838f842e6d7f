/** What one frame shows besides the graph itself. */
import type { ValueId } from '../../graph-model/core/model.ts';
import type { ValueType } from '../../graph-model/core/types.ts';
import type { Density } from '../../graph-view/density.ts';
import type { OverlayView } from '../../graph-view/overlay.ts';
import { NO_FOCUS, type Focus } from './focus.ts';

export interface FrameState {
  readonly selected: ReadonlySet<number>;
  readonly hovered: number;
  /** Edges in the accent colour: of what is selected or hovered. */
  readonly litEdges: readonly number[];
  /** Where too many are lit to be drawn one by one: by edge, 1 for those. */
  readonly litMask: Uint8Array | null;
  /** What is picked out; the rest may be dimmed. */
  readonly focus: Focus;
  /** Cells in the overlay's colours. */
  readonly overlayCells: Density | null;
  /** What an overlay paints; null where nodes show their category. */
  readonly overlay: OverlayView | null;
  readonly problems: ReadonlyMap<number, 'warning' | 'error'>;
  /** Vertices that React shows, so that the canvas need not. */
  readonly mounted: ReadonlySet<number>;
  readonly types: ReadonlyMap<ValueId, ValueType>;
  /** Shapes stand beside the lines where they can be read. */
  readonly edgeShapes: boolean;
  /** 0 .. 1 while nodes move to new places: lines fade in. */
  readonly settle: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
}

/** Nothing is lit, and nodes show their category. */
export const PLAIN_FRAME: FrameState = {
  selected: new Set(),
  hovered: -1,
  litEdges: [],
  litMask: null,
  focus: NO_FOCUS,
  overlay: null,
  overlayCells: null,
  problems: new Map(),
  mounted: new Set(),
  types: new Map(),
  edgeShapes: true,
  settle: 1,
};
