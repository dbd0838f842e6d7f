/** sklearn/feature_extraction/text.py: tokens, n-grams, counts and tf-idf. */
import { NdArray, PyObject, type PyValue } from '../../containers/pickle/index.ts';
import type { Builder, Val } from './builder.ts';
import type { Est } from './estimator.ts';
import { transformer, type Lowered, type Lowerer, type Lowering } from './lowered.ts';
import { rowNorm } from './scale.ts';
import { STOP_WORDS } from './stop-words.ts';
import type { Table } from './table.ts';

/** Fills the rows of the table of tokens; in no vocabulary. */
const PAD = '\uE000';

/** Python's \w, \d and \s over Unicode, as RE2 spells them. */
const CLASSES: Readonly<Record<string, string>> = {
  w: '\\p{L}\\p{N}_',
  d: '\\p{Nd}',
  s: '\\s\\x{0b}\\x{85}\\x{a0}\\p{Z}',
};

/** `\b(core)\b` of word characters alone: a token is a whole run of word characters that the core matches. */
function wholeWords(python: string): string | null {
  if (/^(\(\?u\))?\\b(\\w)+\+\\b$/.test(python)) return null;
  const core = /^(?:\(\?u\))?\\b(.+)\\b$/.exec(python)?.[1];
  const piece = /^(?:(?:\[[A-Za-z0-9_-]+\]|\\w|\\d|[A-Za-z0-9_])(?:[+*?]|\{\d+(?:,\d*)?\})?)+$/;
  return core && piece.test(core) ? tokenPattern(core) : null;
}

/** A Python token pattern in RE2's words; null where the two may differ. */
export function tokenPattern(python: string): string | null {
  let p = python.replace(/^\(\?u\)/, '');
  // Between word boundaries a greedy run of word characters begins and ends where the run does.
  const bounded = /^\\b((?:\\w|\[[^\]\\]*\]|\\w[+*]|\\w\{\d+,\})+)\\b$/.exec(p);
  if (bounded && /^(\\w)+[+]?$|^\\w\{\d+,\}$/.test(bounded[1]!)) p = bounded[1]!;
  if (/\\b|\\B|\\A|\\Z|\(\?[^:]|\((?!\?)|\\\d/.test(p)) return null;
  let inClass = false;
  let out = '';
  for (let i = 0; i < p.length; i++) {
    const c = p[i]!;
    if (c === '\\' && i + 1 < p.length) {
      const e = p[++i]!;
      const known = CLASSES[e];
      const negated = CLASSES[e.toLowerCase()];
      if (known) out += inClass ? known : `[${known}]`;
      else if (negated && !inClass) out += `[^${negated}]`;
      else if (negated) return null;
      else out += `\\${e}`;
      continue;
    }
    if (c === '[') inClass = true;
    if (c === ']') inClass = false;
    out += c;
  }
  return out;
}

function vocabularyOf(e: Est): { terms: string[]; columns: number[]; size: number } {
  const v = e.need('vocabulary_');
  if (!(v instanceof Map)) return e.fail('its vocabulary cannot be read');
  const terms = [...v.keys()].map(String);
  const columns = [...v.values()].map(Number);
  return { terms, columns, size: Math.max(0, ...columns.map((c) => c + 1)) };
}

/** string [N, tokens], rows filled up with PAD. */
function tokens(l: Lowerer, e: Est, text: Val, analyzer: string): Val {
  const { o } = l;
  const python = e.text('token_pattern', '(?u)\\b\\w\\w+\\b');
  const word = analyzer === 'char' ? null : wholeWords(python);
  const own = analyzer === 'char' ? '\\s\\s+|(?s:.)' : word ? `[${CLASSES['w']}]+` : tokenPattern(python);
  const pattern = own ?? e.fail(`its token pattern ${python} cannot be said in ONNX`);
  const attributes = { mark: 0, mincharnum: 1, pad_value: PAD, tokenexp: pattern };
  const found = o.op('Tokenizer', [folded(l, e, text)], attributes, 'string', 'com.microsoft');
  if (word) {
    const fits = o.op('RegexFullMatch', [found], { pattern: word }, 'bool');
    return compacted(o, found, o.cast(o.not(fits), 'int64'));
  }
  if (analyzer !== 'char') return found;
  const run = o.op('RegexFullMatch', [found], { pattern: '\\s\\s+' }, 'bool');
  return o.where(run, o.text([' '], []), found);
}

/**
 * string [N, characters]: the words of each text with a blank on either side, filled up with PAD. Where two words meet there
 * are two blanks, which no n-gram of the vocabulary has.
 */
function paddedCharacters(l: Lowerer, e: Est, text: Val): Val {
  const { o } = l;
  const each = (v: Val, tokenexp: string) =>
    o.op('Tokenizer', [v], { mark: 0, mincharnum: 1, pad_value: PAD, tokenexp }, 'string', 'com.microsoft');
  const words = each(folded(l, e, text), `[^${CLASSES['s']}]+`);
  const flat = o.flat(words);
  const blank = o.text([' '], []);
  const padded = o.op('StringConcat', [o.op('StringConcat', [blank, flat]), blank]);
  const characters = each(o.where(o.equal(flat, o.text([PAD], [])), flat, padded), '(?s:.)');
  const size = (v: Val, axis: number) => o.op('Shape', [v], { start: axis, end: axis + 1 }, 'int64');
  const shape = o.concat([size(words, 0), o.mul(size(words, 1), size(characters, 1))], 0);
  return o.op('Reshape', [characters, shape], { allowzero: 1 });
}

function folded(l: Lowerer, e: Est, text: Val): Val {
  const how = { case_change_action: 'LOWER', is_case_sensitive: 1, locale: 'C.UTF-8' };
  return e.flag('lowercase', true) ? l.o.op('StringNormalizer', [text], how) : text;
}

function stopWords(e: Est): string[] {
  const given = e.get('stop_words');
  if (given === 'english') return [...STOP_WORDS];
  if (given instanceof Set || Array.isArray(given)) return [...given].map(String);
  return given instanceof NdArray ? given.strings() : [];
}

/** Without the stop words: n-grams pass over them as scikit-learn's do. */
function without(o: Builder, found: Val, words: readonly string[]): Val {
  const all = [...words, PAD];
  const keys = { keys_strings: all, values_int64s: all.map(() => 1), default_int64: 0 };
  return compacted(o, found, o.op('LabelEncoder', [found], keys, 'int64', 'ai.onnx.ml'));
}

/** Moves the tokens that are kept to the front; `out` is 1 for the others, which become PAD. */
function compacted(o: Builder, found: Val, out: Val): Val {
  const width = o.op('Shape', [found], { start: 1, end: 2 }, 'int64');
  const place = o.op('Range', [o.num(0, 'int64'), o.squeeze(width, 0), o.num(1, 'int64')]);
  const order = o.ops('TopK', [o.add(o.mul(out, width), place), width], { axis: 1, largest: 0, sorted: 1 }, [
    'int64',
    'int64',
  ])[1]!;
  const kept = o.where(o.equal(out, o.num(0, 'int64')), found, o.text([PAD], []));
  return o.op('GatherElements', [kept, order], { axis: 1 });
}

/** Counts of the vocabulary's n-grams, [N, vocabulary]. */
function counts(l: Lowerer, e: Est, x: Table): Val {
  const { o } = l;
  const analyzer = e.text('analyzer', 'word');
  if (!['word', 'char', 'char_wb'].includes(analyzer)) e.fail('its analyzer is a function');
  for (const name of ['preprocessor', 'tokenizer']) if (e.has(name)) e.fail(`its ${name} is a function`);
  if (e.has('strip_accents')) e.fail('it strips accents, which ONNX has no operator for');
  const [least, most] = e.list('ngram_range').map(Number) as [number, number];
  const text = o.flat(x.matrix());
  let found = analyzer === 'char_wb' ? paddedCharacters(l, e, text) : tokens(l, e, text, analyzer);
  const words = analyzer === 'word' ? stopWords(e) : [];
  if (words.length > 0) found = without(o, found, words);
  const pool = gramPool(e, analyzer, least, most);
  const out = o.op(
    'TfIdfVectorizer',
    [found],
    { mode: 'TF', max_gram_length: most, max_skip_count: 0, ...pool },
    'float',
  );
  const whole = o.double(out);
  return e.flag('binary') ? o.double(o.greater(whole, o.num(0))) : whole;
}

/** The vocabulary by length of n-gram, as TfIdfVectorizer wants it. */
function gramPool(e: Est, analyzer: string, least: number, most: number) {
  const { terms, columns, size } = vocabularyOf(e);
  const grams = terms.map((t) => (analyzer === 'word' ? t.split(' ') : Array.from(t)));
  // A padded word shorter than the shortest n-gram counts as a whole.
  const shortest = analyzer === 'char_wb' ? Math.min(least, ...grams.map((g) => g.length)) : least;
  const order = grams.map((_, i) => i).filter((i) => grams[i]!.length >= shortest && grams[i]!.length <= most);
  if (order.length < terms.length) e.fail('words of its vocabulary contain blanks');
  order.sort((a, b) => grams[a]!.length - grams[b]!.length || a - b);
  const strings = order.flatMap((i) => grams[i]!);
  const starts = Array.from({ length: most }, (_, n) =>
    order.filter((i) => grams[i]!.length < n + 1).reduce((s, i) => s + grams[i]!.length, 0),
  );
  const indexes = order.map((i) => columns[i]!);
  if (size === 0) e.fail('its vocabulary is empty');
  return { min_gram_length: shortest, pool_strings: strings, ngram_counts: starts, ngram_indexes: indexes };
}

export const countVectorizer: Lowering = (l, e, x) => transformer(l, vocabularyOf(e).size, () => counts(l, e, x));

/** Weights of counts: sublinear tf, idf, then the norm of the row. */
function weigh(l: Lowerer, e: Est, tf: Val, idf: ArrayLike<number> | null): Val {
  const { o } = l;
  let v = tf;
  if (e.flag('sublinear_tf')) {
    const some = o.greater(v, o.num(0));
    v = o.where(some, o.add(o.log(o.where(some, v, o.num(1))), o.num(1)), o.num(0));
  }
  if (idf) v = o.mul(v, o.f64(idf));
  if (!e.has('norm')) return v;
  const size = rowNorm(o, v, e.text('norm', 'l2'));
  return o.div(v, o.where(o.equal(size, o.num(0)), o.num(1), size));
}

/** idf is a diagonal matrix before version 1.4, a vector since. */
function idfOf(e: Est): ArrayLike<number> | null {
  if (!e.flag('use_idf', true)) return null;
  const plain = e.optionalArr('idf_');
  if (plain) return plain.data;
  const diagonal: PyValue = e.get('_idf_diag');
  if (!(diagonal instanceof PyObject)) return e.fail('its idf weights cannot be found');
  const data = diagonal.get('data');
  return data instanceof NdArray ? data.numbers() : e.fail('its idf weights cannot be read');
}

export const tfidfTransformer: Lowering = (l, e, x): Lowered =>
  transformer(l, x.width, () => weigh(l, e, x.matrix(), idfOf(e)));

export const tfidfVectorizer: Lowering = (l, e, x) =>
  transformer(l, vocabularyOf(e).size, () => {
    const weights = e.has('_tfidf') ? e.est('_tfidf') : e;
    return weigh(l, weights, counts(l, e, x), idfOf(weights));
  });

export const refuseHashing: Lowering = (_, e) =>
  e.fail('it hashes words with MurmurHash3, which ONNX has no operator for; use CountVectorizer or TfidfVectorizer');
export const refuseDicts: Lowering = (_, e) => e.fail('its input is a dict a row, and ONNX has no such tensor');
