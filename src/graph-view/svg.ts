/** The graph as an SVG document of any size: text as text, one path for all lines of a kind. */
import type { NodeId, ValueId } from '../graph-model/core/model.ts';
import type { ValueType } from '../graph-model/core/types.ts';
import { CATEGORIES } from '../graph-model/operators/category.ts';
import { COLOURS } from './colours.generated.ts';
import { addArrow, addPiece, type PathSink, type Viewport } from './edge-path.ts';
import type { Face } from './face.ts';
import { GLYPHS, type GlyphShape } from './glyphs.ts';
import { countLabel, groupName } from './group-face.ts';
import type { Rect, Scene } from './scene.ts';
import { drawHeader, type PictureHeader } from './svg-header.ts';
import { fit, MONO, short, textAt, UI, xml, type TextKind, type TextOptions } from './svg-text.ts';
import { vertexFace } from './view-graph.ts';
import { KIND } from './view.ts';

export interface SvgOptions {
  readonly theme: 'light' | 'dark';
  readonly types: ReadonlyMap<ValueId, ValueType>;
  /** The part of the graph to draw; all of it where left out. */
  readonly part?: Rect;
  /** Colours by which nodes are filled, and what they show at the right of their heads. */
  readonly overlay?: SvgOverlay;
  /** Title and key above the graph. */
  readonly header?: PictureHeader;
  /** Pixels across; as many as units of the graph where left out. */
  readonly pixels?: number;
}

export interface SvgOverlay {
  /** By vertex, an index into `fills` and `inks`; -1 for none. */
  readonly classes: ArrayLike<number>;
  readonly fills: readonly string[];
  readonly inks: readonly string[];
  /** '' for nothing. */
  text(i: number): string;
}

export interface SvgPicture {
  readonly text: string;
  readonly width: number;
  readonly height: number;
}

const MARGIN = 24;
const ORIGIN: Viewport = { x: 0, y: 0, zoom: 1 };

/** What stands above the graph is at least so wide. */
const HEADER_WIDTH = 420;
/** From this width on the header grows with the picture, so that it can be read where the picture is made to fit a page. */
const HEADER_GROWS = 1400;

export function svgPicture(scene: Scene, options: SvgOptions): SvgPicture {
  const { width, height } = scene.layout;
  const whole = { x: -MARGIN, y: -MARGIN, width: width + 2 * MARGIN, height: height + 2 * MARGIN };
  const part = options.part ?? whole;
  const frame = frameOf(part, options);
  const scale = (options.pixels ?? frame.width) / frame.width;
  const size = {
    width: Math.max(1, Math.ceil(scale * frame.width)),
    height: Math.max(1, Math.ceil(scale * frame.height)),
  };
  return { text: new SvgWriter(scene, options, part, frame).write(size.width, size.height), ...size };
}

interface Frame extends Rect {
  /** What stands above the graph, and how much larger than usual it is. */
  readonly header: string;
  readonly enlarged: number;
}

/** The part that is drawn, with the header above it. */
function frameOf(part: Rect, { header, theme }: SvgOptions): Frame {
  if (header === undefined) return { ...part, header: '', enlarged: 1 };
  const width = Math.max(part.width, HEADER_WIDTH + 2 * MARGIN);
  const enlarged = Math.max(1, width / HEADER_GROWS);
  const drawn = drawHeader(header, width / enlarged - 2 * MARGIN, COLOURS[theme]!['line-strong']!);
  const above = drawn.height === 0 ? 0 : enlarged * (drawn.height + MARGIN);
  return {
    x: part.x - (width - part.width) / 2,
    y: part.y - above,
    width,
    height: part.height + above,
    header: drawn.markup,
    enlarged,
  };
}

/** Collects drawing calls as the text of a path; a tenth of a pixel is enough. */
class PathText implements PathSink {
  readonly parts: string[] = [];
  moveTo(x: number, y: number): void {
    this.parts.push(`M${short(x)} ${short(y)}`);
  }
  lineTo(x: number, y: number): void {
    this.parts.push(`L${short(x)} ${short(y)}`);
  }
  bezierCurveTo(...at: [number, number, number, number, number, number]): void {
    this.parts.push(`C${at.map(short).join(' ')}`);
  }
  quadraticCurveTo(...at: [number, number, number, number]): void {
    this.parts.push(`Q${at.map(short).join(' ')}`);
  }
}

const boxOf = ({ x, y, width, height }: Rect): string => [x, y, width, height].map(short).join(' ');

class SvgWriter {
  private readonly out: string[] = [];
  /** The colour of all text on a node that an overlay fills; '' elsewhere. */
  private ink = '';
  private readonly colour: (name: string) => string;

  constructor(
    private readonly scene: Scene,
    private readonly options: SvgOptions,
    private readonly part: Rect,
    private readonly frame: Frame,
  ) {
    const colours = COLOURS[options.theme]!;
    this.colour = (name) => colours[name]!;
  }

  write(width: number, height: number): string {
    const { x, y } = this.frame;
    const box = boxOf(this.frame);
    this.out.push(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${box}">`,
      `<title>${xml(this.scene.view.model.source.fileName || 'graph')}</title>`,
      this.style(),
      `<rect x="${short(x)}" y="${short(y)}" width="100%" height="100%" fill="${this.colour('canvas')}"/>`,
    );
    this.glyphs();
    this.header();
    this.graph();
    this.out.push('</svg>', '');
    return this.out.join('\n');
  }

  private header(): void {
    const { x, y, header, enlarged } = this.frame;
    if (header === '') return;
    const at = `translate(${short(x + enlarged * MARGIN)} ${short(y + enlarged * MARGIN)}) scale(${short(enlarged)})`;
    this.out.push(`<g class="key" transform="${at}">${header}</g>`);
  }

  /** A part is cut at its sides where something stands above it. */
  private graph(): void {
    const cut = this.options.part !== undefined && this.frame.header !== '';
    const { x, y, width, height } = this.part;
    const place = `x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"`;
    if (cut) this.out.push(`<svg ${place} viewBox="${boxOf(this.part)}">`);
    this.boxes();
    this.lines();
    for (const i of this.scene.nodesIn(this.part).sort((a, b) => a - b)) this.vertex(i);
    this.titles();
    if (cut) this.out.push('</svg>');
  }

  private style(): string {
    const c = this.colour;
    // No CSS variables: programs that print SVG do not know them.
    const plain = CATEGORIES.map(
      (k) =>
        `.s-${k}{fill:${c(`cat-${k}`)}}.t-${k}{fill:${c(`cat-${k}-text`)}}.g-${k}{stroke:${c(`cat-${k}-text`)};fill:none}`,
    );
    return [
      '<style>',
      `text{font:12px ${UI};fill:${c('text')}}.title{font-size:15px;font-weight:600}`,
      `.op{font-weight:600}.m{font:10px ${MONO};fill:${c('text-3')}}.v{font:10px ${MONO};fill:${c('text')}}.k{font-size:11px;fill:${c('text-3')}}`,
      `.n{fill:${c('surface')};stroke:${c('line-strong')}}.e{fill:none;stroke:${c('edge')};stroke-width:1.25}`,
      `.es{fill:none;stroke:${c('edge-shape')};stroke-width:1.25}.b{fill:none;stroke:${c('n-6')};stroke-dasharray:4 3}`,
      `.h{fill:${c('canvas')}}.l{stroke:${c('line-strong')}}`,
      ...plain,
      '</style>',
    ].join('\n');
  }

  private glyphs(): void {
    this.out.push('<defs>');
    for (const name of CATEGORIES) {
      const shape: GlyphShape = GLYPHS[name];
      const { circle } = shape;
      const colour = this.colour(`cat-${name}-text`);
      const lines = `<path d="${shape.lines}${shape.frame ?? ''}"/>`;
      const solid = shape.solid ? `<path d="${shape.solid}" fill="${colour}"/>` : '';
      const dot = circle
        ? `<circle cx="${circle.x}" cy="${circle.y}" r="${circle.r}"${circle.filled ? ` fill="${colour}"` : ''}/>`
        : '';
      this.out.push(
        `<g id="${name}" class="g-${name}" stroke-width="${shape.width ?? 1.4}">${lines}${solid}${dot}</g>`,
      );
    }
    this.out.push('</defs>');
  }

  private boxes(): void {
    this.scene.view.boxes.forEach((_, b) => this.rect(this.scene.boxRect(b), 'b', 6));
  }

  private rect({ x, y, width, height }: Rect, kind: string, radius: number, fill = ''): void {
    const at = [x, y, width, height].map(short);
    const style = fill === '' ? '' : ` style="fill:${xml(fill)}"`;
    this.out.push(
      `<rect class="${kind}"${style} x="${at[0]}" y="${at[1]}" width="${at[2]}" height="${at[3]}" rx="${short(radius)}"/>`,
    );
  }

  private titles(): void {
    const { view } = this.scene;
    view.boxes.forEach(({ group }, b) => {
      const { x, y } = this.scene.boxRect(b);
      const text = `${groupName(view.tree!.groups[group]!)} · ${countLabel(view.tree!.groups[group]!)}`;
      this.rect({ x: x + 9, y: y - 7, width: 10 + 5.9 * text.length, height: 14 }, 'h', 0);
      this.text(x + 14, y, 'k', text);
    });
  }

  private text(x: number, y: number, kind: TextKind, text: string, options: TextOptions = {}): void {
    if (text !== '') this.out.push(textAt(x, y, kind, text, { ...options, fill: this.ink }));
  }

  private lines(): void {
    const { pieces, layout } = this.scene;
    const kinds = [new PathText(), new PathText()];
    const heads = [new PathText(), new PathText()];
    this.scene.eachPiece(this.part, 0, (p) => {
      const kind = pieces.shape[p]!;
      addPiece(kinds[kind]!, this.scene, p, ORIGIN);
      const e = pieces.edge[p]!;
      if (pieces.point[p]! + 2 === layout.routeOffsets[e + 1]) addArrow(heads[kind]!, this.scene, e, ORIGIN);
    });
    const names = ['e', 'es'];
    kinds.forEach((path, k) => {
      const dash = k === 1 ? ' stroke-dasharray="3 2.5"' : '';
      if (path.parts.length > 0) this.out.push(`<path class="${names[k]}"${dash} d="${path.parts.join('')}"/>`);
      if (heads[k]!.parts.length > 0) this.out.push(`<path class="${names[k]}" d="${heads[k]!.parts.join('')}"/>`);
    });
  }

  private vertex(i: number): void {
    const { view } = this.scene;
    const rect = this.scene.rectOf(i);
    const face = vertexFace(view, i, this.options.types);
    this.out.push(`<g>${this.nameOf(i)}`);
    if (view.kinds[i] === KIND.node || view.kinds[i] === KIND.group) this.card(i, rect, face);
    else {
      this.rect(rect, 'n', rect.height / 2);
      const middle = rect.y + rect.height / 2;
      this.text(rect.x + 14, middle, 'p', fit(face.op, rect.width - 34 - 6.1 * face.label.length, 6.8), {
        colour: 't-const',
      });
      this.text(rect.x + rect.width - 12, middle, 'm', face.label, { end: true });
    }
    this.out.push('</g>');
  }

  private nameOf(i: number): string {
    const { view } = this.scene;
    const name = view.kinds[i] === KIND.node ? view.model.nodes.at(view.refs[i] as NodeId).name : '';
    return name === '' ? '' : `<title>${xml(name)}</title>`;
  }

  private card(i: number, rect: Rect, face: Face): void {
    const { view } = this.scene;
    const category = CATEGORIES[view.categories[i]!]!;
    const closed = view.kinds[i] === KIND.group;
    const { overlay } = this.options;
    const shade = overlay?.classes[i] ?? -1;
    this.ink = (shade >= 0 && overlay?.inks[shade]) || '';
    const shown = overlay?.text(i) || face.label;
    if (closed) for (const k of [6, 3]) this.rect({ ...rect, x: rect.x + k, y: rect.y + k }, 'n', 5);
    this.rect(rect, 'n', 5, (shade >= 0 && overlay?.fills[shade]) || '');
    this.strip(rect, category, closed);
    const { x, y, width } = rect;
    const head = y + 13;
    this.out.push(`<use href="#${category}" x="${short(x + 11)}" y="${short(head - 6)}"/>`);
    const telling = face.telling === '' ? 0 : 6 + 6.1 * face.telling.length;
    const op = fit(face.op, width - 36, 7.1);
    this.text(x + 28, head, 'op', op, { colour: `t-${category}` });
    this.text(x + 34 + 7.1 * op.length, head, 'v', face.telling);
    const room = width - 50 - 7.1 * op.length - telling;
    this.text(x + width - 8, head, 'm', fit(shown, room, 6.1, true), { end: true });
    this.rows(rect, face);
    this.ink = '';
  }

  private rows({ x, y, width }: Rect, face: Face): void {
    if (face.rows.length === 0) return;
    this.out.push(`<path class="l" d="M${short(x + 4)} ${short(y + 26)}h${short(width - 5)}"/>`);
    face.rows.forEach((row, r) => {
      const at = y + 39 + 17 * r;
      this.text(x + 12, at, 'k', row.key);
      const shift = row.key === '' ? 12 : 18 + Math.max(38, 5.6 * row.key.length);
      this.text(x + shift, at, 'v', fit(row.text, width - shift - 6, 6.1));
    });
  }

  /** A closed group has a broken one. */
  private strip({ x, y, height }: Rect, category: string, broken: boolean): void {
    const whole = `M${short(x + 4)} ${short(y)}h-1a3 3 0 0 0-3 3v${short(height - 6)}a3 3 0 0 0 3 3h1Z`;
    let dashes = '';
    for (let at = 0; at < height; at += 6)
      dashes += `M${short(x)} ${short(y + at)}h4v${short(Math.min(4, height - at))}h-4Z`;
    this.out.push(`<path class="s-${category}" d="${broken ? dashes : whole}"/>`);
  }
}
