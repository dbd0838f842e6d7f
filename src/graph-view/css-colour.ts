/** CSS colours as numbers: for pictures that are made where no browser can be asked. */

/** Red, green and blue, 0 .. 255. */
export type Rgb = readonly [number, number, number];

/** The names that files of colours use; a browser knows more. */
const NAMES: Readonly<Record<string, string>> = {
  black: '#000000',
  blue: '#0000ff',
  brown: '#a52a2a',
  coral: '#ff7f50',
  crimson: '#dc143c',
  cyan: '#00ffff',
  gold: '#ffd700',
  gray: '#808080',
  green: '#008000',
  grey: '#808080',
  indigo: '#4b0082',
  lightblue: '#add8e6',
  lightgray: '#d3d3d3',
  lightgreen: '#90ee90',
  lightgrey: '#d3d3d3',
  lime: '#00ff00',
  magenta: '#ff00ff',
  maroon: '#800000',
  navy: '#000080',
  olive: '#808000',
  orange: '#ffa500',
  pink: '#ffc0cb',
  purple: '#800080',
  red: '#ff0000',
  salmon: '#fa8072',
  silver: '#c0c0c0',
  skyblue: '#87ceeb',
  tan: '#d2b48c',
  teal: '#008080',
  tomato: '#ff6347',
  turquoise: '#40e0d0',
  violet: '#ee82ee',
  white: '#ffffff',
  yellow: '#ffff00',
};

/** `#abc`, `#aabbcc`, `rgb(1, 2, 3)`, or a common name; null for anything else. Transparency is left out. */
export function parseColour(text: string): Rgb | null {
  const plain = text.trim().toLowerCase();
  const hex = /^#([0-9a-f]{3,8})$/.exec(NAMES[plain] ?? plain)?.[1];
  if (hex !== undefined) return hexColour(hex);
  const parts = /^rgba?\(([^)]*)\)$/
    .exec(plain)?.[1]!
    .split(/[\s,/]+/)
    .filter(Boolean);
  if (parts === undefined || parts.length < 3) return null;
  const rgb = parts.slice(0, 3).map((p) => (p.endsWith('%') ? (255 * parseFloat(p)) / 100 : Number(p)));
  return rgb.every((v) => v >= 0 && v <= 255) ? (rgb as unknown as Rgb) : null;
}

function hexColour(hex: string): Rgb | null {
  const short = hex.length === 3 || hex.length === 4;
  if (!short && hex.length !== 6 && hex.length !== 8) return null;
  const at = (i: number) => (short ? parseInt(hex[i]!, 16) * 17 : parseInt(hex.slice(2 * i, 2 * i + 2), 16));
  return [at(0), at(1), at(2)];
}

export function hexOf(rgb: Rgb): string {
  return `#${rgb.map((v) => Math.round(v).toString(16).padStart(2, '0')).join('')}`;
}

/** `share` (0 .. 1) of `a` and the rest of `b`; what cannot be read is left to the browser. */
export function mixColours(a: string, b: string, share: number): string {
  const [x, y] = [parseColour(a), parseColour(b)];
  if (x === null || y === null) return `color-mix(in srgb, ${a} ${Math.round(100 * share)}%, ${b})`;
  return hexOf(x.map((v, i) => share * v + (1 - share) * y[i]!) as unknown as Rgb);
}

/** Relative luminance, 0 .. 1, as WCAG 2 defines it. */
export function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((v) => {
    const c = v / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

/** 1 .. 21, as WCAG 2 defines it, of two luminances. */
export const contrast = (a: number, b: number): number => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
