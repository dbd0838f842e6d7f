/**
 * Reads HDF5 files (groups, attributes, datasets) by jsfive, which holds the file's bytes in memory. Datasets that are
 * stored in one piece stay byte ranges of the file; chunked ones are unpacked. Sizes in the file are claims: a dataset
 * that lies outside the file, or unpacks to what its bytes cannot hold, is refused.
 */
import type { Dataset, Group } from 'jsfive';
import type { BlobLike } from '../../../graph-model/core/bytes.ts';
import { boundAttributes } from './bounded.ts';
import { bytesOf } from '../../../graph-model/core/bytes.ts';
import {
  denseByteLength,
  elementArray,
  tensorOf,
  type Elements,
  type Tensor,
} from '../../../graph-model/core/tensor.ts';
import type { DType } from '../../../graph-model/core/types.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import { isHdf5 } from './signature.ts';

/** One ArrayBuffer holds no more in every engine. */
const FILE_LIMIT = 2 * 1024 * 1024 * 1024 - 1;
/** Deflate packs at most about a thousandfold. */
const UNPACK_RATIO = 1100;
const MESSAGE_DATATYPE = 3;
const MESSAGE_LAYOUT = 8;
const CLASS_OPAQUE = 5;
const LAYOUT_COMPACT = 0;
const LAYOUT_CONTIGUOUS = 1;

export type Hdf5Attribute = string | number | bigint | readonly (string | number | bigint)[] | null;

/** One group of an open file. */
export class Hdf5Group {
  constructor(
    private readonly file: Hdf5File,
    private readonly group: Group,
    readonly path: string,
  ) {}

  /** Names of what the group holds. */
  get names(): readonly string[] {
    return this.file.guard(`the group ${this.path}`, () => this.group.keys);
  }

  has(path: string): boolean {
    return this.find(path) !== null;
  }

  /** The group at a path below; null where there is none. */
  groupAt(path: string): Hdf5Group | null {
    const found = this.find(path);
    return found !== null && 'keys' in found && !('value' in found)
      ? new Hdf5Group(this.file, found as Group, this.below(path))
      : null;
  }

  /** The dataset at a path below as a tensor; null where there is none. */
  tensorAt(path: string): Tensor | null {
    const found = this.find(path);
    if (found === null || !('value' in found)) return null;
    return this.file.tensor(found as Dataset, this.below(path));
  }

  attribute(name: string): Hdf5Attribute {
    const value = this.file.guard(`the attribute ${name}`, () => this.group.attrs[name]);
    return clean(value);
  }

  /** A list of strings, put together from `name0`, `name1` … where it was too long for one attribute. */
  strings(name: string): string[] | null {
    const own = this.attribute(name);
    if (own !== null) return (Array.isArray(own) ? own : [own]).map(String);
    const out: string[] = [];
    for (let n = 0; ; n++) {
      const part = this.attribute(`${name}${n}`);
      if (part === null) return n === 0 ? null : out;
      out.push(...(Array.isArray(part) ? part : [part]).map(String));
    }
  }

  private below(path: string): string {
    return this.path === '/' ? `/${path}` : `${this.path}/${path}`;
  }

  private find(path: string): Group | Dataset | null {
    let at: Group | Dataset | null = this.group;
    for (const part of path.split('/').filter((p) => p !== '')) {
      const holder: Group | Dataset | null = at;
      if (holder === null || !('keys' in holder)) return null;
      at = this.file.guard(`the group ${this.below(path)}`, () => this.file.child(holder as Group, part));
    }
    return at;
  }
}

/** jsfive keeps the zero bytes that pad fixed-length strings. */
function clean(value: unknown): Hdf5Attribute {
  if (typeof value === 'string') return value.replace(/\0+$/, '');
  if (Array.isArray(value)) return value.map((v) => clean(v) as string | number | bigint);
  return typeof value === 'number' || typeof value === 'bigint' ? value : null;
}

export class Hdf5File {
  private readonly children = new WeakMap<Group, Map<string, Group | Dataset | null>>();

  private constructor(
    readonly name: string,
    private readonly blob: BlobLike,
    private readonly bytes: ArrayBuffer,
  ) {}

  /** Throws a FormatError where the file is no HDF5 file, cut off or damaged. */
  static async open(name: string, blob: BlobLike): Promise<Hdf5Group> {
    if (blob.size > FILE_LIMIT) throw new FormatError('hdf5.too-large', { file: name, size: blob.size });
    const bytes = await blob.arrayBuffer();
    refuseTruncated(name, bytes);
    const { File } = await import('jsfive');
    const file = new Hdf5File(name, blob, bytes);
    return new Hdf5Group(
      file,
      file.guard('its root', () => {
        const root = new File(bytes, name);
        boundAttributes(root._dataobjects);
        return root;
      }),
      '/',
    );
  }

  /** jsfive reads all links of a group each time that it makes its object: each is made once. */
  child(group: Group, name: string): Group | Dataset | null {
    const known = this.children.get(group) ?? new Map<string, Group | Dataset | null>();
    this.children.set(group, known);
    let found = known.get(name);
    if (found === undefined) {
      found = group.keys.includes(name) ? group.get(name) : null;
      known.set(name, found);
    }
    return found;
  }

  /** Runs a part of jsfive, which throws strings, RangeErrors and TypeErrors on damaged files. */
  guard<T>(where: string, run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (error instanceof FormatError) throw error;
      throw new FormatError('hdf5.broken', { file: this.name, where });
    }
  }

  tensor(dataset: Dataset, path: string): Tensor {
    return this.guard(`the dataset ${path}`, () => this.read(dataset, path));
  }

  private read(dataset: Dataset, path: string): Tensor {
    const dims = dataset.shape;
    const { dtype, bigEndian } = this.dtypeOf(dataset, path);
    const size = denseByteLength(dtype, dims);
    const objects = dataset._dataobjects;
    const at = objects.find_msg_type(MESSAGE_LAYOUT)[0]!.get('offset_to_message');
    const [version, , layout, property] = objects._get_data_message_properties(at);
    const view = new DataView(this.bytes);
    if (layout === LAYOUT_CONTIGUOUS && !bigEndian) {
      const begin = Number(view.getBigUint64(property, true));
      return this.range(dtype, dims, begin, size, path);
    }
    if (layout === LAYOUT_COMPACT && !bigEndian && version >= 3) {
      return this.range(dtype, dims, property + 2, size, path);
    }
    if (size > this.blob.size * UNPACK_RATIO) throw this.outside(path);
    return tensorOf({ dtype, dims, values: elementsOf(dtype, dataset.value, path) });
  }

  private range(dtype: DType, dims: readonly number[], begin: number, size: number, path: string): Tensor {
    // Space that was never written is not in the file at all; its elements are zero.
    const unwritten = begin > Number.MAX_SAFE_INTEGER;
    if (unwritten && size <= this.blob.size) {
      return { dtype, dims, storage: 'raw_data', data: bytesOf(new Uint8Array(size)) };
    }
    if (begin + size > this.blob.size) throw this.outside(path);
    return { dtype, dims, storage: 'raw_data', data: { kind: 'blob', blob: this.blob, begin, end: begin + size } };
  }

  private dtypeOf(dataset: Dataset, path: string): { dtype: DType; bigEndian: boolean } {
    const at = dataset._dataobjects.find_msg_type(MESSAGE_DATATYPE)[0]!.get('offset_to_message');
    const view = new DataView(this.bytes);
    if ((view.getUint8(at) & 15) === CLASS_OPAQUE) {
      if (clean(dataset.attrs['dtype']) === 'bfloat16' && view.getUint32(at + 4, true) === 2)
        return { dtype: 'bfloat16', bigEndian: false };
      throw new FormatError('hdf5.type', { file: this.name, path, type: 'opaque' });
    }
    const { dtype } = dataset;
    const found = typeof dtype === 'string' ? DTYPES[dtype.slice(1)] : undefined;
    if (!found) throw new FormatError('hdf5.type', { file: this.name, path, type: String(dtype) });
    return { dtype: found, bigEndian: (dtype as string).startsWith('>') };
  }

  private outside(path: string): FormatError {
    return new FormatError('hdf5.outside', { file: this.name, path, size: this.blob.size });
  }
}

/** By the letters of the type without its byte order. */
const DTYPES: Readonly<Record<string, DType>> = {
  f2: 'float16',
  f4: 'float',
  f8: 'double',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
};

function elementsOf(dtype: DType, values: readonly unknown[], path: string): Elements {
  const out = elementArray(dtype, values.length);
  if (dtype === 'float16') throw new FormatError('hdf5.type', { file: path, path, type: 'chunked float16' });
  const wide = dtype === 'int64' || dtype === 'uint64';
  const target = out as unknown as (number | bigint)[];
  for (let i = 0; i < values.length; i++) {
    const v = values[i] ?? 0;
    target[i] = wide ? BigInt(v as number | bigint) : Number(v);
  }
  return out;
}

/** The superblock says where the file ends: a file that ends earlier is cut off. */
function refuseTruncated(name: string, bytes: ArrayBuffer): void {
  const view = new DataView(bytes);
  const head = new Uint8Array(bytes, 0, Math.min(8, bytes.byteLength));
  if (!isHdf5(head) || bytes.byteLength < 64) throw new FormatError('hdf5.broken', { file: name, where: 'its header' });
  const version = view.getUint8(8);
  const at = version < 2 ? (version === 1 ? 44 : 40) : 28;
  const end = view.getBigUint64(at, true);
  if (end > BigInt(bytes.byteLength)) {
    throw new FormatError('hdf5.truncated', { file: name, size: bytes.byteLength, end: String(end) });
  }
}
