/** The lines of a text file of any size, without holding more of it than one block. */
import type { BlobLike } from '../../../graph-model/core/bytes.ts';
import type { JobContext } from '../../../graph-model/job.ts';
import type { Failure } from '../failure.ts';

const BLOCK = 1 << 22;
/** No line of a model is longer: a tree of millions of leaves, a table of features. */
const LONGEST = 1 << 27;

/** Calls `take` with each line (no line end) and its number from 1. */
export async function eachLine(
  blob: BlobLike,
  job: JobContext,
  failure: Failure,
  take: (line: string, number: number) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  let number = 0;
  for (let at = 0; at < blob.size; at += BLOCK) {
    job.signal.throwIfAborted();
    job.progress(at, blob.size, `Reading ${failure.file}`);
    const end = Math.min(blob.size, at + BLOCK);
    const text = rest + decoder.decode(await blob.slice(at, end).arrayBuffer(), { stream: end < blob.size });
    const lines = text.split('\n');
    rest = lines.pop()!;
    if (rest.length > LONGEST)
      failure.damaged(`line ${number + lines.length + 1}`, 'it is longer than any line can be');
    for (const line of lines) take(line.endsWith('\r') ? line.slice(0, -1) : line, ++number);
  }
  if (rest !== '') take(rest, ++number);
}

/** The numbers of a line, parted by blanks; words that C writes for infinities and NaN are understood. */
export function numbersOf(text: string, fail: (why: string) => never): Float64Array {
  const words = text.split(' ');
  const out = new Float64Array(words.length);
  let count = 0;
  for (const word of words) if (word !== '') out[count++] = numberOf(word, fail);
  return out.subarray(0, count);
}

export function numberOf(word: string, fail: (why: string) => never): number {
  const value = Number(word);
  if (!Number.isNaN(value) && (value !== 0 || word.trim() !== '')) return value;
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(word);
  if (!special) return fail(`${JSON.stringify(word.slice(0, 30))} is not a number`);
  if (special[2]!.toLowerCase() === 'nan') return NaN;
  return special[1] === '-' ? -Infinity : Infinity;
}
