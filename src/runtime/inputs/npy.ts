/** NumPy's .npy files, versions 1 to 3 (numpy.lib.format), as tensors. */
import { elementCount, type DenseTensor, type Elements } from '../../graph-model/core/tensor.ts';
import type { DType } from '../../graph-model/core/types.ts';
import { FormatError } from '../../graph-model/diagnostics.ts';

interface Header {
  readonly descr: string;
  readonly fortran: boolean;
  readonly dims: readonly number[];
  /** Where the elements begin. */
  readonly data: number;
}

interface Kind {
  readonly dtype: DType;
  /** Bytes of the unit whose order is turned for big-endian files: half of a complex number. */
  readonly unit: number;
  readonly make: (buffer: ArrayBuffer) => Elements;
}

const kind = (dtype: DType, unit: number, make: Kind['make']): Kind => ({ dtype, unit, make });

/** By numpy's kind letter and item size. */
const KINDS: Readonly<Record<string, Kind>> = {
  f4: kind('float', 4, (b) => new Float32Array(b)),
  f8: kind('double', 8, (b) => new Float64Array(b)),
  f2: kind('float16', 2, (b) => new Uint16Array(b)),
  i1: kind('int8', 1, (b) => new Int8Array(b)),
  i2: kind('int16', 2, (b) => new Int16Array(b)),
  i4: kind('int32', 4, (b) => new Int32Array(b)),
  i8: kind('int64', 8, (b) => new BigInt64Array(b)),
  u1: kind('uint8', 1, (b) => new Uint8Array(b)),
  u2: kind('uint16', 2, (b) => new Uint16Array(b)),
  u4: kind('uint32', 4, (b) => new Uint32Array(b)),
  u8: kind('uint64', 8, (b) => new BigUint64Array(b)),
  b1: kind('bool', 1, (b) => new Uint8Array(b)),
  c8: kind('complex64', 4, (b) => new Float32Array(b)),
  c16: kind('complex128', 8, (b) => new Float64Array(b)),
};

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((b, i) => bytes[i] === b);
}

/** A tensor in C order. Throws FormatError (`run.file-format`) for object and structured arrays and damaged files. */
export function readNpy(bytes: Uint8Array, file: string): DenseTensor {
  const refuse = (why: string): never => {
    throw new FormatError('run.file-format', { file, why });
  };
  if (!isNpy(bytes)) refuse('it does not begin like a .npy file');
  const header = readHeader(bytes, refuse);
  const text = /^([<>=|])?([a-zA-Z])(\d*)$/.exec(header.descr);
  if (!text) return refuse(`its elements are structured (${header.descr.slice(0, 80)})`);
  const [, order, letter, size] = text;
  const big = order === '>';
  if (letter === 'O') refuse('it holds Python objects, which are never loaded');
  if (letter === 'U' || letter === 'S' || letter === 'a') {
    const width = Number(size) * (letter === 'U' ? 4 : 1);
    const body = elementBytes(bytes, header, width, refuse);
    return ordered(
      { dtype: 'string', dims: header.dims, values: strings(body, header.dims, width, letter, big) },
      header,
    );
  }
  const found = KINDS[`${letter}${size}`];
  if (!found) return refuse(`its element type ${header.descr} has no counterpart in ONNX`);
  const body = elementBytes(bytes, header, Number(size), refuse).slice();
  if (big) swap(body, found.unit);
  return ordered({ dtype: found.dtype, dims: header.dims, values: found.make(body.buffer) }, header);
}

function readHeader(bytes: Uint8Array, refuse: (why: string) => never): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12) refuse('it ends within its header');
  const major = bytes[6]!;
  if (major < 1 || major > 3) refuse(`it is of .npy version ${major}`);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const begin = major === 1 ? 10 : 12;
  if (begin + length > bytes.length) refuse('it ends within its header');
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(begin, begin + length));
  const descr = /'descr':\s*(?:'([^']*)'|(\[[\s\S]*?\])\s*,\s*'fortran)/.exec(text);
  const fortran = /'fortran_order':\s*(True|False)/.exec(text);
  const shape = /'shape':\s*\(([^)]*)\)/.exec(text);
  if (!descr || !fortran || !shape) return refuse('its header is not one that numpy writes');
  const dims = shape[1]!.split(',').flatMap((d) => (d.trim() === '' ? [] : [Number(d.trim().replace(/L$/, ''))]));
  if (!dims.every((d) => Number.isSafeInteger(d) && d >= 0)) refuse(`its shape (${shape[1]}) is not one`);
  return { descr: descr[1] ?? descr[2]!, fortran: fortran[1] === 'True', dims, data: begin + length };
}

function elementBytes(bytes: Uint8Array, header: Header, width: number, refuse: (why: string) => never): Uint8Array {
  const need = elementCount(header.dims) * width;
  const have = bytes.length - header.data;
  if (have < need) refuse(`its shape (${header.dims.join(', ')}) needs ${need} bytes and ${have} follow the header`);
  return bytes.subarray(header.data, header.data + need);
}

function swap(bytes: Uint8Array, unit: number): void {
  for (let at = 0; at < bytes.length; at += unit) bytes.subarray(at, at + unit).reverse();
}

/** Fixed-width strings, padded with zeros: UCS-4 (`U`) or bytes, taken as UTF-8 (`S`). */
function strings(body: Uint8Array, dims: readonly number[], width: number, letter: string, big: boolean): string[] {
  const out: string[] = [];
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  for (let i = 0; i < elementCount(dims); i++) {
    const at = i * width;
    if (letter === 'U') out.push(ucs4(view, at, width, !big));
    else out.push(new TextDecoder().decode(body.subarray(at, at + width)).replace(/\0+$/, ''));
  }
  return out;
}

function ucs4(view: DataView, at: number, width: number, little: boolean): string {
  let text = '';
  for (let i = 0; i < width; i += 4) {
    const code = view.getUint32(at + i, little);
    text += String.fromCodePoint(code <= 0x10ffff ? code : 0xfffd);
  }
  return text.replace(/\0+$/, '');
}

function ordered(dense: DenseTensor, header: Header): DenseTensor {
  return header.fortran && dense.dims.length > 1 ? fromFortran(dense) : dense;
}

/** Column-major elements in row-major order. */
function fromFortran(dense: DenseTensor): DenseTensor {
  const { dims, values } = dense;
  const parts = dense.dtype.startsWith('complex') ? 2 : 1;
  const source = values as (number | string | bigint)[];
  const out = values.slice() as (number | string | bigint)[];
  const index = dims.map(() => 0);
  for (let i = 0; i < elementCount(dims); i++) {
    let at = 0;
    for (let d = dims.length - 1; d >= 0; d--) at = at * dims[d]! + index[d]!;
    for (let p = 0; p < parts; p++) out[i * parts + p] = source[at * parts + p]!;
    for (let d = dims.length - 1; d >= 0 && ++index[d]! === dims[d]; d--) index[d] = 0;
  }
  return { ...dense, values: out as unknown as Elements };
}
