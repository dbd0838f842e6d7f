/** Operators that read, make or change shapes: Shape, Reshape, Squeeze, Transpose, Concat, Split, Expand … */
import { elementCount } from '../../core/tensor.ts';
import { isStatic } from '../../core/dims.ts';
import type { Dim, Shape } from '../../core/types.ts';
import { addDim, divDim, floorDim, maxDim, mulDim, productDim, subDim } from '../symbolic.ts';
import type { InferRule, NodeContext } from './context.ts';
import { isSmall, scalarElement, vectorElements, type Elements } from './elements.ts';
import { withTraits, type Rows } from './row.ts';
import { broadcastOffsets, gridOffsets, pick, stridesOf, upTo } from './values.ts';

const shapeOf: InferRule = (c) => {
  const shape = c.shape(0);
  if (!shape) return c.setTensor(0, 'int64', [null]);
  const clamp = (v: number) => Math.min(Math.max(v < 0 ? v + shape.length : v, 0), shape.length);
  const part = shape.slice(clamp(c.int('start', 0)), clamp(c.int('end', shape.length)));
  c.setElements(0, vectorElements('int64', part));
};

const size: InferRule = (c) => {
  const shape = c.shape(0);
  c.setTensor(0, 'int64', [], shape && scalarElement('int64', productDim(shape)));
};

/** The same elements in another static shape. */
function reshaped(e: Elements | null, shape: Shape): Elements | null {
  if (!e || !isStatic(shape) || elementCount(shape) !== e.values.length) return null;
  return { dtype: e.dtype, dims: shape, values: e.values };
}

function setReshaped(c: NodeContext, shape: Shape): void {
  c.setTensor(0, c.dtype(0), shape, shape && reshaped(c.elements(0), shape));
}

const reshape: InferRule = (c) => {
  const target = c.version < 5 ? (c.ints('shape') ?? null) : (c.elements(1)?.values ?? null);
  if (target) return setReshaped(c, reshapeTo(c, c.shape(0), target));
  const length = c.dim(1, 0);
  setReshaped(c, typeof length === 'number' && length <= 64 ? new Array<Dim>(length).fill(null) : null);
};

/** The dimensions of a Reshape: 0 copies, -1 takes what is left. */
export function reshapeTo(c: NodeContext, from: Shape, target: readonly Dim[]): Shape {
  const copies = c.int('allowzero', 0) === 0;
  const dims = target.map((d, i): Dim => (d === 0 && copies ? (from?.[i] ?? null) : d));
  const open = dims.flatMap((d, i) => (d === -1 ? [i] : []));
  const unknown = dims.flatMap((d, i) => (d === null ? [i] : []));
  const clean = dims.map((d) => (typeof d === 'number' && d < 0 ? null : d));
  const left = [...open, ...unknown];
  if (from && left.length === 1) clean[left[0]!] = leftOver(c, from, clean);
  else if (from && left.length === 0) checkCount(c, from, clean);
  return clean;
}

/** The one dimension that makes the counts equal. Equal factors of both sides cancel, even where they are unknown. */
function leftOver(c: NodeContext, from: Shape, dims: readonly Dim[]): Dim {
  const rest = dims.filter((d) => d !== null);
  const have = [...from!];
  const need: Dim[] = [];
  for (const d of rest) {
    const at = have.indexOf(d);
    if (at >= 0) have.splice(at, 1);
    else need.push(d);
  }
  const [total, by] = [productDim(have), productDim(need)];
  if (typeof total === 'number' && typeof by === 'number' && (by === 0 ? total !== 0 : total % by !== 0)) {
    c.report('infer.reshape', { have: from!.join('×'), shape: dims.map((d) => d ?? '?').join('×') });
    return null;
  }
  return total === 0 && by === 0 ? null : floorDim(divDim(total, by));
}

function checkCount(c: NodeContext, from: Shape, dims: readonly Dim[]): void {
  const [have, want] = [productDim(from!), productDim(dims)];
  if (typeof have === 'number' && typeof want === 'number' && have !== want)
    c.report('infer.reshape', { have, shape: dims.join('×') || 'a scalar' });
}

const flatten: InferRule = (c) => {
  const shape = c.shape(0);
  if (!shape) return c.setTensor(0, c.dtype(0), [null, null]);
  const raw = c.int('axis', 1);
  const axis = raw < 0 ? raw + shape.length : raw;
  if (axis < 0 || axis > shape.length) c.report('infer.axis', { axis: raw, rank: shape.length });
  setReshaped(c, [productDim(shape.slice(0, axis)), productDim(shape.slice(axis))]);
};

/** Axes from the attribute, or from input `index` since `version`; undefined: not given, null: not known. */
export function axesOf(c: NodeContext, version: number, index = 1): readonly number[] | undefined | null {
  if (c.version < version) return c.ints('axes');
  return c.has(index) ? c.numbers(index) : undefined;
}

const squeeze: InferRule = (c) => {
  const shape = c.shape(0);
  const axes = axesOf(c, 13);
  if (!shape) return c.setTensor(0, c.dtype(0), null);
  if (axes === null) {
    const count = c.dim(1, 0);
    return c.setTensor(
      0,
      c.dtype(0),
      typeof count === 'number' ? new Array<Dim>(Math.max(0, shape.length - count)).fill(null) : null,
    );
  }
  if (axes === undefined) {
    const open = shape.some((d) => typeof d !== 'number');
    return setReshaped(c, open ? null : shape.filter((d) => d !== 1));
  }
  const gone = new Set(axes.map((a) => c.axis(a, shape.length)));
  setReshaped(
    c,
    shape.filter((_, i) => !gone.has(i)),
  );
};

const unsqueeze: InferRule = (c) => {
  const shape = c.shape(0);
  const axes = axesOf(c, 13);
  if (!shape || !axes) {
    const count = c.dim(1, 0);
    const rank = shape && typeof count === 'number' ? shape.length + count : null;
    return c.setTensor(0, c.dtype(0), rank === null ? null : new Array<Dim>(rank).fill(null));
  }
  const rank = shape.length + axes.length;
  const ones = new Set(axes.map((a) => c.axis(a, rank)));
  let next = 0;
  setReshaped(
    c,
    upTo(rank).map((i): Dim => (ones.has(i) ? 1 : (shape[next++] ?? null))),
  );
};

const transpose: InferRule = (c) => {
  const shape = c.shape(0);
  if (!shape) return c.setTensor(0, c.dtype(0), null);
  const perm = c.ints('perm') ?? upTo(shape.length).reverse();
  if (perm.length !== shape.length) {
    c.report('infer.rank', { what: 'perm and the input', left: perm.length, right: shape.length });
    return c.setTensor(0, c.dtype(0), new Array<Dim>(shape.length).fill(null));
  }
  const axes = perm.map((p) => (p < 0 ? p + shape.length : p));
  const out = axes.map((p): Dim => shape[p] ?? null);
  c.setTensor(0, c.dtype(0), out, transposed(c.elements(0), axes));
};

function transposed(e: Elements | null, axes: readonly number[]): Elements | null {
  if (!e) return null;
  const strides = stridesOf(e.dims);
  let offsets = [0];
  for (const a of axes) offsets = offsets.flatMap((o) => upTo(e.dims[a] ?? 0).map((k) => o + k * strides[a]!));
  return pick(
    e,
    offsets,
    axes.map((a) => e.dims[a] ?? 0),
  );
}

const concat: InferRule = (c) => {
  const inputs = c.node.inputs.map((_, i) => i);
  concatOf(c, inputs, c.version < 4 ? c.int('axis', 1) : c.int('axis', 0));
};

/** Concatenates some inputs along an axis into output 0. */
export function concatOf(c: NodeContext, inputs: readonly number[], rawAxis: number): void {
  const dtype = inputs.map((i) => c.dtype(i)).find((d) => d !== null) ?? null;
  const shapes = inputs.map((i) => c.shape(i));
  const known = shapes.find((s) => s !== null);
  if (!known) return c.setTensor(0, dtype, null);
  const axis = c.axis(rawAxis, known.length);
  if (axis === null) return c.setTensor(0, dtype, null);
  let out: Shape = shapes[0] ?? known.map(() => null);
  for (const s of shapes.slice(1)) out = concatShape(c, out, s ?? out!.map(() => null), axis);
  c.setTensor(0, dtype, out, axis === 0 ? concatElements(c, inputs) : null);
}

function concatShape(c: NodeContext, a: Shape, b: Shape, axis: number): Shape {
  if (a!.length !== b!.length) {
    c.report('infer.rank', { what: 'the inputs', left: a!.length, right: b!.length });
    return a;
  }
  return a!.map((d, i) => (i === axis ? addDim(d, b![i]!) : c.same(d, b![i]!, `the inputs along axis ${i}`)));
}

function concatElements(c: NodeContext, inputs: readonly number[]): Elements | null {
  const parts: Elements[] = [];
  for (const i of inputs) {
    const e = c.elements(i) ?? unknownElements(c, i);
    if (!e) return null;
    parts.push(e);
  }
  // One unknown piece does not hide the others; all unknown tells nothing.
  if (!parts.some((p) => p.values.some((v) => v !== null))) return null;
  const first = parts[0]!.dims.reduce((n, _, i) => (i === 0 ? parts.reduce((m, p) => m + (p.dims[0] ?? 0), 0) : n), 0);
  return { dtype: parts[0]!.dtype, dims: [first, ...parts[0]!.dims.slice(1)], values: parts.flatMap((p) => p.values) };
}

/** A short vector of which only the length is known. */
export function unknownElements(c: NodeContext, i: number): Elements | null {
  const type = c.tensor(i);
  if (!type || !isStatic(type.shape) || type.shape.length > 1) return null;
  const count = elementCount(type.shape);
  return count <= 64 ? { dtype: type.dtype, dims: type.shape, values: new Array<Dim>(count).fill(null) } : null;
}

const split: InferRule = (c) => {
  const shape = c.shape(0);
  const sizes =
    c.version < 2 && c.has(1)
      ? c.elements(1)?.values
      : c.version < 13
        ? c.ints('split')
        : c.has(1)
          ? c.elements(1)?.values
          : undefined;
  const axis = shape && c.axis(c.int('axis', 0), shape.length);
  const count = c.int('num_outputs', c.outputCount);
  const open = c.version >= 13 && c.has(1) && !sizes;
  let from: Dim = 0;
  for (let i = 0; i < c.outputCount; i++) {
    if (!shape || axis === null) c.setTensor(i, c.dtype(0), null);
    else {
      const length = sizes ? (sizes[i] ?? null) : open ? null : pieceLength(shape[axis]!, count, i);
      const part = shape.map((d, a) => (a === axis ? length : d));
      c.setTensor(i, c.dtype(0), part, axis === 0 ? cut(c.elements(0), from, length) : null);
      from = addDim(from, length);
    }
  }
};

/** Equal pieces; the last one is smaller where they do not divide. */
function pieceLength(length: Dim, count: number, i: number): Dim {
  const piece = count === 1 ? length : floorDim(divDim(addDim(length, count - 1), count));
  if (typeof length === 'number' && typeof piece === 'number') return Math.max(0, Math.min(piece, length - i * piece));
  // A symbolic length is taken to divide, except where the last piece can be said.
  const exact = divDim(length, count);
  if (typeof exact === 'string' && !exact.includes('/')) return exact;
  return i < count - 1 ? piece : maxDim(subDim(length, mulDim(piece, count - 1)), 0);
}

function cut(e: Elements | null, from: Dim, length: Dim): Elements | null {
  if (!e || e.dims.length !== 1 || typeof from !== 'number' || typeof length !== 'number') return null;
  return { dtype: e.dtype, dims: [length], values: e.values.slice(from, from + length) };
}

const expand: InferRule = (c) => {
  const target = c.elements(1)?.values ?? null;
  if (target) {
    // -1 is not in the standard, but exporters write it for "as it is".
    const shape = c.broadcast([c.shape(0), target.map((d) => (d === -1 ? 1 : d))]);
    return c.setTensor(0, c.dtype(0), shape, shape && stretched(c.elements(0), shape));
  }
  const rank = c.dim(1, 0);
  const own = c.shape(0);
  if (typeof rank !== 'number' || own === null) return c.setTensor(0, c.dtype(0), null);
  const before = new Array<Dim>(Math.max(0, rank - own.length)).fill(null);
  // A length that is known not to be 1 is what it will be, whatever the target says.
  const kept = own.map((d) => (typeof d === 'number' && d !== 1 ? d : null));
  c.setTensor(0, c.dtype(0), [...before, ...kept]);
};

function stretched(e: Elements | null, shape: Shape): Elements | null {
  if (!e || !isStatic(shape) || !isSmall(shape)) return null;
  return pick(e, broadcastOffsets(e.dims, shape), shape);
}

const tile: InferRule = (c) => {
  const shape = c.shape(0);
  if (!shape) return c.setTensor(0, c.dtype(0), null);
  if (c.version < 6) return tileOld(c, shape);
  const repeats = c.elements(1)?.values;
  const out = shape.map((d, i) => mulDim(d, repeats?.[i] ?? null));
  c.setTensor(0, c.dtype(0), out, repeats && isStatic(out) ? tiled(c.elements(0), out) : null);
};

function tiled(e: Elements | null, out: readonly number[]): Elements | null {
  if (!e || !isSmall(out)) return null;
  const index = e.dims.map((d, i) => upTo(out[i]!).map((k) => k % d));
  return pick(e, gridOffsets(e.dims, index), out);
}

/** Opset 1: `tiles` copies along `axis`. */
function tileOld(c: NodeContext, shape: NonNullable<Shape>): void {
  const [tiles, axis] = [c.elements(1)?.values[0] ?? null, c.elements(2)?.values[0] ?? null];
  c.setTensor(
    0,
    c.dtype(0),
    shape.map((d, i) => (axis === null ? null : i === axis ? mulDim(d, tiles) : d)),
  );
}

const identity: InferRule = (c) => c.set(0, c.type(0), c.elements(0));

const depthToSpace: InferRule = (c) => {
  const shape = c.shape(0);
  const b = c.int('blocksize', 1);
  const spatial = shape?.slice(2).map((d) => mulDim(d, b));
  c.setTensor(0, c.dtype(0), shape && [shape[0] ?? null, floorDim(divDim(shape[1] ?? null, b * b)), ...spatial!]);
};

const spaceToDepth: InferRule = (c) => {
  const shape = c.shape(0);
  const b = c.int('blocksize', 1);
  const spatial = shape?.slice(2).map((d) => floorDim(divDim(d, b)));
  c.setTensor(0, c.dtype(0), shape && [shape[0] ?? null, mulDim(shape[1] ?? null, b * b), ...spatial!]);
};

export const SHAPES: Rows = {
  ...withTraits(['shape-only'], { Shape: shapeOf, Size: size }),
  ...withTraits(['data-movement'], {
    Reshape: reshape,
    Flatten: flatten,
    Squeeze: squeeze,
    Unsqueeze: unsqueeze,
    Transpose: transpose,
    Concat: concat,
    Split: split,
    Expand: expand,
    Tile: tile,
    DepthToSpace: depthToSpace,
    SpaceToDepth: spaceToDepth,
  }),
  ...withTraits(['data-movement', 'idempotent'], { Identity: identity }),
};
