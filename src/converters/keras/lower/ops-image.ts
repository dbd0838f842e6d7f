/** Functions of keras.ops.image. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { range, type Held } from '../../../graph-model/builders/axis-orders.ts';
import type { LayerCall, Lowering } from './call.ts';
import { channelsFirst, padsOf } from './conv.ts';
import { resizing } from './resize.ts';

const resize: Lowering = (c) => {
  const [height, width] = c.numbers('size') ?? c.refuse('the size it makes is not written down');
  return resizing(c.as('Resizing', { ...c.config, height: height!, width: width! }));
};

/** The axes of height and width. */
const sides = (c: LayerCall): [number, number] => {
  const first = c.rank() - (c.channelsFirst ? 2 : 3);
  return [first, first + 1];
};

interface Side {
  readonly before: number;
  readonly after: number;
  readonly target: number;
}

/** Of the three amounts along a side two are written, and the third follows from the length. */
function sideOf(c: LayerCall, names: readonly [string, string, string], axis: number, sign: 1 | -1): Side {
  const [before, after, target] = names.map((n) => (typeof c.config[n] === 'number' ? c.config[n] : null));
  const length = () => c.length(axis);
  if (before === null) {
    const [a, t] = [Number(after), Number(target)];
    return { before: sign * (t - length()) - a, after: a, target: t };
  }
  if (target === null)
    return { before: before!, after: Number(after), target: length() + sign * (before! + Number(after)) };
  return { before: before!, after: sign * (target! - length()) - before!, target: target! };
}

function bothSides(c: LayerCall, kind: 'cropping' | 'padding', sign: 1 | -1): [Side, Side] {
  const [rows, columns] = sides(c);
  return [
    sideOf(c, [`top_${kind}`, `bottom_${kind}`, 'target_height'], rows, sign),
    sideOf(c, [`left_${kind}`, `right_${kind}`, 'target_width'], columns, sign),
  ];
}

const crop: Lowering = (c) => {
  const both = bothSides(c, 'cropping', -1);
  const starts = both.map((s) => s.before);
  return c.keep(
    c.e.slice(
      c.natural(),
      starts,
      both.map((s) => s.before + s.target),
      sides(c),
    ),
  );
};

const padded: Lowering = (c) => {
  const both = bothSides(c, 'padding', 1);
  const [rows] = sides(c);
  const pads = (key: 'before' | 'after') => range(0, c.rank()).map((i) => both[i - rows]?.[key] ?? 0);
  return c.keep(c.e.op('Pad', [c.natural(), c.e.ints([...pads('before'), ...pads('after')])]));
};

const channelAxis = (c: LayerCall) => c.rank() - (c.channelsFirst ? 3 : 1);

/** Along the channels: weights of the human eye, as TensorFlow has them. */
const grayscale: Lowering = (c) => {
  const axis = channelAxis(c);
  const dims = range(0, c.rank()).map((i) => (i === axis ? 3 : 1));
  const weighed = c.e.op('Mul', [c.e.toFloat(c.natural()), c.e.floats([0.2989, 0.587, 0.114], dims)]);
  return c.keep(c.e.reduce('ReduceSum', weighed, [axis], true));
};

function channelsOf(c: LayerCall): ValueId[] {
  return c.e.ops('Split', [c.e.toFloat(c.natural()), c.e.ints([1, 1, 1])], { axis: channelAxis(c) }, 3);
}

const joined = (c: LayerCall, parts: readonly ValueId[]) => c.keep(c.e.op('Concat', parts, { axis: channelAxis(c) }));

const rgbToHsv: Lowering = (c) => {
  const { e } = c;
  const [r, g, b] = channelsOf(c) as [ValueId, ValueId, ValueId];
  const zero = e.float(0);
  const value = e.op('Max', [r, g, b]);
  const spread = e.op('Sub', [value, e.op('Min', [r, g, b])]);
  const over = (a: ValueId, by: ValueId) => e.op('Where', [e.op('Greater', [by, zero]), e.op('Div', [a, by]), zero]);
  const sixth = (a: ValueId, d: ValueId, turn: number) =>
    e.op('Div', [e.op('Add', [over(e.op('Sub', [a, d]), spread), e.float(turn)]), e.float(6)]);
  const ofBlueOrGreen = e.op('Where', [e.op('Equal', [g, value]), sixth(b, r, 2), sixth(r, g, 4)]);
  const hue = e.op('Where', [e.op('Equal', [r, value]), sixth(g, b, 0), ofBlueOrGreen]);
  const turned = e.op('Where', [e.op('Less', [hue, zero]), e.op('Add', [hue, e.float(1)]), hue]);
  const any = e.op('Where', [e.op('Greater', [spread, zero]), turned, zero]);
  return joined(c, [any, over(spread, value), value]);
};

/** Each colour is v · (1 - s + s · clip(|6h - turn| …)). */
const hsvToRgb: Lowering = (c) => {
  const { e } = c;
  const [h, s, v] = channelsOf(c) as [ValueId, ValueId, ValueId];
  const six = e.op('Mul', [h, e.float(6)]);
  const far = (turn: number) => e.op('Abs', [e.op('Sub', [six, e.float(turn)])]);
  const clip = (x: ValueId) => e.op('Clip', [x, e.float(0), e.float(1)]);
  const [red, green, blue] = [
    clip(e.op('Sub', [far(3), e.float(1)])),
    clip(e.op('Sub', [e.float(2), far(2)])),
    clip(e.op('Sub', [e.float(2), far(4)])),
  ];
  const colour = (x: ValueId) => {
    const share = e.op('Add', [e.op('Sub', [e.float(1), s]), e.op('Mul', [s, x])]);
    return e.op('Mul', [v, share]);
  };
  return joined(c, [red, green, blue].map(colour));
};

/** A convolution that copies: row (y, x, channel) of each window. */
export function patchesOf(c: LayerCall, size: readonly number[]): Held {
  const { x, spatial, keep } = channelsFirst(c);
  const rank = size.length;
  const strides = c.numbers('strides') ? c.sizes('strides', rank, 1) : size;
  const dilations = c.sizes('dilation_rate', rank, 1);
  const channels = c.channelsFirst ? c.length(1) : c.length(-1);
  const count = size.reduce((a, b) => a * b, 1);
  const kernel = new Float32Array(count * channels * channels * count);
  range(0, count).forEach((place) =>
    range(0, channels).forEach((ch) => (kernel[((place * channels + ch) * channels + ch) * count + place] = 1)),
  );
  const weights = c.e.constant({ dtype: 'float', dims: [count * channels, channels, ...size], values: kernel });
  const window = { kernel: size, strides, dilations, padding: c.text('padding', 'valid') };
  return keep(c.e.op('Conv', [x, weights], { kernel_shape: size, strides, dilations, ...padsOf(c, window, spatial) }));
}

/** Windows of [batch, channels, height, width], a column for each. */
const unfold: Lowering = (c) => {
  const { e } = c;
  const kernel = c.sizes('kernel_size', 2, 1);
  const [strides, dilations] = [c.sizes('stride', 2, 1), c.sizes('dilation', 2, 1)];
  const pads = c.sizes('padding', 2, 0);
  const channels = c.length(1);
  const count = kernel[0]! * kernel[1]!;
  const eye = Float32Array.from({ length: channels * count * count }, (_, i) =>
    Number(Math.floor(i / count) % count === i % count),
  );
  const weights = e.constant({ dtype: 'float', dims: [channels * count, 1, ...kernel], values: eye });
  const attrs = { kernel_shape: kernel, strides, dilations, pads: [...pads, ...pads], group: channels };
  return c.keep(e.reshape(e.op('Conv', [c.natural(), weights], attrs), [0, channels * count, -1]));
};

export const IMAGE_OPS: Readonly<Record<string, Lowering>> = {
  resize,
  cropimages: crop,
  padimages: padded,
  rgbtograyscale: grayscale,
  rgbtohsv: rgbToHsv,
  hsvtorgb: hsvToRgb,
  extractpatches: (c) => patchesOf(c, c.sizes('size', 2, 1)),
  unfold,
};
