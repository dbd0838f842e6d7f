/**
 * Which weights each layer has, in Keras's own order, and where a `.weights.h5` file of Keras 3 (or of the zip form of
 * Keras 2) keeps them. One table; layers that are not in it have no weights or are of the user's own making.
 */
import { policyName } from './node-config.ts';
import { firstRoles } from './first-weights.ts';
import { isSet, flag, isList, isObject, text, type Json, type JsonObject } from './json.ts';

export interface WeightRow {
  /** `kernel`; for a part of the layer with its path before it: `forward_layer/kernel`. */
  readonly role: string;
  readonly trainable: boolean;
  /** Group below the layer's own: '' or `cell`, and the number of the variable in its `vars`; a name where it is no weight to Keras. */
  readonly at: string;
  readonly index: number | string;
}

type Roles = (config: JsonObject) => (string | false)[];

const withBias =
  (...roles: string[]): Roles =>
  (c) => [...roles, flag(c['use_bias'], true) && 'bias'];
const scaled: Roles = (c) => [flag(c['scale'], true) && 'gamma', flag(c['center'], true) && 'beta'];
const recurrent = withBias('kernel', 'recurrent_kernel');

/** Roles by class; a role that begins with `~` is not trainable. */
const ROLES: Readonly<Record<string, Roles>> = {
  Dense: (c) => [...withBias('kernel')(c), /^int8_from/.test(policyName(c['dtype'])) && 'kernel_scale'],
  EinsumDense: (c) => ['kernel', isSet(c['bias_axes']) && 'bias'],
  Conv1D: withBias('kernel'),
  Conv2D: withBias('kernel'),
  Conv3D: withBias('kernel'),
  Conv1DTranspose: withBias('kernel'),
  Conv2DTranspose: withBias('kernel'),
  Conv3DTranspose: withBias('kernel'),
  DepthwiseConv1D: withBias('kernel'),
  DepthwiseConv2D: withBias('kernel'),
  SeparableConv1D: withBias('depthwise_kernel', 'pointwise_kernel'),
  SeparableConv2D: withBias('depthwise_kernel', 'pointwise_kernel'),
  LocallyConnected1D: withBias('kernel'),
  LocallyConnected2D: withBias('kernel'),
  BatchNormalization: (c) => [...scaled(c), '~moving_mean', '~moving_variance'],
  LayerScale: () => ['gamma'],
  LayerNormalization: (c) => (flag(c['rms_scaling'], false) ? ['gamma'] : scaled(c)),
  GroupNormalization: scaled,
  RMSNormalization: () => ['scale'],
  Embedding: () => ['embeddings'],
  ReversibleEmbedding: (c) => ['embeddings', !flag(c['tie_weights'], true) && 'reverse_embeddings'],
  PReLU: () => ['alpha'],
  Attention: (c) => [flag(c['use_scale'], false) && 'scale', c['score_mode'] === 'concat' && 'concat_score_weight'],
  AdditiveAttention: (c) => [flag(c['use_scale'], true) && 'scale'],
  Normalization: (c) => (!isSet(c['mean']) ? ['~mean', '~variance', '~count'] : []),
  SimpleRNNCell: recurrent,
  LSTMCell: recurrent,
  GRUCell: recurrent,
};

const RECURRENT = new Set([
  'SimpleRNN',
  'LSTM',
  'GRU',
  'ConvLSTM1D',
  'ConvLSTM2D',
  'ConvLSTM3D',
  'CuDNNLSTM',
  'CuDNNGRU',
]);
const LOOKUPS = /^(StringLookup|IntegerLookup|TextVectorization)$/;
const ATTENTION_PARTS = ['query_dense', 'key_dense', 'value_dense', 'output_dense'];

/** Classes whose weights the table knows to be none are the rest of the built-in ones: see `LOWERINGS`. */
export function weightRows(type: string, config: JsonObject): WeightRow[] {
  const first = firstRoles(type, config);
  if (first) return rowsOf(first, '');
  if (RECURRENT.has(type)) return rowsOf(recurrent(config), 'cell');
  if (type === 'MultiHeadAttention' || type === 'GroupQueryAttention' || type === 'GroupedQueryAttention') {
    const roles = withBias('kernel')(config);
    return ATTENTION_PARTS.flatMap((part) => prefixed(part, rowsOf(roles, '')));
  }
  if (type === 'RNN') return cellRows(config['cell'], 'cell');
  if (type === 'Bidirectional') {
    const forward = inner(config['layer']);
    const backward = inner(config['backward_layer']);
    return [...prefixed('forward_layer', forward), ...prefixed('backward_layer', backward.length ? backward : forward)];
  }
  if (LOOKUPS.test(type) && config['output_mode'] === 'tf_idf' && !isSet(config['idf_weights']))
    return [{ role: 'idf_weights', trainable: false, at: '', index: 'idf_weights' }];
  if (type === 'TimeDistributed') return prefixed('layer', inner(config['layer']));
  if (type === 'SpectralNormalization') return spectralRows(config);
  return rowsOf(ROLES[type]?.(config) ?? [], '');
}

/** The layer's own, and the vector of the power iteration; its copy of the kernel is tracked by Keras 3's files alone. */
function spectralRows(config: JsonObject): WeightRow[] {
  const own = prefixed('layer', inner(config['layer']));
  return [...own, { role: 'vector_u', trainable: false, at: '', index: 1 }];
}

function inner(layer: Json | undefined): WeightRow[] {
  if (!isObject(layer) || !isObject(layer['config'])) return [];
  return weightRows(text(layer['class_name'], ''), layer['config']);
}

/** The weights of a cell that stands alone or in a stack. */
function cellRows(cell: Json | undefined, at: string): WeightRow[] {
  if (!isObject(cell) || !isObject(cell['config'])) return [];
  const type = text(cell['class_name'], '');
  const { cells } = cell['config'];
  if (type !== 'StackedRNNCells' || !isList(cells)) return rowsOf(ROLES[type]?.(cell['config']) ?? [], at);
  const names = new SnakeNames();
  return cells.flatMap((one, i) => {
    const name = names.next(isObject(one) ? text(one['class_name'], '') : '');
    return cellRows(one, `${at}/cells/${name}`).map((row) => ({ ...row, role: `${i}/${row.role}` }));
  });
}

function rowsOf(roles: readonly (string | false)[], at: string): WeightRow[] {
  const names = roles.filter((r): r is string => r !== false);
  return names.map((role, index) => ({ role: role.replace('~', ''), trainable: !role.startsWith('~'), at, index }));
}

function prefixed(prefix: string, rows: readonly WeightRow[]): WeightRow[] {
  return rows.map((r) => ({ ...r, role: `${prefix}/${r.role}`, at: r.at === '' ? prefix : `${prefix}/${r.at}` }));
}

/** Names of the members of a container, as Keras counts them: `dense`, `dense_1` … by class, in order. */
export class SnakeNames {
  private readonly seen = new Map<string, number>();

  next(type: string): string {
    // Keras writes the class as GroupQueryAttention and is GroupedQueryAttention.
    const name = snakeCase(type === 'GroupQueryAttention' ? 'GroupedQueryAttention' : type);
    const count = this.seen.get(name);
    this.seen.set(name, (count ?? 0) + 1);
    return count === undefined ? name : `${name}_${count}`;
  }
}

function snakeCase(type: string): string {
  return type
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
