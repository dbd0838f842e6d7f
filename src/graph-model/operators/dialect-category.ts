/**
 * The kind of a source dialect's operator, by what its name says. Frameworks name alike what is alike (`Conv2D`, `conv2d`,
 * `DepthwiseConv2dNative`), so one list of patterns serves them all; the first that fits counts.
 */
import type { Category } from './category-names.ts';

/** Dialects of classical models: what is no preparation of data there is a model. */
const CLASSICAL = new Set(['sklearn', 'sparkml', 'lightgbm', 'xgboost', 'catboost', 'libsvm']);

const DATA: readonly (readonly [RegExp, Category])[] = [
  [/scaler|normaliz|imputer|whiten|powertransformer|quantiletransformer/i, 'norm'],
  [/pca|svd|nmf|projection|dct|fastica|factoranalysis|nystroem|sampler/i, 'conv'],
  [/binarizer|binner|polynomial|splinetransformer|minhash|elementwise|interaction/i, 'math'],
  [
    /columns?\b|columntransformer|encoder|discretizer|union|selector|select|variancethreshold|vectorizer|assembler|indexer|bucketizer|functiontransformer|slicer|hasher|tokenizer|ngram|stopwords|indextostring|tfidf|sqltransformer|pipeline$/i,
    'shape',
  ],
];

const NETWORK: readonly (readonly [RegExp, Category])[] = [
  [/quant/i, 'quant'],
  [/attention/i, 'attention'],
  [/lstm|gru|rnn|bidirectional|recurrent/i, 'recurrent'],
  [/norm(aliz|\b|v\d|$|alization)|batch_?norm|layer_?norm|dropout|noise|rescaling/i, 'norm'],
  [/pool|resize|resizing|upsampl|interpolate|gridsample|grid_sampl/i, 'pool'],
  [/conv|dense|matmul|linear$|addmm|\bmm$|bmm|einsum|gemm|fully_?connected/i, 'conv'],
  [
    /relu|sigmoid|softmax|softplus|softsign|\belu|selu|gelu|silu|swish|mish|tanh|activation|clip|clamp|hardtanh/i,
    'activation',
  ],
  [
    /^(if|while|loop|scan|case|switch|merge|for)|partitionedcall|tensorlist|timedistributed|lambda|control|functional|sequential|callonce/i,
    'control',
  ],
  [
    /^(const|placeholder|var|readvariable|inputlayer|input$|parameter|random|range|fill|zeros|ones|full|arange|eye)/i,
    'const',
  ],
  [
    /^(reduce|mean|sum|prod|all$|any$|arg_?max|arg_?min|top_?k|cumsum|nonmaxsuppression|amax|amin|var$|std$)|logsumexp/i,
    'reduce',
  ],
  [
    /reshape|concat|stack|pack|transpose|permute|shape|slice|gather|scatter|pad|expand|squeeze|split|tile|cast|identity|flatten|repeat|crop|embedding|broadcast|view|select|index|lookup|one_?hot|space|batch|reverse|roll|size|unbind|chunk|copy|clone|contiguous|getitem|detach|to$/i,
    'shape',
  ],
  [
    /add|sub|mul|div|pow|sqrt|exp|log|abs|neg|max|min|equal|less|greater|where|not|and|or$|xor|floor|ceil|round|sin|cos|tan|erf|square|average|subtract|multiply|dot|sign|mod|reciprocal/i,
    'math',
  ],
];

/** null for a name that says nothing. */
export function dialectCategory(domain: string, op: string): Category | null {
  const classical = CLASSICAL.has(domain);
  const found = (classical ? DATA : NETWORK).find(([pattern]) => pattern.test(op));
  return found?.[1] ?? (classical ? 'classic' : null);
}

/** Domains of source dialects: those of converters, and none that ONNX files use. */
const DIALECTS = new Set([
  ...CLASSICAL,
  'keras',
  'tf',
  'tflite',
  'tfjs',
  'torch',
  'aten',
  'prim',
  'chainer',
  'caffe',
  'coreml',
]);

export const isDialect = (domain: string): boolean => DIALECTS.has(domain);
