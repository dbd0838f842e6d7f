/** Preprocessing of numbers, categories and images. Formulas: keras.layers of the same names. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { isSet, isList, numberOf, type Json } from '../json.ts';
import type { LayerCall, Lowering } from './call.ts';
import { centerCrop, randomCrop, resizing } from './resize.ts';
import { range, type Held } from '../../../graph-model/builders/axis-orders.ts';

/** (x - mean) / max(√variance, 1e-7), or the other way round; statistics from the weights or the configuration. */
const normalization: Lowering = (c) => {
  const { e } = c;
  const mean = c.has('mean') ? Array.from(c.weight('mean').values) : flat(c.config['mean']);
  const variance = c.has('variance') ? Array.from(c.weight('variance').values) : flat(c.config['variance']);
  if (mean.length === 0 || variance.length !== mean.length)
    c.refuse('its mean and variance are missing: adapt it first');
  const rank = c.rank();
  const axes = c.config['axis'] === undefined ? [] : (c.numbers('axis') ?? []).map((a) => c.axis(a, rank));
  const dims = range(0, rank).map((i) => (axes.includes(i) ? c.length(i) : 1));
  const count = dims.reduce((a, b) => a * b, 1);
  if (mean.length !== 1 && mean.length !== count) c.refuse('its mean does not fit the axes of its input');
  const shape = mean.length === 1 ? [] : dims;
  const deviation = variance.map((v) => Math.max(Math.sqrt(v), 1e-7));
  const [m, d] = [e.floats(mean, shape), e.floats(deviation, shape)];
  const x = e.toFloat(c.natural());
  return c.keep(c.flag('invert') ? e.op('Add', [m, e.op('Mul', [x, d])]) : e.op('Div', [e.op('Sub', [x, m]), d]));
};

function flat(value: Json | undefined): number[] {
  if (isList(value)) return value.flatMap(flat);
  return typeof value === 'number' ? [value] : [];
}

/** x · scale + offset; both may have a number for each channel. */
const rescaling: Lowering = (c) => {
  const { e } = c;
  const [scale, offset] = [flat(c.config['scale']), flat(c.config['offset'])];
  const constant = (list: number[], otherwise: number) =>
    list.length > 1 ? e.floats(list) : e.float(list[0] ?? otherwise);
  const apply = (x: ValueId) => {
    const scaled = e.op('Mul', [e.toFloat(x), constant(scale, 1)]);
    return offset.every((o) => o === 0) ? scaled : e.op('Add', [scaled, constant(offset, 0)]);
  };
  const single = scale.length <= 1 && offset.length <= 1;
  return single ? c.map(c.x, apply) : c.keep(apply(c.natural()), 'natural', c.x.mask);
};

// ---- categories

/** Ids as they are, or counted: one_hot, multi_hot, count. */
function encode(c: LayerCall, ids: ValueId, depth: number, mode: string): Held {
  const { e } = c;
  if (mode === 'int') return c.keep(ids);
  if (mode !== 'one_hot' && mode !== 'multi_hot' && mode !== 'count')
    return c.refuse(`its output_mode ${mode} is not converted`);
  const dims = e.dims(ids) ?? c.refuse('the shape of its input is not known');
  const wide = e.cast(ids, 'int64', 7);
  const one = (v: ValueId) => e.op('OneHot', [v, e.ints([depth], []), e.floats([0, 1])], { axis: -1 });
  if (mode === 'one_hot')
    return c.keep(one(dims[dims.length - 1] === 1 && dims.length > 1 ? e.squeeze(wide, [-1]) : wide));
  const rows = dims.length === 1 ? e.unsqueeze(wide, [1]) : wide;
  const each = one(rows);
  const axis = dims.length === 1 ? 1 : dims.length - 1;
  return c.keep(
    mode === 'count' ? e.reduce('ReduceSum', each, [axis], false) : e.reduce('ReduceMax', each, [axis], false),
  );
}

const categoryEncoding: Lowering = (c) => {
  if (c.inputs.length > 1 || Object.keys(c.given.kwargs).includes('count_weights'))
    c.refuse('count_weights are not converted');
  return encode(c, c.natural(), c.number('num_tokens', 0), c.text('output_mode', 'multi_hot'));
};

/** The number of boundaries that are not above the value. */
const discretization: Lowering = (c) => {
  const { e } = c;
  const bounds = flat(c.config['bin_boundaries']);
  if (bounds.length === 0) c.refuse('its bin_boundaries are missing: adapt it first');
  const x = e.unsqueeze(e.toFloat(c.natural()), [-1]);
  const passed = e.op('Cast', [e.op('GreaterOrEqual', [x, e.floats(bounds)])], { to: 7 });
  return encode(c, e.reduce('ReduceSum', passed, [-1], false), bounds.length + 1, c.text('output_mode', 'int'));
};

interface Vocabulary {
  readonly words: readonly Json[];
  /** The number of the first word. */
  readonly start: number;
  readonly depth: number;
}

/** [mask] [unknown words] then the vocabulary, which may be written with or without the two before it. */
function vocabularyOf(c: LayerCall): Vocabulary {
  const list = c.config['vocabulary'];
  if (!isList(list) || list.length === 0) return c.refuse('its vocabulary is not in its configuration');
  const mask = c.config['mask_token'];
  const unknown = c.number('num_oov_indices', 1);
  if (unknown > 1) c.refuse('unknown words are hashed into several numbers, which ONNX cannot say');
  const mode = c.text('output_mode', 'int');
  const masked = isSet(mask) && mode === 'int' ? 1 : 0;
  let words = list;
  if (isSet(mask) && words[0] === mask) words = words.slice(1);
  if (unknown === 1 && words[0] === c.config['oov_token']) words = words.slice(1);
  const start = masked + unknown;
  return { words, start, depth: start + words.length };
}

/** Words (or whole numbers) to their numbers, or back. */
const lookup =
  (kind: 'string' | 'int'): Lowering =>
  (c) => {
    const { e } = c;
    const v = vocabularyOf(c);
    const mode = c.text('output_mode', 'int');
    if (c.flag('invert')) return invertedLookup(c, kind, v);
    const numbersOf = range(v.start, v.start + v.words.length);
    const mask = c.config['mask_token'];
    const masked = isSet(mask) && mode === 'int';
    if (isSet(mask) && !masked) c.refuse('a mask_token together with an output_mode is not converted');
    const [keys, values] = masked
      ? [
          [mask, ...v.words],
          [0, ...numbersOf],
        ]
      : [v.words, numbersOf];
    const unknown = c.number('num_oov_indices', 1) === 0 ? -1 : masked ? 1 : 0;
    const ids =
      kind === 'string'
        ? e.ml('LabelEncoder', [c.natural()], {
            keys_strings: keys.map(String),
            values_int64s: values,
            default_int64: unknown,
          })
        : numberLookup(
            c,
            keys.map((k) => numberOf(k, NaN)),
            values,
            unknown,
          );
    const depth = c.flag('pad_to_max_tokens') ? Math.max(v.depth, c.number('max_tokens', 0)) : v.depth;
    return encode(c, ids, depth, mode);
  };

/** Equal to one key at most: the sum of (number - unknown) over the keys it equals, plus unknown. */
function numberLookup(c: LayerCall, keys: readonly number[], values: readonly number[], unknown: number): ValueId {
  const { e } = c;
  if (keys.some((k) => !Number.isSafeInteger(k))) c.refuse('its vocabulary holds what is not a whole number');
  const x = e.unsqueeze(e.cast(c.natural(), 'int64', 7), [-1]);
  const same = e.op('Cast', [e.op('Equal', [x, e.ints(keys)])], { to: 7 });
  const shares = e.op('Mul', [same, e.ints(values.map((v) => v - unknown))]);
  const sum = e.reduce('ReduceSum', shares, [-1], false);
  return unknown === 0 ? sum : e.op('Add', [sum, e.ints([unknown], [])]);
}

function invertedLookup(c: LayerCall, kind: 'string' | 'int', v: Vocabulary): Held {
  const { e } = c;
  if (kind !== 'string') return c.refuse('looking numbers up backwards is not converted');
  const ids = e.cast(c.natural(), 'int64', 7);
  const keys = range(v.start, v.start + v.words.length);
  const mask = c.config['mask_token'];
  const [from, to] = isSet(mask)
    ? [
        [0, ...keys],
        [String(mask), ...v.words.map(String)],
      ]
    : [keys, v.words.map(String)];
  return c.keep(
    e.ml('LabelEncoder', [ids], {
      keys_int64s: from,
      values_strings: to,
      default_string: c.text('oov_token', '[UNK]'),
    }),
  );
}

export const PREPROCESSING: Readonly<Record<string, Lowering>> = {
  Normalization: normalization,
  Rescaling: rescaling,
  Resizing: resizing,
  CenterCrop: centerCrop,
  RandomCrop: randomCrop,
  CategoryEncoding: categoryEncoding,
  Discretization: discretization,
  StringLookup: lookup('string'),
  IntegerLookup: lookup('int'),
};
