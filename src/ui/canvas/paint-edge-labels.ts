/** Shapes beside the lines, where they can be read and nothing else stands. */
import type { ValueId } from '../../graph-model/core/model.ts';
import { shapeLabel } from '../../graph-model/core/types.ts';
import type { Viewport } from '../../graph-view/edge-path.ts';
import type { Rect, Scene } from '../../graph-view/scene.ts';
import type { FrameState } from './frame-state.ts';
import type { Palette } from './palette.ts';

/** Labels scale with the graph: below this they cannot be read. */
const READABLE = 0.8;
const SIZE = 10;
const LETTER = 6.05;
/** Longer shapes are told by the tooltip. */
const MOST_LETTERS = 26;

/** One for each value that leaves a vertex in view; what is lit has a label of its own. */
export function paintEdgeLabels(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  rect: Rect,
  state: Pick<FrameState, 'types' | 'litEdges'>,
): void {
  if (view.zoom < READABLE) return;
  const lit = new Set(state.litEdges);
  const taken: Rect[] = [];
  ctx.font = `${SIZE * view.zoom}px ${palette.fontMono}`;
  ctx.textBaseline = 'middle';
  for (const i of scene.nodesIn(rect)) {
    const seen = new Set<number>();
    for (const e of scene.edgesFrom(i)) {
      const value = scene.view.edgeValues[e]!;
      if (seen.has(value) || scene.view.edgeShapes[e] === 1 || lit.has(e)) continue;
      seen.add(value);
      const text = labelOf(scene, value as ValueId, state.types);
      const place = text === '' ? null : placeOf(scene, e, text, taken);
      if (place) paintLabel(ctx, palette, view, place, text);
    }
  }
}

function labelOf({ view }: Scene, value: ValueId, types: FrameState['types']): string {
  const type = types.get(value) ?? view.model.values.get(value)?.type ?? null;
  const text = type?.kind === 'tensor' && type.shape !== null ? shapeLabel(type.shape) : '';
  return text.length > MOST_LETTERS ? '' : text;
}

/** Right of where the line leaves, in the gap between two layers; null where something stands there. */
function placeOf(scene: Scene, e: number, text: string, taken: Rect[]): Rect | null {
  const { routes, routeOffsets } = scene.layout;
  const first = 2 * routeOffsets[e]!;
  const width = text.length * LETTER + 6;
  const upright = scene.direction === 'vertical';
  const [x, y] = [routes[first]!, routes[first + 1]!];
  const place = upright ? { x: x + 3, y: y + 4, width, height: 12 } : { x: x + 4, y: y - 15, width, height: 12 };
  const meets = (r: Rect) =>
    r.x < place.x + width && r.x + r.width > place.x && r.y < place.y + 12 && r.y + r.height > place.y;
  if (taken.some(meets) || scene.nodesIn(place).length > 0) return null;
  taken.push(place);
  return place;
}

function paintLabel(ctx: CanvasRenderingContext2D, palette: Palette, view: Viewport, r: Rect, text: string): void {
  const k = view.zoom;
  const [x, y] = [r.x * k + view.x, r.y * k + view.y];
  ctx.fillStyle = palette.canvas;
  ctx.globalAlpha = 0.85;
  ctx.fillRect(x, y, r.width * k, r.height * k);
  ctx.globalAlpha = 1;
  ctx.fillStyle = palette.muted;
  ctx.fillText(text, x + 3 * k, y + 6.5 * k);
}
