/** Of which pixels, with which weights, each pixel of a resized image is made: the formulas of TensorFlow's kernels. */
import { range } from '../../../graph-model/builders/axis-orders.ts';

export interface Weights {
  readonly given: number;
  readonly wanted: number;
  /** For each element of the result the places that it is made of, with their weights. */
  readonly rows: readonly (readonly (readonly [number, number])[])[];
}

type Mode = 'half_pixel' | 'align_corners' | 'asymmetric';

function placeOf(mode: Mode, given: number, wanted: number): (i: number) => number {
  const f = Math.fround;
  const corners = mode === 'align_corners' && wanted > 1;
  const scale = corners ? f((given - 1) / (wanted - 1)) : f(given / wanted);
  return (i) => (mode === 'half_pixel' ? f(f(f(i + 0.5) * scale) - 0.5) : f(i * scale));
}

/** Places between two pixels that the table of cubic weights knows. */
const TABLE = 1024;

/** The weight of a pixel at a distance: below 1, and from 1 to 2. */
function cubic(a: number): readonly [(x: number) => number, (x: number) => number] {
  return [(x) => ((a + 2) * x - (a + 3)) * x * x + 1, (x) => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a];
}

/** Half-pixel centres leave out what lies outside and weigh the rest anew; the old rule repeats the edge. */
export function cubicWeights(mode: Mode, given: number, wanted: number): Weights {
  const half = mode === 'half_pixel';
  const [near, far] = cubic(half ? -0.5 : -0.75);
  const place = placeOf(mode, given, wanted);
  const rows = range(0, wanted).map((i) => {
    const at = place(i);
    const low = Math.floor(at);
    const t = Math.round(Math.fround(Math.fround(at - low) * TABLE)) / TABLE;
    const all = [far(1 + t), near(t), near(1 - t), far(2 - t)].map((w, k) => [low - 1 + k, w] as const);
    if (!half) return all.map(([p, w]) => [Math.min(Math.max(p, 0), given - 1), w] as const);
    const inside = all.filter(([p]) => p >= 0 && p < given);
    const sum = inside.reduce((s, [, w]) => s + w, 0);
    return inside.map(([p, w]) => [p, Math.abs(sum) >= 1e-35 ? w / sum : w] as const);
  });
  return { given, wanted, rows };
}

/** How much of each pixel lies between the edges of the result's pixel. */
export function areaWeights(corners: boolean, given: number, wanted: number): Weights {
  const scale = Math.fround(corners && wanted > 1 ? (given - 1) / (wanted - 1) : given / wanted);
  const rows = range(0, wanted).map((i) => {
    const [begin, end] = [Math.fround(i * scale), Math.fround((i + 1) * scale)];
    return range(Math.floor(begin), Math.ceil(end)).map((p) => {
      const share = Math.min(p + 1, end) - Math.max(p, begin);
      return [Math.min(Math.max(p, 0), given - 1), share / scale] as const;
    });
  });
  return { given, wanted, rows };
}

// ---- kernels of ScaleAndTranslate

interface Kernel {
  readonly radius: number;
  readonly at: (x: number) => number;
}

function lanczos(radius: number): Kernel {
  return {
    radius,
    at: (x) => {
      if (x > radius) return 0;
      if (x <= 1e-3) return 1;
      return (radius * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / radius)) / (Math.PI * Math.PI * x * x);
    },
  };
}

const GAUSS_RADIUS = 1.5;
const KERNELS: Readonly<Record<string, Kernel>> = {
  lanczos1: lanczos(1),
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
  // Three standard deviations lie within the radius.
  gaussian: { radius: GAUSS_RADIUS, at: (x) => (x >= GAUSS_RADIUS ? 0 : Math.exp(-x * x * 2)) },
  box: { radius: 1, at: (x) => (x < 0.5 ? 1 : x === 0.5 ? 0.5 : 0) },
  triangle: { radius: 1, at: (x) => Math.max(0, 1 - x) },
  keyscubic: {
    radius: 2,
    at: (x) => {
      if (x >= 2) return 0;
      return x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1;
    },
  },
  mitchellcubic: {
    radius: 2,
    at: (x) => {
      if (x >= 2) return 0;
      if (x >= 1) return (((-7 / 18) * x + 2) * x - 10 / 3) * x + 16 / 9;
      return ((7 / 6) * x - 2) * x * x + 8 / 9;
    },
  },
};

interface Size {
  readonly given: number;
  readonly wanted: number;
}

/** null: a kernel that is not known. What lies outside the image stays 0. */
export function spanWeights(
  name: string,
  antialias: boolean,
  { given, wanted }: Size,
  scale: number,
  shift: number,
): Weights | null {
  const kernel = KERNELS[name];
  if (!kernel) return null;
  const f = Math.fround;
  const inverse = f(1 / scale);
  const wide = antialias ? Math.max(inverse, 1) : 1;
  const rows = range(0, wanted).map((i) => {
    const at = f(f((i + 0.5) * inverse) + f(-inverse * shift));
    if (at < 0 || at > given) return [];
    const clamp = (p: number) => Math.min(Math.max(p, 0), given - 1);
    const begin = clamp(Math.ceil(at - kernel.radius * wide - 0.5));
    const end = clamp(Math.floor(at + kernel.radius * wide - 0.5)) + 1;
    const all = range(begin, end).map((p) => [p, kernel.at(Math.abs((p + 0.5 - at) / wide))] as const);
    const sum = all.reduce((s, [, w]) => s + w, 0);
    return all.map(([p, w]) => [p, Math.abs(sum) >= 1e-35 ? w / sum : w] as const);
  });
  return { given, wanted, rows };
}
