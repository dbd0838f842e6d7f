/** Operator glyphs (12 x 12) as SVG paths; strokes take the text colour. */

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
