/** What every part of an SVG picture writes with. */

/** Fonts that programs which print SVG have too. */
export const UI = `-apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif`;
export const MONO = `ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace`;

/** A tenth of a pixel is enough. */
export const short = (x: number): string => String(Math.round(10 * x) / 10);

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text of a file may hold what XML may not: control characters become a sign that says so. */
export const xml = (text: string): string =>
  text.replace(/[\u0000-\u001f\ufffe\uffff]|\p{Cs}/gu, '�').replace(/[&<>"]/g, (c) => ESCAPES[c]!);

/** Kinds of text: how far the base line lies below the middle, and the average width of a letter. */
const KINDS = {
  op: { drop: 4.2, letter: 7.1 },
  p: { drop: 4.2, letter: 6.8 },
  m: { drop: 3.5, letter: 6.1 },
  v: { drop: 3.5, letter: 6.1 },
  k: { drop: 3.9, letter: 5.7 },
  title: { drop: 5.4, letter: 8.6 },
} as const;
export type TextKind = keyof typeof KINDS;

export interface TextOptions {
  /** Ends at x. */
  readonly end?: boolean;
  /** Another class that says the colour. */
  readonly colour?: string;
  /** A colour of its own. */
  readonly fill?: string;
}

/** The base line is written out: not every program knows `dominant-baseline`. */
export function textAt(x: number, middle: number, kind: TextKind, text: string, options: TextOptions = {}): string {
  if (text === '') return '';
  const { end = false, colour, fill } = options;
  const extra = `${fill ? ` style="fill:${xml(fill)}"` : ''}${end ? ' text-anchor="end"' : ''}`;
  return `<text class="${colour ? `${kind} ${colour}` : kind}"${extra} x="${short(x)}" y="${short(middle + KINDS[kind].drop)}">${xml(text)}</text>`;
}

/** About how wide a text is. */
export const widthOf = (text: string, kind: TextKind): number => text.length * KINDS[kind].letter;

/** Cut to the room, by an average width of letters; the end is kept where it says more. */
export function fit(text: string, room: number, letter: number, keepEnd = false): string {
  const most = Math.floor(room / letter);
  if (text.length <= most) return text;
  if (most < 3) return '';
  return keepEnd ? `…${text.slice(1 - most)}` : `${text.slice(0, most - 1)}…`;
}
