/** Resizing of images, with the coordinate rules of each of TensorFlow's operators. */
import { type Held, range } from '../../../graph-model/builders/axis-orders.ts';
import type { Plain } from '../../../graph-model/builders/typed-emitter.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Lowering, Lowerings, TfCall } from './call.ts';
import { cubicMatrix } from './resize-cubic.ts';
import { areaWeights, cubicWeights, spanWeights, type Weights } from './resize-weights.ts';

interface Sizes {
  /** Height and width of the image and of the result; null where they are not known. */
  readonly given: readonly (number | null)[];
  readonly wanted: readonly (number | null)[];
}

function sizesOf(c: TfCall): Sizes {
  const shape = c.shape();
  if (shape.length !== 4) return c.refuse('its images do not have 4 dimensions');
  const parts = c.parts(c.input(1)) ?? [null, null];
  const whole = (d: unknown) => (typeof d === 'number' ? d : null);
  return { given: [whole(shape[1]), whole(shape[2])], wanted: [whole(parts[0]), whole(parts[1])] };
}

const same = ({ given, wanted }: Sizes) => given.every((g, i) => g !== null && g === wanted[i]);
const known = ({ given, wanted }: Sizes) => [...given, ...wanted].every((n) => n !== null);

/** half_pixel_centers excludes align_corners. */
function transformation(c: TfCall): 'half_pixel' | 'align_corners' | 'asymmetric' {
  if (c.flag('half_pixel_centers')) return 'half_pixel';
  return c.flag('align_corners') ? 'align_corners' : 'asymmetric';
}

/**
 * By whole sizes where they are known, else by factors where those lead to the wanted lengths. (Sizes of two axes alone,
 * which ONNX has since opset 18, ONNX Runtime loses when it moves a Transpose over the node.)
 */
function resize(c: TfCall, x: ValueId, plain: Plain): ValueId {
  const { given, wanted } = sizesOf(c);
  const outer = c.e.dims(x)!.slice(0, 2);
  const factors = [0, 1].map((i) => factor(given[i] ?? null, wanted[i] ?? null));
  const fixed = outer.every((d) => typeof d === 'number') && wanted.every((n) => n !== null);
  if (fixed) return c.op('Resize', [x, null, null, c.e.ints([...outer, ...wanted] as number[])], plain);
  if (factors.every((f) => f !== null))
    return c.op('Resize', [x, null, c.e.floats([1, 1, ...(factors as number[])])], plain);
  const lengths = c.e.op('Shape', [x], { end: 2 });
  const sizes = c.e.op('Concat', [lengths, c.int64Vector(c.input(1))], { axis: 0 });
  return c.op('Resize', [x, null, null, sizes], plain);
}

/** wanted / given in single precision where the product gives `wanted` again, cut. */
function factor(given: number | null, wanted: number | null): number | null {
  if (given === null || wanted === null || given === 0) return null;
  const f = Math.fround(wanted / given);
  return Math.floor(Math.fround(f * given)) === wanted ? f : null;
}

const asFloat = (c: TfCall, t: Held): Held => (c.dtype(t) === 'float' ? t : c.map(t, (x) => c.cast(x, 'float')));

const bilinear: Lowering = (c) => {
  const image = asFloat(c, c.x);
  if (same(sizesOf(c))) return image;
  const plain = { mode: 'linear', coordinate_transformation_mode: transformation(c) };
  return c.keep(resize(c, c.first(image), plain), 'first');
};

// ---- nearest

/** Which pixel TensorFlow takes for each of the result's, in its single precision. */
function nearestPixels(c: TfCall, given: number, wanted: number): number[] {
  const f = Math.fround;
  const mode = transformation(c);
  const corners = mode === 'align_corners' && wanted > 1;
  const scale = corners ? f((given - 1) / (wanted - 1)) : f(given / wanted);
  const at = (i: number) => {
    if (mode === 'half_pixel') return Math.floor(f(f(i + 0.5) * scale));
    const place = f(i * scale);
    return mode === 'align_corners' ? Math.round(place) : Math.floor(place);
  };
  return range(0, wanted).map((i) => Math.min(Math.max(at(i), 0), given - 1));
}

/** Which pixel a runtime takes, that divides by the scale. */
function runtimePixels(c: TfCall, given: number, wanted: number): number[] {
  const f = Math.fround;
  const scale = f(wanted / given);
  const mode = transformation(c);
  const at = (i: number) => {
    if (mode === 'half_pixel') return Math.round(f(f(f(i + 0.5) / scale) - 0.5));
    if (mode === 'asymmetric') return Math.floor(f(i / scale));
    return wanted === 1 ? 0 : Math.round(f(f(i * (given - 1)) / (wanted - 1)));
  };
  return range(0, wanted).map((i) => Math.min(Math.max(at(i), 0), given - 1));
}

/** By the places themselves where a runtime's arithmetic would take another pixel. */
const nearest: Lowering = (c) => {
  const sizes = sizesOf(c);
  if (same(sizes)) return c.x;
  const mode = transformation(c);
  const places = known(sizes) ? [0, 1].map((i) => nearestPixels(c, sizes.given[i]!, sizes.wanted[i]!)) : null;
  const agrees = places?.every((p, i) => p.join() === runtimePixels(c, sizes.given[i]!, sizes.wanted[i]!).join());
  if (places && !agrees) {
    const y = places.reduce((x, p, i) => c.op('Gather', [x, c.e.ints(p)], { axis: 2 + i }), c.first());
    return c.keep(y, 'first');
  }
  const nearest_mode = mode === 'asymmetric' ? 'floor' : 'round_prefer_ceil';
  return c.keep(resize(c, c.first(), { mode: 'nearest', coordinate_transformation_mode: mode, nearest_mode }), 'first');
};

// ---- by weights

/** Each row and column of the result as a sum of rows and columns: weights [wanted, given]. */
function weighted(c: TfCall, image: Held, rows: Weights, columns: Weights): Held {
  const { e } = c;
  const matrix = (w: Weights, turned: boolean) => {
    const values = new Float32Array(w.wanted * w.given);
    w.rows.forEach((row, i) =>
      row.forEach(([at, weight]) => (values[turned ? at * w.wanted + i : i * w.given + at]! += weight)),
    );
    return e.constant({ dtype: 'float', dims: turned ? [w.given, w.wanted] : [w.wanted, w.given], values });
  };
  const wide = e.op('MatMul', [c.first(image), matrix(columns, true)]);
  return c.keep(e.op('MatMul', [matrix(rows, false), wide]), 'first');
}

/** Sums of rows and columns, for TensorFlow rounds to 1024 places between two pixels, which ONNX's Resize does not. */
const bicubic: Lowering = (c) => {
  const sizes = sizesOf(c);
  const image = asFloat(c, c.x);
  const mode = transformation(c);
  const [given, wanted] = [sizes.given as number[], sizes.wanted as number[]];
  if (known(sizes)) {
    const [rows, columns] = [0, 1].map((i) => cubicWeights(mode, given[i]!, wanted[i]!));
    return weighted(c, image, rows!, columns!);
  }
  const { e } = c;
  const half = mode === 'half_pixel';
  const x = c.first(image);
  const size = c.int64Vector(c.input(1));
  const [rows, columns] = [0, 1].map((i) => {
    const wanted_ = e.op('Gather', [size, e.ints([i], [])]);
    return cubicMatrix(c, mode, e.squeeze(c.lengthOf(x, 2 + i), [0]), wanted_);
  });
  // Without half-pixel centres the edge is repeated: two pixels are all that a weight can lie outside.
  const wide = half ? x : e.op('Pad', [x, e.ints([0, 0, 2, 2, 0, 0, 2, 2])], { mode: 'edge' });
  const across = e.op('MatMul', [wide, e.transpose(columns!, [1, 0])]);
  return c.keep(e.op('MatMul', [rows!, across]), 'first');
};

/** Each pixel of the result is the mean of what it covers. */
const area: Lowering = (c) => {
  const sizes = sizesOf(c);
  if (!known(sizes)) return c.refuse('the sizes of its images are not known');
  const [rows, columns] = [0, 1].map((i) => areaWeights(c.flag('align_corners'), sizes.given[i]!, sizes.wanted[i]!));
  return weighted(c, asFloat(c, c.x), rows!, columns!);
};

/** Inputs: images, size, scale, translation. */
const scaleAndTranslate: Lowering = (c) => {
  const sizes = sizesOf(c);
  if (!known(sizes)) return c.refuse('the sizes of its images are not known');
  const [scale, shift] = [c.known(2, 'scale'), c.known(3, 'translation')];
  const kernel = c.text('kernel_type', 'lanczos3');
  const [rows, columns] = [0, 1].map((i) => {
    const size = { given: sizes.given[i]!, wanted: sizes.wanted[i]! };
    const made = spanWeights(kernel, c.flag('antialias', true), size, scale[i]!, shift[i]!);
    return made ?? c.refuse(`its kernel ${kernel} is not known`);
  });
  return weighted(c, asFloat(c, c.x), rows!, columns!);
};

export const RESIZES: Lowerings = {
  ResizeArea: area,
  ResizeBicubic: bicubic,
  ResizeBilinear: bilinear,
  ResizeNearestNeighbor: nearest,
  ScaleAndTranslate: scaleAndTranslate,
};
