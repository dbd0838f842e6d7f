/** One type of the text form by itself: `float[N, 16]`, `seq(int64)`. */
import { EditError } from '../core/draft.ts';
import type { ValueType } from '../core/types.ts';
import { FormatError } from '../diagnostics.ts';
import { sourceOf } from './parse-graph.ts';
import { parseType } from './parse-values.ts';

/** Throws an EditError that shows how a type is written. */
export function parseTypeText(text: string): ValueType {
  try {
    const s = sourceOf(text);
    const type = parseType(s);
    if (type !== null && s.atEnd()) return type;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  throw new EditError(`“${text.trim()}” is no type: write float[N, 16], or float[] where the shape is open.`);
}
