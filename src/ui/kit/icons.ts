/** Icons (16 x 16) and operator glyphs (12 x 12) as SVG paths; strokes take the text colour. */

export const ICONS = {
  book: 'M3 2.5h7.5a2 2 0 0 1 2 2v9H5a2 2 0 0 1-2-2ZM3 11.5a2 2 0 0 1 2-2h7.5',
  check: 'm3 8.5 3.2 3L13 4.5',
  chev: 'm6 4 4 4-4 4',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.8V8l2.2 1.6',
  close: 'm4 4 8 8M12 4l-8 8',
  copy: 'M5.5 5.5h8v8h-8ZM10.5 5.5v-3h-8v8h3',
  dots: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  dice: 'M2.5 2.5h11v11h-11ZM5.4 5.4h.01M10.6 5.4h.01M8 8h.01M5.4 10.6h.01M10.6 10.6h.01',
  down: 'm4 6 4 4 4-4',
  download: 'M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M2.5 13.5h11',
  err: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4',
  file: 'M4 1.5h5L12.5 5v9.5H4ZM9 1.5V5h3.5',
  filter: 'M2 3.5h12L9.5 9v4.5l-3-1.5V9Z',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  folder: 'M1.5 4v9h13V5.5H8L6.5 4Z',
  graph: 'M5 2.5h6v3H5ZM1.5 10.5h5v3h-5ZM9.5 10.5h5v3h-5ZM8 5.5v2.2M4 10.5V8h8v2.5',
  in: 'M2.5 8h7M6.5 5l3 3-3 3M13.5 3v10',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.5V11M8 5.2v.1',
  keyboard: 'M1.5 4h13v8h-13ZM4 6.7h.01M6.7 6.7h.01M9.3 6.7h.01M12 6.7h.01M5 9.5h6',
  layers: 'M8 2 1.8 5.2 8 8.4l6.2-3.2ZM1.8 8.2 8 11.4l6.2-3.2M1.8 11 8 14.2 14.2 11',
  link: 'M6.5 9.5 9.5 6.5M7 4.5l1.2-1.2a3 3 0 0 1 4.4 4.4L11.4 9M9 11.5l-1.2 1.2a3 3 0 0 1-4.4-4.4L4.6 7',
  lock: 'M4 7.5h8v6H4ZM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  minus: 'M3.5 8h9',
  monitor: 'M2 3h12v8H2ZM6 13.5h4M8 11v2.5',
  moon: 'M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8Z',
  out: 'M6.5 8h7M10.5 5l3 3-3 3M2.5 3v10',
  'panel-bottom': 'M2 3h12v10H2ZM2 9.5h12',
  'panel-left': 'M2 3h12v10H2ZM6 3v10',
  'panel-right': 'M2 3h12v10H2ZM10 3v10',
  pencil: 'M3 13l.8-3.2L10.6 3 13 5.4l-6.8 6.8ZM9.2 4.4l2.4 2.4',
  plus: 'M8 3.5v9M3.5 8h9',
  redo: 'm10 4 3 3-3 3M13 7H6.5a3.5 3.5 0 0 0 0 7H9',
  run: 'M5 3.2v9.6L12.8 8Z',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM14 14l-3.5-3.5',
  stop: 'M4 4h8v8H4Z',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  tag: 'M2.5 2.5H8l5.5 5.5-5.5 5.5L2.5 8ZM5.4 5.4v.1',
  theme: 'M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM8 2.5v11',
  trash: 'M3 4.5h10M6.2 4.5V2.8h3.6v1.7M4.2 4.5l.6 9h6.4l.6-9M6.8 7v4M9.2 7v4',
  tune: 'M2.5 4.5h5M11 4.5h2.5M2.5 11.5H5M8.5 11.5h5M9.2 6.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4ZM6.8 13.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4Z',
  undo: 'M6 4 3 7l3 3M3 7h6.5a3.5 3.5 0 0 1 0 7H7',
  up: 'M8 13V4M4.5 7.2 8 3.7l3.5 3.5',
  wand: 'M3 13 10 6M12 2v3M10.5 3.5h3M13 8v2M12 9h2M5 3v2M4 4h2',
  warn: 'M8 2 1.5 13.5h13ZM8 6.5v3.2M8 11.6v.1',
} as const satisfies Record<string, string>;

export type IconName = keyof typeof ICONS;

/** A glyph is drawn in strokes; `dot` circles and `solid` paths are filled too. */
export interface GlyphShape {
  readonly lines: string;
  readonly solid?: string;
  /** Drawn dashed. */
  readonly frame?: string;
  readonly circle?: { readonly x: number; readonly y: number; readonly r: number; readonly filled: boolean };
  /** Where it is not the usual 1.4. */
  readonly width?: number;
}

/** One for each operator category, named as the category's class is: `cat-conv` has `conv`. */
export const GLYPHS = {
  conv: { lines: 'M1.5 1.5h9v9h-9ZM4.5 1.5v9M7.5 1.5v9M1.5 4.5h9M1.5 7.5h9', solid: 'M4.5 4.5h3v3h-3Z', width: 1 },
  activation: { lines: 'M1 9h4.5L11 2.5' },
  norm: { lines: 'M1 9.5C4 9.5 4 2.5 6 2.5s2 7 5 7' },
  pool: { lines: 'M1.5 2.5h9L7.2 6.6v3L4.8 9.6v-3Z' },
  shape: { lines: 'M1.5 1.5h6v4.5h-6ZM4.5 6v4.5h6V4h-3' },
  math: { lines: 'M6 3.6v4.8M3.6 6h4.8', circle: { x: 6, y: 6, r: 4.6, filled: false } },
  reduce: { lines: 'M9.5 3.2V2h-7L6.2 6 2.5 10h7V8.8' },
  control: { lines: 'M6 1 11 6 6 11 1 6Z' },
  quant: { lines: 'M1 10h2.6V7.2h2.6V4.6h2.6V2H11' },
  attention: { lines: 'M1.5 1.5 6 7.6M6 1v6.4M10.5 1.5 6 7.6', circle: { x: 6, y: 9, r: 1.7, filled: true } },
  recurrent: { lines: 'M10.3 5A4.4 4.4 0 1 0 10 7.8M10.6 2v3.2H7.4' },
  classic: {
    lines: 'M6 1.5V4M6 4 3 7M6 4l3 3M3 7v2.5M9 7v2.5M9 7l-2 2.5',
    circle: { x: 6, y: 1.8, r: 0.9, filled: true },
  },
  const: { lines: 'M6 1 10.4 3.5v5L6 11 1.6 8.5v-5Z' },
  unsupported: { lines: 'M3.6 8.4 8.4 3.6', frame: 'M1.5 1.5h9v9h-9Z' },
} as const satisfies Record<string, GlyphShape>;

export type GlyphName = keyof typeof GLYPHS;
