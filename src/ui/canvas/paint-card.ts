/** A vertex from middle zoom on, where it is no React component: what fits of its face, in letters of a readable size. */
import { CATEGORIES } from '../../graph-model/operators/category.ts';
import { formatCount } from '../../graph-model/format.ts';
import type { Viewport } from '../../graph-view/edge-path.ts';
import type { Face } from '../../graph-view/face.ts';
import { GLYPHS, type GlyphName, type GlyphShape } from '../../graph-view/glyphs.ts';
import { groupName } from '../../graph-view/group-face.ts';
import type { Scene } from '../../graph-view/scene.ts';
import { groupAt, KIND, vertexFace } from '../../graph-view/view-graph.ts';
import type { ViewGraph } from '../../graph-view/view.ts';
import type { FrameState } from './frame-state.ts';
import type { Palette } from './palette.ts';
import { NEAR } from './zooms.ts';

type CardState = Pick<FrameState, 'overlay' | 'hovered' | 'types'>;

/** Height of the head of a card, and of a card with nothing else. */
export const HEAD = 26;

/** A card on the screen. */
interface Frame {
  readonly left: number;
  readonly top: number;
  readonly w: number;
  readonly h: number;
  /** The zoom. */
  readonly k: number;
  readonly pill: boolean;
  readonly ink: string;
  readonly muted: string;
}

/** A vertex from middle zoom on, where it is no React component. */
export function paintCard(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  i: number,
  state: CardState,
): void {
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
  const ink = shade >= 0 ? state.overlay!.inks[shade]! : null;
  const frame = { left, top, w, h, k, pill, ink: ink ?? palette.ink[category]!, muted: ink ?? palette.muted };
  paintText(ctx, scene, palette, i, frame, state);
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

const faces = new WeakMap<ViewGraph, { types: CardState['types']; known: Map<number, Face> }>();

/** Faces are asked for in every frame and made once. */
function faceAt(view: ViewGraph, i: number, types: CardState['types']): Face {
  let kept = faces.get(view);
  if (kept?.types !== types) faces.set(view, (kept = { types, known: new Map() }));
  let face = kept.known.get(i);
  if (!face) kept.known.set(i, (face = vertexFace(view, i, types)));
  return face;
}

/** Of one size on all cards: a name in larger letters would say that it matters more. Groups do. */
function titleSize(group: boolean, { h, k }: Frame): number {
  const room = group ? h * 0.62 : HEAD * k * 0.7;
  return Math.round(2 * Math.min(12, Math.max(12 * k, Math.min(room, 11)))) / 2;
}

/** Text keeps a readable size as long as it fits the card. */
function paintText(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  i: number,
  frame: Frame,
  state: CardState,
): void {
  const { left, top, w, h, k, pill } = frame;
  const group = groupAt(scene.view, i) !== null;
  const size = titleSize(group, frame);
  if (size < 5.5) return;
  const face = faceAt(scene.view, i, state.types);
  const start = left + (pill ? h / 2 : Math.max(2.5, 4 * k) + 3);
  const width = w - (start - left) - 5;
  const rows = pill ? [] : rowsFor(face, h, size, k);
  const middle = rows.length > 0 ? top + headOf(size, k) / 2 : top + h / 2;
  ctx.font = `600 ${size}px ${palette.fontUi}`;
  ctx.fillStyle = frame.ink;
  ctx.textBaseline = 'middle';
  const glyph = pill ? 0 : size + 3;
  const title = fitTitle(ctx, scene, i, width, glyph, size);
  if (title.glyph) paintGlyph(ctx, CATEGORIES[scene.view.categories[i]!]!, start, middle - size / 2, size);
  const from = start + (title.glyph ? glyph : 0);
  ctx.fillText(title.text, from, middle + 0.5);
  const note = state.overlay?.text(i) || (pill ? face.label : face.telling);
  const after = from + widthIn(ctx, title.text, size) + 6;
  paintNote(ctx, palette, note, after, left + w - (pill ? h / 2 : 5), middle, frame.muted, size);
  paintRows(ctx, palette, rows, start, width, frame, size);
}

/** At the right of the head, where there is room for all of it: a value that is cut says something else. */
function paintNote(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  note: string,
  from: number,
  to: number,
  middle: number,
  colour: string,
  title: number,
): void {
  const size = Math.max(7, 0.85 * title);
  if (note === '' || note.length * 0.61 * size > to - from) return;
  ctx.font = `${size}px ${palette.fontMono}`;
  ctx.fillStyle = colour;
  ctx.textAlign = 'right';
  ctx.fillText(note, to, middle + 0.5);
  ctx.textAlign = 'left';
}

const ROW = { size: 8.5, height: 10.5 };

const headOf = (size: number, k: number): number => Math.max(HEAD * k, size + 5);

/** As many rows as there is room for below the head: kernel and strides, weights, what goes into a group. */
function rowsFor(face: Face, h: number, size: number, k: number): readonly string[] {
  if (k >= NEAR || size < 8) return [];
  const room = Math.floor((h - headOf(size, k) - 1) / ROW.height);
  return face.rows
    .slice(0, Math.max(0, room))
    .map((r) => (r.key.length > 0 && r.key.length < 3 ? `${r.key} ${r.text}` : r.text));
}

function paintRows(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  rows: readonly string[],
  start: number,
  width: number,
  { top, k, muted }: Frame,
  size: number,
): void {
  if (rows.length === 0) return;
  ctx.font = `${ROW.size}px ${palette.fontMono}`;
  ctx.fillStyle = muted;
  const most = Math.floor(width / (0.605 * ROW.size));
  rows.forEach((row, r) => {
    const text = row.length > most ? `${row.slice(0, most - 1)}…` : row;
    ctx.fillText(text, start, top + headOf(size, k) + ROW.height * (r + 0.45));
  });
}

/**
 * A group says how many nodes it has where there is room; it gives up its glyph before its name is cut, and keeps the end,
 * which tells it from its like.
 */
function fitTitle(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  i: number,
  room: number,
  glyph: number,
  size: number,
): { text: string; glyph: boolean } {
  const { view } = scene;
  const ref = view.refs[i]!;
  const withGlyph = glyph > 0 && room > 52;
  const left = room - (withGlyph ? glyph : 0);
  if (view.kinds[i] === KIND.node)
    return { text: fitText(ctx, view.model.nodes.at(ref as never).op, left, size), glyph: withGlyph };
  const group = groupAt(view, i);
  if (!group) return { text: fitText(ctx, view.model.values.at(ref as never).name, room, size), glyph: false };
  const name = groupName(group);
  const fits = (text: string, width: number) => widthIn(ctx, text, size) <= width;
  const whole = `${name} · ${formatCount(group.count)}`;
  if (fits(whole, left)) return { text: whole, glyph: withGlyph };
  if (fits(name, left)) return { text: name, glyph: withGlyph };
  if (fits(name, room)) return { text: name, glyph: false };
  const cut = fitText(ctx, name, room, size);
  return { text: cut === '' ? '' : `…${name.slice(1 - cut.length)}`, glyph: false };
}

const widthOf = new Map<string, number>();

/** Widths are measured once for each text, in the font that is set. */
function widthIn(ctx: CanvasRenderingContext2D, text: string, size: number): number {
  let unit = widthOf.get(text);
  if (unit === undefined) {
    if (widthOf.size > 20_000) widthOf.clear();
    unit = ctx.measureText(text).width / size;
    widthOf.set(text, unit);
  }
  return unit * size;
}

/** The text, cut to the room. */
function fitText(ctx: CanvasRenderingContext2D, text: string, room: number, size: number): string {
  const width = widthIn(ctx, text, size);
  if (width <= room) return text;
  const keep = Math.floor((room / width) * text.length) - 1;
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
