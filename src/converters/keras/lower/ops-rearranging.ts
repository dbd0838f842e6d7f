/** Functions of keras.ops that move, cut and join elements. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { dtypeInfo } from '../../../graph-model/core/types.ts';
import { range, type Held } from '../../../graph-model/builders/axis-orders.ts';
import { onnxType } from '../dtype.ts';
import { isList, type Json } from '../json.ts';
import { givenList, isHeld, type LayerCall, type Lowering } from './call.ts';
import { axesOption, numbersIn, numbersOf, option } from './op-arguments.ts';

const END = 2 ** 31;

const flat = (c: LayerCall, t: Held = c.x) => c.e.reshape(c.natural(t), [-1]);
const ravel: Lowering = (c) => c.keep(flat(c));

// ---- turning and padding

const flipped =
  (axis: number): Lowering =>
  (c) =>
    c.keep(c.e.flip(c.natural(), axis));

const rotate: Lowering = (c) => {
  const { e } = c;
  const [a, b] = (c.numbers('axes') ?? [0, 1]).map((axis) => c.axis(axis)) as [number, number];
  const turns = ((c.number('k', 1) % 4) + 4) % 4;
  const x = c.natural();
  const perm = range(0, c.rank()).map((i) => (i === a ? b : i === b ? a : i));
  if (turns === 0) return c.x;
  if (turns === 2) return c.keep(e.flip(e.flip(x, a), b));
  if (turns === 1) return c.keep(e.transpose(e.flip(x, b), perm));
  return c.keep(e.flip(e.transpose(x, perm), b));
};

/** What falls off at the end comes first. */
function rolled(c: LayerCall, x: ValueId, shift: number, axis: number): ValueId {
  const length = c.e.dims(x)?.[axis];
  const by = typeof length === 'number' && length > 0 ? ((shift % length) + length) % length : shift;
  if (by === 0) return x;
  return c.e.op('Concat', [c.e.slice(x, [-by], [END], [axis]), c.e.slice(x, [0], [-by], [axis])], { axis });
}

const roll: Lowering = (c) => {
  const shifts = c.numbers('shift') ?? c.refuse('how far it rolls is not written down');
  const axes = axesOption(c, ['axis'], -1);
  if (!axes) {
    const turned = rolled(c, flat(c), shifts[0]!, 0);
    return c.keep(c.e.op('Reshape', [turned, c.e.op('Shape', [c.natural()])]));
  }
  return c.keep(axes.reduce<ValueId>((x, axis, i) => rolled(c, x, shifts[i] ?? shifts[0]!, c.axis(axis)), c.natural()));
};

/** Reflection that repeats the edge, which ONNX does not have, picks elements by their numbers. */
function symmetric(c: LayerCall, x: ValueId, pads: readonly (readonly number[])[]): ValueId {
  return pads.reduce((y: ValueId, [before, after], axis): ValueId => {
    if (before === 0 && after === 0) return y;
    const length = c.length(axis);
    const mirror = (i: number) => {
      const turn = ((i % (2 * length)) + 2 * length) % (2 * length);
      return turn < length ? turn : 2 * length - 1 - turn;
    };
    return c.e.op('Gather', [y, c.e.ints(range(-before!, length + after!).map(mirror))], { axis });
  }, x);
}

const pad: Lowering = (c) => {
  const given = c.config['pad_width'];
  const widths = isList(given) ? given.map((v) => (isList(v) ? (v as number[]) : [Number(v), Number(v)])) : null;
  const pads =
    widths && widths.length === c.rank() ? widths : c.refuse('how far it pads is not written for every axis');
  const mode = c.text('mode', 'constant');
  const x = c.natural();
  if (mode === 'symmetric') return c.keep(symmetric(c, x, pads));
  const amounts = c.e.ints([...pads.map((p) => p[0]!), ...pads.map((p) => p[1] ?? p[0]!)]);
  if (mode !== 'constant') return c.keep(c.e.op('Pad', [x, amounts], { mode }));
  const value = numbersOf(c.given.kwargs['constant_values'])?.values[0] ?? 0;
  return c.keep(c.e.op('Pad', value === 0 ? [x, amounts] : [x, amounts, c.e.numbers(c.e.dtype(x), [value])]));
};

const triangle =
  (upper: 0 | 1): Lowering =>
  (c) =>
    c.keep(c.e.op('Trilu', [c.natural(), c.e.ints([c.number('k', 0)], [])], { upper }));

// ---- diagonals

/** The diagonal of two axes as the last axis. */
function diagonalOf(c: LayerCall): ValueId {
  const [a, b] = [c.axis(c.number('axis1', 0)), c.axis(c.number('axis2', 1))];
  const offset = c.number('offset', c.number('k', 0));
  const rest = range(0, c.rank()).filter((i) => i !== a && i !== b);
  const [rows, columns] = [c.length(a), c.length(b)];
  const at = range(0, rows).filter((i) => i + offset >= 0 && i + offset < columns);
  const moved = c.e.transpose(c.natural(), [...rest, a, b]);
  const lengths = rest.map((i) => (i === 0 ? 0 : c.length(i)));
  const joined = c.e.reshape(moved, [...lengths, rows * columns]);
  return c.e.op('Gather', [joined, c.e.ints(at.map((i) => i * columns + i + offset))], { axis: -1 });
}

/** A vector on a diagonal, zeros around it. */
function diagonalMatrix(c: LayerCall, vector: ValueId): ValueId {
  const { e } = c;
  const length = e.dims(vector)?.[0];
  if (typeof length !== 'number') return c.refuse('the length of the diagonal is not known');
  const k = c.number('k', 0);
  const size = length + Math.abs(k);
  const on = range(0, size * size).map((i) => Number((i % size) - Math.floor(i / size) === k));
  const padded = e.op('Pad', [vector, e.ints([Math.max(-k, 0), Math.max(k, 0)])]);
  const mask = e.numbers('bool', on, [size, size]);
  return e.op('Where', [mask, e.unsqueeze(padded, [1]), e.numbers(e.dtype(vector), [0])]);
}

const diag: Lowering = (c) => c.keep(c.rank() === 1 ? diagonalMatrix(c, c.natural()) : diagonalOf(c));

// ---- joining and parting

const inputsOf = (c: LayerCall): readonly Held[] => c.inputs;

/** Along an axis, after each part has as many dimensions as that needs. */
const stacked =
  (axis: number, rank: number): Lowering =>
  (c) => {
    const parts = inputsOf(c).map((t) => {
      const own = c.rank(t);
      const added = own >= rank ? [] : own === 1 && rank === 3 ? [0, 2] : rank === 2 ? [0] : [own];
      return added.length > 0 ? c.e.unsqueeze(c.natural(t), added) : c.natural(t);
    });
    const at = rank === 1 ? Math.min(axis, c.rank() - 1) : axis;
    return c.keep(c.e.op('Concat', parts, { axis: at }));
  };

const append: Lowering = (c) => {
  const axis = c.config['axis'];
  if (typeof axis !== 'number')
    return c.keep(
      c.e.op(
        'Concat',
        c.inputs.map((t) => flat(c, t)),
        { axis: 0 },
      ),
    );
  return c.keep(
    c.e.op(
      'Concat',
      c.inputs.map((t) => c.natural(t)),
      { axis },
    ),
  );
};

/** Parts as equal as they can be, or at places; `fixed` is the axis of hsplit and its like. */
const splitting =
  (fixed: number | null = null): Lowering =>
  (c) => {
    const axis = c.axis(fixed ?? c.number('axis', 0));
    const given = c.config['indices_or_sections'];
    const length = c.length(axis);
    const ends =
      typeof given === 'number'
        ? range(0, given).map(
            (i) =>
              Math.ceil(length / given) * Math.min(i + 1, length % given) +
              Math.floor(length / given) * Math.max(i + 1 - (length % given), 0),
          )
        : [...(numbersOf(given as Json)?.values ?? c.refuse('the places where it splits are computed')), length];
    const parts = ends.map((end, i) => end - (i === 0 ? 0 : ends[i - 1]!));
    return c.e.ops('Split', [c.natural(), c.e.ints(parts)], { axis }, parts.length).map((v) => c.keep(v));
  };

const meshgrid: Lowering = (c) => {
  const { e } = c;
  const swap = c.text('indexing', 'xy') === 'xy' && c.inputs.length > 1;
  const place = (i: number) => (swap && i < 2 ? 1 - i : i);
  const rank = c.inputs.length;
  const wide = c.inputs.map((t, i) =>
    e.reshape(
      c.natural(t),
      range(0, rank).map((axis) => (axis === place(i) ? -1 : 1)),
    ),
  );
  const ordered = wide.map((_, axis) => wide[place(axis)]!);
  const shape = e.op(
    'Concat',
    ordered.map((v, axis) => e.slice(e.op('Shape', [v]), [axis], [axis + 1], [0])),
    { axis: 0 },
  );
  return wide.map((v) => c.keep(e.op('Expand', [v, shape])));
};

// ---- picking and putting

const slice: Lowering = (c) => {
  const starts = numbersIn(c, c.given.args[1] ?? c.given.kwargs['start_indices'] ?? null);
  const shape = c.numbers('shape') ?? c.refuse('the shape of what it cuts out is not written down');
  const ends = shape.map((n, i) => (n === -1 ? END : starts[i]! + n));
  return c.keep(c.e.slice(c.natural(), starts, ends, range(0, starts.length)));
};

/** Axis by axis: what lies before, the part itself, what lies after. */
function updated(c: LayerCall, x: ValueId, part: ValueId, starts: readonly number[], axis: number): ValueId {
  const { e } = c;
  if (axis === starts.length) return part;
  const start = starts[axis]!;
  const [whole, length] = [e.dims(x)![axis], e.dims(part)![axis]];
  if (start === 0 && whole === length) return updated(c, x, part, starts, axis + 1);
  if (typeof length !== 'number') return c.refuse('the length of what it puts in is not known');
  const inner = updated(c, e.slice(x, [start], [start + length], [axis]), part, starts, axis + 1);
  const [before, after] = [e.slice(x, [0], [start], [axis]), e.slice(x, [start + length], [END], [axis])];
  return e.op('Concat', start === 0 ? [inner, after] : [before, inner, after], { axis });
}

const sliceUpdate: Lowering = (c) => {
  const [x, part] = c.inputs;
  const starts = numbersIn(c, c.given.args[1] ?? c.given.kwargs['start_indices'] ?? null);
  if (!x || !part) return c.refuse('it is called with other than two tensors');
  return c.keep(updated(c, c.natural(x), c.natural(part), starts, 0));
};

const scatterUpdate: Lowering = (c) => {
  const { e } = c;
  const at = c.given.args[1] ?? c.given.kwargs['indices'];
  const updates = c.given.args[2] ?? c.given.kwargs['updates'];
  if (!isHeld(updates)) return c.refuse('what it puts in is not a tensor');
  const found = numbersOf(at);
  const indices = isHeld(at) ? e.cast(c.natural(at), 'int64', 7) : found && e.ints(found.values, found.dims);
  if (!indices) return c.refuse('the places it changes are not written down');
  const reduction = c.text('reduction', 'none');
  if (e.opset < 18 && /max|min/.test(reduction)) return c.refuse(`its reduction ${reduction} is not converted`);
  return c.keep(e.op('ScatterND', [c.natural(), indices, c.natural(updates)], { reduction }));
};

const takeAlong: Lowering = (c) => {
  const [x, at] = c.inputs;
  if (!x || !at) return c.refuse('it is called with other than two tensors');
  const axis = c.config['axis'];
  const ids = c.e.cast(c.natural(at), 'int64', 7);
  if (typeof axis !== 'number') return c.keep(c.e.op('GatherElements', [flat(c), c.e.reshape(ids, [-1])], { axis: 0 }));
  return c.keep(c.e.op('GatherElements', [c.natural(x), ids], { axis: c.axis(axis) }));
};

// ---- filling and counting

const fullLike =
  (otherwise: number): Lowering =>
  (c) => {
    const x = c.natural();
    const name = option(c, ['dtype']);
    const dtype = typeof name === 'string' ? onnxType(name) : c.e.dtype(x);
    const value = numbersOf(c.given.args[1] ?? c.given.kwargs['fill_value'])?.values[0] ?? otherwise;
    return c.keep(c.e.op('Expand', [c.e.numbers(dtype, [value]), c.e.op('Shape', [x])]));
  };

const size: Lowering = (c) => c.keep(c.e.cast(c.e.op('Size', [c.natural()]), 'int32', 6));

const multiHot: Lowering = (c) => {
  const { e } = c;
  const depth = c.number('num_classes', 0);
  const ids = e.cast(c.natural(), 'int64', 7);
  const hot = e.op('OneHot', [ids, e.ints([depth], []), e.floats([0, 1])], { axis: c.number('axis', -1) });
  return c.keep(e.reduce('ReduceMax', hot, [c.rank() > 1 ? 1 : 0], false));
};

/** Whether each element is one of a list. */
const isIn: Lowering = (c) => {
  const { e } = c;
  const list = numbersIn(c, c.given.args[1] ?? c.given.kwargs['x2'] ?? null);
  const x = c.natural();
  const same = e.op('Equal', [e.unsqueeze(x, [c.rank()]), e.numbers(e.dtype(x), list, [list.length])]);
  const any = e.reduce('ReduceMax', e.op('Cast', [same], { to: 6 }), [c.rank()], false);
  const found = e.op('Cast', [any], { to: 9 });
  return c.keep(c.flag('invert') ? e.op('Not', [found]) : found);
};

const inTopK: Lowering = (c) => {
  const { e } = c;
  const [targets, scores] = c.inputs;
  if (!targets || !scores) return c.refuse('it is called with other than two tensors');
  const ids = e.unsqueeze(e.cast(c.natural(targets), 'int64', 7), [1]);
  const own = e.op('GatherElements', [c.natural(scores), ids], { axis: 1 });
  const above = e.op('Cast', [e.op('Greater', [c.natural(scores), own])], { to: 6 });
  const count = e.reduce('ReduceSum', above, [1], false);
  return c.keep(e.op('Less', [count, e.numbers('int32', [c.number('k', 1)])]));
};

/** Sums over the rows of each segment. */
const segmentSum: Lowering = (c) => {
  const { e } = c;
  const [x, ids] = c.inputs;
  const count = c.config['num_segments'];
  if (!x || !ids || typeof count !== 'number') return c.refuse('the number of segments is not written down');
  const zeros = e.op('Expand', [
    e.numbers(c.dtype(x), [0]),
    e.op('Concat', [e.ints([count]), e.slice(e.op('Shape', [c.natural(x)]), [1], [END], [0])], { axis: 0 }),
  ]);
  const rows = e.unsqueeze(e.cast(c.natural(ids), 'int64', 7), [1]);
  return c.keep(e.op('ScatterND', [zeros, rows, c.natural(x)], { reduction: 'add' }));
};

/** Windows of a row beside each other. */
const sequences: Lowering = (c) => {
  const [length, step] = [c.number('sequence_length', 1), c.number('sequence_stride', 1)];
  return c.keep(framesOf(c, c.natural(), length, step));
};

/** [..., frames, length] of [..., time]. */
export function framesOf(c: LayerCall, x: ValueId, length: number, step: number): ValueId {
  const dims = c.e.dims(x)!;
  const time = dims[dims.length - 1];
  if (typeof time !== 'number') return c.refuse('the length of its input in time is not known');
  const count = Math.max(0, Math.floor((time - length) / step) + 1);
  const at = range(0, count).flatMap((i) => range(0, length).map((j) => i * step + j));
  return c.e.op('Gather', [x, c.e.ints(at, [count, length])], { axis: -1 });
}

const blocks =
  (op: 'DepthToSpace' | 'SpaceToDepth'): Lowering =>
  (c) => {
    const x = c.channelsFirst ? c.natural() : c.first();
    const made = c.e.op(op, [x], {
      blocksize: c.number('block_size', 2),
      ...(op === 'DepthToSpace' ? { mode: 'DCR' } : {}),
    });
    return c.keep(made, c.channelsFirst ? 'natural' : 'first');
  };

/** The value of the first condition that holds. */
const select: Lowering = (c) => {
  const { e } = c;
  const [conditions, choices] = [givenList(c.given.args[0]) ?? [], givenList(c.given.args[1]) ?? []];
  if (conditions.length === 0 || ![...conditions, ...choices].every(isHeld))
    return c.refuse('its conditions are not tensors');
  const held = choices as readonly Held[];
  const dtype = c.dtype(held[0]);
  let out = e.numbers(dtype, [numbersOf(c.given.args[2] ?? 0)?.values[0] ?? 0]);
  for (let i = conditions.length - 1; i >= 0; i--) {
    const when = e.cast(c.natural(conditions[i] as Held), 'bool', 9);
    out = e.op('Where', [when, c.natural(held[i]), out]);
  }
  return c.keep(out);
};

/** What does not fit the type becomes the nearest that does. */
const saturate: Lowering = (c) => {
  const name = option(c, ['dtype'], 1);
  const dtype = onnxType(String(name));
  const limits: Readonly<Record<string, [number, number]>> = {
    uint8: [0, 255], int8: [-128, 127], int16: [-32768, 32767], uint16: [0, 65535],
  }; // prettier-ignore
  const [low, high] = limits[dtype] ?? c.refuse(`${String(name)} as the type of its result is not converted`);
  return c.map(c.x, (x) => {
    const own = c.e.dtype(x);
    const cut = c.e.op('Clip', [x, c.e.numbers(own, [low]), c.e.numbers(own, [high])]);
    return c.e.op('Cast', [cut], { to: dtypeInfo(dtype).code });
  });
};

export const REARRANGING_OPS: Readonly<Record<string, Lowering>> = {
  ravel,
  fliplr: flipped(1),
  flipud: flipped(0),
  rot90: rotate,
  roll,
  pad,
  tril: triangle(0),
  triu: triangle(1),
  diag,
  diagonal: (c) => c.keep(diagonalOf(c)),
  diagflat: (c) => c.keep(diagonalMatrix(c, flat(c))),
  trace: (c) => c.keep(c.e.reduce('ReduceSum', diagonalOf(c), [c.rank() - 2], false)),
  hstack: stacked(1, 1),
  vstack: stacked(0, 2),
  dstack: stacked(2, 3),
  append,
  arraysplit: splitting(),
  hsplit: splitting(1),
  vsplit: splitting(0),
  dsplit: splitting(2),
  meshgrid,
  slice,
  sliceupdate: sliceUpdate,
  scatterupdate: scatterUpdate,
  takealongaxis: takeAlong,
  fulllike: fullLike(0),
  zeroslike: fullLike(0),
  emptylike: fullLike(0),
  oneslike: fullLike(1),
  size,
  ndim: (c) => c.keep(c.e.numbers('int32', [c.rank()])),
  multihot: multiHot,
  isin: isIn,
  intopk: inTopK,
  segmentsum: segmentSum,
  extractsequences: sequences,
  depthtospace: blocks('DepthToSpace'),
  spacetodepth: blocks('SpaceToDepth'),
  select,
  saturatecast: saturate,
};
