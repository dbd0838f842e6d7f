/**
 * joblib's addition to pickles (joblib/numpy_pickle.py): after the BUILD of a NumpyArrayWrapper the array's raw elements
 * follow in the stream, in newer files aligned to 16 bytes; arrays of objects follow as a pickle of their own.
 */
import type { Cursor } from './cursor.ts';
import { runPickle, type PickleHost } from './machine.ts';
import { arrayOf, shapeOf } from './reducers.ts';
import { NdArray, NumpyDtype, PyObject, toRowMajor, type PyValue } from './values.ts';

/** Arrays of objects within arrays of objects. */
const DEPTH_LIMIT = 8;

/** A pickle or joblib stream, unpacked already. */
export function readPickle(cursor: Cursor, depth = 0): PyValue {
  if (depth > DEPTH_LIMIT) throw cursor.broken(`it nests arrays of objects more than ${DEPTH_LIMIT} deep`);
  const host: PickleHost = {
    afterBuild: (built, c) => (isWrapper(built) ? followingArray(built, c, depth) : built),
  };
  return runPickle(cursor, host);
}

function isWrapper(value: PyValue): value is PyObject {
  if (!(value instanceof PyObject) || !value.cls.module.startsWith('joblib')) return false;
  if (value.cls.name === 'NumpyArrayWrapper') return value.attrs.has('order');
  return false;
}

function followingArray(wrapper: PyObject, cursor: Cursor, depth: number): NdArray {
  const dtype = wrapper.get('dtype');
  if (!(dtype instanceof NumpyDtype)) throw cursor.broken('an array has no type');
  const shape = shapeOf(wrapper.get('shape') ?? null, cursor);
  if (dtype.kind === 'O') return objects(readPickle(cursor, depth + 1), shape, cursor);
  if (typeof wrapper.get('numpy_array_alignment_bytes') === 'number') cursor.take(cursor.u1(), 'padding');
  const count = shape.reduce((a, b) => a * b, 1);
  const array = arrayOf(dtype, shape, cursor.take(count * dtype.size, 'an array'), cursor);
  if (wrapper.get('order') !== 'F' || shape.length < 2) return array;
  return new NdArray(dtype, shape, toRowMajor(array.data, shape, dtype.size));
}

function objects(value: PyValue, shape: readonly number[], cursor: Cursor): NdArray {
  if (!(value instanceof NdArray) || value.size !== shape.reduce((a, b) => a * b, 1))
    throw cursor.broken('an array of objects is not followed by its objects');
  return value;
}
