/** Poolings, channels-first. */
import { range } from '../../../graph-model/builders/axis-orders.ts';
import { channelsLast, type Lowering, type Lowerings, type TfCall } from './call.ts';
import { channelsFirst, padsOf, spatial, type Window } from './windows.ts';

/** Windows over the batch or the channels are not windows to ONNX. */
function windowOf(c: TfCall): Window {
  const ksize = c.ints('ksize') ?? c.known(1, 'window');
  const strides = c.ints('strides') ?? c.known(2, 'strides');
  const outside = (list: readonly number[]) => [list[0], channelsLast(c) ? list[list.length - 1] : list[1]];
  if ([...outside(ksize), ...outside(strides)].some((n) => n !== 1))
    c.refuse('it pools over the batch or the channels');
  const kernel = spatial(c, ksize);
  return { kernel, strides: spatial(c, strides), dilations: kernel.map(() => 1) };
}

const pool =
  (op: 'MaxPool' | 'AveragePool'): Lowering =>
  (c) => {
    const w = windowOf(c);
    const { x, dims, keep } = channelsFirst(c);
    const pads = padsOf(c, w, dims.slice(2));
    return keep(c.op(op, [x], { kernel_shape: w.kernel, strides: w.strides, ...pads }));
  };

/** Places count over [batch,] row, column, channel in TensorFlow and over batch, channel, row, column in ONNX. */
const maxPoolWithArgmax: Lowering = (c) => {
  const w = windowOf(c);
  const { x, dims, keep } = channelsFirst(c);
  const pads = padsOf(c, w, dims.slice(2));
  const [y, places] = c.ops('MaxPool', [x], { kernel_shape: w.kernel, strides: w.strides, ...pads }, 2);
  if (!c.isRead(1)) return [keep(y!)];
  const [channels, height, width] = range(1, 4).map((i) => {
    const dim = dims[i];
    return typeof dim === 'number' ? dim : c.refuse('the lengths of its input are not known');
  });
  const { e } = c;
  const area = e.ints([height! * width!], []);
  const inPlane = e.op('Mul', [e.op('Mod', [places!, area]), e.ints([channels!], [])]);
  const channel = e.ints(range(0, channels!), [1, channels!, 1, 1]);
  let all = e.op('Add', [inPlane, channel]);
  if (c.flag('include_batch_in_index')) {
    const size = e.ints([height! * width! * channels!], []);
    all = e.op('Add', [all, e.op('Mul', [e.op('Div', [places!, size]), size])]);
  }
  return [keep(y!), keep(c.cast(all, c.type('Targmax', 'int64')))];
};

export const POOLINGS: Lowerings = {
  AvgPool: pool('AveragePool'),
  AvgPool3D: pool('AveragePool'),
  MaxPool: pool('MaxPool'),
  MaxPool3D: pool('MaxPool'),
  MaxPoolV2: pool('MaxPool'),
  MaxPoolWithArgmax: maxPoolWithArgmax,
};
