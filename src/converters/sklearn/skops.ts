/** skops files: a zip of `schema.json`, which describes the objects, and one .npy file an array (skops/io). */
import type { BlobLike } from '../../graph-model/core/bytes.ts';
import { FormatError } from '../../graph-model/diagnostics.ts';
import { readNpy } from '../containers/npy/npy.ts';
import { PyGlobal, PyObject, NdArray, NumpyDtype, type PyValue } from '../containers/pickle/index.ts';
import { openEntry, readZip } from '../containers/zip/zip.ts';

const DEPTH_LIMIT = 200;

type Json = null | boolean | number | string | Json[] | { readonly [key: string]: Json };
type Record_ = { readonly [key: string]: Json };

/** The object in a skops file. Throws FormatError where the file is damaged. */
export async function readSkops(file: string, blob: BlobLike): Promise<PyValue> {
  const entries = new Map((await readZip(file, blob)).map((e) => [e.path, e]));
  const schema = entries.get('schema.json');
  if (!schema)
    throw new FormatError('file.unknown', { file, why: 'it is a zip archive without the schema.json of skops' });
  const bytesOf = async (path: string) =>
    new Uint8Array(await (await openEntry(file, blob, entries.get(path)!)).arrayBuffer());
  const arrays = new Map<string, Uint8Array>();
  for (const path of entries.keys()) if (/\.(npy|bin)$/.test(path)) arrays.set(path, await bytesOf(path));
  for (const path of entries.keys()) {
    if (!path.endsWith('.npz')) continue;
    const within = await openEntry(file, blob, entries.get(path)!);
    for (const e of await readZip(file, within))
      arrays.set(`${path}/${e.path}`, new Uint8Array(await (await openEntry(file, within, e)).arrayBuffer()));
  }
  return new SkopsReader(file, arrays).read(parseJson(new TextDecoder().decode(await bytesOf('schema.json')), file), 0);
}

/** JSON as Python writes it, NaN and infinities included. */
function parseJson(text: string, file: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    const words: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity };
    if (text.trim() in words) return words[text.trim()]!;
    throw new FormatError('pickle.broken', { file, byte: 0, why: 'its schema.json is not JSON' });
  }
}

class SkopsReader {
  private readonly seen = new Map<number, PyValue>();
  constructor(
    private readonly file: string,
    private readonly arrays: ReadonlyMap<string, Uint8Array>,
  ) {}

  read(node: Json | undefined, depth: number): PyValue {
    if (depth > DEPTH_LIMIT)
      throw new FormatError('sklearn.too-complex', { file: this.file, what: 'objects', limit: DEPTH_LIMIT });
    if (node === undefined || node === null || typeof node !== 'object') return node ?? null;
    if (Array.isArray(node)) return node.map((n) => this.read(n, depth + 1));
    const record = node as Record_;
    const id = Number(record['__id__']);
    if (record['__loader__'] === 'CachedNode') return this.seen.get(id) ?? null;
    const value = this.build(record, depth);
    this.seen.set(id, value);
    return value;
  }

  private build(n: Record_, depth: number): PyValue {
    const content = n['content'];
    switch (n['__loader__']) {
      case 'JsonNode':
        return parseJson(String(content), this.file) as PyValue;
      case 'DictNode':
      case 'DefaultDictNode':
      case 'OrderedDictNode':
        return this.dict(n, depth);
      case 'ListNode':
      case 'TupleNode':
        return this.read(content, depth + 1);
      case 'SetNode':
        return new Set(this.read(content, depth + 1) as PyValue[]);
      case 'NdArrayNode':
        return this.array(n, depth);
      case 'MaskedArrayNode':
        return this.object({ ...n, __loader__: 'ObjectNode' }, depth);
      case 'BytesNode':
      case 'BytearrayNode':
        return this.bytesOf(String(n['file']));
      case 'SparseMatrixNode':
        return this.sparse(n);
      case 'DTypeNode': {
        const array = this.read(content, depth + 1);
        return array instanceof NdArray ? array.dtype : null;
      }
      case 'SliceNode':
        return new PyObject(new PyGlobal('builtins', 'slice'), slice(content as Record_));
      case 'TypeNode':
        return new PyGlobal(String(n['__module__']), String(n['__class__']));
      case 'PartialNode': {
        const fields = (content && typeof content === 'object' ? content : {}) as Record_;
        return new PyObject(new PyGlobal('functools', 'partial'), [this.read(fields['func'], depth + 1)]);
      }
      case 'FunctionNode':
        return this.fn(n);
      default:
        return this.object(n, depth);
    }
  }

  private fn(n: Record_): PyGlobal {
    const c = n['content'];
    if (c && typeof c === 'object' && !Array.isArray(c)) {
      const r = c as Record_;
      return new PyGlobal(String(r['module_path'] ?? n['__module__']), String(r['function'] ?? n['__class__']));
    }
    return new PyGlobal(String(n['__module__']), String(n['__class__']));
  }

  private dict(n: Record_, depth: number): Map<PyValue, PyValue> {
    const content = (n['content'] ?? {}) as Record_;
    const types = n['key_types'] as Record_ | undefined;
    const kinds = Array.isArray(types?.['content']) ? types['content'] : [];
    const number = (i: number) => /^(int|float)/.test(String((kinds[i] as Record_ | undefined)?.['__class__']));
    return new Map(Object.entries(content).map(([k, v], i) => [number(i) ? Number(k) : k, this.read(v, depth + 1)]));
  }

  private array(n: Record_, depth: number): PyValue {
    if (n['type'] === 'json') {
      const shape = (this.read(n['shape'], depth + 1) ?? []) as number[];
      const items = (this.read(n['content'], depth + 1) ?? []) as PyValue[];
      return new NdArray(new NumpyDtype('O', 8), shape, flat(items, shape.length));
    }
    const array = readNpy(this.file, this.bytesOf(String(n['file'])));
    return n['__class__'] === 'ndarray' ? array : (array.values()[0] ?? null);
  }

  private bytesOf(name: string): Uint8Array {
    const bytes = this.arrays.get(name);
    if (!bytes)
      throw new FormatError('pickle.broken', { file: this.file, byte: 0, why: `its array ${name} is missing` });
    return bytes;
  }

  /** scipy.sparse.save_npz: an archive of arrays. */
  private sparse(n: Record_): PyObject {
    const out = new PyObject(new PyGlobal('scipy.sparse', String(n['__class__'])));
    for (const name of ['data', 'indices', 'indptr', 'row', 'col', 'shape']) {
      const bytes = this.arrays.get(`${String(n['file'])}/${name}.npy`);
      if (!bytes) continue;
      const array = readNpy(this.file, bytes);
      if (name === 'shape') out.attrs.set('_shape', Array.from(array.numbers()));
      else out.attrs.set(name, array);
    }
    return out;
  }

  private object(n: Record_, depth: number): PyValue {
    const cls = new PyGlobal(String(n['__module__']), String(n['__class__']));
    const reduce = n['__reduce__'] as Record_ | undefined;
    const args = reduce ? this.read(reduce['args'], depth + 1) : [];
    const out = new PyObject(cls, Array.isArray(args) ? args : []);
    const state = this.read(n['content'] ?? n['attrs'], depth + 1);
    if (state instanceof Map) for (const [k, v] of state) out.attrs.set(String(k), v);
    else if (state !== null) out.state = state;
    return out;
  }
}

function slice(c: Record_): PyValue[] {
  return [c['start'] ?? null, c['stop'] ?? null, c['step'] ?? null] as PyValue[];
}

function flat(items: PyValue[], depth: number): PyValue[] {
  return depth <= 1
    ? items
    : flat(
        items.flatMap((i) => (Array.isArray(i) ? i : [i])),
        depth - 1,
      );
}
