/** ONNX Runtime's other operators: activations, normalizations, embeddings, text generation (com.microsoft). */
import { dtypeOfCode, type Dim, type Shape } from '../../core/types.ts';
import { addDim, divDim, floorDim, mulDim, subDim } from '../symbolic.ts';
import type { InferRule, NodeContext } from './context.ts';
import { likeInput, shapeOfInput } from './elementwise.ts';
import { INDEXING } from './indexing.ts';
import { MAKERS } from './makers.ts';
import { NETWORKS } from './networks.ts';
import { rowsFor, withTraits, type Rows } from './row.ts';
import { WINDOWS } from './windows.ts';

const half = (d: Dim): Dim => floorDim(divDim(d, 2));

/** Output 0 like the input, 1 and 2 statistics per row, 3 the sum before normalizing. */
const skipNorm: InferRule = (c) => {
  c.set(0, c.type(0));
  const rows = c.shape(0)?.map((d, i, all) => (i === all.length - 1 ? 1 : d)) ?? null;
  c.setTensor(1, 'float', rows);
  c.setTensor(2, 'float', rows);
  c.set(3, c.type(0));
};

const embedNorm =
  (table: number, dtype: number): InferRule =>
  (c) => {
    const ids = c.shape(0);
    const out = ids && [...ids, c.dim(table, 1)];
    c.setTensor(0, c.dtype(dtype), out);
    c.setTensor(1, 'int32', ids && (c.int('mask_index_type', 1) === 2 ? [addDim(mulDim(3, ids[0]!), 2)] : [ids[0]!]));
    c.setTensor(2, c.dtype(dtype), out);
  };

/** The mask holds one bit for each element, in words of 32. */
const bitmaskDropout: InferRule = (c) => {
  c.set(0, c.type(0));
  const shape = c.shape(0);
  const count = shape && shape.reduce<Dim>((p, d) => mulDim(p, d), 1);
  c.setTensor(1, 'uint32', [floorDim(divDim(addDim(count, 31), 32))]);
};

const biasDropout: InferRule = (c) => {
  c.set(0, c.type(0));
  c.setTensor(1, 'bool', c.shape(0));
};

const lastHalf: InferRule = (c) => {
  const shape = c.shape(0);
  c.setTensor(0, c.dtype(0), shape && [...shape.slice(0, -1), half(shape.at(-1)!)]);
};

/** One packed projection halves; a separate `up` keeps the shape. */
const swiGlu: InferRule = (c) => (c.has(1) ? c.set(0, c.type(0)) : lastHalf(c));

const expandDims: InferRule = (c) => {
  const shape = c.shape(0);
  const axis = c.numbers(1)?.[0];
  if (!shape || axis === undefined) return c.setTensor(0, c.dtype(0), shape && [...shape, 1].map(() => null));
  const at = axis < 0 ? axis + shape.length + 1 : axis;
  c.setTensor(0, c.dtype(0), [...shape.slice(0, at), 1, ...shape.slice(at)]);
};

const embedding: InferRule = (c) => {
  const indices = c.shape(1);
  c.setTensor(0, c.dtype(0), indices && [...indices, c.dim(0, 1)]);
};

const rfft: InferRule = (c) => {
  const shape = c.shape(0);
  c.setTensor(0, c.dtype(0), shape && [...shape.slice(0, -1), addDim(half(shape.at(-1)!), 1), 2]);
};

const irfft: InferRule = (c) => {
  const shape = c.shape(0);
  c.setTensor(0, c.dtype(0), shape && [...shape.slice(0, -2), mulDim(2, subDim(shape.at(-2)!, 1))]);
};

const unfold: InferRule = (c) => {
  const shape = c.shape(0);
  if (!shape) return c.setTensor(0, c.dtype(0), null);
  const axis = c.axis(c.int('dim', -1), shape.length);
  const size = c.int('size', 1);
  const windows = (d: Dim) => addDim(floorDim(divDim(subDim(d, size), c.int('step', 1))), 1);
  c.setTensor(0, c.dtype(0), [...shape.map((d, i) => (i === axis ? windows(d) : d)), size]);
};

const crop: InferRule = (c) => {
  const size = c.elements(3)?.values;
  c.setTensor(0, c.dtype(0), [c.dim(1, 0), c.dim(0, 1), size?.[0] ?? null, size?.[1] ?? null]);
};

const beams = (c: NodeContext): void => {
  const batch = c.dim(0, 0);
  const [longest, kept] = [c.elements(1)?.values[0] ?? null, c.elements(4)?.values[0] ?? null];
  runBodies(c);
  c.setTensor(0, 'int32', [batch, kept, longest]);
  const scores = c.dtype(5) ?? 'float';
  c.setTensor(1, scores, [batch, kept]);
  c.setTensor(2, scores, [null, batch, c.elements(3)?.values[0] ?? null, c.optionalInt('vocab_size') ?? null]);
  c.setTensor(3, scores, null);
  c.setTensor(4, scores, [batch]);
};

/** The encoder and decoder stand in bodies of their own; their inputs are as declared. */
function runBodies(c: NodeContext): void {
  for (const name of ['encoder', 'decoder', 'init_decoder']) {
    const body = c.body(name);
    if (body) c.run(body, []);
  }
}

const greedy: InferRule = (c) => {
  runBodies(c);
  c.setTensor(0, 'int32', [c.dim(0, 0), c.elements(1)?.values[0] ?? null]);
  c.setTensor(1, 'float', [c.dim(0, 0), c.optionalInt('vocab_size') ?? null]);
};

const removePadding: InferRule = (c) => {
  const [batch, sequence] = [c.dim(0, 0), c.dim(0, 1)];
  c.setTensor(0, c.dtype(0), [null, c.dim(0, 2)]);
  c.setTensor(1, 'int32', [batch, sequence]);
  c.setTensor(2, 'int32', [addDim(batch, 1)]);
  c.setTensor(3, 'int32', [1]);
};

const ngramHash =
  (packed: boolean): InferRule =>
  (c) => {
    const n = c.int('max_ngram_size', 3) - 1;
    const ids = c.shape(0);
    c.setTensor(0, 'int64', ids && [...ids, n * c.int('n_head_per_ngram', 1)]);
    const batch = packed ? subDim(c.dim(3, 0), 1) : (ids?.[0] ?? null);
    c.setTensor(1, c.dtype(0), [batch, n]);
    if (!packed) return;
    c.setTensor(2, c.dtype(7) ?? 'int64', [batch, n]);
    c.setTensor(3, c.dtype(0), [batch, c.int('state_update_capacity', 0), n]);
  };

const causalConv: InferRule = (c) => {
  c.set(0, c.type(0));
  const past = c.type(3);
  const kernel = c.dim(1, -1);
  const x = c.shape(0);
  c.set(
    1,
    past ?? {
      kind: 'tensor',
      dtype: c.dtype(0) ?? 'float',
      shape: x && [x[0]!, x[1]!, c.optionalInt('state_length') ?? mulDim(subDim(kernel, 1), c.int('dilation', 1))],
    },
  );
  c.setTensor(2, c.dtype(0), x && [x[0]!, c.int('state_update_capacity', 0), x[1]!]);
};

const varlenConv: InferRule = (c) => {
  c.set(0, c.type(0));
  const [batch, channels] = [subDim(c.dim(2, 0), 1), c.dim(0, -1)];
  c.setTensor(1, c.dtype(0), [batch, channels, mulDim(subDim(c.dim(1, -1), 1), c.int('dilation', 1))]);
  c.setTensor(2, c.dtype(0), [batch, c.int('state_update_capacity', 0), channels]);
};

const tokenizer: InferRule = (c) => {
  const shape = c.shape(0);
  c.setTensor(0, 'string', shape && [...shape, null]);
};

const gatherPacked: InferRule = (c) => {
  const shape = c.shape(1);
  const code = c.optionalInt('output_dtype');
  c.setTensor(0, code ? dtypeOfCode(code) : 'float', shape && [...shape, c.optionalInt('K') ?? null]);
};

const router: InferRule = (c) => {
  const shape = c.shape(0);
  const rows = shape?.slice(0, -1);
  const own: Dim = c.optionalInt('router_size') ?? null;
  c.setTensor(0, c.dtype(0), rows ? [...rows, own] : null);
  c.setTensor(1, c.dtype(0), rows ? [...rows, half(subDim(c.dim(1, 0), own))] : null);
};

/** Branches of a residual stream: [..., C·H] or [..., C, H] against [..., H]. */
const branches = (c: NodeContext): { outer: Shape; width: Dim; count: Dim } => {
  const shape = c.shape(0);
  const count = c.optionalInt('num_branches');
  if (!shape) return { outer: null, width: null, count: count ?? null };
  if (count) return { outer: shape.slice(0, -1), width: floorDim(divDim(shape.at(-1)!, count)), count };
  return { outer: shape.slice(0, -2), width: shape.at(-1)!, count: shape.at(-2) ?? null };
};

const preMix: InferRule = (c) => {
  const { outer, width } = branches(c);
  c.setTensor(0, c.dtype(0), outer && [...outer, width]);
};

const lowRankMix: InferRule = (c) => {
  const { outer, width, count } = branches(c);
  c.setTensor(0, c.dtype(0), outer && [...outer, width]);
  c.setTensor(1, c.dtype(0), outer && [...outer, count]);
  c.set(2, c.type(0));
};

const normRotary: InferRule = (c) => {
  const shape = c.shape(0);
  const dtype = c.int('output_fp16', 0) ? 'float16' : c.dtype(0);
  c.setTensor(
    0,
    dtype,
    shape && shape.length === 4
      ? [shape[0]!, shape[1]!, mulDim(shape[2]!, shape[3]!)]
      : shape && shape.map((d, i) => (i < 2 ? d : null)),
  );
  c.setTensor(
    1,
    'float',
    shape && shape.length === 4 ? shape : shape && [shape[0]!, shape[1] ?? null, null, c.dim(1, 0)],
  );
};

const passing =
  (...from: readonly number[]): InferRule =>
  (c) =>
    from.forEach((input, i) => c.set(i, c.type(input)));

const mamba: InferRule = (c) => {
  const rows = c.dim(0, 0);
  const inner: Dim = mulDim(c.optionalInt('heads') ?? null, c.optionalInt('head_dim') ?? null);
  c.setTensor(0, c.dtype(0), [rows, inner]);
  c.set(1, c.type(1));
  c.set(2, c.type(2));
  c.setTensor(3, c.dtype(0), [rows, c.dim(3, 0)]);
  c.setTensor(4, 'float', [rows, inner]);
};

const ELEMENT = 'BiasGelu Gelu FastGelu QuickGelu ScaledSiLU ComplexMul ComplexMulConj BiasAdd GatedAdd'.split(' ');
const LIKE_FIRST =
  'BiasSoftmax BranchwiseRMSNorm EngramGate GatedRMSNorm GroupNorm HyperConnectionPostMix Inverse NGramRepeatBlock LinearAttentionGate Trilu'.split(
    ' ',
  );

const standard = (rows: Rows, op: string): InferRule => rows[op]!.infer!;

export const CONTRIB_LAYERS: Rows = {
  ...rowsFor(ELEMENT, { infer: likeInput(), traits: ['elementwise'] }),
  ...rowsFor(LIKE_FIRST, { infer: likeInput(), traits: [] }),
  ...rowsFor(['SkipLayerNormalization', 'SkipSimplifiedLayerNormalization'], { infer: skipNorm, traits: [] }),
  ...rowsFor(['BitmaskDropout', 'BitmaskBiasDropout'], { infer: bitmaskDropout, traits: [] }),
  ...rowsFor(['BeamSearch', 'WhisperBeamSearch'], { infer: beams, traits: ['random'] }),
  ...rowsFor(['GreedySearch', 'Sampling'], { infer: greedy, traits: ['random'] }),
  ...withTraits([], {
    AttnLSTM: standard(NETWORKS, 'LSTM'),
    DynamicQuantizeLSTM: standard(NETWORKS, 'LSTM'),
    GatherND: standard(INDEXING, 'GatherND'),
    Unique: (c) => {
      const length = c.fresh();
      c.setTensor(0, c.dtype(0), [length]);
      c.setTensor(1, 'int64', [c.dim(0, 0)]);
      c.setTensor(2, 'int64', [length]);
    },
    Pad: (c) => padInput(c),
    Range: standard(MAKERS, 'Range'),
    GridSample: standard(WINDOWS, 'GridSample'),
    SwiGLU: swiGlu,
    BiasDropout: biasDropout,
    BiasSplitGelu: lastHalf,
    SkipGroupNorm: passing(0, 0),
    EmbedLayerNormalization: embedNorm(2, 2),
    QEmbedLayerNormalization: embedNorm(2, 8),
    ExpandDims: expandDims,
    TorchEmbedding: embedding,
    Rfft: rfft,
    Irfft: irfft,
    UnfoldTensor: unfold,
    CropAndResize: crop,
    CDist: (c) => c.setTensor(0, c.dtype(0), [c.dim(0, 0), c.dim(1, 0)]),
    DynamicTimeWarping: (c) => c.setTensor(0, 'int32', [2, null]),
    IsAllFinite: (c) => c.setTensor(0, 'bool', []),
    MurmurHash3: shapeOfInput((c) => (c.int('positive', 1) ? 'uint32' : 'int32')),
    RemovePadding: removePadding,
    RestorePadding: (c) => c.setTensor(0, c.dtype(0), [c.dim(1, 0), c.dim(1, 1), c.dim(0, 1)]),
    NGramHashMapping: ngramHash(false),
    VarlenNGramHashMapping: ngramHash(true),
    CausalConvWithState: causalConv,
    VarlenCausalConvWithState: varlenConv,
    ConvStateReplay: passing(2),
    GatedDeltaNetStateReplay: passing(2),
    Tokenizer: tokenizer,
    WordConvEmbedding: (c) => {
      const shape = c.shape(0);
      c.setTensor(0, c.dtype(1), shape && [...shape.slice(0, -1), c.dim(1, 0)]);
    },
    GatherPacked: gatherPacked,
    MoEGroupRouter: (c) => {
      c.set(0, c.type(0));
      c.setTensor(1, 'float', c.shape(0));
      c.setTensor(2, 'float', c.shape(0));
    },
    RouterGateUpProj: router,
    HyperConnectionPreMix: preMix,
    HyperConnectionLowRankMix: lowRankMix,
    RMSNormRotary: normRotary,
    Mamba2Verify: mamba,
    SampleOp: likeInput(),
    BifurcationDetector: (c) => {
      c.setTensor(0, c.dtype(0), [null]);
      c.setTensor(1, c.dtype(0), [1]);
    },
    SpeculativePrefixCommit: (c) => {
      c.setTensor(0, 'int32', [c.dim(2, 0)]);
      c.set(1, c.type(3));
      c.set(2, c.type(4));
    },
    // What a vendor's library makes is declared in the file.
    EPContext: () => {},
    Snpe: () => {},
  }),
};

/** Pads are an input as in ONNX since opset 11. */
function padInput(c: NodeContext): void {
  const pads = c.elements(1)?.values;
  const shape = c.shape(0);
  c.setTensor(
    0,
    c.dtype(0),
    shape && shape.map((d, i) => addDim(addDim(d, pads?.[i] ?? null), pads?.[i + shape.length] ?? null)),
  );
}
