/** A vertex from middle zoom on, where it is no React component: what fits of its face, in letters of a readable size. */
import { CATEGORIES } from '../../graph-model/operators/category.ts';
import { formatCount } from '../../graph-model/format.ts';
import type { Group } from '../../graph-model/groups/groups.ts';
import type { Viewport } from '../../graph-view/edge-path.ts';
import type { Face } from '../../graph-view/face.ts';
import { GLYPHS, type GlyphName, type GlyphShape } from '../../graph-view/glyphs.ts';
import { groupName } from '../../graph-view/group-face.ts';
import type { Scene } from '../../graph-view/scene.ts';
import { groupAt, KIND, vertexFace } from '../../graph-view/view-graph.ts';
import type { ViewGraph } from '../../graph-view/view.ts';
import type { FrameState } from './frame-state.ts';
import type { Palette } from './palette.ts';
import { MIDDLE, NEAR } from './zooms.ts';

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
  const rows = pill ? [] : rowsFor(face, frame, width, size);
  const lines = headOf(size, k) + ROW.height * rows.length;
  const middle = rows.length > 0 ? top + (h - lines) / 2 + headOf(size, k) / 2 : top + h / 2;
  ctx.font = `600 ${size}px ${palette.fontUi}`;
  ctx.fillStyle = frame.ink;
  ctx.textBaseline = 'middle';
  // From far some groups would have room for a glyph and others not.
  const glyph = pill || k < MIDDLE ? 0 : size + 3;
  const title = fitTitle(ctx, scene, i, width, glyph, size);
  if (title.glyph) paintGlyph(ctx, CATEGORIES[scene.view.categories[i]!]!, start, middle - size / 2, size);
  const from = start + (title.glyph ? glyph : 0);
  if (title.size !== size) ctx.font = `600 ${title.size}px ${palette.fontUi}`;
  ctx.fillText(title.text, from, middle + 0.5);
  const notes = [state.overlay?.text(i) || (pill ? face.label : face.telling)];
  // Of the type of an input or output the shape says most.
  if (pill) notes.push(face.label.replace(/^\S+ /, ''));
  const after = from + widthIn(ctx, title.text, title.size) + 6;
  paintNote(ctx, palette, notes, after, left + w - (pill ? h / 2 : 5), middle, frame.muted, size);
  paintRows(ctx, palette, rows, start, middle + headOf(size, k) / 2, frame.muted);
}

/** At the right of the head, the first that there is room for: a value that is cut says something else. */
function paintNote(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  notes: readonly string[],
  from: number,
  to: number,
  middle: number,
  colour: string,
  title: number,
): void {
  const size = Math.max(7, 0.85 * title);
  const note = notes.find((n) => n.length * 0.61 * size <= to - from) ?? '';
  if (note === '') return;
  ctx.font = `${size}px ${palette.fontMono}`;
  ctx.fillStyle = colour;
  ctx.textAlign = 'right';
  ctx.fillText(note, to, middle + 0.5);
  ctx.textAlign = 'left';
}

const ROW = { size: 8.5, height: 10.5 };

const headOf = (size: number, k: number): number => Math.max(HEAD * k, size + 5);

/** As many rows as there is room for below the head: kernel and strides, weights, what goes into a group. */
function rowsFor(face: Face, { h, k }: Frame, width: number, size: number): readonly string[] {
  if (k >= NEAR || size < 8) return [];
  const room = Math.max(0, Math.floor((h - headOf(size, k) - 1) / ROW.height));
  const most = Math.floor(width / (0.605 * ROW.size));
  const rows = face.rows.map((r) => rowText(r, most));
  // What is told of a group is of equal worth: first what can be told whole.
  if (face.rows.every((r) => r.key === '')) rows.sort((a, b) => Number(a.endsWith('…')) - Number(b.endsWith('…')));
  return rows.slice(0, room);
}

/** With its key where both fit; else cut between words. */
function rowText({ key, text }: Face['rows'][number], most: number): string {
  const plain = text.replace(/ {2,}/g, ' ');
  const keyed = key === '' || key === 'kernel' ? plain : `${key} ${plain}`;
  if (keyed.length <= most) return keyed;
  if (plain.length <= most) return plain;
  const cut = plain.slice(0, most - 1);
  const space = cut.lastIndexOf(' ');
  return `${space > most / 2 ? cut.slice(0, space) : cut}…`;
}

function paintRows(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  rows: readonly string[],
  left: number,
  top: number,
  colour: string,
): void {
  if (rows.length === 0) return;
  ctx.font = `${ROW.size}px ${palette.fontMono}`;
  ctx.fillStyle = colour;
  rows.forEach((row, r) => ctx.fillText(row, left, top + ROW.height * (r + 0.45)));
}

interface Title {
  readonly text: string;
  readonly glyph: boolean;
  /** Of its letters, in pixels. */
  readonly size: number;
}

/** Letters do not become smaller than this, in pixels, to spare a name from being cut. */
const LEAST_TITLE = 8.5;

/** The name of an operator or value is cut at its end; that of a group is told by {@link groupTitle}. */
function fitTitle(
  ctx: CanvasRenderingContext2D,
  { view }: Scene,
  i: number,
  room: number,
  glyph: number,
  size: number,
): Title {
  const ref = view.refs[i]!;
  const withGlyph = glyph > 0 && room > 52;
  const left = room - (withGlyph ? glyph : 0);
  if (view.kinds[i] === KIND.node)
    return { text: fitText(ctx, view.model.nodes.at(ref as never).op, left, size), glyph: withGlyph, size };
  const group = groupAt(view, i);
  if (group) return groupTitle(ctx, group, room, withGlyph ? glyph : 0, size);
  return { text: fitText(ctx, view.model.values.at(ref as never).name, room, size), glyph: false, size };
}

/**
 * A group says how many nodes it has where there is room; it gives up its glyph, then some of its size, before its name is
 * cut, and keeps the end, which tells it from its like.
 */
function groupTitle(ctx: CanvasRenderingContext2D, group: Group, room: number, glyph: number, size: number): Title {
  const name = groupName(group);
  const whole = `${name} · ${formatCount(group.count)}`;
  const width = widthIn(ctx, name, size);
  if (widthIn(ctx, whole, size) <= room - glyph) return { text: whole, glyph: glyph > 0, size };
  if (width <= room) return { text: name, glyph: glyph > 0 && width <= room - glyph, size };
  // In steps: each size is a font of its own to the browser.
  const smaller = Math.floor((2 * size * room) / width) / 2;
  if (smaller >= LEAST_TITLE) return { text: name, glyph: false, size: smaller };
  const cut = fitText(ctx, name, room, size);
  return { text: cut === '' ? '' : `…${name.slice(1 - cut.length)}`, glyph: false, size };
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
