/** Texts to tokens to counts, as Java's strings do it. */
import {
  dot,
  matrixRow,
  notHere,
  sum,
  textsOf,
  tokensOf,
  vectors,
  type Data,
  type Evaluate,
  type Stage,
} from './data.ts';

const tokens = (rows: readonly (readonly string[])[]): { columns: Data[] } => ({ columns: [{ kind: 'tokens', rows }] });

/** Java's split: empty parts at the end are dropped, unless nothing was split. */
function split(text: string, by: RegExp): string[] {
  const parts = text.split(by);
  if (parts.length === 1) return parts;
  while (parts.at(-1) === '') parts.pop();
  return parts;
}

export const tokenizer: Evaluate = (s) =>
  tokens(textsOf(s.inputs[0]!).map((t) => split(t.toLowerCase(), /[ \t\n\v\f\r]/)));

/** A Java pattern of plain characters, classes and repeats reads the same here, but for \s, which is ASCII in Java. */
function patternOf(java: string): RegExp {
  if (/\(\?|\\[^sSwWdDtnrf.,;:!?'"/\\()[\]{}|+*^$-]|&&|\\p/.test(java)) return notHere(`the pattern ${java}`);
  let inClass = false;
  const same = java.replace(/\\.|[[\]]/g, (part) => {
    if (part === '[' || part === ']') inClass = part === '[';
    if (part !== '\\s') return part === '\\S' ? (inClass ? notHere(java) : '[^ \\t\\n\\v\\f\\r]') : part;
    return inClass ? ' \\t\\n\\v\\f\\r' : '[ \\t\\n\\v\\f\\r]';
  });
  return new RegExp(same, 'gu');
}

export const regexTokenizer: Evaluate = (s) => {
  const { p } = s;
  const pattern = patternOf(p.text('pattern', '\\s+'));
  const least = p.number('minTokenLength', 1);
  const lower = p.flag('toLowercase', true);
  const cut = (t: string) => (p.flag('gaps', true) ? split(t, pattern) : (t.match(pattern) ?? []));
  return tokens(textsOf(s.inputs[0]!).map((t) => cut(lower ? t.toLowerCase() : t).filter((w) => w.length >= least)));
};

export const stopWords: Evaluate = (s) => {
  const exact = s.p.flag('caseSensitive', false);
  const fold = (w: string) => (exact ? w : w.toLowerCase());
  const out = new Set((s.p.strings('stopWords') ?? []).map(fold));
  return tokens(tokensOf(s).map((row) => row.filter((w) => !out.has(fold(w)))));
};

export const ngram: Evaluate = (s) => {
  const n = s.p.number('n', 2);
  return tokens(tokensOf(s).map((row) => row.slice(n - 1).map((_, i) => row.slice(i, i + n).join(' '))));
};

function counted(words: readonly string[], row: readonly string[]): Float64Array {
  const at = new Map(words.map((w, i) => [w, i]));
  const out = new Float64Array(words.length);
  for (const w of row) {
    const i = at.get(w);
    if (i !== undefined) out[i]!++;
  }
  return out;
}

/** Words rarer in a text than `minTF`, a number or a share of its tokens, count as none. */
export const countVectorizer: Evaluate = (s) => {
  const words = s.p.strings('vocabulary') ?? notHere('the vocabulary');
  const [least, binary] = [s.p.number('minTF', 1), s.p.flag('binary', false)];
  const rows = tokensOf(s).map((row) => {
    const limit = least >= 1 ? least : least * row.length;
    return counted(words, row).map((n) => (n < limit ? 0 : binary ? Math.min(n, 1) : n));
  });
  return { columns: [vectors(rows)] };
};

/** The mean of the vectors of all tokens; a token without one counts as zero. */
export const wordVectors: Evaluate = (s) => {
  const [words, m] = [s.p.strings('words') ?? notHere('the words'), s.p.matrix('vectors')];
  const rows = tokensOf(s).map((row) => {
    const n = counted(words, row);
    return Array.from({ length: m.columns }, (_, k) => {
      const column = words.map((_, w) => matrixRow(m, w)[k]!);
      return row.length === 0 ? 0 : dot(column, n) / row.length;
    });
  });
  return { columns: [vectors(rows)] };
};

/** Texts made of the words that a stage knows, with blanks, capitals and unknown words between. */
export function sampleTexts(words: readonly string[]): string[] {
  const known = words.filter((w) => w !== '');
  if (known.length === 0) return ['', ' ', 'one two', '  Two  words '];
  const word = (i: number) => known[(i * 7919) % known.length]!;
  const texts = Array.from({ length: 48 }, (_, i) => {
    const list = Array.from({ length: 1 + (i % 9) }, (_, k) => word(i * 5 + k * (1 + (i % 3))));
    if (i % 4 === 1) list.splice(1, 0, 'unheard');
    const joined = list.join(i % 6 === 5 ? '  ' : ' ');
    return i % 5 === 2 ? joined.toUpperCase() : joined;
  });
  return [...texts, '', ' ', ` ${word(1)}`, `${word(2)} `];
}

export const costOfWords = (s: Pick<Stage, 'p'>): number =>
  sum([s.p.strings('vocabulary')?.length ?? 0, s.p.strings('words')?.length ?? 0]);
