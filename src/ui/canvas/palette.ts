/** The theme's colours as the canvas needs them: read once from CSS, read again when the theme changes. */
import { CATEGORIES } from '../../graph-model/operators/category.ts';

export interface Palette {
  readonly canvas: string;
  readonly dot: string;
  readonly surface: string;
  readonly line: string;
  /** Sides of the boxes around groups. */
  readonly boxLine: string;
  readonly text: string;
  readonly muted: string;
  readonly edge: string;
  readonly edgeStrong: string;
  readonly edgeShape: string;
  readonly accent: string;
  readonly accentSoft: string;
  readonly warn: string;
  readonly error: string;
  /** By category: strip and text. */
  readonly strip: readonly string[];
  readonly ink: readonly string[];
  readonly soft: readonly string[];
  readonly heat: readonly string[];
  readonly heatInk: readonly string[];
  readonly fontUi: string;
  readonly fontMono: string;
}

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const five = [0, 1, 2, 3, 4];
  return {
    canvas: read('canvas'),
    dot: read('canvas-dot'),
    surface: read('surface'),
    line: read('line-strong'),
    boxLine: read('n-6'),
    text: read('text'),
    muted: read('text-3'),
    edge: read('edge'),
    edgeStrong: read('edge-strong'),
    edgeShape: read('edge-shape'),
    accent: read('accent'),
    accentSoft: read('accent-soft'),
    warn: read('warn'),
    error: read('error'),
    strip: CATEGORIES.map((c) => read(`cat-${c}`)),
    ink: CATEGORIES.map((c) => read(`cat-${c}-text`)),
    soft: CATEGORIES.map((c) => read(`cat-${c}-soft`)),
    heat: five.map((i) => read(`heat-${i}`)),
    heatInk: five.map((i) => read(`heat-${i}-ink`)),
    fontUi: read('font-ui'),
    fontMono: read('font-mono'),
  };
}

/** Calls `changed` when the theme of the page or of the system becomes another; returns how to stop. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme', 'class', 'style'] });
  const queries = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)'].map((q) => window.matchMedia(q));
  for (const q of queries) q.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    for (const q of queries) q.removeEventListener('change', changed);
  };
}
