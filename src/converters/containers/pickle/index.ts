/** Reads Python pickles and joblib files into inert values. */
import type { BlobLike } from '../../../graph-model/core/bytes.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import type { JobContext } from '../../../graph-model/job.ts';
import { Cursor } from './cursor.ts';
import { readPickle } from './joblib.ts';
import { unpack } from './unpack.ts';
import type { PyValue } from './values.ts';

export { NdArray, NumpyDtype, PyGlobal, PyObject, type PyValue } from './values.ts';
export { compressionOf } from './unpack.ts';

/** The file is held in memory whole. */
const SIZE_LIMIT = 2 ** 31 - 1;

/**
 * The object in a pickle or joblib file, compressed or not. Runs nothing; memory stays in proportion to the file.
 * Throws FormatError: pickle.broken, pickle.unsafe, pickle.compression, pickle.too-large.
 */
export async function openPickle(file: string, blob: BlobLike, job?: JobContext): Promise<PyValue> {
  if (blob.size > SIZE_LIMIT) throw new FormatError('pickle.too-large', { file, limit: '2 GB' });
  const bytes = await unpack(file, new Uint8Array(await blob.arrayBuffer()));
  job?.signal.throwIfAborted();
  const cursor = new Cursor(file, bytes, (at) => job?.progress(at, bytes.length, `Reading ${file}`));
  return readPickle(cursor);
}
