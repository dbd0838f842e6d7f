/** Resizing, blocks of space and depth, Fourier transforms. */
import { type Held, range } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { Operand } from './operand.ts';
import type { Lowering, Made, TfliteCall } from './call.ts';

/** [batch, channels] of the tensor, then the height and width asked for. */
function sizesOf(c: TfliteCall, x: ValueId): ValueId {
  const { e } = c;
  const asked = c.numbers(1);
  const dims = e.dims(x);
  if (asked && dims && typeof dims[0] === 'number' && typeof dims[1] === 'number')
    return e.ints([dims[0], dims[1], ...asked]);
  const lead = e.slice(e.op('Shape', [x]), [0], [2], [0]);
  return e.op('Concat', [lead, c.int64(1)], { axis: 0 });
}

function coordinates(c: TfliteCall): string {
  if (c.flag('align_corners')) return 'align_corners';
  return c.flag('half_pixel_centers') ? 'half_pixel' : 'asymmetric';
}

function resized(c: TfliteCall, t: Held, plain: Record<string, string>): Held {
  const x = c.first(t);
  const attributes = { ...plain, coordinate_transformation_mode: coordinates(c) };
  return c.keep(c.e.op('Resize', [x, null, null, sizesOf(c, x)], attributes), 'first');
}

const bilinear: Lowering = (c) => resized(c, c.real(), { mode: 'linear' });

/** The legacy rule cuts off; with half pixels and aligned corners the nearest is taken, halves up. */
const nearest: Lowering = (c) => {
  const rule = coordinates(c) === 'asymmetric' ? 'floor' : 'round_prefer_ceil';
  const make = (t: Held) => resized(c, t, { mode: 'nearest', nearest_mode: rule });
  return /^(float|int8|uint8|int32)$/.test(c.dtype()) ? c.moved(0, make) : make(c.real());
};

const spaceToDepth: Lowering = (c) =>
  moved4(c, (v) => c.e.op('SpaceToDepth', [v], { blocksize: c.int('block_size', 2) }));
const depthToSpace: Lowering = (c) =>
  moved4(c, (v) => c.e.op('DepthToSpace', [v], { blocksize: c.int('block_size', 2), mode: 'DCR' }));

function moved4(c: TfliteCall, make: (v: ValueId) => ValueId): Made {
  const plain = /^(float|double)$/.test(c.dtype());
  if (plain) return c.keep(make(c.first()), 'first');
  if (c.isQuantized()) return c.keep(make(c.first()), 'first');
  const dtype = c.dtype();
  const made = make(c.e.toFloat(c.first(c.stored())));
  return c.keep(c.e.op('Cast', [made], { to: c.code(dtype) }), 'first');
}

/** [N, H·b0, W·b1, rest] → [b0·b1·N, H, W, rest], after padding. */
const spaceToBatch: Lowering = (c) => {
  const { e } = c;
  const block = c.known(1, 'block sizes');
  const pads = c.known(2, 'padding');
  const rank = c.rank();
  const spatial = block.map((b, i) => (c.length(0, i + 1) + pads[2 * i]! + pads[2 * i + 1]!) / b);
  const rest = range(block.length + 1, rank);
  const zero = [...rest.map(() => 0)];
  const t = c.real();
  let v = c.natural(t);
  if (pads.some((p) => p > 0)) {
    const [before, after] = [block.map((_, i) => pads[2 * i]!), block.map((_, i) => pads[2 * i + 1]!)];
    v = e.op('Pad', [v, e.ints([0, ...before, ...zero, 0, ...after, ...zero])]);
  }
  const tail = rest.map((a) => c.length(0, a));
  const split = e.reshape(v, [-1, ...block.flatMap((b, i) => [spatial[i]!, b]), ...tail]);
  const at = (i: number) => 1 + 2 * i;
  const perm = [
    ...block.map((_, i) => at(i) + 1),
    0,
    ...block.map((_, i) => at(i)),
    ...rest.map((_, i) => at(block.length) + i),
  ];
  return c.keep(e.reshape(e.transpose(split, perm), [-1, ...spatial, ...tail]));
};

const batchToSpace: Lowering = (c) => {
  const { e } = c;
  const block = c.known(1, 'block sizes');
  const crops = c.known(2, 'crops');
  const rank = c.rank();
  const count = block.length;
  const tail = range(count + 1, rank).map((a) => c.length(0, a));
  const spatial = block.map((_, i) => c.length(0, i + 1));
  const split = e.reshape(c.natural(), [...block, -1, ...spatial, ...tail]);
  const perm = [count, ...block.flatMap((_, i) => [count + 1 + i, i]), ...tail.map((_, i) => 2 * count + 1 + i)];
  const whole = e.reshape(e.transpose(split, perm), [-1, ...spatial.map((s, i) => s * block[i]!), ...tail]);
  if (crops.every((n) => n === 0)) return c.keep(whole);
  const ends = spatial.map((s, i) => s * block[i]! - crops[2 * i + 1]!);
  return c.keep(
    e.slice(
      whole,
      block.map((_, i) => crops[2 * i]!),
      ends,
      range(1, count + 1),
    ),
  );
};

/** Elements with `dilation - 1` of the padding value between them. Inputs: the tensor, dilations, the value. */
const dilate: Lowering = (c) => {
  const { e } = c;
  const dilations = c.known(1, 'dilations');
  let v = c.natural(c.stored());
  const fill = c.natural(c.stored(2));
  dilations.forEach((d, axis) => {
    if (d <= 1) return;
    const rank = dilations.length;
    const pads = new Array<number>(2 * rank + 2).fill(0);
    pads[rank + 1 + axis + 1] = d - 1;
    const spread = e.op('Pad', [e.unsqueeze(v, [axis + 1]), e.ints(pads), fill]);
    // [..., n, d, ...] → [..., n·d, ...]
    const shape = e.op(
      'Concat',
      [
        e.slice(e.op('Shape', [v]), [0], [axis], [0]),
        e.ints([-1]),
        e.slice(e.op('Shape', [v]), [axis + 1], [rank], [0]),
      ],
      { axis: 0 },
    );
    v = e.slice(e.op('Reshape', [spread, shape]), [0], [1 - d], [axis]);
  });
  return Operand.of(c.keep(v), c.quantizationOf());
};

/** Complex numbers are pairs along one more axis at the end. */
const rfft2d: Lowering = (c) => {
  const { e } = c;
  const rank = c.rank();
  const lengths = c.known(1, 'length');
  let v = c.natural();
  lengths.forEach((n, i) => {
    const axis = rank - 2 + i;
    const have = c.length(0, axis);
    if (have > n) v = e.slice(v, [0], [n], [axis]);
    if (have < n) v = e.op('Pad', [v, e.ints(range(0, 2 * rank).map((k) => (k === rank + axis ? n - have : 0)))]);
  });
  const [height, width] = lengths;
  // ONNX's DFT wants batches in front; rows first, half of each, then columns.
  const rows = dft(c, e.unsqueeze(v, [rank]), rank - 1, width!, true);
  return c.keep(dft(c, rows, rank - 2, height!, false));
};

function dft(c: TfliteCall, v: ValueId, axis: number, length: number, onesided: boolean): ValueId {
  const n = c.e.ints([length], []);
  if (c.e.opset >= 20) return c.e.op('DFT', [v, n, c.e.ints([axis], [])], { onesided: onesided ? 1 : 0 });
  return c.e.op('DFT', [v, n], { axis, onesided: onesided ? 1 : 0 });
}

const part =
  (place: number): Lowering =>
  (c) => {
    const v = c.natural();
    return c.keep(c.e.op('Gather', [v, c.e.ints([place], [])], { axis: (c.e.dims(v)?.length ?? c.rank() + 1) - 1 }));
  };

const complexAbs: Lowering = (c) => {
  const v = c.natural();
  return c.keep(c.e.reduce('ReduceL2', v, [(c.e.dims(v)?.length ?? c.rank() + 1) - 1], false));
};

export const IMAGE: Readonly<Record<string, Lowering>> = {
  BATCH_TO_SPACE_ND: batchToSpace,
  COMPLEX_ABS: complexAbs,
  DEPTH_TO_SPACE: depthToSpace,
  DILATE: dilate,
  IMAG: part(1),
  REAL: part(0),
  RESIZE_BILINEAR: bilinear,
  RESIZE_NEAREST_NEIGHBOR: nearest,
  RFFT2D: rfft2d,
  SPACE_TO_BATCH_ND: spaceToBatch,
  SPACE_TO_DEPTH: spaceToDepth,
};
