/** What is picked out: rings around search hits, and from far what stays while the rest is dimmed. */
import { firstInRow, type Density } from '../../graph-view/density.ts';
import type { Viewport } from '../../graph-view/edge-path.ts';
import type { Rect, Scene } from '../../graph-view/scene.ts';
import type { Focus } from './focus.ts';
import type { Palette } from './palette.ts';

/** How strongly that is painted which is not in focus. */
export const DIM = 0.22;

/** Cells of one size; `fillOf` gives the colour of a class. */
export function paintDensity(
  ctx: CanvasRenderingContext2D,
  density: Density,
  fillOf: (kind: number) => string,
  view: Viewport,
  rect: Rect,
): void {
  const level = density.level(2.4 / view.zoom);
  const side = level.size * view.zoom;
  const lastRow = (rect.y + rect.height) / level.size;
  const first = Math.floor(rect.x / level.size);
  const last = (rect.x + rect.width) / level.size;
  for (let i = firstInRow(level, Math.floor(rect.y / level.size)); i < level.count && level.rows[i]! <= lastRow; i++) {
    const column = level.columns[i]!;
    if (column < first || column > last) continue;
    ctx.fillStyle = fillOf(level.categories[i]!);
    const x = column * side + view.x;
    ctx.fillRect(x, level.rows[i]! * side + view.y, Math.max(1, side - 0.4), Math.max(1, side - 0.8));
  }
}

/** Circles where hits lie, for views from which nodes are hardly seen; hits near each other share one. */
export function paintFarHits(
  ctx: CanvasRenderingContext2D,
  hits: Density,
  palette: Palette,
  view: Viewport,
  rect: Rect,
): void {
  const level = hits.level(6 / view.zoom);
  const side = level.size * view.zoom;
  const lastRow = (rect.y + rect.height) / level.size;
  ctx.lineWidth = 1.75;
  ctx.strokeStyle = palette.accent;
  ctx.fillStyle = palette.surface;
  for (let i = firstInRow(level, Math.floor(rect.y / level.size)); i < level.count && level.rows[i]! <= lastRow; i++) {
    const x = (level.columns[i]! + 0.5) * side + view.x;
    const y = (level.rows[i]! + 0.5) * side + view.y;
    ctx.beginPath();
    ctx.arc(x, y, 5, 0, 2 * Math.PI);
    ctx.globalAlpha = 0.7;
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.stroke();
  }
}

/** A border around a hit; the one that one is at has a halo too. */
export function paintHit(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  i: number,
  { hits, current }: Focus,
): void {
  const k = view.zoom;
  const { x, y, width, height } = scene.rectOf(i);
  const [left, top, w, h] = [x * k + view.x, y * k + view.y, Math.max(4, width * k), Math.max(4, height * k)];
  ctx.strokeStyle = palette.accent;
  if (i === current) {
    ctx.globalAlpha = 0.3;
    ctx.lineWidth = 6;
    ctx.beginPath();
    ctx.roundRect(left - 4, top - 4, w + 8, h + 8, 7);
    ctx.stroke();
    ctx.globalAlpha = 1;
  }
  ctx.lineWidth = 2;
  ctx.beginPath();
  ctx.roundRect(left - 1, top - 1, w + 2, h + 2, 5);
  ctx.stroke();
  const inside = hits.get(i) ?? 0;
  if (inside > 1 && h > 10) paintCount(ctx, palette, inside, left + w, top);
}

/** How many hits a closed group holds. */
function paintCount(ctx: CanvasRenderingContext2D, palette: Palette, count: number, right: number, top: number): void {
  const text = count > 999 ? '999+' : String(count);
  ctx.font = `600 10px ${palette.fontUi}`;
  const width = ctx.measureText(text).width + 9;
  ctx.fillStyle = palette.accent;
  ctx.beginPath();
  ctx.roundRect(right - width / 2, top - 7, width, 14, 7);
  ctx.fill();
  ctx.fillStyle = palette.onAccent;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'center';
  ctx.fillText(text, right, top + 0.5);
  ctx.textAlign = 'left';
}
