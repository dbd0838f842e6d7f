/** One frame of the canvas below React Flow: its work depends on what is in view and on pixels, not on the model. */
import { GLYPHS, type GlyphName, type GlyphShape } from '../../graph-view/glyphs.ts';
import { CATEGORIES } from '../../graph-model/operators/category.ts';
import type { NodeId, ValueId } from '../../graph-model/core/model.ts';
import { formatCount } from '../../graph-model/format.ts';
import { groupName } from '../../graph-view/group-face.ts';
import type { Density } from '../../graph-view/density.ts';
import { addArrow, addEdge, addPiece, type Cut, type Viewport } from '../../graph-view/edge-path.ts';
import type { Focus } from './focus.ts';
import { DIM, paintDensity, paintFarHits, paintHit } from './paint-focus.ts';
import type { Palette } from './palette.ts';
import type { Rect, Scene } from '../../graph-view/scene.ts';
import { boxesOnScreen, paintBoxes, paintTitles } from './paint-groups.ts';
import { groupAt, KIND } from '../../graph-view/view-graph.ts';

/** From here on nodes are React components. */
export const NEAR = 0.7;
/** From here on nodes have a name; below they are bars. */
export const MIDDLE = 0.35;
/** Below, cells stand for nodes. */
export const FAR = 0.08;

/** Below, circles stand for hits; above, they have a border. */
const CIRCLES = 0.16;

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
  readonly overlay: OverlayPaint | null;
  readonly problems: ReadonlyMap<number, 'warning' | 'error'>;
  /** Vertices that React shows, so that the canvas need not. */
  readonly mounted: ReadonlySet<number>;
  /** 0 .. 1 while nodes move to new places: lines fade in. */
  readonly settle: number;
}

/** Colours of an overlay by class, and the class of each vertex (-1: none). */
export interface OverlayPaint {
  readonly classes: Int8Array;
  readonly fills: readonly string[];
  readonly inks: readonly string[];
  /** For bars, where a pale fill would not be seen. */
  readonly bars: readonly string[];
}

export interface Size {
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
}

export function paint(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  size: Size,
  state: FrameState,
): void {
  ctx.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
  ctx.fillStyle = palette.canvas;
  ctx.fillRect(0, 0, size.width, size.height);
  paintDots(ctx, palette, view, size);
  const rect = visibleRect(view, size);
  const boxes = boxesOnScreen(scene, view, rect);
  paintBoxes(ctx, boxes, palette, view.zoom);
  ctx.globalAlpha = state.settle * (state.focus.keep ? DIM + 0.2 : 1);
  paintEdges(ctx, scene, palette, view, rect, state.litMask);
  ctx.globalAlpha = 1;
  if (view.zoom < FAR) paintCells(ctx, scene, palette, view, rect, state);
  else paintNodes(ctx, scene, palette, view, rect, state);
  paintTitles(ctx, scene, boxes, palette, view.zoom);
  paintLitEdges(ctx, scene, palette, view, rect, state);
  const { hitCells } = state.focus;
  if (view.zoom < CIRCLES && hitCells) paintFarHits(ctx, hitCells, palette, view, rect);
}

/** The part of the graph that is in view. */
export function visibleRect(view: Viewport, size: Pick<Size, 'width' | 'height'>): Rect {
  const { x, y, zoom } = view;
  return { x: -x / zoom, y: -y / zoom, width: size.width / zoom, height: size.height / zoom };
}

function paintDots(ctx: CanvasRenderingContext2D, palette: Palette, view: Viewport, size: Size): void {
  let step = 20 * view.zoom;
  while (step < 14) step *= 2;
  while (step > 28) step /= 2;
  ctx.fillStyle = palette.dot;
  const startX = ((view.x % step) + step) % step;
  const startY = ((view.y % step) + step) % step;
  for (let y = startY; y < size.height; y += step) {
    for (let x = startX; x < size.width; x += step) ctx.fillRect(x - 0.75, y - 0.75, 1.5, 1.5);
  }
}

const BATCH = 256;
/** More lines than this in one frame say nothing to the eye. */
const MOST_PIECES = 14_000;

function paintEdges(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  rect: Rect,
  litMask: Uint8Array | null,
): void {
  const shapes: number[] = [];
  const plain: number[] = [];
  const lit: number[] = [];
  const shortest = view.zoom >= 0.2 ? 0 : 6 / view.zoom;
  const { shape, edge } = scene.pieces;
  scene.eachPiece(rect, shortest, (p) => {
    if (plain.length + shapes.length >= MOST_PIECES || !meets(scene, p, rect)) return;
    (litMask?.[edge[p]!] === 1 ? lit : shape[p] === 1 ? shapes : plain).push(p);
  });
  ctx.lineWidth = Math.max(0.7, Math.min(1.5, 1.25 * view.zoom));
  ctx.strokeStyle = palette.edgeShape;
  const dash = [3 * Math.min(1, view.zoom + 0.2), 2.5 * Math.min(1, view.zoom + 0.2)];
  if (view.zoom >= MIDDLE) ctx.setLineDash(dash);
  const cut = cutAround(rect, view, dash);
  strokePieces(ctx, scene, shapes, view, cut);
  ctx.setLineDash([]);
  ctx.strokeStyle = palette.edge;
  strokePieces(ctx, scene, plain, view, cut);
  if (view.zoom >= MIDDLE) paintArrows(ctx, scene, palette, shapes, plain, view);
  if (lit.length === 0) return;
  ctx.globalAlpha = 1;
  ctx.strokeStyle = palette.accent;
  strokePieces(ctx, scene, lit, view, cut);
}

/** Far enough outside of the picture that no corner of a line is missed. */
const CUT_MARGIN = 40;

function cutAround({ x, y, width, height }: Rect, { zoom }: Viewport, dash: readonly number[]): Cut {
  const margin = CUT_MARGIN / zoom;
  const period = dash.reduce((sum, d) => sum + d, 0) / zoom;
  return { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin, period };
}

function meets(scene: Scene, p: number, rect: Rect): boolean {
  const { routes } = scene.layout;
  const at = 2 * scene.pieces.point[p]!;
  const [ax, ay, bx, by] = [routes[at]!, routes[at + 1]!, routes[at + 2]!, routes[at + 3]!];
  return (
    Math.min(ax, bx) <= rect.x + rect.width &&
    Math.max(ax, bx) >= rect.x &&
    Math.min(ay, by) <= rect.y + rect.height &&
    Math.max(ay, by) >= rect.y
  );
}

/** Many small paths are drawn faster than one big one. */
function strokePieces(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  pieces: readonly number[],
  view: Viewport,
  cut: Cut,
): void {
  for (let i = 0; i < pieces.length; i += BATCH) {
    ctx.beginPath();
    for (let k = i; k < Math.min(i + BATCH, pieces.length); k++) addPiece(ctx, scene, pieces[k]!, view, cut);
    ctx.stroke();
  }
}

function paintArrows(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  shapes: readonly number[],
  plain: readonly number[],
  view: Viewport,
): void {
  const { edge, point } = scene.pieces;
  const { routeOffsets } = scene.layout;
  for (const [pieces, colour] of [
    [shapes, palette.edgeShape],
    [plain, palette.edge],
  ] as const) {
    ctx.strokeStyle = colour;
    ctx.beginPath();
    for (const p of pieces) {
      const e = edge[p]!;
      if (point[p]! + 2 === routeOffsets[e + 1]) addArrow(ctx, scene, e, view);
    }
    ctx.stroke();
  }
  if (view.zoom >= NEAR) paintStubNames(ctx, scene, palette, [...shapes, ...plain], view);
}

/** Beside the end of an edge that is cut to stubs: where it comes from. */
function paintStubNames(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  pieces: readonly number[],
  view: Viewport,
): void {
  const { edge, point } = scene.pieces;
  const { routes, routeOffsets } = scene.layout;
  ctx.font = `${10 * Math.min(1, view.zoom)}px ${palette.fontMono}`;
  ctx.fillStyle = palette.muted;
  ctx.textBaseline = 'middle';
  for (const p of pieces) {
    const e = edge[p]!;
    if (!scene.isStub(e) || point[p]! + 2 !== routeOffsets[e + 1]) continue;
    const at = 2 * point[p]!;
    const name = scene.view.model.values.get(scene.view.edgeValues[e] as ValueId)?.name ?? '';
    const text = name.length > 28 ? `…${name.slice(-27)}` : name;
    ctx.fillText(text, routes[at]! * view.zoom + view.x + 6, (routes[at + 1]! + 4) * view.zoom + view.y);
  }
}

function paintLitEdges(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  rect: Rect,
  state: FrameState,
) {
  if (state.litEdges.length === 0) return;
  const dash = [4, 2.5];
  const cut = cutAround(rect, view, dash);
  ctx.strokeStyle = palette.accent;
  ctx.lineWidth = Math.max(1.2, Math.min(1.75, 1.75 * view.zoom));
  for (const e of state.litEdges) {
    ctx.setLineDash(scene.view.edgeShapes[e] === 1 ? dash : []);
    ctx.beginPath();
    addEdge(ctx, scene, e, view, cut);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.beginPath();
    if (view.zoom >= MIDDLE) addArrow(ctx, scene, e, view);
    ctx.stroke();
  }
}

function paintCells(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  rect: Rect,
  { overlay, overlayCells, focus }: FrameState,
): void {
  const fillOf = (kind: number) => (overlay ? (overlay.bars[kind - 1] ?? palette.line) : palette.strip[kind]!);
  ctx.globalAlpha = focus.keptCells ? DIM : 1;
  paintDensity(ctx, (overlay && overlayCells) ?? scene.density, fillOf, view, rect);
  ctx.globalAlpha = 1;
  if (focus.keptCells) paintDensity(ctx, focus.keptCells, fillOf, view, rect);
}

function paintNodes(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  rect: Rect,
  state: FrameState,
): void {
  const visible = scene.nodesIn(rect).filter((i) => !state.mounted.has(i));
  const { keep, hits } = state.focus;
  for (const on of keep ? [0, 1] : [1]) {
    const part = keep ? visible.filter((i) => keep[i] === on) : visible;
    ctx.globalAlpha = on === 1 ? 1 : DIM;
    if (view.zoom < MIDDLE) paintFar(ctx, scene, palette, view, part, state);
    else for (const i of part) paintCard(ctx, scene, palette, view, i, state);
  }
  ctx.globalAlpha = 1;
  if (view.zoom >= NEAR) return;
  if (view.zoom >= CIRCLES && hits.size > 0)
    for (const i of visible) if (hits.has(i)) paintHit(ctx, scene, palette, view, i, state.focus);
  for (const i of visible) if (state.selected.has(i)) paintRing(ctx, scene, palette, view, i);
  for (const i of visible) if (state.problems.has(i)) paintMark(ctx, scene, palette, view, i, state.problems.get(i)!);
}

/** A closed group that is lower than this on the screen is a bar like a node. */
const LEAST_GROUP = 11;

/** Bars, and closed groups by name as long as it can be read. */
function paintFar(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  visible: readonly number[],
  state: FrameState,
): void {
  const named = (i: number) => scene.view.kinds[i] === KIND.group && scene.view.heights[i]! * view.zoom >= LEAST_GROUP;
  const bars = visible.filter((i) => !named(i));
  paintBars(ctx, scene, palette, view, bars, state);
  if (bars.length < visible.length)
    for (const i of visible) if (named(i)) paintCard(ctx, scene, palette, view, i, state);
}

function paintBars(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  visible: readonly number[],
  state: FrameState,
): void {
  const byColour = new Map<string, number[]>();
  for (const i of visible) {
    const colour = barColour(scene, palette, i, state);
    const list = byColour.get(colour);
    if (list) list.push(i);
    else byColour.set(colour, [i]);
  }
  paintBodies(ctx, scene, palette, view, visible, state);
  for (const [colour, list] of byColour) {
    ctx.fillStyle = colour;
    for (const i of list) paintBar(ctx, scene, view, i, state.overlay ? Infinity : HEAD);
  }
}

/** What a card has below its head is paler: else the most detailed nodes would shout. */
function paintBodies(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  visible: readonly number[],
  state: FrameState,
): void {
  if (state.overlay !== null || HEAD * view.zoom < 3) return;
  for (const i of visible) {
    if (scene.view.heights[i]! <= HEAD) continue;
    ctx.fillStyle = palette.soft[scene.view.categories[i]!]!;
    paintBar(ctx, scene, view, i, Infinity);
  }
}

function paintBar(
  ctx: CanvasRenderingContext2D,
  { layout, view: { widths, heights } }: Scene,
  view: Viewport,
  i: number,
  most: number,
): void {
  const height = Math.max(2, Math.min(heights[i]!, most) * view.zoom);
  ctx.fillRect(layout.x[i]! * view.zoom + view.x, layout.y[i]! * view.zoom + view.y, widths[i]! * view.zoom, height);
}

function barColour(scene: Scene, palette: Palette, i: number, state: FrameState): string {
  const { overlay } = state;
  if (overlay === null) return palette.strip[scene.view.categories[i]!]!;
  return overlay.bars[overlay.classes[i]!] ?? palette.line;
}

function paintCard(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  i: number,
  state: FrameState,
) {
  const k = view.zoom;
  const { x, y, width, height } = scene.rectOf(i);
  const [left, top, w, h] = [x * k + view.x, y * k + view.y, width * k, height * k];
  const group = scene.view.kinds[i] === KIND.group;
  const pill = scene.view.kinds[i] !== KIND.node && !group;
  const category = scene.view.categories[i]!;
  const shade = state.overlay?.classes[i] ?? -1;
  const radius = pill ? h / 2 : Math.min(5, 5 * k + 1);
  if (group) paintSheets(ctx, palette, left, top, w, h, Math.max(1, 3 * k), radius);
  ctx.fillStyle = shade >= 0 ? state.overlay!.fills[shade]! : palette.surface;
  ctx.strokeStyle = state.hovered === i ? palette.edgeStrong : palette.line;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.roundRect(left + 0.5, top + 0.5, w - 1, h - 1, radius);
  ctx.fill();
  ctx.stroke();
  if (!pill) {
    ctx.fillStyle = palette.strip[category]!;
    ctx.beginPath();
    if (group)
      for (let at = 0; at < h; at += 6 * k) ctx.rect(left, top + at, Math.max(2.5, 4 * k), Math.min(4 * k, h - at));
    else ctx.roundRect(left, top, Math.max(2.5, 4 * k), h, [radius, 0, 0, radius]);
    ctx.fill();
  }
  ctx.fillStyle = shade >= 0 ? state.overlay!.inks[shade]! : palette.ink[category]!;
  paintTitle(ctx, scene, palette, i, left, top, w, h, k, pill);
}

/** Two sheets behind: there is more inside. */
function paintSheets(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  left: number,
  top: number,
  w: number,
  h: number,
  shift: number,
  radius: number,
): void {
  ctx.fillStyle = palette.surface;
  ctx.strokeStyle = palette.line;
  ctx.lineWidth = 1;
  for (const sheet of [2, 1]) {
    ctx.beginPath();
    ctx.roundRect(left + 0.5 + sheet * shift, top + 0.5 + sheet * shift, w - 1, h - 1, radius);
    ctx.fill();
    ctx.stroke();
  }
}

/** Height of the head of a card, and of a card with nothing else. */
const HEAD = 26;

/** Text keeps a readable size as long as it fits the card. */
function paintTitle(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  i: number,
  left: number,
  top: number,
  w: number,
  h: number,
  k: number,
  pill: boolean,
): void {
  // Of one size on all cards: a name in larger letters would say that it matters more. Groups do.
  const room = groupAt(scene.view, i) ? h * 0.62 : HEAD * k * 0.7;
  const size = Math.round(2 * Math.min(12, Math.max(12 * k, Math.min(room, 11)))) / 2;
  if (size < 5.5) return;
  ctx.font = `600 ${size}px ${palette.fontUi}`;
  const start = left + (pill ? h / 2 : Math.max(2.5, 4 * k) + 3);
  const width = w - (start - left) - 5;
  const withGlyph = !pill && width > 52;
  const text = fitTitle(ctx, scene, i, width - (withGlyph ? size + 3 : 0), size);
  const middle = pill || h < 1.8 * size ? top + h / 2 : k >= NEAR ? top + 13 * k : top + h / 2;
  if (withGlyph) paintGlyph(ctx, CATEGORIES[scene.view.categories[i]!]!, start, middle - size / 2, size);
  ctx.textBaseline = 'middle';
  ctx.fillText(text, start + (withGlyph ? size + 3 : 0), middle + 0.5);
}

/** A group keeps the end of its name, which tells it from its like, before it says how many nodes it has. */
function fitTitle(ctx: CanvasRenderingContext2D, scene: Scene, i: number, room: number, size: number): string {
  const { view } = scene;
  const ref = view.refs[i]!;
  if (view.kinds[i] === KIND.node) return fitText(ctx, view.model.nodes.at(ref as NodeId).op, room, size);
  const group = groupAt(view, i);
  if (!group) return fitText(ctx, view.model.values.at(ref as never).name, room, size);
  const name = groupName(group);
  const whole = `${name} · ${formatCount(group.count)}`;
  if (fitText(ctx, whole, room, size) === whole) return whole;
  const cut = fitText(ctx, name, room, size);
  return cut === name || cut === '' ? cut : `…${name.slice(1 - cut.length)}`;
}

const widthOf = new Map<string, number>();

/** The text, cut to the room; widths are measured once for each text and font. */
function fitText(ctx: CanvasRenderingContext2D, text: string, room: number, size: number): string {
  let unit = widthOf.get(text);
  if (unit === undefined) {
    if (widthOf.size > 20_000) widthOf.clear();
    unit = ctx.measureText(text).width / size;
    widthOf.set(text, unit);
  }
  if (unit * size <= room) return text;
  const keep = Math.floor((room / (unit * size)) * text.length) - 1;
  return keep < 1 ? '' : `${text.slice(0, keep)}…`;
}

interface GlyphPaths {
  readonly lines: Path2D;
  readonly solid: Path2D | null;
}
const paths = new Map<GlyphName, GlyphPaths>();

function glyphPaths(name: GlyphName): GlyphPaths {
  let found = paths.get(name);
  if (!found) {
    const shape: GlyphShape = GLYPHS[name];
    const lines = new Path2D(shape.frame ? `${shape.lines}${shape.frame}` : shape.lines);
    const solid = shape.solid ? new Path2D(shape.solid) : shape.circle ? new Path2D() : null;
    const { circle } = shape;
    if (circle) (circle.filled ? solid! : lines).ellipse(circle.x, circle.y, circle.r, circle.r, 0, 0, 2 * Math.PI);
    found = { lines, solid: shape.solid || circle?.filled ? solid : null };
    paths.set(name, found);
  }
  return found;
}

function paintGlyph(ctx: CanvasRenderingContext2D, name: GlyphName, x: number, y: number, size: number): void {
  const { lines, solid } = glyphPaths(name);
  ctx.save();
  ctx.translate(x, y);
  ctx.scale(size / 12, size / 12);
  ctx.strokeStyle = ctx.fillStyle;
  ctx.lineWidth = (GLYPHS[name] as GlyphShape).width ?? 1.4;
  ctx.stroke(lines);
  if (solid) ctx.fill(solid);
  ctx.restore();
}

function paintRing(ctx: CanvasRenderingContext2D, scene: Scene, palette: Palette, view: Viewport, i: number): void {
  const k = view.zoom;
  const { x, y, width, height } = scene.rectOf(i);
  const [left, top, w, h] = [x * k + view.x, y * k + view.y, Math.max(4, width * k), Math.max(4, height * k)];
  ctx.lineWidth = 4;
  ctx.strokeStyle = palette.accent;
  ctx.globalAlpha = 0.25;
  ctx.beginPath();
  ctx.roundRect(left - 3, top - 3, w + 6, h + 6, 6);
  ctx.stroke();
  ctx.globalAlpha = 1;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.roundRect(left - 0.75, top - 0.75, w + 1.5, h + 1.5, 4);
  ctx.stroke();
}

function paintMark(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  i: number,
  severity: 'warning' | 'error',
): void {
  const { x, y, width } = scene.rectOf(i);
  const r = Math.max(2.5, Math.min(7.5, 8 * view.zoom));
  const cx = (x + width) * view.zoom + view.x;
  const cy = y * view.zoom + view.y;
  ctx.fillStyle = severity === 'error' ? palette.error : palette.warn;
  ctx.beginPath();
  ctx.arc(cx, cy, r, 0, 2 * Math.PI);
  ctx.fill();
  if (r < 4) return;
  ctx.fillStyle = palette.surface;
  ctx.font = `700 ${1.35 * r}px ${palette.fontUi}`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.fillText(severity === 'error' ? '×' : '!', cx, cy + 0.5);
  ctx.textAlign = 'left';
}
