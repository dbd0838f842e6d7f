/**
 * Text to the numbers of its words. ONNX has no replacing in strings: characters are taken out by splitting at each and
 * joining what is left.
 */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { tensorType } from '../../../graph-model/core/types.ts';
import { tensorOf } from '../../../graph-model/core/tensor.ts';
import { range } from '../../../graph-model/builders/axis-orders.ts';
import { isList, isSet, numbers as numbersOf } from '../json.ts';
import type { LayerCall, Lowering } from './call.ts';

/** What Keras strips. */
const PUNCTUATION = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\'';

const text = (c: LayerCall, values: readonly string[], dims: readonly number[]) =>
  c.once(`text ${values.join()} ${dims.join()}`, () =>
    c.e.tensor(tensorOf({ dtype: 'string', dims, values: [...values] }), ''),
  );

/** [n] strings without one character: split at it, and joined piece by piece. */
function without(c: LayerCall, x: ValueId, delimiter: string): ValueId {
  const { e } = c;
  const [pieces] = e.ops('StringSplit', [x], { delimiter }, 2);
  const empty = e.op('Expand', [text(c, [''], [1]), e.op('Shape', [x])]);
  const body = e.draft.newGraph('join');
  const type = tensorType('string', [null]);
  const [state, piece] = ['joined', 'piece'].map((name) => e.draft.newValue(body, name, null, { type }));
  e.draft.setGraphInputs(body, [state!, piece!]);
  const next = e.within(body).op('StringConcat', [state!, piece!]);
  e.draft.setGraphOutputs(body, [next]);
  const attrs = { body: { kind: 'graph', value: body }, num_scan_inputs: 1, scan_input_axes: [1] } as const;
  return e.op('Scan', [empty, pieces!], attrs);
}

function standardized(c: LayerCall, x: ValueId): ValueId {
  const how = c.config['standardize'];
  if (!isSet(how)) return x;
  if (how !== 'lower' && how !== 'strip_punctuation' && how !== 'lower_and_strip_punctuation')
    return c.refuse('its standardize is a function of your own');
  // In the locale C letters beyond ASCII stay as they are, as in TensorFlow; every machine has it.
  const lower =
    how === 'strip_punctuation' ? x : c.e.op('StringNormalizer', [x], { case_change_action: 'LOWER', locale: 'C' });
  return how === 'lower' ? lower : [...PUNCTUATION].reduce((y, mark) => without(c, y, mark), lower);
}

/** [n, words], short rows filled with ''. */
function wordsOf(c: LayerCall, x: ValueId): ValueId {
  const how = c.config['split'];
  if (!isSet(how)) return c.e.unsqueeze(x, [1]);
  if (how === 'character') return c.refuse('ONNX splits text at delimiters alone, and not between characters');
  if (how !== 'whitespace') return c.refuse('its split is a function of your own');
  return c.e.ops('StringSplit', [x], {}, 2)[0]!;
}

/** Neighbouring words joined by spaces: [n, words - size + 1], '' where a word is none. */
function joinedWords(c: LayerCall, words: ValueId, size: number): ValueId {
  const { e } = c;
  const end = (i: number) => (i === size - 1 ? 2 ** 31 : i - size + 1);
  const parts = range(0, size).map((i) => e.slice(words, [i], [end(i)], [1]));
  const space = text(c, [' '], []);
  const whole = parts.reduce((a, b) => e.op('StringConcat', [e.op('StringConcat', [a, space]), b]));
  const none = e.op('Equal', [parts[size - 1]!, text(c, [''], [])]);
  return e.op('Where', [none, text(c, [''], []), whole]);
}

function gramsOf(c: LayerCall, words: ValueId): ValueId {
  const said = c.config['ngrams'];
  if (!isSet(said)) return words;
  const sizes = typeof said === 'number' ? range(1, said + 1) : (numbersOf(said) ?? []);
  if (c.text('output_mode', 'int') === 'int') return c.refuse('ngrams in the order of the text are not converted');
  // Short texts have fewer words than the longest gram.
  const most = Math.max(...sizes);
  const { e } = c;
  const filled = e.op('Concat', [words, emptyColumns(c, words, most - 1)], { axis: 1 });
  const grams = sizes.map((n) => (n === 1 ? words : joinedWords(c, filled, n)));
  return e.op('Concat', grams, { axis: 1 });
}

/** [n, count] of ''. */
function emptyColumns(c: LayerCall, words: ValueId, count: number): ValueId {
  const rows = c.e.slice(c.e.op('Shape', [words]), [0], [1], [0]);
  return c.e.op('Expand', [text(c, [''], [1, 1]), c.e.op('Concat', [rows, c.e.ints([count])], { axis: 0 })]);
}

/** The words that were learnt, without those that mean nothing and anything else. */
function vocabularyOf(c: LayerCall): string[] {
  const list = c.config['vocabulary'];
  if (!isList(list) || list.length === 0)
    return c.refuse('its vocabulary is not in the file: save it as .keras, or give it one');
  const words = list.map(String);
  const from = words[0] === '' ? 1 : 0;
  return words.slice(words[from] === '[UNK]' ? from + 1 : from);
}

/** As many columns as asked for: cut, or filled with 0. */
function cutTo(c: LayerCall, ids: ValueId, length: number): ValueId {
  const padded = c.e.op('Pad', [ids, c.e.ints([0, 0, 0, length])]);
  return c.e.slice(padded, [0], [length], [1]);
}

/** How often each word stands there, or whether, or weighed; '' is no word. */
function bag(c: LayerCall, words: ValueId, vocabulary: readonly string[], mode: string): ValueId {
  const { e } = c;
  const known = vocabulary.length + 1;
  const most = c.number('max_tokens', known);
  const depth = c.flag('pad_to_max_tokens') ? Math.max(most, known) : known;
  const ids = lookedUp(c, words, vocabulary, 1, depth, 0);
  const filled = e.op('Pad', [ids, e.ints([0, 0, 0, 1]), e.ints([depth], [])]);
  const hot = e.op('OneHot', [filled, e.ints([depth], []), e.floats([0, 1])], { axis: -1 });
  if (mode === 'multi_hot') return e.reduce('ReduceMax', hot, [1], false);
  const counts = e.reduce('ReduceSum', hot, [1], false);
  return mode === 'count' ? counts : e.op('Mul', [counts, e.floats(weightsOf(c, depth))]);
}

/** Of every number from 0; unknown words weigh the mean of those that are known, as Keras has it. */
export function weightsOf(c: LayerCall, depth: number, unknown = 1): number[] {
  const given = c.has('idf_weights')
    ? null
    : (numbersOf(c.config['idf_weights']) ?? c.refuse('its idf_weights are not in the file'));
  const mean = given ? given.reduce((a, b) => a + b, 0) / Math.max(given.length, 1) : 0;
  const all = given ? [...range(0, unknown).map(() => mean), ...given] : Array.from(c.weight('idf_weights').values);
  return [...all, ...range(all.length, depth).map(() => 0)];
}

/** Numbers from `first` on; `none` for '', and `unknown` for other words. */
function lookedUp(
  c: LayerCall,
  words: ValueId,
  vocabulary: readonly string[],
  first: number,
  none: number,
  unknown: number,
): ValueId {
  return c.e.ml('LabelEncoder', [words], {
    keys_strings: ['', ...vocabulary],
    values_int64s: [none, ...vocabulary.map((_, i) => first + i)],
    default_int64: unknown,
  });
}

export const textVectorization: Lowering = (c) => {
  const mode = c.text('output_mode', 'int');
  const vocabulary = vocabularyOf(c);
  const flat = c.e.reshape(c.natural(), [-1]);
  const words = gramsOf(c, wordsOf(c, standardized(c, flat)));
  if (mode !== 'int') return c.keep(bag(c, words, vocabulary, mode));
  const ids = lookedUp(c, words, vocabulary, 2, 0, 1);
  const length = c.config['output_sequence_length'];
  const made = typeof length === 'number' ? cutTo(c, ids, length) : ids;
  const whole = !isSet(c.config['split']) && c.rank() === 1;
  return c.keep(whole ? c.e.squeeze(made, [1]) : made);
};
