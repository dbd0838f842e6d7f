/** Poolings to a given length: bin i of n reaches from ⌊i·L/n⌋ to ⌈(i+1)·L/n⌉. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { range } from '../../../graph-model/builders/axis-orders.ts';
import type { LayerCall, Lowering } from './call.ts';
import { channelsFirst } from './conv.ts';

interface Bins {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

function binsOf(length: number, count: number): Bins {
  const at = range(0, count);
  return {
    starts: at.map((i) => Math.floor((i * length) / count)),
    ends: at.map((i) => Math.ceil(((i + 1) * length) / count)),
  };
}

/** One axis as a product with the share of each element in each bin. */
function averaged(c: LayerCall, x: ValueId, axis: number, length: number, bins: Bins): ValueId {
  const { starts, ends } = bins;
  const rank = c.e.dims(x)!.length;
  const shares = range(0, length).flatMap((j) =>
    starts.map((start, i) => (j >= start && j < ends[i]! ? 1 / (ends[i]! - start) : 0)),
  );
  const perm = range(0, rank).map((i) => (i === axis ? rank - 1 : i === rank - 1 ? axis : i));
  const product = c.e.op('MatMul', [c.e.transpose(x, perm), c.e.floats(shares, [length, starts.length])]);
  return c.e.transpose(product, perm);
}

/** The elements of each bin beside each other, the last repeated in the shorter ones. */
function greatest(c: LayerCall, x: ValueId, axis: number, bins: Bins): ValueId {
  const { starts, ends } = bins;
  const width = Math.max(...ends.map((end, i) => end - starts[i]!));
  const at = starts.flatMap((start, i) => range(0, width).map((k) => Math.min(start + k, ends[i]! - 1)));
  const picked = c.e.op('Gather', [x, c.e.ints(at, [starts.length, width])], { axis });
  return c.e.reduce('ReduceMax', picked, [axis + 1], false);
}

/** Bins of one length side by side are a plain pooling. */
function even(lengths: readonly number[], sizes: readonly number[]): boolean {
  return lengths.every((length, i) => length % sizes[i]! === 0);
}

export const adaptivePooling =
  (kind: 'Average' | 'Max', dims: number): Lowering =>
  (c) => {
    const sizes = c.sizes('output_size', dims, 1);
    const { x, spatial, keep } = channelsFirst(c);
    const lengths = spatial.map((d) => (typeof d === 'number' ? d : c.refuse('the size of its input is not known')));
    if (even(lengths, sizes)) {
      const kernel = lengths.map((length, i) => length / sizes[i]!);
      return keep(c.e.op(`${kind}Pool`, [x], { kernel_shape: kernel, strides: kernel }));
    }
    const pooled = sizes.reduce<ValueId>((y, size, i) => {
      const bins = binsOf(lengths[i]!, size);
      return kind === 'Max' ? greatest(c, y, i + 2, bins) : averaged(c, y, i + 2, lengths[i]!, bins);
    }, x);
    return keep(pooled);
  };
