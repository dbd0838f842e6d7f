/** Counts and tf-idf of texts, as sklearn/feature_extraction/text.py makes them. */
import { NdArray, PyObject } from '../../containers/pickle/index.ts';
import { toArr, type Est } from '../lower/estimator.ts';
import { STOP_WORDS } from '../lower/stop-words.ts';
import { frameOf, mapRows, notHere, type Evaluate, type Frame } from './frame.ts';

const WORD = '[\\p{L}\\p{N}_]';
const CLASSES: Readonly<Record<string, string>> = {
  '\\w': WORD,
  '\\W': '[^\\p{L}\\p{N}_]',
  '\\d': '\\p{Nd}',
  '\\b': `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`,
};

/** A Python pattern over Unicode in JavaScript's words. */
function patternOf(python: string): RegExp {
  const body = python.replace(/^\(\?u\)/, '');
  if (/\(\?[^:]|\((?!\?)|\\[ABZ]/.test(body)) return notHere(`the token pattern ${python}`);
  let inClass = false;
  const out = body.replace(/\\.|[[\]]/g, (part) => {
    if (part === '[' || part === ']') inClass = part === '[';
    if (inClass && part === '\\w') return '\\p{L}\\p{N}_';
    return CLASSES[part] ?? part;
  });
  return new RegExp(out, 'gu');
}

const BLANKS = /[\s\u001c-\u001f\u0085]+/u;

function grams(items: readonly string[], [least, most]: readonly [number, number], between: string): string[] {
  const out: string[] = [];
  for (let n = least; n <= Math.min(most, items.length); n++)
    for (let i = 0; i + n <= items.length; i++) out.push(items.slice(i, i + n).join(between));
  return out;
}

/** n-grams of the characters of each word between blanks; a word shorter than n counts once. */
function wordCharacters(text: string, [least, most]: readonly [number, number]): string[] {
  return text
    .split(BLANKS)
    .filter(Boolean)
    .flatMap((word) => {
      const all = Array.from(` ${word} `);
      const out: string[] = [];
      for (let n = least; n <= most; n++) {
        if (all.length <= n) return [...out, all.join('')];
        out.push(...grams(all, [n, n], ''));
      }
      return out;
    });
}

function stopWordsOf(e: Est): ReadonlySet<string> {
  const given = e.get('stop_words');
  if (given === 'english') return new Set(STOP_WORDS);
  if (given instanceof NdArray) return new Set(given.strings());
  return new Set(given instanceof Set || Array.isArray(given) ? [...given].map(String) : []);
}

function analyser(e: Est): (text: string) => string[] {
  for (const name of ['preprocessor', 'tokenizer', 'strip_accents']) if (e.has(name)) return notHere(name);
  const kind = e.text('analyzer', 'word');
  const [least, most] = e.list('ngram_range').map(Number) as [number, number];
  const folded = (t: string) => (e.flag('lowercase', true) ? t.toLowerCase() : t);
  if (kind === 'char') return (t) => grams(Array.from(folded(t).replace(/\s\s+/gu, ' ')), [least, most], '');
  if (kind === 'char_wb') return (t) => wordCharacters(folded(t), [least, most]);
  if (kind !== 'word') return notHere('an analyser that is a function');
  const [pattern, stop] = [patternOf(e.text('token_pattern', '(?u)\\b\\w\\w+\\b')), stopWordsOf(e)];
  return (t) =>
    grams(
      (folded(t).match(pattern) ?? []).filter((w) => !stop.has(w)),
      [least, most],
      ' ',
    );
}

/** The known terms in the order of their columns. */
export function vocabularyOf(e: Est): ReadonlyMap<string, number> {
  const known = e.need('vocabulary_');
  return known instanceof Map
    ? new Map([...known].map(([term, at]) => [String(term), Number(at)]))
    : notHere('a vocabulary that is no dict');
}

function counted(e: Est, x: Frame): { rows: Float64Array[]; width: number } {
  const [vocabulary, analyse] = [vocabularyOf(e), analyser(e)];
  const width = Math.max(...vocabulary.values()) + 1;
  const rows = Array.from(x.columns[0] as readonly string[], (text) => {
    const row = new Float64Array(width);
    for (const term of analyse(text)) {
      const at = vocabulary.get(term);
      if (at !== undefined) row[at] = e.flag('binary') ? 1 : row[at]! + 1;
    }
    return row;
  });
  return { rows, width };
}

export const countVectorizer: Evaluate = (_, e, x) => {
  if (x.columns[0] instanceof Float64Array) return notHere('numbers as text');
  const { rows, width } = counted(e, x);
  return { transform: () => frameOf(rows, width) };
};

/** A vector since version 1.4, before that the diagonal of a sparse matrix. */
function idfOf(e: Est): Float64Array | null {
  if (!e.flag('use_idf', true)) return null;
  const diagonal = e.get('_idf_diag');
  const data = diagonal instanceof PyObject ? toArr(diagonal.get('data') ?? null)?.data : null;
  return e.optionalArr('idf_')?.data ?? (data ? data.slice() : notHere('the idf weights'));
}

/** tf, or 1 + log tf, times idf, and the row divided by its norm. */
function weighed(e: Est): (row: Float64Array) => Float64Array {
  const idf = idfOf(e);
  return (row) => {
    const tf = e.flag('sublinear_tf') ? row.map((v) => (v > 0 ? 1 + Math.log(v) : 0)) : row;
    const all = tf.map((v, i) => v * (idf?.[i] ?? 1));
    const power = e.text('norm', 'l2') === 'l1' ? 1 : 2;
    const norm = e.has('norm') ? all.reduce((s, v) => s + Math.abs(v) ** power, 0) ** (1 / power) : 1;
    return all.map((v) => v / (norm || 1));
  };
}

export const tfidfTransformer: Evaluate = (_, e, x) => mapRows(x, x.columns.length, weighed(e));

export const tfidfVectorizer: Evaluate = (_, e, x) => {
  if (x.columns[0] instanceof Float64Array) return notHere('numbers as text');
  const { rows, width } = counted(e, x);
  return { transform: () => frameOf(rows.map(weighed(e.has('_tfidf') ? e.est('_tfidf') : e)), width) };
};

/** Texts made of the vocabulary's terms, with unknown words, capitals and blanks between. */
export function sampleTexts(e: Est): string[] {
  const terms = [...vocabularyOf(e).keys()];
  const joiner = e.text('analyzer', 'word') === 'word' ? ' ' : '';
  const term = (i: number) => terms[(i * 7919) % terms.length]!;
  const texts = Array.from({ length: 48 }, (_, i) => {
    const list = Array.from({ length: 1 + (i % 9) }, (_, k) => term(i * 5 + k * (1 + (i % 3))));
    if (i % 4 === 1) list.splice(1, 0, 'unheard');
    const joined = list.join(i % 6 === 5 ? ', ' : joiner);
    return i % 5 === 2 ? joined.toUpperCase() : joined;
  });
  return [...texts, '', ' ', 'Nothing of it: 12 3?'];
}
