/** Boxes around open groups: below the nodes their sides, above them their names; far away a summary of each. */
import { CATEGORIES } from '../../graph-model/operators/category.ts';
import { formatCount } from '../../graph-model/format.ts';
import type { Viewport } from '../../graph-view/edge-path.ts';
import { categoryCounts, groupName } from '../../graph-view/group-face.ts';
import type { Rect, Scene } from '../../graph-view/scene.ts';
import type { Palette } from './palette.ts';

/** Boxes are dashed lines among nodes; from far they are cards. */
export const CARDS = 0.25;
/** Below this zoom a group that is small on the screen is a summary of itself. */
const SUMMARY_ZOOM = 0.08;
const SUMMARY = { width: 150, height: 56 };

interface OnScreen {
  readonly box: number;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly depth: number;
  /** Shown as a name, a count and a bar, with nothing inside. */
  readonly summary: boolean;
}

/** Boxes in view, outer ones first; what lies in a summary is left out. */
export function boxesOnScreen(scene: Scene, view: Viewport, rect: Rect): OnScreen[] {
  const out: OnScreen[] = [];
  const { boxes } = scene.view;
  const hidden = new Uint8Array(boxes.length);
  const depths = new Int16Array(boxes.length);
  for (let b = 0; b < boxes.length; b++) {
    const { parent } = boxes[b]!;
    depths[b] = parent < 0 ? 0 : depths[parent]! + 1;
    if (parent >= 0 && hidden[parent] === 1) hidden[b] = 1;
    if (hidden[b] === 1) continue;
    const r = scene.boxRect(b);
    const [w, h] = [r.width * view.zoom, r.height * view.zoom];
    const summary = view.zoom < SUMMARY_ZOOM && w < SUMMARY.width && h < SUMMARY.height;
    if (summary) hidden[b] = 1;
    const seen =
      r.x < rect.x + rect.width && r.x + r.width > rect.x && r.y < rect.y + rect.height && r.y + r.height > rect.y;
    if (!seen || w < 0.3 || h < 2) continue;
    const [x, y] = [r.x * view.zoom + view.x, r.y * view.zoom + view.y];
    out.push({ box: b, x, y, w, h, depth: depths[b]!, summary });
  }
  return out;
}

export function paintBoxes(
  ctx: CanvasRenderingContext2D,
  boxes: readonly OnScreen[],
  palette: Palette,
  zoom: number,
  stage: { readonly width: number; readonly height: number },
): void {
  const cards = zoom < CARDS;
  ctx.lineWidth = 1;
  ctx.strokeStyle = cards ? palette.line : palette.boxLine;
  if (!cards) ctx.setLineDash(DASH);
  for (const b of boxes) {
    if (b.summary) continue;
    const [x, w] = trimmed(b.x, b.w, stage.width);
    const [y, h] = trimmed(b.y, b.h, stage.height);
    paintBox(ctx, { ...b, x, y, w, h }, cards ? cardColour(b, palette) : null);
  }
  ctx.setLineDash([]);
}

const DASH = [4, 3];
const PERIOD = 7;
const MARGIN = 40;

/** A side without what is far outside of the stage, which would be dashed too; whole periods less, so that dashes stay. */
function trimmed(at: number, length: number, stage: number): [number, number] {
  const before = wholePeriods(-MARGIN - at);
  return [at + before, length - before - wholePeriods(at + length - stage - MARGIN)];
}

const wholePeriods = (pixels: number) => (pixels > 0 ? Math.floor(pixels / PERIOD) * PERIOD : 0);

/** Boxes in boxes are of two colours in turn. */
const cardColour = ({ depth }: OnScreen, palette: Palette) => (depth % 2 === 0 ? palette.surface : palette.canvas);

function paintBox(ctx: CanvasRenderingContext2D, { x, y, w, h }: OnScreen, fill: string | null): void {
  ctx.beginPath();
  ctx.roundRect(x + 0.5, y + 0.5, w - 1, h - 1, Math.min(6, w / 4, h / 4));
  if (fill !== null) {
    ctx.fillStyle = fill;
    ctx.fill();
  }
  ctx.stroke();
}

/** Names keep their size on the screen; they are left out where there is no room for them. */
export function paintTitles(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  boxes: readonly OnScreen[],
  palette: Palette,
  zoom: number,
  stage: { readonly width: number },
): void {
  ctx.textBaseline = 'middle';
  ctx.lineWidth = 1;
  const taken: Rect[] = [];
  for (const b of boxes) {
    if (b.summary) {
      ctx.strokeStyle = palette.line;
      paintBox(ctx, b, palette.surface);
      paintSummary(ctx, scene, b, palette);
    } else if (zoom >= CARDS) paintOnBorder(ctx, scene, b, palette);
    else if (b.w > 64 && b.h > 60) paintInside(ctx, scene, b, palette, taken);
  }
  if (zoom < CARDS) paintBeside(ctx, scene, boxes, palette, stage.width);
}

const BESIDE = { height: 13, most: 160, gap: 7 };

/** Outermost boxes that are too narrow for their names have them at the right, where nothing else is and the stage goes on. */
function paintBeside(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  boxes: readonly OnScreen[],
  palette: Palette,
  right: number,
): void {
  const outer = boxes.filter((b) => b.depth === 0);
  const narrow = outer.filter((b) => (b.w <= 64 || (b.summary && b.w < 90)) && b.h >= BESIDE.height);
  let below = -Infinity;
  for (const b of narrow.sort((a, c) => a.y - c.y)) {
    const [name, count] = namesOf(scene, b);
    const x = b.x + b.w + BESIDE.gap;
    const y = b.y + Math.min(b.h / 2, 14);
    const meets = outer.some(
      (o) => o !== b && o.x < x + BESIDE.most && o.x + o.w > x && o.y < y + 8 && o.y + o.h > y - 8,
    );
    if (meets || y < below || x + BESIDE.most > right) continue;
    below = y + BESIDE.height;
    ctx.font = `600 11px ${palette.fontUi}`;
    const text = fit(ctx, name, BESIDE.most - 40);
    const width = ctx.measureText(text).width;
    ctx.fillStyle = palette.text;
    ctx.fillText(text, x, y);
    ctx.font = `10px ${palette.fontMono}`;
    ctx.fillStyle = palette.muted;
    ctx.fillText(count, x + width + 6, y + 0.5);
  }
}

/** The first of a few places below each other where no other name stands; null for none. */
function freePlace(taken: Rect[], x: number, y: number, width: number): number | null {
  for (let at = y; at < y + 48; at += 15) {
    const meets = taken.some((t) => t.x < x + width && t.x + t.width > x && Math.abs(t.y - at) < 14);
    if (meets) continue;
    taken.push({ x, y: at, width, height: 15 });
    return at;
  }
  return null;
}

function namesOf(scene: Scene, { box }: OnScreen): [string, string] {
  const group = scene.view.tree!.groups[scene.view.boxes[box]!.group]!;
  return [groupName(group), formatCount(group.count)];
}

/** Half above the upper side, which it interrupts; it stays in sight while its box is. */
function paintOnBorder(ctx: CanvasRenderingContext2D, scene: Scene, b: OnScreen, palette: Palette): void {
  const [name, count] = namesOf(scene, b);
  ctx.font = `11px ${palette.fontUi}`;
  // The count goes before a letter of the name does.
  const whole = `${name} · ${count} ${count === '1' ? 'node' : 'nodes'}`;
  const text =
    [whole, `${name} · ${count}`].find((t) => ctx.measureText(t).width <= b.w - 24) ?? fit(ctx, name, b.w - 24);
  if (text === '') return;
  const width = ctx.measureText(text).width;
  ctx.fillStyle = palette.canvas;
  ctx.fillRect(b.x + 9, b.y - 7, width + 10, 14);
  ctx.fillStyle = palette.muted;
  ctx.fillText(text, b.x + 14, b.y + 0.5);
}

function paintInside(ctx: CanvasRenderingContext2D, scene: Scene, b: OnScreen, palette: Palette, taken: Rect[]): void {
  const [name, count] = namesOf(scene, b);
  ctx.font = `600 11px ${palette.fontUi}`;
  const text = fit(ctx, name, b.w - 14);
  if (text === '') return;
  const width = ctx.measureText(text).width;
  ctx.font = `10px ${palette.fontMono}`;
  const number = width + 14 + ctx.measureText(count).width < b.w - 12 ? count : '';
  const whole = width + (number ? 8 + ctx.measureText(number).width : 0);
  const top = freePlace(taken, b.x + 3, b.y + 3, whole + 8);
  if (top === null) return;
  ctx.fillStyle = cardColour(b, palette);
  ctx.globalAlpha = 0.88;
  ctx.fillRect(b.x + 3, top, whole + 8, 15);
  ctx.globalAlpha = 1;
  ctx.fillStyle = palette.muted;
  ctx.fillText(number, b.x + 15 + width, top + 8);
  ctx.fillStyle = palette.text;
  ctx.font = `600 11px ${palette.fontUi}`;
  ctx.fillText(text, b.x + 7, top + 8);
}

/** Name, count, and how the categories share the group. */
function paintSummary(ctx: CanvasRenderingContext2D, scene: Scene, b: OnScreen, palette: Palette): void {
  const [name, count] = namesOf(scene, b);
  const titled = b.h > 26 && b.w > 30;
  if (titled) {
    ctx.font = `600 11px ${palette.fontUi}`;
    ctx.fillStyle = palette.text;
    const text = fit(ctx, name, b.w - 12);
    ctx.fillText(text, b.x + 6, b.y + 11);
    const after = b.x + 12 + ctx.measureText(text).width;
    ctx.font = `10px ${palette.fontMono}`;
    ctx.fillStyle = palette.muted;
    if (after + ctx.measureText(count).width < b.x + b.w - 4) ctx.fillText(count, after, b.y + 11);
  }
  const pad = Math.min(6, b.w / 8);
  const height = Math.min(5, b.h / 2);
  paintShares(ctx, scene, b.box, palette, b.x + pad, b.y + (titled ? 20 : (b.h - height) / 2), b.w - 2 * pad, height);
}

function paintShares(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  box: number,
  palette: Palette,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  const { tree, boxes, model } = scene.view;
  const counts = categoryCounts(model, tree!.groups[boxes[box]!.group]!);
  const total = counts.reduce((a, n) => a + n, 0);
  const order = CATEGORIES.map((_, c) => c).sort((a, c) => counts[c]! - counts[a]!);
  let at = x;
  for (const c of order) {
    const w = total === 0 ? 0 : (width * counts[c]!) / total;
    if (w < 0.5) continue;
    ctx.fillStyle = palette.strip[c]!;
    ctx.fillRect(at, y, Math.max(0.5, w - (w > 3 ? 1 : 0)), height);
    at += w;
  }
}

/** Cut in the middle: of names like `encoder_layer_12` the end tells most. '' where there is no room at all. */
function fit(ctx: CanvasRenderingContext2D, text: string, room: number): string {
  const width = ctx.measureText(text).width;
  if (width <= room) return text;
  const keep = Math.floor((room / width) * text.length) - 1;
  return keep < 2 ? '' : `${text.slice(0, Math.ceil(keep / 2))}…${text.slice(-Math.floor(keep / 2))}`;
}
