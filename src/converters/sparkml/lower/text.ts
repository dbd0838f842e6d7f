/**
 * Texts to tokens to counts. Tokens are a matrix [N, M] of strings with a mask of where one is: Spark's lists differ in
 * length, and hold empty tokens that a matrix alone could not tell from padding. Needs opset 20 (StringSplit).
 */
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Ops } from './ops.ts';
import { attribute, ints } from '../../../graph-model/core/attributes.ts';
import type { Metadata, ModelFolder } from '../folder.ts';
import { doubles } from '../params.ts';
import { columnsIn, columnsOut, refuse, vector, type Column, type Lowering, type StageRow } from '../stage.ts';
import { damaged, numbersOf, stringsOf } from '../values.ts';

const family = 'Text';

/** What Java's \s matches. */
const BLANKS = [' ', '\t', '\n', '\v', '\f', '\r'];

interface Tokens {
  /** [N, M], '' where the mask is false. */
  readonly value: ValueId;
  readonly mask: ValueId;
}

const tokens = ({ value, mask }: Tokens): Column => ({ kind: 'tokens', dtype: 'string', width: null, value, mask });

/** 1 where a string is one of `list`, else 0; int64. */
function among({ o }: Lowering, value: ValueId, list: readonly string[]): ValueId {
  const ones = { kind: 'ints', value: new BigInt64Array(list.length).fill(1n) } as const;
  return o.ml('LabelEncoder', [value], { keys_strings: list, values_int64s: ones, default_int64: 0 });
}

const isEmpty = (c: Lowering, value: ValueId) => c.o.cast(among(c, value, ['']), 'bool');

/** There wherever texts are UTF-8: the default of the operator, en_US.UTF-8, is missing on most servers and containers. */
const LOCALE = 'C.UTF-8';

/** StringNormalizer takes one dimension. */
function lower({ o }: Lowering, value: ValueId): ValueId {
  const flat = o.op('Reshape', [value, o.ints([-1])]);
  const small = o.op('StringNormalizer', [flat], { case_change_action: 'LOWER', is_case_sensitive: 1, locale: LOCALE });
  return o.op('Reshape', [small, o.op('Shape', [value])]);
}

/**
 * Splits at each of the delimiters in turn. A part that is empty stays one part: the operator gives none for it.
 * @returns [N, M] with the mask of parts, empty ones among them
 */
function split(c: Lowering, text: ValueId, delimiters: readonly string[]): Tokens {
  const { o } = c;
  let value = text;
  const truth = o.constant({ dtype: 'bool', dims: [], values: Uint8Array.of(1) });
  let mask = o.op('Expand', [truth, o.op('Shape', [text])]);
  delimiters.forEach((delimiter, i) => {
    const [parts, count] = o.many('StringSplit', [value], 2, { delimiter });
    // One column at least, so that an empty text has a place.
    const wide = padded(c, parts!, i + 2);
    const at = o.op('Range', [
      o.ints([0], []),
      o.op('Squeeze', [o.op('Shape', [wide], { start: -1 })]),
      o.ints([1], []),
    ]);
    const real = o.op('Less', [at, o.op('Unsqueeze', [o.op('Max', [count!, o.ints([1], [])]), o.ints([-1])])]);
    mask = o.and(real, o.op('Unsqueeze', [mask, o.ints([-1])]));
    value = wide;
  });
  const flat = o.ints([0, -1]);
  return { value: o.op('Reshape', [value, flat]), mask: o.op('Reshape', [mask, flat]) };
}

/** A column of '' behind the last dimension: it is masked out unless nothing else is there. */
function padded({ o }: Lowering, parts: ValueId, rank: number): ValueId {
  const empty = o.constant({ dtype: 'string', dims: [1], values: [''] });
  const lead = o.op('Shape', [parts], { start: 0, end: -1 });
  const column = o.op('Expand', [empty, o.concat([lead, o.ints([1])], 0)]);
  return o.concat([parts, column], rank);
}

/** Java's split leaves out empty parts at the end, unless there was nothing to split at. */
function withoutTrailing(c: Lowering, { value, mask }: Tokens): Tokens {
  const { o } = c;
  const full = o.cast(o.not(isEmpty(c, value)), 'int64');
  // A part stays where one that is not empty is at its place or behind it.
  const behind = o.op('CumSum', [full, o.ints([1], [])], { reverse: 1 });
  const any = o.op('Greater', [behind, o.ints([0], [])]);
  const parts = o.op('ReduceSum', [o.cast(mask, 'int64'), o.ints([1])], { keepdims: 1 });
  const whole = o.op('Equal', [parts, o.ints([1], [])]);
  return { value, mask: o.and(mask, o.or(any, whole)) };
}

/** '' wherever no token is, so that counting need not ask. */
function clean({ o }: Lowering, { value, mask }: Tokens): Tokens {
  return { value: o.where(mask, value, o.text('')), mask };
}

/** toLowerCase, then split at single blanks. */
function tokenizer(c: Lowering): Column[] {
  return [tokens(withoutTrailing(c, split(c, lower(c, c.inputs[0]!.value), BLANKS)))];
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

/** The delimiters that a simple pattern stands for: blanks, or plain characters, alone or in a class; null for others. */
export function delimitersOf(pattern: string): readonly string[] | null {
  if (/^(\\.|[^\\|])(\|(\\.|[^\\|]))+$/.test(pattern)) {
    const all = pattern.match(/\\.|[^|]/g)!.map(delimitersOf);
    return all.every((d) => d !== null) ? [...new Set(all.flat())] : null;
  }
  const single =
    pattern.endsWith('+') && pattern.length > 1 && !pattern.endsWith('\\+') ? pattern.slice(0, -1) : pattern;
  const body = /^\[([^\]^][^\]]*)\]$/.exec(single)?.[1];
  if (body !== undefined && /[^\\]-./.test(body)) return null;
  const found = new Set<string>();
  const items = (body ?? single).match(/\\.|[^\\]/gsu) ?? [];
  if (items.length === 0 || (body === undefined && items.length > 1) || (body ?? single).includes('[')) return null;
  for (const item of items) {
    if (item === '\\s') BLANKS.forEach((b) => found.add(b));
    else if (item.startsWith('\\')) {
      if (/[A-Za-z0-9]/.test(item[1]!) && !(item[1]! in ESCAPES)) return null;
      found.add(ESCAPES[item[1]!] ?? item[1]!);
    } else if (body === undefined && /[.*+?^${}()|[\]]/.test(item)) return null;
    else if (body?.includes('&&')) return null;
    else found.add(item);
  }
  return [...found];
}

/** What a class of characters leaves out: `[^a-z]` of `[a-z]`, `\\w` of `\\W`; null for what is no single class. */
function complementOf(java: string): string | null {
  if (/^\\[wWdDsS]$/.test(java))
    return /[wds]/.test(java[1]!) ? `\\${java[1]!.toUpperCase()}` : `\\${java[1]!.toLowerCase()}`;
  const body = /^\[(\^?)((?:[^\]\\[&]|\\[wds.,;:!?'"/\\()[\]{}|+*^$tnrf-])+)\]$/.exec(java);
  if (!body) return null;
  return body[1] === '^' ? `[${body[2]}]` : `[^${body[2]}]`;
}

/** RE2 leaves the vertical tab out of blanks. */
const inRe2 = (java: string): string =>
  java.startsWith('[')
    ? java.replaceAll('\\s', '\\s\\x{0b}')
    : java.replace('\\s', '[\\s\\x{0b}]').replace('\\S', '[^\\s\\x{0b}]');

/**
 * The tokens themselves as RE2 finds them, for a pattern that is one class of characters, alone or repeated: where it cuts,
 * tokens are runs of all other characters. Null for other patterns.
 */
export function tokenClass(pattern: string, gaps: boolean): string | null {
  const repeated = pattern.endsWith('+');
  const single = repeated ? pattern.slice(0, -1) : pattern;
  const other = complementOf(single);
  if (other === null) return null;
  return gaps ? `${inRe2(other)}+` : `${inRe2(single)}${repeated ? '+' : ''}`;
}

/** Fills the rows of the operator's result; in no text. */
const PAD = '\uE000';

/** What the runtime's own tokenizer finds; ONNX itself cuts at fixed texts alone. */
function found(c: Lowering, text: ValueId, tokenexp: string): Tokens {
  const { o } = c;
  const flat = o.op('Reshape', [text, o.ints([-1])]);
  const attributes = { mark: 0, mincharnum: 1, pad_value: PAD, tokenexp };
  const value = padded(c, o.op('Tokenizer', [flat], attributes, 'com.microsoft'), 1);
  const missing = o.cast(among(c, value, [PAD, '']), 'bool');
  return { value, mask: o.not(missing) };
}

function regexTokenizer(c: Lowering): Column[] {
  const { o, p } = c;
  const pattern = p.text('pattern', '\\s+');
  const gaps = p.flag('gaps', true);
  const least = p.number('minTokenLength', 1);
  if (least < 1) return refuse('with minTokenLength 0 it keeps empty tokens');
  const delimiters = gaps ? delimitersOf(pattern) : null;
  const tokenexp = delimiters ? null : tokenClass(pattern, gaps);
  if (!delimiters && !tokenexp)
    return refuse(`ONNX has no regular expressions that cut text, and its pattern is ${pattern}`);
  const raw = c.inputs[0]!.value;
  const text = p.flag('toLowercase', true) ? lower(c, raw) : raw;
  const parts = delimiters ? split(c, text, delimiters) : found(c, text, tokenexp!);
  const long =
    least === 1
      ? o.not(isEmpty(c, parts.value))
      : o.op('RegexFullMatch', [parts.value], { pattern: `(?s).{${least},}` });
  return [tokens(clean(c, { value: parts.value, mask: o.and(parts.mask, long) }))];
}

function given(c: Lowering): Tokens {
  const { value, mask } = c.inputs[0]!;
  return mask
    ? { value, mask }
    : refuse('it reads lists of tokens, which only a tokenizer in the same pipeline can give');
}

function stopWords(c: Lowering): Column[] {
  const { o, p } = c;
  const { value, mask } = given(c);
  const words = p.strings('stopWords') ?? [];
  if (words.length === 0) return [tokens({ value, mask })];
  const exact = p.flag('caseSensitive', false);
  const list = exact ? words : words.map((w) => w.toLowerCase());
  const stop = among(c, exact ? value : lower(c, value), [...new Set(list)]);
  return [tokens(clean(c, { value, mask: o.and(mask, o.not(o.cast(stop, 'bool'))) }))];
}

/** Tokens moved to the front, in their order; at least `n` columns. */
function compact(o: Ops, { value, mask }: Tokens, n: number): Tokens {
  const rows = o.op('Shape', [value], { start: 0, end: 1 });
  const pad = o.concat([rows, o.ints([n])], 0);
  const wide = o.concat([value, o.op('Expand', [o.text(''), pad])]);
  const falsity = o.constant({ dtype: 'bool', dims: [], values: Uint8Array.of(0) });
  const real = o.concat([mask, o.op('Expand', [falsity, pad])]);
  const width = o.op('Shape', [wide], { start: 1, end: 2 });
  const place = o.op('Range', [o.ints([0], []), o.op('Squeeze', [width]), o.ints([1], [])]);
  const score = o.where(real, o.op('Sub', [width, place]), o.op('Neg', [place]));
  const [, order] = o.many('TopK', [score, width], 2, { axis: 1, largest: 1, sorted: 1 });
  const count = o.op('ReduceSum', [o.cast(real, 'int64'), o.ints([1])], { keepdims: 1 });
  return { value: o.op('GatherElements', [wide, order!], { axis: 1 }), mask: o.op('Less', [place, count]) };
}

/** Tokens as the matrix that leaves the model: from the first column on, as wide as the longest list. */
export function trimmed(o: Ops, all: Tokens): ValueId {
  const { value, mask } = compact(o, all, 1);
  const count = o.op('ReduceSum', [o.cast(mask, 'int64'), o.ints([0])], { keepdims: 0 });
  const most = o.op('ReduceSum', [o.cast(o.op('Greater', [count, o.ints([0], [])]), 'int64'), o.ints([0])], {
    keepdims: 1,
  });
  return o.op('Slice', [o.where(mask, value, o.text('')), o.ints([0]), most, o.ints([1])]);
}

function ngram(c: Lowering): Column[] {
  const { o } = c;
  const n = c.p.number('n', 2);
  if (!(n >= 1 && n <= 20)) return refuse(`n is ${n}`);
  const all = compact(o, given(c), n);
  // Token i of every n-gram: columns i to M - n + i; n ≥ 1 keeps the ends apart from "to the last".
  const cut = (v: ValueId, i: number) => {
    const end = i === n - 1 ? 2 ** 31 : i - n + 1;
    return o.op('Slice', [v, o.ints([i]), o.ints([end]), o.ints([1])]);
  };
  let value = cut(all.value, 0);
  for (let i = 1; i < n; i++)
    value = o.op('StringConcat', [o.op('StringConcat', [value, o.text(' ')]), cut(all.value, i)]);
  return [tokens(clean(c, { value, mask: cut(all.mask, n - 1) }))];
}

async function vocabulary(folder: ModelFolder, { uid }: Metadata) {
  const rows = await folder.rows('data', uid);
  return { vocabulary: attribute(stringsOf(rows[0]?.['vocabulary'], `${uid}.vocabulary`)) };
}

/** How often each word of a list is among the tokens: [N, words] double. */
function counts(c: Lowering, { value, mask }: Tokens, words: readonly string[]): ValueId {
  const { o } = c;
  const pool = words.filter((w) => w !== '');
  const found: ValueId[] = [];
  if (pool.length > 0) {
    const tf = o.op('TfIdfVectorizer', [value], {
      mode: 'TF',
      min_gram_length: 1,
      max_gram_length: 1,
      max_skip_count: 0,
      ngram_counts: ints([0]),
      ngram_indexes: ints(pool.map((_, i) => i)),
      pool_strings: pool,
    });
    found.push(o.cast(tf, 'double'));
  }
  const empty = words.indexOf('');
  if (empty < 0) return found[0]!;
  found.push(o.sum(o.cast(o.and(mask, isEmpty(c, value)), 'double')));
  const order = words.map((w, i) => (w === '' ? pool.length : i - Number(i > empty)));
  return o.columns(found.length > 1 ? o.concat(found) : found[0]!, order);
}

const size = ({ o }: Lowering, { mask }: Tokens) => o.sum(o.cast(mask, 'double'));

function countVectorizer(c: Lowering): Column[] {
  const { o, p } = c;
  const words = p.strings('vocabulary') ?? [];
  if (words.length === 0) return damaged('vocabulary', 'it is empty');
  const all = given(c);
  const count = counts(c, all, words);
  const least = p.number('minTF', 1);
  const limit = least >= 1 ? o.scalar(least) : o.mul(size(c, all), o.scalar(least));
  const kept = o.and(o.op('GreaterOrEqual', [count, limit]), o.op('Greater', [count, o.scalar(0)]));
  const value = p.flag('binary', false) ? o.scalar(1) : count;
  return [vector(o.where(kept, value, o.scalar(0)), words.length)];
}

async function wordVectors(folder: ModelFolder, { uid }: Metadata) {
  const rows = await folder.rows('data', uid);
  const words = stringsOf(
    rows.map((r) => r['word']),
    `${uid}.word`,
  );
  const vectors = rows.map((r) => numbersOf(r['vector'], `${uid}.vector`));
  const width = vectors[0]?.length ?? 0;
  if (width === 0 || vectors.some((v) => v.length !== width)) damaged(`${uid}.vector`, 'vectors differ in length');
  return { words: attribute(words), vectors: doubles(vectors.flat(), [words.length, width]) };
}

/** The mean over all tokens, those without a vector counted as zero. */
function word2vec(c: Lowering): Column[] {
  const { o, p } = c;
  const words = p.strings('words') ?? [];
  const m = p.matrix('vectors');
  const all = given(c);
  const sum = o.op('MatMul', [counts(c, all, words), o.doubles(m.values, [m.rows, m.columns])]);
  const n = size(c, all);
  return [vector(o.div(sum, o.where(o.op('Equal', [n, o.scalar(0)]), o.scalar(1), n)), m.columns)];
}

export const TEXT: readonly StageRow[] = [
  {
    ops: ['Tokenizer'],
    family,
    notes: 'Lower case letter by letter, as the runtime does it.',
    inputs: columnsIn('text'),
    outputs: columnsOut('tokens'),
    lower: tokenizer,
  },
  {
    ops: ['RegexTokenizer'],
    family,
    notes:
      'Patterns of one character or class of characters, alone or repeated: between tokens, or the tokens themselves; others are refused.',
    inputs: columnsIn('text'),
    outputs: columnsOut('tokens'),
    lower: regexTokenizer,
  },
  {
    ops: ['StopWordsRemover'],
    family,
    notes: 'With and without regard to case.',
    inputs: columnsIn('tokens'),
    outputs: columnsOut('tokens'),
    lower: stopWords,
  },
  { ops: ['NGram'], family, notes: '', inputs: columnsIn('tokens'), outputs: columnsOut('tokens'), lower: ngram },
  {
    ops: ['CountVectorizerModel'],
    family,
    notes: 'minTF and binary too.',
    inputs: columnsIn('tokens'),
    outputs: columnsOut('vector'),
    data: vocabulary,
    lower: countVectorizer,
  },
  {
    ops: ['Word2VecModel'],
    family,
    notes: '',
    inputs: columnsIn('tokens'),
    outputs: columnsOut('vector'),
    data: wordVectors,
    lower: word2vec,
  },
];
