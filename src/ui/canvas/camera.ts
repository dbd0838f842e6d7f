/** Where to look: pure functions from rectangles to viewports. */
import type { Viewport } from '../../graph-view/edge-path.ts';
import type { Rect, Scene } from '../../graph-view/scene.ts';
import { KIND } from '../../graph-view/view-graph.ts';

export interface StageSize {
  readonly width: number;
  readonly height: number;
}

export const MAX_ZOOM = 4;
const MARGIN = 36;

/** The whole rectangle in the middle of the stage, never larger than life. */
export function fitRect(rect: Rect, stage: StageSize, most = 1): Viewport {
  const zoom = Math.min(
    most,
    (stage.width - 2 * MARGIN) / Math.max(1, rect.width),
    (stage.height - 2 * MARGIN) / Math.max(1, rect.height),
  );
  return centreOn(rect, stage, Math.max(1e-5, zoom));
}

export function centreOn(rect: Rect, stage: StageSize, zoom: number): Viewport {
  return {
    x: stage.width / 2 - (rect.x + rect.width / 2) * zoom,
    y: stage.height / 2 - (rect.y + rect.height / 2) * zoom,
    zoom,
  };
}

export function wholeGraph({ layout }: Scene): Rect {
  return { x: 0, y: 0, width: layout.width, height: layout.height };
}

/** A graph that is readable as a whole is fitted; of a larger one the first input stands at the top. */
export function firstView(scene: Scene, stage: StageSize): Viewport {
  const whole = fitRect(wholeGraph(scene), stage);
  if (whole.zoom >= 0.5 || scene.view.count === 0) return whole;
  const start = scene.rectOf(firstVertex(scene));
  const zoom = 1;
  return scene.direction === 'vertical'
    ? { x: stage.width / 2 - (start.x + start.width / 2) * zoom, y: 44 - start.y * zoom, zoom }
    : { x: 44 - start.x * zoom, y: stage.height / 2 - (start.y + start.height / 2) * zoom, zoom };
}

/** The first of the inputs along the flow; the first vertex of a graph without inputs. */
function firstVertex({ view, layout, direction }: Scene): number {
  const along = direction === 'vertical' ? layout.y : layout.x;
  let first = 0;
  for (let i = 1; i < view.count; i++) {
    const input = Number(view.kinds[i] === KIND.input) - Number(view.kinds[first] === KIND.input);
    if (input > 0 || (input === 0 && along[i]! < along[first]!)) first = i;
  }
  return first;
}

export function unionOf(rects: readonly Rect[]): Rect {
  const x = Math.min(...rects.map((r) => r.x));
  const y = Math.min(...rects.map((r) => r.y));
  const right = Math.max(...rects.map((r) => r.x + r.width));
  const bottom = Math.max(...rects.map((r) => r.y + r.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** Zooming about the middle of the stage. */
export function zoomed(view: Viewport, stage: StageSize, zoom: number): Viewport {
  const ratio = zoom / view.zoom;
  const x = stage.width / 2;
  const y = stage.height / 2;
  return { x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio, zoom };
}

/** True when all of `inner` is in view with some room. */
export function inView(rect: Rect, view: Viewport, stage: StageSize): boolean {
  const left = rect.x * view.zoom + view.x;
  const top = rect.y * view.zoom + view.y;
  return (
    left >= 24 &&
    top >= 24 &&
    left + rect.width * view.zoom <= stage.width - 24 &&
    top + rect.height * view.zoom <= stage.height - 24
  );
}
