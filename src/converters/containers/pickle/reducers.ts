/**
 * The callables that pickles of models use to build plain data: containers, NumPy arrays, dtypes and scalars. Any other
 * callable gives an inert object; the ones that only an attack needs are refused by name.
 */
import { FormatError } from '../../../graph-model/diagnostics.ts';
import type { Cursor } from './cursor.ts';
import { NdArray, NumpyDtype, PyGlobal, PyObject, toRowMajor, type PyValue } from './values.ts';

type Reducer = (args: readonly PyValue[], cursor: Cursor) => PyValue;

/** Modules whose functions act on the machine; no model is built by calling them. */
const UNSAFE_MODULES =
  /^(os|posix|nt|subprocess|sys|shutil|socket|ctypes|importlib|runpy|pty|commands|webbrowser|pickle|_pickle|marshal|code|codeop|urllib|http|requests|tempfile|signal|threading|multiprocessing|asyncio|platform|pip|builtins\.eval|timeit|cProfile|pdb|bdb|linecache|imaplib|smtplib|ftplib|telnetlib|distutils|setuptools)(\.|$)/;
const UNSAFE_BUILTINS = new Set(
  'eval exec compile open __import__ input breakpoint delattr exit quit globals locals vars help apply execfile'.split(
    ' ',
  ),
);

function isUnsafe(g: PyGlobal): boolean {
  if (g.module === 'builtins' || g.module === '__builtin__') return UNSAFE_BUILTINS.has(g.name.split('.')[0]!);
  return UNSAFE_MODULES.test(g.module);
}

/** What calling `callable` would have made, or an inert description of the call. */
export function callGlobal(callable: PyValue, args: readonly PyValue[], cursor: Cursor): PyValue {
  if (!(callable instanceof PyGlobal)) return inertCall(callable, args);
  if (isUnsafe(callable)) throw new FormatError('pickle.unsafe', { file: cursor.file, callable: callable.path });
  const known = REDUCERS[modern(callable.path)];
  return known ? known(args, cursor) : new PyObject(callable, args);
}

function inertCall(callable: PyValue, args: readonly PyValue[]): PyObject {
  const written = callable instanceof PyObject ? writtenClass(callable) : null;
  if (written) return new PyObject(written, []);
  const name = callable instanceof PyObject ? callable.cls.path : typeof callable;
  return new PyObject(new PyGlobal('', `the result of ${name}`), args);
}

/** A class that cloudpickle wrote into the file as code: its name (cloudpickle.py, _make_skeleton_class). */
function writtenClass({ cls, args }: PyObject): PyGlobal | null {
  if (!/^cloudpickle\b.*\._make_skeleton_class$/.test(cls.path)) return null;
  const [, name, , members] = args;
  const module = members instanceof Map ? members.get('__module__') : null;
  return typeof name === 'string' ? new PyGlobal(typeof module === 'string' ? module : '__main__', name) : null;
}

/** Names as Python 3 and NumPy 2 write them. */
function modern(path: string): string {
  return path
    .replace(/^__builtin__\./, 'builtins.')
    .replace(/^copy_reg\./, 'copyreg.')
    .replace(/^numpy\._core\./, 'numpy.core.');
}

const first = (args: readonly PyValue[]): PyValue => args[0] ?? null;
const listOf = (value: PyValue): PyValue[] => {
  if (Array.isArray(value)) return value;
  if (value instanceof Set) return [...value];
  if (value instanceof Map) return [...value.keys()];
  return [];
};

function dictOf(value: PyValue): Map<PyValue, PyValue> {
  if (value instanceof Map) return new Map(value);
  const pairs = listOf(value).filter((p): p is [PyValue, PyValue] => Array.isArray(p) && p.length === 2);
  return new Map(pairs);
}

const REDUCERS: Readonly<Record<string, Reducer>> = {
  'builtins.list': (a) => [...listOf(first(a))],
  'builtins.tuple': (a) => [...listOf(first(a))],
  'builtins.set': (a) => new Set(listOf(first(a))),
  'builtins.frozenset': (a) => new Set(listOf(first(a))),
  'builtins.dict': (a) => dictOf(first(a)),
  'builtins.bytearray': (a) => bytesOfValue(first(a), 'latin1'),
  'builtins.bytes': (a) => bytesOfValue(first(a), 'latin1'),
  'builtins.int': first,
  'builtins.str': first,
  'builtins.float': first,
  'builtins.bool': first,
  'builtins.getattr': (a) => attributeOf(a),
  'collections.OrderedDict': (a) => dictOf(first(a)),
  'collections.defaultdict': () => new Map(),
  'collections.Counter': (a) => dictOf(first(a)),
  'sklearn.utils._bunch.Bunch': () => new Map(),
  'sklearn.utils.Bunch': () => new Map(),
  'sklearn.utils.deprecation.deprecated': () => new Map(),
  '_codecs.encode': (a) => bytesOfValue(first(a), a[1] ?? 'utf-8'),
  'copyreg._reconstructor': (a) => (a[0] instanceof PyGlobal ? new PyObject(a[0]) : inertCall(first(a), [])),
  'copyreg.__newobj__': (a, c) => callGlobal(first(a), a.slice(1), c),
  'numpy.dtype': (a, c) => dtypeOf(first(a), c),
  'numpy.core.multiarray._reconstruct': () => new PendingArray(),
  'numpy.ndarray': () => new PendingArray(),
  'numpy.core.multiarray.scalar': (a, c) => scalarOf(a, c),
  'numpy.core.numeric._frombuffer': (a, c) => fromBuffer(a, c),
  'numpy.core._internal._ufunc_reconstruct': (a) => new PyGlobal(String(a[0]), String(a[1])),
  'numpy.core._ufunc_reconstruct': (a) => new PyGlobal(String(a[0]), String(a[1])),
};

/** `getattr(module or class, name)` names a member of it. */
function attributeOf(args: readonly PyValue[]): PyValue {
  const [owner, name] = args;
  if (owner instanceof PyGlobal && typeof name === 'string') return new PyGlobal(owner.path, name);
  return new PyObject(new PyGlobal('builtins', 'getattr'), args);
}

function bytesOfValue(value: PyValue, encoding: PyValue): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'string') return new Uint8Array(0);
  if (String(encoding).replace(/[-_]/g, '') !== 'latin1') return new TextEncoder().encode(value);
  const out = new Uint8Array(value.length);
  for (let i = 0; i < value.length; i++) out[i] = value.charCodeAt(i);
  return out;
}

function dtypeOf(text: PyValue, cursor: Cursor): NumpyDtype {
  const name = text instanceof PyGlobal ? text.name.replace(/^object_?$/, 'O') : String(text);
  const dtype = NumpyDtype.parse(name);
  if (!dtype) throw cursor.broken(`the NumPy type ${name.slice(0, 40)} is not known`);
  return dtype;
}

/** An ndarray between `_reconstruct` and its BUILD. */
class PendingArray extends PyObject {
  constructor() {
    super(new PyGlobal('numpy', 'ndarray'));
  }
}

function scalarOf(args: readonly PyValue[], cursor: Cursor): PyValue {
  const [dtype, data] = args;
  if (!(dtype instanceof NumpyDtype)) throw cursor.broken('a NumPy scalar has no type');
  if (!(data instanceof Uint8Array))
    return typeof data === 'string' ? scalarOf([dtype, bytesOfValue(data, 'latin1')], cursor) : (data ?? null);
  if (dtype.kind === 'V') return arrayOf(dtype, [], data, cursor);
  return arrayOf(dtype, [], data, cursor).values()[0] ?? null;
}

function fromBuffer(args: readonly PyValue[], cursor: Cursor): NdArray {
  const [data, dtype, shape, order] = args;
  if (!(dtype instanceof NumpyDtype)) throw cursor.broken('an array has no type');
  const dims = shapeOf(shape ?? null, cursor);
  const array = arrayOf(dtype, dims, bytesOfValue(data ?? null, 'latin1'), cursor);
  if (order !== 'F' || dims.length < 2) return array;
  return new NdArray(dtype, dims, toRowMajor(array.data, dims, dtype.size));
}

export function shapeOf(value: PyValue, cursor: Cursor): number[] {
  const dims = Array.isArray(value) ? value : [value];
  if (dims.length > 32 || !dims.every((d) => typeof d === 'number' && d >= 0 && Number.isInteger(d)))
    throw cursor.broken('an array has no sensible shape');
  return dims as number[];
}

/** An array from its raw elements, which must be exactly as many as the shape says. */
export function arrayOf(dtype: NumpyDtype, shape: readonly number[], data: Uint8Array, cursor: Cursor): NdArray {
  const count = shape.reduce((a, b) => a * b, 1);
  if (dtype.kind === 'O') throw cursor.broken('an array of objects holds raw bytes');
  if (data.length !== count * dtype.size)
    throw cursor.broken(`an array of ${shape.join('×')} elements holds ${data.length} bytes`);
  return new NdArray(dtype, shape, data);
}

/** Applies BUILD. Gives the object, or what stands for it from now on. */
export function buildState(target: PyValue, state: PyValue, cursor: Cursor): PyValue {
  if (target instanceof NumpyDtype) return buildDtype(target, state);
  if (target instanceof PendingArray) return buildArray(state, cursor);
  if (target instanceof PyObject) applyState(target, state);
  else if (target instanceof Map && state instanceof Map) for (const [k, v] of state) target.set(k, v);
  return target;
}

function applyState(target: PyObject, state: PyValue): void {
  const parts =
    Array.isArray(state) && state.length === 2 && state.every((s) => s === null || s instanceof Map) ? state : [state];
  for (const part of parts) {
    if (part instanceof Map) for (const [k, v] of part) target.attrs.set(String(k), v);
    else if (part !== null) target.state = part;
  }
}

/** (version, byte order, subarray, names, fields, size, alignment, flags …) */
function buildDtype(dtype: NumpyDtype, state: PyValue): NumpyDtype {
  if (!Array.isArray(state)) return dtype;
  const [, order, , names, fields, size] = state;
  dtype.little = order !== '>';
  if (typeof size === 'number' && size > 0) dtype.size = size;
  if (Array.isArray(names) && fields instanceof Map)
    dtype.fields = names.flatMap((name) => {
      const at = fields.get(name);
      const [type, offset] = Array.isArray(at) ? at : [];
      const ok = type instanceof NumpyDtype && typeof offset === 'number' && offset + type.size <= dtype.size;
      return ok ? [{ name: String(name), dtype: type, offset }] : [];
    });
  return dtype;
}

/** (version, shape, dtype, is Fortran order, bytes or list) */
function buildArray(state: PyValue, cursor: Cursor): PyValue {
  if (!Array.isArray(state) || state.length < 4) throw cursor.broken('the state of an array cannot be read');
  const [shape, dtype, fortran, data] = state.length >= 5 ? state.slice(1) : state;
  const dims = shapeOf(shape ?? null, cursor);
  if (!(dtype instanceof NumpyDtype)) throw cursor.broken('an array has no type');
  let elements: Uint8Array | readonly PyValue[];
  if (Array.isArray(data)) {
    if (data.length !== dims.reduce((a, b) => a * b, 1))
      throw cursor.broken('an array of objects has another size than it says');
    elements = data;
  } else elements = arrayOf(dtype, dims, bytesOfValue(data ?? null, 'latin1'), cursor).data;
  const rows = fortran === true && dims.length > 1 ? toRowMajor(elements, dims, dtype.size) : elements;
  return new NdArray(dtype, dims, rows);
}
