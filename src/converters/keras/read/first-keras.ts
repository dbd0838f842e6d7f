/**
 * Layers as Keras 1 wrote them, in the words of Keras 2. Source: the legacy interfaces and the loading of weights that
 * Keras 2.0 to 2.2 had for such files.
 */
import { isList, isObject, isSet, text, type Json, type JsonObject } from '../json.ts';

/** Marks a layer whose weights are those of Keras 1. */
export const FIRST = 'keras_1';

/** Options of Keras 1 alone. */
const OPTIONS = new Set([
  ...['nb_filter', 'nb_row', 'nb_col', 'border_mode', 'subsample', 'dim_ordering', 'inner_activation', 'inner_init'],
  ...[
    'pool_length',
    'stride',
    'filter_length',
    'atrous_rate',
    'b_regularizer',
    'W_regularizer',
    'concat_axis',
    'init',
    'length',
  ],
]);

const CLASSES: Readonly<Record<string, string>> = {
  Convolution1D: 'Conv1D',
  Convolution2D: 'Conv2D',
  Convolution3D: 'Conv3D',
  AtrousConvolution1D: 'Conv1D',
  AtrousConvolution2D: 'Conv2D',
  Deconvolution2D: 'Conv2DTranspose',
  SeparableConvolution2D: 'SeparableConv2D',
};

/** Option by option; those that are not here keep their names. */
const NAMES: Readonly<Record<string, string>> = {
  nb_filter: 'filters',
  output_dim: 'units',
  border_mode: 'padding',
  subsample: 'strides',
  subsample_length: 'strides',
  filter_length: 'kernel_size',
  pool_length: 'pool_size',
  stride: 'strides',
  atrous_rate: 'dilation_rate',
  bias: 'use_bias',
  inner_activation: 'recurrent_activation',
  p: 'rate',
  sigma: 'stddev',
};

const MERGES: Readonly<Record<string, string>> = {
  sum: 'Add',
  mul: 'Multiply',
  concat: 'Concatenate',
  ave: 'Average',
  max: 'Maximum',
  dot: 'Dot',
  cos: 'Dot',
};

const RECURRENT = /^(SimpleRNN|LSTM|GRU)$/;

/** The class and configuration in the words of Keras 2; the layer itself where Keras 1 did not write it. */
export function modern(type: string, config: JsonObject): { type: string; config: JsonObject } {
  if (!Object.keys(config).some((key) => OPTIONS.has(key)) && !isFirstWrapper(type, config)) return { type, config };
  if (type === 'Merge') return merged(config);
  const out: Record<string, Json | undefined> = { [FIRST]: true };
  for (const [key, value] of Object.entries(config)) out[renamed(type, key)] = value;
  const { nb_row: rows, nb_col: columns, dim_ordering: ordering, length } = config;
  if (isSet(rows) && isSet(columns)) out['kernel_size'] = [rows!, columns!];
  if (typeof ordering === 'string') out['data_format'] = ordering === 'th' ? 'channels_first' : 'channels_last';
  if (type === 'UpSampling1D' && isSet(length)) out['size'] = length;
  // What Keras 1 did where Keras 2 has another default.
  if (RECURRENT.test(type)) out['reset_after'] = false;
  for (const part of ['layer', 'backward_layer']) out[part] = modernPart(out[part]);
  return { type: CLASSES[type] ?? type, config: withoutUnset(out) };
}

/** Wrappers have no options of their own: the layer within says it. */
function isFirstWrapper(type: string, config: JsonObject): boolean {
  const { layer } = config;
  if ((type !== 'TimeDistributed' && type !== 'Bidirectional') || !isObject(layer) || !isObject(layer['config']))
    return false;
  return Object.keys(layer['config']).some((key) => OPTIONS.has(key));
}

function modernPart(layer: Json | undefined): Json | undefined {
  if (!isObject(layer) || !isObject(layer['config'])) return layer;
  const { type, config } = modern(text(layer['class_name'], ''), layer['config']);
  return { ...layer, class_name: type, config };
}

const withoutUnset = (config: Record<string, Json | undefined>): JsonObject =>
  Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));

/** An Embedding has an output_dim to this day. */
const renamed = (type: string, key: string) => (type === 'Embedding' ? key : (NAMES[key] ?? key));

function merged(config: JsonObject): { type: string; config: JsonObject } {
  const mode = text(config['mode'], '');
  const type = MERGES[mode];
  if (!type || isList(config['layers'])) return { type: 'Merge', config };
  const { name, dot_axes: axes, concat_axis: axis } = config;
  const own: JsonObject = { name, axis, axes, normalize: mode === 'cos' };
  return { type, config: withoutUnset({ ...own, [FIRST]: true }) };
}
