/** Convolutions with a kernel of its own at every place (Keras 1 and 2). */
import { range } from '../../../graph-model/builders/axis-orders.ts';
import { activate } from './activations.ts';
import type { Lowering } from './call.ts';
import { patchesOf } from './ops-image.ts';

/** The windows beside each other, each by its own matrix: kernel [places, window, filters]. */
const locallyConnected =
  (rank: number): Lowering =>
  (c) => {
    const { e } = c;
    if (c.number('implementation', 1) !== 1) return c.refuse('only its implementation 1 is converted');
    if (c.channelsFirst) return c.refuse('channels-first input of it is not converted');
    const { dims } = c.weight('kernel', 3);
    const [places, window, filters] = [dims[0]!, dims[1]!, dims[2]!];
    const found = patchesOf(c, c.sizes('kernel_size', rank, 1));
    const out = range(1, rank + 1).map((axis) => c.length(axis, found));
    const rows = e.reshape(c.natural(found), [-1, places, 1, window]);
    const product = e.op('MatMul', [rows, c.weight('kernel').constant()]);
    const shaped = e.reshape(product, [-1, ...out, filters]);
    const y = c.has('bias') ? e.op('Add', [shaped, c.weight('bias').constant()]) : shaped;
    return activate(c, c.keep(y), c.config['activation']);
  };

export const LOCALLY_CONNECTED: Readonly<Record<string, Lowering>> = {
  LocallyConnected1D: locallyConnected(1),
  LocallyConnected2D: locallyConnected(2),
};
