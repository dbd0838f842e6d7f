/** Recurrent layers, attention, quantization. */
import type { Dim, DType, Shape } from '../../core/types.ts';
import { dtypeOfCode } from '../../core/types.ts';
import { addDim, divDim, floorDim, mulDim, subDim } from '../symbolic.ts';
import type { InferRule } from './context.ts';
import { likeInput } from './elementwise.ts';
import { withTraits, type Rows } from './row.ts';

// ---- recurrent

/** RNN, GRU, LSTM: Y, Y_h and (LSTM) Y_c. layout 1 puts the batch first. */
const recurrent: InferRule = (c) => {
  const first = c.int('layout', 0) === 1;
  const x = c.shape(0);
  const [sequence, batch] = first ? [x?.[1] ?? null, x?.[0] ?? null] : [x?.[0] ?? null, x?.[1] ?? null];
  const directions = c.string('direction', 'forward') === 'bidirectional' ? 2 : 1;
  const hidden: Dim = c.optionalInt('hidden_size') ?? c.dim(2, -1);
  const last = first ? [batch, directions, hidden] : [directions, batch, hidden];
  c.setTensor(0, c.dtype(0), first ? [batch, sequence, directions, hidden] : [sequence, directions, batch, hidden]);
  c.setTensor(1, c.dtype(0), last);
  c.setTensor(2, c.dtype(0), last);
};

// ---- attention

interface Heads {
  readonly batch: Dim;
  readonly heads: Dim;
  readonly sequence: Dim;
  readonly size: Dim;
}

/** The four lengths of a [B, S, H·D] or [B, H, S, D] tensor. */
function headsOf(shape: Shape, count: Dim): Heads | null {
  if (shape?.length === 4) return { batch: shape[0]!, heads: shape[1]!, sequence: shape[2]!, size: shape[3]! };
  if (shape?.length !== 3) return null;
  return { batch: shape[0]!, heads: count, sequence: shape[1]!, size: floorDim(divDim(shape[2]!, count)) };
}

const attention: InferRule = (c) => {
  const q = headsOf(c.shape(0), c.optionalInt('q_num_heads') ?? null);
  const k = headsOf(c.shape(1), c.optionalInt('kv_num_heads') ?? null);
  const v = headsOf(c.shape(2), c.optionalInt('kv_num_heads') ?? null);
  const past = c.has(4) ? c.dim(4, 2) : 0;
  const total = k && addDim(k.sequence, past);
  const flat = c.rank(0) === 3;
  const out =
    q && v && (flat ? [q.batch, q.sequence, mulDim(q.heads, v.size)] : [q.batch, q.heads, q.sequence, v.size]);
  c.setTensor(0, c.dtype(0), out);
  c.setTensor(1, c.dtype(4) ?? c.dtype(1), k && [k.batch, k.heads, total, k.size]);
  c.setTensor(2, c.dtype(5) ?? c.dtype(2), v && [v.batch, v.heads, total, v.size]);
  c.setTensor(3, c.dtype(0), q && [q.batch, q.heads, q.sequence, total]);
};

const flexAttention: InferRule = (c) => {
  const [q, v] = [headsOf(c.shape(0), null), headsOf(c.shape(2), null)];
  const k = headsOf(c.shape(1), null);
  const code = c.optionalInt('softmax_precision');
  const scores = code !== undefined ? dtypeOfCode(code) : c.dtype(0) === 'double' ? 'double' : 'float';
  const shape = q && k && [q.batch, q.heads, q.sequence, k.sequence];
  for (const name of ['score_mod', 'prob_mod']) {
    const body = c.body(name);
    if (body) c.run(body, [{ type: scores && { kind: 'tensor', dtype: scores, shape } }]);
  }
  c.setTensor(0, c.dtype(0), q && v && [q.batch, q.heads, q.sequence, v.size]);
};

/** Packed [B, T, H·D] inputs; the state is [B, H_kv, d_k, d_v]. */
const linearAttention: InferRule = (c) => {
  const [qHeads, kvHeads] = [c.optionalInt('q_num_heads') ?? null, c.optionalInt('kv_num_heads') ?? null];
  const shape = c.shape(0);
  const keySize = floorDim(divDim(c.dim(0, 2), qHeads));
  const valueSize = floorDim(divDim(c.dim(2, 2), kvHeads));
  c.setTensor(0, c.dtype(0), shape && [shape[0]!, shape[1]!, mulDim(qHeads, valueSize)]);
  c.setTensor(1, c.dtype(3) ?? c.dtype(0), shape && [shape[0]!, kvHeads, keySize, valueSize]);
};

// ---- quantization

const quantize: InferRule = (c) => {
  const said = c.optionalInt('output_dtype');
  const dtype: DType | null = c.has(2) ? c.dtype(2) : said ? dtypeOfCode(said) : 'uint8';
  c.setTensor(0, dtype, c.shape(0));
};

const dequantize: InferRule = (c) => {
  const said = c.optionalInt('output_dtype');
  c.setTensor(0, said ? dtypeOfCode(said) : (c.dtype(1) ?? 'float'), c.shape(0));
};

const dynamicQuantize: InferRule = (c) => {
  c.setTensor(0, 'uint8', c.shape(0));
  c.setTensor(1, 'float', []);
  c.setTensor(2, 'uint8', []);
};

// ---- signals

const dft: InferRule = (c) => {
  const shape = c.shape(0);
  if (!shape) return c.setTensor(0, c.dtype(0), null);
  const said = c.version < 20 ? c.int('axis', 1) : c.has(2) ? (c.elements(2)?.values[0] ?? null) : -2;
  const axis = typeof said === 'number' ? c.axis(said, shape.length) : null;
  const given: Dim | undefined = c.has(1) ? (c.elements(1)?.values[0] ?? null) : undefined;
  const onesided = c.int('onesided', 0) === 1;
  const inverse = c.int('inverse', 0) === 1;
  const length = (d: Dim): Dim => {
    if (!onesided) return given === undefined ? d : given;
    if (inverse) return given === undefined ? mulDim(2, subDim(d, 1)) : given;
    return halfSpectrum(given === undefined ? d : given);
  };
  const parts = onesided && inverse ? 1 : 2;
  c.setTensor(
    0,
    c.dtype(0),
    shape.map((d, i) => (i === shape.length - 1 ? parts : axis === null ? null : i === axis ? length(d) : d)),
  );
};

/** A real signal's spectrum repeats itself: one half and the middle are kept. */
const halfSpectrum = (d: Dim): Dim => addDim(floorDim(divDim(d, 2)), 1);

const stft: InferRule = (c) => {
  const step = c.elements(1)?.values[0] ?? null;
  const frame = c.has(3) ? (c.elements(3)?.values[0] ?? null) : c.dim(2, 0);
  const frames = addDim(floorDim(divDim(subDim(c.dim(0, 1), frame), step)), 1);
  const bins = c.int('onesided', 1) === 1 ? halfSpectrum(frame) : frame;
  c.setTensor(0, c.dtype(0), [c.dim(0, 0), frames, bins, 2]);
};

/** Optimizer steps: R, T, then groups of n tensors; the outputs are the new values of some groups. */
const optimizerStep =
  (groups: number, results: readonly number[]): InferRule =>
  (c) => {
    const n = Math.floor((c.inputCount - 2) / groups);
    results.forEach((group, r) => {
      for (let i = 0; i < n; i++) c.set(r * n + i, c.type(2 + group * n + i));
    });
  };

const gradient: InferRule = (c) => {
  for (let i = 0; i < c.outputCount; i++) c.set(i, c.type(i));
};

export const NETWORKS: Rows = withTraits([], {
  RNN: recurrent,
  GRU: recurrent,
  LSTM: recurrent,
  Attention: attention,
  LinearAttention: linearAttention,
  RotaryEmbedding: likeInput(),
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamicQuantize,
  DFT: dft,
  STFT: stft,
});

export const PREVIEW: Rows = withTraits([], { FlexAttention: flexAttention });

export const TRAINING: Rows = withTraits([], {
  Adagrad: optimizerStep(3, [0, 2]),
  Momentum: optimizerStep(3, [0, 2]),
  Adam: optimizerStep(4, [0, 2, 3]),
  Gradient: gradient,
});
