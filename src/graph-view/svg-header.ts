/** What stands above the graph in a picture: its title, and what the colours mean. */
import { formatCount } from '../graph-model/format.ts';
import { CATEGORIES, CATEGORY_LABELS, type Category } from '../graph-model/operators/category.ts';
import type { Histogram, LegendView } from './overlay.ts';
import { fit, short, textAt, widthOf, xml } from './svg-text.ts';

export interface PictureHeader {
  /** The model's name, and a line on it; '' for none. */
  readonly title: string;
  readonly subtitle: string;
  /** null where nodes keep the look of their category and no key is wanted. */
  readonly key: LegendView | null;
}

/** Drawn from (0, 0) to (width, height). */
export interface DrawnHeader {
  readonly markup: string;
  readonly height: number;
}

const LINE = 18;
const SWATCH = 11;
const BAR = 8;
const BARS = 30;
const GAP = 16;

/** `width` is the room there is; `line` the colour of rules and of borders. */
export function drawHeader(header: PictureHeader, width: number, line: string): DrawnHeader {
  const parts: string[] = [];
  let y = 0;
  if (header.title !== '') {
    const title = fit(header.title, width, 8.6);
    parts.push(textAt(0, 10, 'title', title));
    const after = widthOf(title, 'title') + 10;
    if (after + widthOf(header.subtitle, 'k') <= width) parts.push(textAt(after, 11, 'k', header.subtitle));
    y = 30;
  }
  if (header.key !== null) {
    const key = drawKey(header.key, width, y, line);
    parts.push(...key.parts);
    y = key.bottom;
  }
  return { markup: parts.join(''), height: y === 0 ? 0 : y + 6 };
}

function drawKey(key: LegendView, width: number, top: number, line: string): { parts: string[]; bottom: number } {
  const parts = [textAt(0, top + 7, 'op', key.title)];
  const after = widthOf(key.title, 'op') + 8;
  parts.push(textAt(after, top + 7, 'k', fit(key.note, width - after, 5.7)));
  let y = top + LINE + 4;
  if (key.histogram !== null && key.range !== null) {
    parts.push(drawBars(key.histogram, y, line), ...rangeTexts(key.histogram, key.range, y + BARS + 8));
    y += BARS + LINE + 2;
  }
  const entries = key.kind === 'number' ? steps(key) : classes(key);
  const rows = flow(entries, width, y, line);
  return { parts: [...parts, ...rows.parts], bottom: rows.bottom };
}

/** The root keeps the few large values in sight beside the many small ones, as in the page. */
function drawBars({ bins }: Histogram, y: number, line: string): string {
  const most = Math.max(...bins.map((b) => b.count));
  const bars = bins.map(({ count, fill }, i) => {
    const height = count === 0 ? 0 : BARS * (0.08 + 0.92 * Math.sqrt(count / most));
    return `<rect x="${i * BAR}" y="${short(y + BARS - height)}" width="${BAR - 1}" height="${short(height)}" fill="${xml(fill)}"/>`;
  });
  return `${bars.join('')}<path d="M0 ${short(y + BARS + 0.5)}h${bins.length * BAR - 1}" stroke="${line}"/>`;
}

function rangeTexts({ bins, ratio }: Histogram, [least, most]: readonly [string, string], y: number): string[] {
  const right = bins.length * BAR - 1;
  return [
    textAt(0, y, 'm', least),
    textAt(right, y, 'm', most, { end: true }),
    ratio ? textAt(right + 10, y, 'k', 'equal ratios') : '',
  ];
}

interface Item {
  readonly fill: string;
  readonly label: string;
  readonly count: string;
  /** The glyph beside the colour: never colour alone. */
  readonly glyph: Category | null;
}

const CATEGORY_BY_LABEL = new Map(CATEGORIES.map((c) => [CATEGORY_LABELS[c], c]));

const steps = ({ entries }: LegendView): Item[] =>
  entries.map(({ fill, label }) => ({ fill, label, count: '', glyph: null }));

const classes = ({ entries }: LegendView): Item[] =>
  entries.map(({ fill, label, count }) => ({
    fill,
    label,
    count: formatCount(count),
    glyph: CATEGORY_BY_LABEL.get(label) ?? null,
  }));

/** Items side by side, in as many rows as they need. */
function flow(items: readonly Item[], width: number, top: number, line: string) {
  const parts: string[] = [];
  let [x, y] = [0, top];
  for (const item of items) {
    const wide = widthOfItem(item);
    if (x > 0 && x + wide > width) [x, y] = [0, y + LINE];
    parts.push(drawItem(item, x, y, line));
    x += wide + GAP;
  }
  return { parts, bottom: items.length === 0 ? top : y + LINE };
}

const widthOfItem = ({ label, count, glyph }: Item): number =>
  SWATCH + 6 + (glyph ? 17 : 0) + widthOf(label, 'k') + (count === '' ? 0 : 6 + widthOf(count, 'm'));

function drawItem({ fill, label, count, glyph }: Item, x: number, y: number, line: string): string {
  const middle = y + SWATCH / 2;
  const text = x + SWATCH + 6 + (glyph ? 17 : 0);
  const parts = [
    `<rect x="${short(x + 0.5)}" y="${short(y + 0.5)}" width="${SWATCH - 1}" height="${SWATCH - 1}" rx="2" fill="${xml(fill)}" stroke="${line}"/>`,
    glyph ? `<use href="#${glyph}" x="${short(x + SWATCH + 5)}" y="${short(y - 0.5)}"/>` : '',
    textAt(text, middle, 'k', label),
    textAt(text + widthOf(label, 'k') + 6, middle, 'm', count),
  ];
  return parts.join('');
}
