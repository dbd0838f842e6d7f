/** Sliding windows: convolution, pooling, and what resamples pictures. Formulas: ONNX operator documentation. */
import type { Dim, DType, Shape } from '../../core/types.ts';
import { addDim, ceilDivDim, floorDim, floorDivDim, minDim, mulDim, subDim } from '../symbolic.ts';
import type { InferRule, NodeContext } from './context.ts';
import { likeInput } from './elementwise.ts';
import { withTraits, type Rows } from './row.ts';
import { upTo } from './values.ts';

/** How windows move along the spatial axes. */
interface Window {
  readonly kernel: readonly Dim[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** begins, then ends */
  readonly pads: readonly number[];
  readonly autoPad: string;
  readonly ceil: boolean;
}

export function windowOf(c: NodeContext, spatial: number, kernel: readonly Dim[]): Window {
  return {
    kernel,
    strides: c.ints('strides') ?? new Array<number>(spatial).fill(1),
    dilations: c.ints('dilations') ?? new Array<number>(spatial).fill(1),
    pads: c.ints('pads') ?? new Array<number>(2 * spatial).fill(0),
    autoPad: c.string('auto_pad', 'NOTSET'),
    ceil: c.int('ceil_mode', 0) === 1,
  };
}

/** The length that a window's span of `kernel` elements covers. */
const reach = (kernel: Dim, dilation: number): Dim => addDim(mulDim(dilation, subDim(kernel, 1)), 1);

/** How often the window fits along axis i of `length`. */
export function windowCount(w: Window, i: number, length: Dim): Dim {
  const stride = w.strides[i] ?? 1;
  if (w.autoPad === 'SAME_UPPER' || w.autoPad === 'SAME_LOWER') return ceilDivDim(length, stride);
  const covered = reach(w.kernel[i] ?? null, w.dilations[i] ?? 1);
  const valid = w.autoPad === 'VALID';
  const begin = valid ? 0 : (w.pads[i] ?? 0);
  const end = valid ? 0 : (w.pads[i + w.pads.length / 2] ?? 0);
  const free = subDim(addDim(length, begin + end), covered);
  if (!w.ceil) return addDim(floorDivDim(free, stride), 1);
  // A last window that would start in the padding behind the input is left out.
  return minDim(addDim(ceilDivDim(free, stride), 1), ceilDivDim(addDim(length, begin), stride));
}

/** [batch, channels, spatial…] → [batch, `channels`, windows…]; `last`: channels stand last. */
function windowed(c: NodeContext, shape: Shape, kernel: readonly Dim[] | undefined, channels: Dim): Shape {
  if (!shape || shape.length < 2) return null;
  const spatial = shape.slice(2);
  const w = windowOf(c, spatial.length, kernel ?? spatial.map(() => null));
  const out = spatial.map((d, i) => windowCount(w, i, d));
  return [shape[0]!, channels, ...out];
}

const spatialKernel = (c: NodeContext, weight: number): readonly Dim[] | undefined =>
  c.ints('kernel_shape') ?? c.shape(weight)?.slice(2);

/** Channels of the input must be the weight's times the groups. */
function checkChannels(c: NodeContext, x: number, w: number): void {
  const shape = c.shape(x);
  const weight = c.shape(w);
  if (!shape || !weight) return;
  if (shape.length !== weight.length)
    return c.report('infer.rank', { what: 'the input and the weight', left: shape.length, right: weight.length });
  c.same(shape[1] ?? null, mulDim(weight[1] ?? null, c.int('group', 1)), 'the channels of the input and of the weight');
}

/** Convolution of input `x` by weight `w` into output 0 of the given type. */
export function convolution(x: number, w: number, dtype: (c: NodeContext) => DType | null): InferRule {
  return (c) => {
    checkChannels(c, x, w);
    const shape = c.shape(x) ?? unknownLike(c.shape(w));
    c.setTensor(0, dtype(c), windowed(c, shape, spatialKernel(c, w), c.dim(w, 0)));
  };
}

const unknownLike = (shape: Shape): Shape => shape && shape.map(() => null);

const convTranspose: InferRule = (c) => {
  const shape = c.shape(0) ?? unknownLike(c.shape(1));
  if (!shape || shape.length < 2) return c.setTensor(0, c.dtype(0), null);
  c.same(shape[1] ?? null, c.dim(1, 0), 'the channels of the input and of the weight');
  const channels = mulDim(c.dim(1, 1), c.int('group', 1));
  c.setTensor(0, c.dtype(0), [shape[0]!, channels, ...transposedSpatial(c, shape.slice(2))]);
};

function transposedSpatial(c: NodeContext, spatial: readonly Dim[]): readonly Dim[] {
  const fixed = c.ints('output_shape');
  if (fixed) return fixed.slice(-spatial.length);
  const w = windowOf(c, spatial.length, spatialKernel(c, 1) ?? []);
  const extra = c.ints('output_padding');
  return spatial.map((d, i) => {
    const stride = w.strides[i] ?? 1;
    if (w.autoPad.startsWith('SAME')) return mulDim(d, stride);
    const pads = w.autoPad === 'VALID' ? 0 : (w.pads[i] ?? 0) + (w.pads[i + spatial.length] ?? 0);
    const covered = addDim(reach(w.kernel[i] ?? null, w.dilations[i] ?? 1), (extra?.[i] ?? 0) - pads);
    return addDim(mulDim(stride, subDim(d, 1)), covered);
  });
}

/** Pooling keeps the channels; MaxPool's second output holds indices. */
const pool: InferRule = (c) => {
  const out = windowed(c, c.shape(0), c.ints('kernel_shape'), c.dim(0, 1));
  c.setTensor(0, c.dtype(0), out);
  c.setTensor(1, 'int64', out);
};

const globalPool: InferRule = (c) => {
  const shape = c.shape(0);
  c.setTensor(0, c.dtype(0), shape && shape.map((d, i) => (i < 2 ? d : 1)));
};

const maxUnpool: InferRule = (c) => {
  const shape = c.shape(0);
  const given = c.has(2) ? c.elements(2) : undefined;
  if (given !== undefined || !shape) return c.setTensor(0, c.dtype(0), given ? given.values : unknownLike(shape));
  const w = windowOf(c, shape.length - 2, c.ints('kernel_shape') ?? []);
  const spatial = shape.slice(2).map((d, i) => {
    const pads = (w.pads[i] ?? 0) + (w.pads[i + shape.length - 2] ?? 0);
    return addDim(mulDim(w.strides[i] ?? 1, subDim(d, 1)), subDim(w.kernel[i] ?? null, pads));
  });
  c.setTensor(0, c.dtype(0), [...shape.slice(0, 2), ...spatial]);
};

const roiPool =
  (size: (c: NodeContext) => readonly Dim[]): InferRule =>
  (c) =>
    c.setTensor(0, c.dtype(0), [c.dim(1, 0), c.dim(0, 1), ...size(c)]);

const deformConv: InferRule = (c) => {
  checkChannels(c, 0, 1);
  c.setTensor(0, c.dtype(0), windowed(c, c.shape(0), spatialKernel(c, 1), c.dim(1, 0)));
};

const causalConv: InferRule = (c) => {
  c.setTensor(0, c.dtype(0), c.shape(0));
  const state = c.shape(0) && [c.dim(0, 0), c.dim(0, 1), subDim(c.dim(1, -1), 1)];
  c.setTensor(1, c.dtype(0), state);
};

const col2Im: InferRule = (c) => {
  const image = c.elements(1)?.values;
  const block = c.elements(2)?.values;
  const spatial = image ?? unknownVector(c, 1);
  const cells = block ? block.reduce<Dim>((p, d) => mulDim(p, d), 1) : null;
  c.setTensor(0, c.dtype(0), spatial && [c.dim(0, 0), floorDivDim(c.dim(0, 1), cells), ...spatial]);
};

function unknownVector(c: NodeContext, i: number): readonly Dim[] | null {
  const length = c.dim(i, 0);
  return typeof length === 'number' && length <= 16 ? new Array<Dim>(length).fill(null) : null;
}

// ---- resampling

const resize: InferRule = (c) => {
  const shape = c.shape(0);
  if (!shape) return c.setTensor(0, c.dtype(0), null);
  const axes = c.ints('axes')?.map((a) => (a < 0 ? a + shape.length : a)) ?? upTo(shape.length);
  const scaleInput = c.version < 11 ? 1 : 2;
  const sizes = c.version >= 11 && c.has(3) && c.dim(3, 0) !== 0 ? (c.elements(3)?.values ?? null) : undefined;
  const scales = c.has(scaleInput) ? (c.elements(scaleInput)?.values ?? null) : null;
  const out = sizes === undefined ? scaledDims(shape, axes, scales) : sizedDims(c, shape, axes, sizes);
  c.setTensor(0, c.dtype(0), out);
};

function scaledDims(shape: readonly Dim[], axes: readonly number[], scales: readonly Dim[] | null): Dim[] {
  return shape.map((d, i) => {
    const at = axes.indexOf(i);
    return at < 0 ? d : scaledDim(d, scales?.[at] ?? null);
  });
}

function scaledDim(d: Dim, scale: Dim): Dim {
  // Scales are float32, and so is the product that is rounded down.
  if (typeof d === 'number' && typeof scale === 'number') return Math.floor(Math.fround(d * Math.fround(scale)));
  return floorDim(mulDim(d, scale));
}

function sizedDims(
  c: NodeContext,
  shape: readonly Dim[],
  axes: readonly number[],
  sizes: readonly Dim[] | null,
): Dim[] {
  const policy = c.string('keep_aspect_ratio_policy', 'stretch');
  const wanted = axes.map((_, i) => sizes?.[i] ?? null);
  const fitted =
    policy === 'stretch'
      ? wanted
      : keepAspect(
          policy,
          axes.map((a) => shape[a] ?? null),
          wanted,
        );
  return shape.map((d, i) => {
    const at = axes.indexOf(i);
    return at < 0 ? d : fitted[at]!;
  });
}

function keepAspect(policy: string, have: readonly Dim[], want: readonly Dim[]): Dim[] {
  if (![...have, ...want].every((d) => typeof d === 'number')) return have.map(() => null);
  const ratios = want.map((w, i) => (w as number) / (have[i] as number));
  const scale = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return have.map((d) => Math.floor(scale * (d as number) + 0.5));
}

const upsample: InferRule = (c) => {
  const shape = c.shape(0);
  if (!shape) return c.setTensor(0, c.dtype(0), null);
  c.setTensor(0, c.dtype(0), scaledDims(shape, upTo(shape.length), upsampleScales(c, shape.length)));
};

function upsampleScales(c: NodeContext, rank: number): readonly Dim[] | null {
  if (c.version >= 9) return c.elements(1)?.values ?? null;
  const a = c.attribute('scales');
  if (a?.kind === 'floats') return Array.from(a.value);
  const [h, w] = [c.float('height_scale', 1), c.float('width_scale', 1)];
  return rank === 4 ? [1, 1, h, w] : null;
}

const gridSample: InferRule = (c) => {
  const grid = c.shape(1);
  c.setTensor(0, c.dtype(0), grid && [c.dim(0, 0), c.dim(0, 1), ...grid.slice(1, -1)]);
};

const affineGrid: InferRule = (c) => {
  const size = c.elements(1)?.values ?? null;
  const rank = size?.length ?? c.dim(1, 0);
  const spatial =
    size?.slice(2) ??
    (typeof rank === 'number' ? new Array<Dim>(Math.min(Math.max(rank - 2, 0), 16)).fill(null) : null);
  c.setTensor(0, c.dtype(0), spatial && [c.dim(0, 0) ?? size?.[0] ?? null, ...spatial, spatial.length]);
};

export const WINDOWS: Rows = withTraits([], {
  Conv: convolution(0, 1, (c) => c.dtype(0)),
  ConvInteger: convolution(0, 1, () => 'int32'),
  QLinearConv: convolution(0, 3, (c) => c.dtype(7)),
  ConvTranspose: convTranspose,
  DeformConv: deformConv,
  CausalConvWithState: causalConv,
  AveragePool: pool,
  MaxPool: pool,
  LpPool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GlobalLpPool: globalPool,
  MaxUnpool: maxUnpool,
  MaxRoiPool: roiPool((c) => c.ints('pooled_shape') ?? [null, null]),
  RoiAlign: roiPool((c) => [c.int('output_height', 1), c.int('output_width', 1)]),
  Col2Im: col2Im,
  Resize: resize,
  Upsample: upsample,
  GridSample: gridSample,
  AffineGrid: affineGrid,
  LRN: likeInput(),
});
