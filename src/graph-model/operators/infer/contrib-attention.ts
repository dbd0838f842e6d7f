/** ONNX Runtime's attention operators (com.microsoft). */
import type { Dim, Shape } from '../../core/types.ts';
import { addDim, divDim, floorDim, mulDim, subDim } from '../symbolic.ts';
import type { InferRule, NodeContext } from './context.ts';
import { likeInput } from './elementwise.ts';
import { withTraits, type Rows } from './row.ts';

const heads = (c: NodeContext): Dim => c.optionalInt('num_heads') ?? null;
const kvHeads = (c: NodeContext): Dim => c.optionalInt('kv_num_heads') ?? null;
const third = (d: Dim): Dim => floorDim(divDim(d, 3));

/** A cache of keys or values, [B, N, S, H]: the given one grown by `added`, or a new one. */
function cache(c: NodeContext, past: number, added: Dim, fresh: Shape): Shape {
  const shape = c.shape(past);
  if (!c.has(past)) return fresh;
  if (shape?.length !== 4) return null;
  return [shape[0]!, shape[1]!, addDim(shape[2]!, added), shape[3]!];
}

/** Attention with merged projections: weights [hidden, q+k+v]. `past` is [2, B, N, S, H]. */
const merged =
  (weights: number, past: number): InferRule =>
  (c) => {
    const x = c.shape(0);
    const sizes = c.ints('qkv_hidden_sizes');
    const hidden: Dim = sizes?.[2] ?? third(c.dim(weights, 1));
    c.setTensor(
      0,
      weights === 1 && c.node.op === 'QAttention' ? c.dtype(3) : c.dtype(0),
      x && [...x.slice(0, 2), hidden],
    );
    const before = c.shape(past);
    const size = floorDim(divDim(hidden, heads(c)));
    const grown = c.int('past_present_share_buffer', 0) ? 0 : (x?.[1] ?? null);
    const present =
      before?.length === 5
        ? [...before.slice(0, 3), addDim(before[3]!, grown), before[4]!]
        : x && [2, x[0]!, heads(c), c.has(past) ? null : x[1]!, size];
    c.setTensor(1, c.node.op === 'QAttention' ? c.dtype(3) : c.dtype(0), present);
  };

/** MultiHeadAttention: query [B, S, D], or packed [B, S, N, 3, H]; key and value may be [B, N, L, H] already. */
const multiHead: InferRule = (c) => {
  const q = c.shape(0);
  if (!q) return c.setTensor(0, c.dtype(0), null);
  const packed = q.length === 5;
  const [batch, sequence] = [q[0]!, q[1]!];
  const value = c.shape(2);
  const width: Dim = packed
    ? mulDim(q[2]!, q[4]!)
    : !value
      ? c.has(1)
        ? lastPair(c, 1)
        : q[2]!
      : value.length === 4
        ? mulDim(value[1]!, value[3]!)
        : value[2]!;
  c.setTensor(0, c.dtype(0), [batch, sequence, width]);
  const added: Dim = packed || !c.has(1) ? sequence : c.rank(1) === 4 ? c.dim(1, 2) : c.dim(1, 1);
  const keySize = packed ? q[4]! : floorDim(divDim(q[2]!, heads(c)));
  const valueSize = floorDim(divDim(width, heads(c)));
  const key = cache(c, 6, added, [batch, heads(c), added, keySize]);
  c.setTensor(1, c.dtype(0), key);
  c.setTensor(2, c.dtype(0), cache(c, 7, added, [batch, heads(c), added, valueSize]));
  c.setTensor(3, c.dtype(0), [batch, heads(c), sequence, key?.[2] ?? null]);
};

/** The value width of a packed key-value pair [B, L, N, 2, H]. */
const lastPair = (c: NodeContext, i: number): Dim => (c.rank(i) === 5 ? mulDim(c.dim(i, 2), c.dim(i, 4)) : null);

/** One new token against a cache. */
const decoderMasked: InferRule = (c) => {
  const q = c.shape(0);
  const own = !c.has(1);
  const width: Dim = own ? third(q?.[2] ?? null) : c.rank(2) === 4 ? mulDim(c.dim(2, 1), c.dim(2, 3)) : c.dim(2, 2);
  c.setTensor(0, c.dtype(0), q && [q[0]!, q[1]!, width]);
  const added = c.int('past_present_share_buffer', 0) ? 0 : 1;
  for (const i of [1, 2]) c.setTensor(i, c.dtype(0), cache(c, 4 + i, added, null));
  c.setTensor(3, c.dtype(0), q && [q[0]!, heads(c), 1, null]);
};

const groupQuery: InferRule = (c) => {
  const q = c.shape(0);
  const packed = !c.has(1);
  const groups = addDim(heads(c), mulDim(2, kvHeads(c)));
  const size = packed ? floorDim(divDim(q?.[2] ?? null, groups)) : floorDim(divDim(q?.[2] ?? null, heads(c)));
  c.setTensor(0, c.dtype(0), q && [q[0]!, q[1]!, packed ? mulDim(size, heads(c)) : q[2]!]);
  for (const i of [1, 2]) c.setTensor(i, c.dtype(2 + i) ?? c.dtype(0), presentOf(c, 2 + i, q, size));
  c.setTensor(3, c.dtype(0), q && [q[0]!, heads(c), q[1]!, totalLength(c)]);
};

/** The cache may be a shared buffer of full length or grow: its length follows from total_sequence_length where known. */
function presentOf(c: NodeContext, past: number, q: Shape, size: Dim): Shape {
  const before = c.shape(past);
  if (!c.has(past)) return q && [q[0]!, kvHeads(c), q[1]!, size];
  if (before?.length !== 4) return null;
  const total = totalLength(c);
  const length = typeof total === 'number' && typeof before[2] === 'number' ? Math.max(total, before[2]) : null;
  return [before[0]!, before[1]!, length, before[3]!];
}

const totalLength = (c: NodeContext): Dim => c.elements(6)?.values[0] ?? null;

/** Present caches are the given ones, changed in place. */
const inPlaceCaches =
  (key: number, value: number, output: (c: NodeContext) => Shape): InferRule =>
  (c) => {
    c.setTensor(0, c.dtype(0), output(c));
    c.set(1, c.type(key));
    c.set(2, c.type(value));
  };

const queryWidth = (c: NodeContext): Shape => {
  const q = c.shape(0);
  if (!q || c.has(1)) return q;
  const size = floorDim(divDim(q.at(-1)!, addDim(heads(c), mulDim(2, kvHeads(c)))));
  return [...q.slice(0, -1), mulDim(size, heads(c))];
};

const decoderAttention: InferRule = (c) => {
  const q = c.shape(0);
  c.setTensor(0, c.dtype(0), q);
  const state = q && [q[1]!, heads(c), null, floorDim(divDim(q[2]!, heads(c)))];
  c.setTensor(1, c.dtype(0), state);
  c.setTensor(2, c.dtype(0), state);
};

/** Without padding: [tokens, hidden]. */
const packedAttention: InferRule = (c) => {
  const hidden: Dim = c.ints('qkv_hidden_sizes')?.[2] ?? third(c.dim(1, 1));
  c.setTensor(0, c.dtype(0), c.shape(0) && [c.dim(0, 0), hidden]);
};

const packedMultiHead: InferRule = (c) => {
  const value = c.shape(2);
  const q = c.shape(0);
  const width: Dim = value ? value.at(-1)! : q?.length === 4 ? mulDim(q[1]!, q[3]!) : null;
  c.setTensor(0, c.dtype(0), q && [q[0]!, width]);
};

const relativeBias: InferRule = (c) => {
  const [rows, columns] = [c.elements(1)?.values[0] ?? null, c.elements(2)?.values[0] ?? null];
  c.setTensor(0, c.dtype(0), [1, c.dim(0, 1), rows, columns]);
};

const gatedBias: InferRule = (c) => {
  const rel = c.shape(2);
  c.setTensor(0, c.dtype(0), [
    c.has(6) ? c.dim(6, 0) : c.dim(0, 0),
    heads(c),
    rel?.at(-2) ?? null,
    rel?.at(-1) ?? null,
  ]);
};

const linearAttention: InferRule = (c) => {
  const x = c.shape(0);
  const [q, kv] = [c.optionalInt('q_num_heads') ?? null, kvHeads(c)];
  const sizes = [floorDim(divDim(c.dim(0, 2), q)), floorDim(divDim(c.dim(2, 2), kv))];
  const most = typeof q === 'number' && typeof kv === 'number' ? Math.max(q, kv) : null;
  c.setTensor(0, c.dtype(0), x && [x[0]!, x[1]!, mulDim(most, sizes[1]!)]);
  const window = c.int('state_window', 0);
  const state = x && [...(window ? [window] : []), x[0]!, kv, sizes[0]!, sizes[1]!];
  c.setTensor(1, c.dtype(3) ?? c.dtype(0), state);
};

const gatedDelta: InferRule = (c) => {
  const [q, v] = [c.shape(0), c.shape(2)];
  const most = q && v && typeof q[1] === 'number' && typeof v[1] === 'number' ? Math.max(q[1], v[1]) : null;
  c.setTensor(0, c.dtype(0), q && v && [q[0]!, most, v[2]!]);
  const batch = subDim(c.dim(3, 0), 1);
  c.setTensor(1, c.dtype(6) ?? 'float', v && q && [batch, v[1]!, v[2]!, q[2]!]);
  c.setTensor(2, c.dtype(6) ?? 'float', [batch, null]);
};

/** Picks the positions that sparse attention reads. */
const indexer: InferRule = (c) => {
  const x = c.shape(0);
  c.setTensor(0, 'int32', x && [x[0]!, x[1]!, null]);
  const past = c.shape(7);
  c.setTensor(1, c.dtype(7) ?? c.dtype(0), past && past.map((d, i) => (i === past.length - 2 ? null : d)));
  const buffer = c.shape(13);
  c.setTensor(2, c.dtype(13), buffer && buffer.map((d, i) => (i === 2 ? null : d)));
};

const packedIndexer: InferRule = (c) => {
  const tokens = c.dim(0, 0);
  const batch = c.dim(7, 0);
  c.setTensor(0, 'int32', [tokens, c.optionalInt('max_output_entries') ?? null]);
  c.setTensor(1, 'int32', [tokens]);
  [12, 13, 14, 15].forEach((from, i) => c.set(2 + i, c.type(from)));
  c.setTensor(6, c.dtype(0), [batch, c.optionalInt('state_update_capacity') ?? null, c.dim(2, 0)]);
  c.setTensor(7, 'int32', [tokens]);
  c.setTensor(8, 'int32', [batch]);
};

const mergeIndices: InferRule = (c) => {
  const rows = c.dim(0, 0);
  c.setTensor(0, c.dtype(0), [rows, c.optionalInt('max_output_entries') ?? null]);
  c.setTensor(1, c.dtype(0), [rows]);
  c.setTensor(2, c.dtype(0), [rows]);
};

export const CONTRIB_ATTENTION: Rows = withTraits([], {
  Attention: merged(1, 4),
  QAttention: merged(1, 8),
  DecoderMaskedSelfAttention: merged(1, 4),
  MultiHeadAttention: multiHead,
  DecoderMaskedMultiHeadAttention: decoderMasked,
  GroupQueryAttention: groupQuery,
  SparseAttention: inPlaceCaches(3, 4, queryWidth),
  PagedAttention: inPlaceCaches(3, 4, queryWidth),
  SparsePagedAttention: inPlaceCaches(3, 4, queryWidth),
  DynamicSparseAttention: inPlaceCaches(3, 4, queryWidth),
  DecoderAttention: decoderAttention,
  PackedAttention: packedAttention,
  PackedMultiHeadAttention: packedMultiHead,
  LongformerAttention: likeInput(),
  QOrderedAttention: likeInput(),
  QOrderedLongformerAttention: likeInput(),
  RelativePositionBias: relativeBias,
  GatedRelativePositionBias: gatedBias,
  LinearAttention: linearAttention,
  GatedDeltaNet: gatedDelta,
  SparseAttentionIndexer: indexer,
  PackedSparseAttentionIndexer: packedIndexer,
  PackedSparseAttentionIndexerMerge: mergeIndices,
  RotaryEmbedding: likeInput(),
  MRotaryEmbedding: likeInput(),
  GemmaRotaryEmbedding: (c) => {
    c.set(0, c.type(1));
    c.set(1, c.type(3));
  },
});
