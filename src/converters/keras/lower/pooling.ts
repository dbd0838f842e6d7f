/** Poolings over windows and over all of space. */
import { isSet } from '../json.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { LayerCall, Lowering } from './call.ts';
import { adaptivePooling } from './adaptive-pooling.ts';
import { channelsFirst, padsOf } from './conv.ts';
import { orderAtHand, range, type Held } from '../../../graph-model/builders/axis-orders.ts';

/** Averages count the elements within the input alone, as TensorFlow does. */
const pooling =
  (op: 'MaxPool' | 'AveragePool', rank: number): Lowering =>
  (c) => {
    const kernel = c.sizes('pool_size', rank, 2);
    const strides = !isSet(c.config['strides']) ? kernel : c.sizes('strides', rank, 2);
    const { x, spatial, keep } = channelsFirst(c);
    const dilations = kernel.map(() => 1);
    const pads = padsOf(c, { kernel, strides, dilations, padding: c.text('padding', 'valid') }, spatial);
    return keep(c.e.op(op, [x], { kernel_shape: kernel, strides, ...pads }));
  };

const globalPooling =
  (reduction: 'ReduceMax' | 'ReduceMean', rank: number): Lowering =>
  (c) => {
    if (c.x.mask && reduction === 'ReduceMean' && rank === 1) return maskedMean(c, c.x.mask);
    const keep = c.flag('keepdims');
    const order = orderAtHand(c.x) === 'first' && c.x.natural === null ? 'first' : 'natural';
    const x = order === 'first' ? c.first() : c.natural();
    const at = c.channelsFirst !== (order === 'first') ? 2 : 1;
    // Of a channels-first source, `first` would be an order nobody makes.
    const axes = range(0, rank).map((i) => (order === 'first' ? 2 : at) + i);
    return c.keep(c.e.reduce(reduction, x, axes, keep), keep ? order : 'natural');
  };

/** The mean of the steps that count. */
function maskedMean(c: LayerCall, mask: Held): Held {
  const { e } = c;
  if (c.channelsFirst) c.refuse('a mask on channels-first steps is not converted');
  const weights = e.unsqueeze(e.op('Cast', [c.natural(mask)], { to: 1 }), [2]);
  const sum: ValueId = e.reduce('ReduceSum', e.op('Mul', [c.natural(), weights]), [1], c.flag('keepdims'));
  return c.keep(e.op('Div', [sum, e.reduce('ReduceSum', weights, [1], c.flag('keepdims'))]));
}

export const POOLING: Readonly<Record<string, Lowering>> = Object.fromEntries(
  [1, 2, 3].flatMap((n): [string, Lowering][] => [
    [`MaxPooling${n}D`, pooling('MaxPool', n)],
    [`MaxPool${n}D`, pooling('MaxPool', n)],
    [`AveragePooling${n}D`, pooling('AveragePool', n)],
    [`AvgPool${n}D`, pooling('AveragePool', n)],
    [`GlobalMaxPooling${n}D`, globalPooling('ReduceMax', n)],
    [`GlobalMaxPool${n}D`, globalPooling('ReduceMax', n)],
    [`GlobalAveragePooling${n}D`, globalPooling('ReduceMean', n)],
    [`GlobalAvgPool${n}D`, globalPooling('ReduceMean', n)],
    [`AdaptiveMaxPooling${n}D`, adaptivePooling('Max', n)],
    [`AdaptiveAveragePooling${n}D`, adaptivePooling('Average', n)],
  ]),
);
