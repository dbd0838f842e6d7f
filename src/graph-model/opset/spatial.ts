/** Operators over windows and borders said with older ones (ONNX, Operators.md). */
import { getInt, getInts, getString } from '../core/attributes.ts';
import type { ValueId } from '../core/model.ts';
import { floatTensor } from '../core/tensor.ts';
import type { Step } from './step.ts';

const product = (list: readonly number[]) => list.reduce((a, b) => a * b, 1);

/** Pads to the larger of both sizes, half before, then cuts to the target, half before; both rounded down. */
export function centerCropPad(s: Step): string | void {
  const rank = s.rank(0);
  if (rank === null) return 'the rank of its input is not known';
  if (s.opset < 12) return 'integers have no Max there';
  const axes = (getInts(s.node, 'axes') ?? Array.from({ length: rank }, (_, i) => i)).map((a) =>
    a < 0 ? a + rank : a,
  );
  const target = s.input(1)!;
  const lengths = s.add('Gather', [s.add('Shape', [s.input(0)]), s.int64(axes)], { axis: 0 });
  const two = s.int64([2]);
  const wide = s.add('Max', [lengths, target]);
  const missing = s.add('Sub', [wide, lengths]);
  const before = s.add('Div', [missing, two]);
  const behind = s.add('Sub', [missing, before]);
  const padded = s.add('Pad', [s.input(0), padsOfAll(s, axes, rank, before, behind)]);
  const start = s.add('Div', [s.add('Sub', [wide, target]), two]);
  s.replaceBy(s.add('Slice', [padded, start, s.add('Add', [start, target]), s.int64(axes)]));
}

function padsOfAll(s: Step, axes: readonly number[], rank: number, before: ValueId, behind: ValueId): ValueId {
  const none = s.int64([0]);
  const ofAxis = (from: ValueId, axis: number) => {
    const at = axes.indexOf(axis);
    return at < 0 ? none : s.slice(from, 0, at, at + 1);
  };
  const all = Array.from({ length: rank }, (_, i) => i);
  return s.add('Concat', [...all.map((a) => ofAxis(before, a)), ...all.map((a) => ofAxis(behind, a))], { axis: 0 });
}

/** Pads of computed axes put at their places among zeros. */
export function padComputedAxes(s: Step): string | void {
  const rank = s.rank(0);
  if (rank === null) return 'its axes are computed, and the rank of its input is not known';
  if (s.opset < 11) return 'its axes are computed, and axes did not exist';
  const size = s.int64([rank]);
  const axes = s.add('Mod', [s.add('Add', [s.cast(s.input(3), 'int64'), size]), size]);
  const places = s.add('Concat', [axes, s.add('Add', [axes, size])], { axis: 0 });
  const zeros = s.int64(new Array<number>(2 * rank).fill(0));
  const pads = s.add('ScatterElements', [zeros, places, s.input(1)], { axis: 0 });
  s.setInputs([s.input(0), pads, s.input(2)]);
}

/** Blocks laid over each other and summed: a transposed convolution whose kernels are single ones. */
export function col2Im(s: Step): string | void {
  const [image, block, dims] = [s.integers(1), s.integers(2), s.dims(0)];
  const rows = dims?.[1] ?? null;
  if (!image || !block || rows === null) return 'its image, its block or its channels are not known';
  if (s.dtype(0) !== 'float') return 'only float32 can be convolved everywhere';
  const cells = product(block);
  const n = image.length;
  const some = (name: string, count: number, otherwise: number) =>
    getInts(s.node, name) ?? new Array<number>(count).fill(otherwise);
  const [dilations, strides, pads] = [some('dilations', n, 1), some('strides', n, 1), some('pads', 2 * n, 0)];
  const reach = block.map((b, i) => dilations[i]! * (b - 1) + 1);
  const places = image.map((h, i) => Math.floor((h + pads[i]! + pads[i + n]! - reach[i]!) / strides[i]!) + 1);
  const rest = image.map((h, i) => h + pads[i]! + pads[i + n]! - reach[i]! - strides[i]! * (places[i]! - 1));
  const grid = s.add('Reshape', [s.input(0), s.int64([0, rows, ...places])]);
  const weights = new Float32Array(rows * cells);
  for (let r = 0; r < rows; r++) weights[r * cells + (r % cells)] = 1;
  const kernel = s.draft.constant(s.place, floatTensor(weights, [rows, 1, ...block]));
  const attributes = { group: rows / cells, dilations, strides, pads, output_padding: rest, kernel_shape: block };
  s.replaceBy(s.add('ConvTranspose', [grid, kernel], attributes));
}

/** A pool with gaps as a convolution of each channel with ones: the mean, or the p-norm, of what it sums. */
export function dilatedPool(s: Step): string | void {
  const dilations = getInts(s.node, 'dilations');
  const kernel = getInts(s.node, 'kernel_shape');
  if (!dilations || dilations.every((d) => d === 1)) return s.set({ dilations: undefined });
  const channels = s.dims(0)?.[1] ?? null;
  if (!kernel || channels === null || s.dtype(0) !== 'float') return 'its channels or its type are not known';
  if (getInt(s.node, 'ceil_mode', 0) === 1) return 'windows that reach over the end cannot be convolved';
  const auto = getString(s.node, 'auto_pad', 'NOTSET');
  const pads = getInts(s.node, 'pads');
  const attributes = {
    group: channels,
    kernel_shape: kernel,
    dilations,
    strides: getInts(s.node, 'strides'),
    ...(auto === 'NOTSET' ? { pads } : { auto_pad: auto }),
  };
  const ones = new Float32Array(channels * product(kernel)).fill(1);
  const weights = s.draft.constant(s.place, floatTensor(ones, [channels, 1, ...kernel]));
  const sum = (x: ValueId) => s.add('Conv', [x, weights], attributes);
  const one = s.scalar('float', 1)!;
  if (s.node.op === 'LpPool') {
    const p = getInt(s.node, 'p', 2);
    const powers = s.add('Pow', [s.add('Abs', [s.input(0)]), s.scalar('float', p)]);
    return s.replaceBy(s.add('Pow', [sum(powers), s.add('Div', [one, s.scalar('float', p)])]));
  }
  const whole = getInt(s.node, 'count_include_pad', 0) === 1;
  const counted = s.add('Expand', [one, s.add('Shape', [s.input(0)])]);
  const count = whole ? s.scalar('float', product(kernel))! : sum(counted);
  s.replaceBy(s.add('Div', [sum(s.input(0)!), count]));
}

/** Updates put at running places of the cache, one start for each entry of the batch. */
export function tensorScatter(s: Step): string | void {
  const rank = s.rank(0);
  if (rank === null) return 'the rank of its cache is not known';
  if (s.opset < 11) return 'elements could not be scattered by computed places';
  const given = getInt(s.node, 'axis', -2);
  const axis = given < 0 ? given + rank : given;
  const shape = s.add('Shape', [s.input(1)]);
  const steps = s.add('Gather', [shape, s.int64([axis], [])], { axis: 0 });
  const run = s.add('Range', [s.int64([0], []), steps, s.int64([1], [])]);
  const along = new Array<number>(rank).fill(1);
  const rows = s.add('Reshape', [run, s.int64(along.map((_, i) => (i === axis ? -1 : 1)))]);
  const starts = s.input(2);
  const column = (v: ValueId) => s.add('Reshape', [v, s.int64(along.map((_, i) => (i === 0 ? -1 : 1)))]);
  const at = starts === null ? rows : s.add('Add', [rows, column(starts)]);
  const length = s.slice(s.add('Shape', [s.input(0)]), 0, axis, axis + 1);
  const place = getString(s.node, 'mode', 'linear') === 'circular' ? s.add('Mod', [at, length]) : at;
  const places = s.add('Expand', [place, shape]);
  s.replaceBy(s.add('ScatterElements', [s.input(0), places, s.input(1)], { axis }));
}

/** Columns before rows of each block: taken apart, turned and put together again. */
export function depthToSpaceCrd(s: Step): string | void {
  if (getString(s.node, 'mode', 'DCR') !== 'CRD') return;
  const dims = s.dims(0);
  const b = getInt(s.node, 'blocksize', 1);
  if (dims?.length !== 4 || dims.slice(1).includes(null)) return 'mode = CRD did not exist, and its shape is not known';
  const [, c, h, w] = dims as number[];
  const apart = s.add('Reshape', [s.input(0), s.int64([0, c! / (b * b), b, b, h!, w!])]);
  const turned = s.add('Transpose', [apart], { perm: [0, 1, 4, 2, 5, 3] });
  s.replaceBy(s.add('Reshape', [turned, s.int64([0, c! / (b * b), h! * b, w! * b])]));
}
