/** Attention, RotaryEmbedding and their kin said with matrix products, as their definitions have it (ONNX, Operators.md). */
import { getFloat, getInt, getString } from '../core/attributes.ts';
import type { ValueId } from '../core/model.ts';
import type { DType } from '../core/types.ts';
import { codeOf, type Step } from './step.ts';

const FAR = Number.MAX_SAFE_INTEGER;

interface Heads {
  readonly query: number;
  readonly keys: number;
}

/** softmax(Q K^T scale + bias) V over heads; keys and values grown by their past, repeated where heads share them. */
export function attention(s: Step): string | void {
  const dtype = s.dtype(0);
  const rank = s.rank(0);
  const heads = headsOf(s, rank);
  if (!dtype || rank === null || s.scalar(dtype, 0) === null) return 'the rank or the type of its query is not known';
  if (heads === null) return 'the number of its heads is not known';
  const q = toHeads(s, 0, rank, heads.query);
  const key = grown(s, toHeads(s, 1, rank, heads.keys), 4);
  const value = grown(s, toHeads(s, 2, rank, heads.keys), 5);
  const raw = products(s, q, repeated(s, key, heads), dtype);
  const capped = softcap(s, raw, dtype);
  const biased = withMask(s, capped, q, key, dtype);
  const weights = softmax(s, biased, dtype);
  const out = s.add('MatMul', [weights, repeated(s, value, heads)]);
  const y =
    rank === 4 ? out : s.add('Reshape', [s.add('Transpose', [out], { perm: [0, 2, 1, 3] }), s.int64([0, 0, -1])]);
  const stage = [raw, capped, biased, weights][getInt(s.node, 'qk_matmul_output_mode', 0)] ?? raw;
  const read = (i: number, v: ValueId) => (s.node.outputs[i] === undefined ? null : v);
  s.replaceAll([y, read(1, key), read(2, value), read(3, stage)]);
}

function headsOf(s: Step, rank: number | null): Heads | null {
  const count = (attribute: string, input: number) =>
    rank === 3 ? getInt(s.node, attribute, 0) || null : (s.dims(input)?.[1] ?? null);
  const [query, keys] = [count('q_num_heads', 0), count('kv_num_heads', 1)];
  return query === null || keys === null ? null : { query, keys };
}

/** [batch, heads, length, size], from [batch, length, heads * size] where it is packed. */
function toHeads(s: Step, index: number, rank: number, heads: number): ValueId {
  if (rank === 4) return s.input(index)!;
  const apart = s.add('Reshape', [s.input(index), s.int64([0, 0, heads, -1])]);
  return s.add('Transpose', [apart], { perm: [0, 2, 1, 3] });
}

function grown(s: Step, now: ValueId, past: number): ValueId {
  return s.input(past) === null ? now : s.add('Concat', [s.input(past), now], { axis: 2 });
}

/** Each head of keys (values) as often as queries share it. */
function repeated(s: Step, value: ValueId, { query, keys }: Heads): ValueId {
  if (query === keys) return value;
  const shape = s.add('Shape', [value]);
  const wide = s.add('Expand', [s.unsqueeze(value, [2]), s.int64([1, 1, query / keys, 1, 1])]);
  const target = s.add('Concat', [s.slice(shape, 0, 0, 1), s.int64([query]), s.slice(shape, 0, 2, 4)], { axis: 0 });
  return s.add('Reshape', [wide, target]);
}

function products(s: Step, q: ValueId, key: ValueId, dtype: DType): ValueId {
  const root = rootOfScale(s, q, dtype);
  const turned = s.add('Transpose', [key], { perm: [0, 1, 3, 2] });
  return s.add('MatMul', [s.add('Mul', [q, root]), s.add('Mul', [turned, root])]);
}

/** sqrt(scale); scale is 1 / sqrt(head size) where it is not given. */
function rootOfScale(s: Step, q: ValueId, dtype: DType): ValueId {
  const scale = getFloat(s.node, 'scale');
  if (scale !== undefined && scale !== 0) return s.scalar(dtype, Math.sqrt(scale))!;
  const size = s.slice(s.add('Shape', [q]), 0, 3, 4);
  const number = s.add('Cast', [size], { to: codeOf('float') });
  const root = s.add('Sqrt', [s.add('Reciprocal', [s.add('Sqrt', [number])])]);
  return dtype === 'float' ? root : s.add('Cast', [root], { to: codeOf(dtype) });
}

function softcap(s: Step, scores: ValueId, dtype: DType): ValueId {
  const cap = getFloat(s.node, 'softcap', 0);
  if (cap === 0) return scores;
  const bound = s.scalar(dtype, cap)!;
  return s.add('Mul', [bound, s.add('Tanh', [s.add('Div', [scores, bound])])]);
}

/** The mask that is given is added, positions that order or padding rule out become minus infinity. */
function withMask(s: Step, scores: ValueId, q: ValueId, key: ValueId, dtype: DType): ValueId {
  const none = s.scalar(dtype, -Infinity)!;
  const length = s.slice(s.add('Shape', [key]), 0, 2, 3);
  const mask = s.input(3) === null ? null : paddedMask(s, length, dtype, none);
  const biased = mask === null ? scores : s.add('Add', [scores, mask]);
  const allowed = allowedPlaces(s, q, length);
  return allowed === null ? biased : s.add('Where', [allowed, biased, none]);
}

/** The mask as numbers to add, its last dimension filled up to the number of keys. */
function paddedMask(s: Step, length: ValueId, dtype: DType, none: ValueId): ValueId {
  const bias = s.dtype(3) === 'bool' ? s.add('Where', [s.input(3), s.scalar(dtype, 0)!, none]) : s.input(3)!;
  const [dims, keys, past] = [s.dims(3), s.dims(1), s.dims(4)];
  const total = keys?.[2] !== null && keys?.length === 4 && s.input(4) === null ? keys[2] : null;
  const whole = past === null ? total : null;
  if (!dims || (whole !== null && dims.at(-1) === whole)) return bias;
  const missing = s.add('Sub', [length, s.slice(s.add('Shape', [bias]), 0, -1, FAR)]);
  const pads = s.add('Concat', [s.int64(new Array<number>(2 * dims.length - 1).fill(0)), missing], { axis: 0 });
  return s.add('Pad', [bias, pads, none]);
}

/** Where order (causal, windows) and padding let a query see a key, as booleans; null: everywhere. */
function allowedPlaces(s: Step, q: ValueId, length: ValueId): ValueId | null {
  const [left, right] = [getInt(s.node, 'left_window_size', -1), getInt(s.node, 'right_window_size', -1)];
  const causal = getInt(s.node, 'is_causal', 0) === 1;
  const valid = s.input(6) === null ? null : s.unsqueeze(s.input(6), [1, 2, 3]);
  if (!causal && left < 0 && right < 0 && valid === null) return null;
  const columns = range(s, length);
  const places = (causal || left >= 0 || right >= 0) && positions(s, q, valid);
  const rules: ValueId[] = [];
  const not = (op: string, a: ValueId, b: ValueId) => rules.push(s.add('Not', [s.add(op, [a, b])]));
  if (places && causal) not('Greater', columns, places);
  if (places && left >= 0) not('Less', columns, s.add('Sub', [places, s.int64([left])]));
  if (places && right >= 0) not('Greater', columns, s.add('Add', [places, s.int64([right])]));
  if (valid !== null) rules.push(s.add('Less', [columns, valid]));
  return rules.reduce((a, b) => s.add('And', [a, b]));
}

/** The absolute position of each query: behind the past, or behind the keys that an outer cache holds already. */
function positions(s: Step, q: ValueId, valid: ValueId | null): ValueId {
  const count = s.slice(s.add('Shape', [q]), 0, 2, 3);
  const rows = s.unsqueeze(range(s, count), [1]);
  if (s.input(4) !== null) return s.add('Add', [rows, s.slice(s.add('Shape', [s.input(4)]), 0, 2, 3)]);
  return valid === null ? rows : s.add('Add', [rows, s.add('Sub', [valid, count])]);
}

function range(s: Step, count: ValueId): ValueId {
  return s.add('Range', [s.int64([0], []), s.add('Reshape', [count, s.int64([], [0])]), s.int64([1], [])]);
}

/** A row in which nothing is seen becomes zeros. */
function softmax(s: Step, scores: ValueId, dtype: DType): ValueId {
  const code = getInt(s.node, 'softmax_precision', 0);
  const inner = code !== 0 && code !== codeOf(dtype);
  const wide = inner ? s.add('Cast', [scores], { to: code }) : scores;
  const soft = s.add('Softmax', [wide], { axis: -1 });
  const back = inner ? s.add('Cast', [soft], { to: codeOf(dtype) }) : soft;
  const most = s.reduce('ReduceMax', scores, [-1], 1);
  return s.add('Where', [s.add('Equal', [most, s.scalar(dtype, -Infinity)!]), s.scalar(dtype, 0)!, back]);
}

/** Pairs of elements turned by the angles of their position. */
export function rotaryEmbedding(s: Step): string | void {
  const rank = s.rank(0);
  const dims = s.dims(0);
  const heads = getInt(s.node, 'num_heads', 0);
  const size = rank === 4 ? dims![3]! : rank === 3 && heads > 0 && dims![2] ? dims![2] / heads : null;
  if (size === null || rank === null) return 'the size of its heads is not known';
  const x =
    rank === 4
      ? s.add('Transpose', [s.input(0)], { perm: [0, 2, 1, 3] })
      : s.add('Reshape', [s.input(0), s.int64([0, 0, heads, size])]);
  const turned = getInt(s.node, 'rotary_embedding_dim', 0) || size;
  const rotated = rotate(s, x, turned);
  const whole = turned === size ? rotated : s.add('Concat', [rotated, s.slice(x, 3, turned, size)], { axis: 3 });
  if (rank === 4) return s.replaceBy(s.add('Transpose', [whole], { perm: [0, 2, 1, 3] }));
  s.replaceBy(s.add('Reshape', [whole, s.int64([0, 0, heads * size])]));
}

function rotate(s: Step, x: ValueId, size: number): ValueId {
  const interleaved = getInt(s.node, 'interleaved', 0) === 1;
  const half = size / 2;
  const [a, b] = interleaved
    ? [s.slice(x, 3, 0, size, 2), s.slice(x, 3, 1, size, 2)]
    : [s.slice(x, 3, 0, half), s.slice(x, 3, half, size)];
  const cache = (i: number) =>
    s.unsqueeze(s.input(3) === null ? s.input(i) : s.add('Gather', [s.input(i), s.input(3)]), [2]);
  const [cos, sin] = [cache(1), cache(2)];
  const real = s.add('Sub', [s.add('Mul', [cos, a]), s.add('Mul', [sin, b])]);
  const imaginary = s.add('Add', [s.add('Mul', [sin, a]), s.add('Mul', [cos, b])]);
  if (!interleaved) return s.add('Concat', [real, imaginary], { axis: 3 });
  const pairs = s.add('Concat', [s.unsqueeze(real, [4]), s.unsqueeze(imaginary, [4])], { axis: 4 });
  return s.add('Reshape', [pairs, s.int64([0, 0, 0, size])]);
}

/** A convolution of each channel over what came before it and itself; the last positions are the next state. */
export function causalConv(s: Step): string | void {
  const dims = s.dims(1);
  const dtype = s.dtype(0);
  const [channels, length] = [dims?.[0] ?? null, dims?.[2] ?? null];
  if (!channels || !length || !dtype) return 'the size of its kernel is not known';
  const before = length - 1;
  const line =
    s.input(3) === null
      ? s.add('Pad', [s.input(0), s.int64([0, 0, before, 0, 0, 0])])
      : s.add('Concat', [s.input(3), s.input(0)], { axis: 2 });
  const out = s.add('Conv', [line, s.input(1), s.input(2)], { group: channels, kernel_shape: [length] });
  const active = getString(s.node, 'activation', 'none') !== 'none';
  const y = active ? s.add('Mul', [out, s.add('Sigmoid', [out])]) : out;
  const state = s.node.outputs[1] === undefined ? null : s.slice(line, 2, before === 0 ? FAR : -before, FAR);
  s.replaceAll([y, state]);
}
