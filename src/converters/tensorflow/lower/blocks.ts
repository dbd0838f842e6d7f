/** Blocks of space in the depth or the batch, and the dilated convolutions that older graphs write with them. */
import { Held, range } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { channelsLast, type Lowering, type Lowerings, type TfCall } from './call.ts';
import { lensOf, over, product, reshapeTo, times, type Len } from './lengths.ts';

/** ONNX's order of the depth (DCR) is TensorFlow's. */
const depthBlocks =
  (op: 'DepthToSpace' | 'SpaceToDepth'): Lowering =>
  (c) => {
    if (c.text('data_format', 'NHWC') === 'NCHW_VECT_C') c.refuse('NCHW_VECT_C is not converted');
    const last = channelsLast(c);
    const blocksize = c.int('block_size', 2);
    const y = c.op(op, [last ? c.first() : c.natural()], { blocksize });
    return c.keep(y, last ? 'first' : 'natural');
  };

/** A tensor whose batch holds blocks of space, and how it came to be. */
interface Batched {
  readonly x: () => Held;
  readonly block: readonly number[];
  /** Pairs: before and after each axis of space. */
  readonly paddings: readonly number[];
}

const batched = new WeakMap<Held, Batched>();
/** Results of convolutions over such tensors: the convolution of the whole, given what is cropped off it. */
const wholes = new WeakMap<Held, Whole>();

interface Whole {
  readonly block: readonly number[];
  readonly make: (crops: readonly number[]) => Held | null;
}

/** How the input came to be, where it is blocks of space and a convolution over it is a dilated one of the whole. */
export function batchedOf(c: TfCall): Batched | null {
  const found = batched.get(c.x) ?? null;
  const ones = (key: string) => (c.ints(key) ?? []).every((n) => n === 1);
  return c.text('padding', '') === 'VALID' && ones('strides') && ones('dilations') && channelsLast(c) ? found : null;
}

/** Notes beside a convolution over blocks the dilated convolution that gives the same. */
export function noteWhole(y: Held, from: Batched, make: (x: Held, pads: number[]) => Held): void {
  wholes.set(y, {
    block: from.block,
    make: (crops) => {
      const left = from.paddings.map((p, i) => p - crops[i]!);
      if (left.some((p) => p < 0)) return null;
      const pads = [...left.filter((_, i) => i % 2 === 0), ...left.filter((_, i) => i % 2 === 1)];
      return make(from.x(), pads);
    },
  });
}

/** An axis of length 1 put into space, as convolutions of one dimension are written: it makes no blocks. */
export function noteExpanded(y: Held, from: Held, axis: number, expand: (x: Held) => Held): void {
  const found = batched.get(from);
  if (!found || axis < 1 || axis > found.block.length + 1) return;
  const x = () => expand(found.x());
  batched.set(y, { x, block: found.block.toSpliced(axis - 1, 0, 1), paddings: withPair(found.paddings, axis) });
}

/** The reverse, after the convolution. */
export function noteSqueezed(y: Held, from: Held, axis: number, squeeze: (x: Held) => Held): void {
  const found = wholes.get(from);
  if (found?.block[axis - 1] !== 1) return;
  const make = (crops: readonly number[]) => {
    const whole = found.make(withPair(crops, axis));
    return whole && squeeze(whole);
  };
  wholes.set(y, { block: found.block.toSpliced(axis - 1, 1), make });
}

const withPair = (pairs: readonly number[], axis: number) => pairs.toSpliced(2 * (axis - 1), 0, 0, 0);

const spaceToBatch =
  (blockOf: (c: TfCall) => readonly number[], paddingsAt: number): Lowering =>
  (c) => {
    const block = blockOf(c);
    const paddings = c.known(paddingsAt, 'paddings');
    const m = block.length;
    const rank = c.rank();
    const rest = range(m + 1, rank);
    // Of a copy: what is made here is mostly not read, and the tensor itself stays in the order that it has.
    const own = c.natural(Object.assign(new Held(), c.x));
    const padded = paddings.some((p) => p !== 0) ? c.op('Pad', [own, padsFor(c, paddings, rank)]) : own;
    const lens = lensOf(c, padded);
    const inner = block.flatMap((b, i): Len[] => [over(c, lens[i + 1]!, b), b]);
    const split = reshapeTo(c, padded, [lens[0]!, ...inner, ...rest.map((i) => lens[i]!)]);
    const perm = [...block.map((_, i) => 2 + 2 * i), 0, ...block.map((_, i) => 1 + 2 * i), ...rest.map((i) => i + m)];
    const batch = times(c, lens[0]!, product(c, block));
    const shape = [batch, ...block.map((b, i) => over(c, lens[i + 1]!, b)), ...rest.map((i) => lens[i]!)];
    const y = c.keep(reshapeTo(c, c.e.transpose(split, perm), shape));
    if (rank === m + 2) batched.set(y, { x: () => c.x, block, paddings });
    return y;
  };

function padsFor(c: TfCall, paddings: readonly number[], rank: number): ValueId {
  const side = (at: number) => range(0, rank).map((i) => paddings[2 * (i - 1) + at] ?? 0);
  return c.e.ints([...side(0), ...side(1)]);
}

const batchToSpace =
  (blockOf: (c: TfCall) => readonly number[], cropsAt: number): Lowering =>
  (c) => {
    const block = blockOf(c);
    const crops = c.known(cropsAt, 'crops');
    const whole = wholes.get(c.x);
    if (whole && whole.block.join() === block.join()) {
      const direct = whole.make(crops);
      if (direct) return direct;
    }
    return c.keep(spread(c, block, crops));
  };

function spread(c: TfCall, block: readonly number[], crops: readonly number[]): ValueId {
  const x = c.natural();
  const m = block.length;
  const lens = lensOf(c, x);
  const rest = range(m + 1, lens.length);
  const batch = over(c, lens[0]!, product(c, block));
  const inSpace = block.map((_, i) => lens[i + 1]!);
  const tail = rest.map((i) => lens[i]!);
  const split = reshapeTo(c, x, [...block, batch, ...inSpace, ...tail]);
  const perm = [m, ...block.flatMap((_, i) => [m + 1 + i, i]), ...rest.map((i) => i + m)];
  const joined = inSpace.map((l, i) => times(c, l, block[i]!));
  const y = reshapeTo(c, c.e.transpose(split, perm), [batch, ...joined, ...tail]);
  const cut = range(0, m).filter((i) => crops[2 * i] !== 0 || crops[2 * i + 1] !== 0);
  if (cut.length === 0) return y;
  const ends = cut.map((i) => (crops[2 * i + 1] ? -crops[2 * i + 1]! : 2 ** 31));
  return c.e.slice(
    y,
    cut.map((i) => crops[2 * i]!),
    ends,
    cut.map((i) => i + 1),
  );
}

const twoByAttribute = (c: TfCall) => [c.int('block_size', 2), c.int('block_size', 2)];
const byInput = (c: TfCall) => c.known(1, 'block shape');

export const BLOCKS: Lowerings = {
  BatchToSpace: batchToSpace(twoByAttribute, 1),
  BatchToSpaceND: batchToSpace(byInput, 2),
  DepthToSpace: depthBlocks('DepthToSpace'),
  SpaceToBatch: spaceToBatch(twoByAttribute, 1),
  SpaceToBatchND: spaceToBatch(byInput, 2),
  SpaceToDepth: depthBlocks('SpaceToDepth'),
};
