/** What the controller tells React of the canvas. */
import type { LegendView, OverlayView } from '../../graph-view/overlay.ts';
import type { Rect, Scene } from '../../graph-view/scene.ts';
import type { Tip } from './describe.ts';
import { NO_FOCUS, type Focus } from './focus.ts';

export interface PointerTip extends Tip {
  readonly x: number;
  readonly y: number;
}

/** What React renders; a new object whenever any of it changes. */
export interface CanvasView {
  readonly scene: Scene | null;
  /** Vertices near the view at near zoom, else none. */
  readonly near: readonly number[];
  readonly overlay: OverlayView | null;
  readonly legend: LegendView | null;
  readonly focus: Focus;
  readonly tip: PointerTip | null;
  readonly band: Rect | null;
  /** Nodes are on their way to new places. */
  readonly moving: boolean;
  /** Why there is no picture. */
  readonly failure: string | null;
  readonly minZoom: number;
}

export const NOTHING_SHOWN: CanvasView = {
  scene: null,
  near: [],
  overlay: null,
  legend: null,
  focus: NO_FOCUS,
  tip: null,
  band: null,
  moving: false,
  failure: null,
  minZoom: 0.05,
};
