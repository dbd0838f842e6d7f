/** The .npy format (numpy/lib/format.py): magic, a Python dict literal, raw elements. */
import { Cursor } from '../pickle/cursor.ts';
import { NdArray, NumpyDtype, toRowMajor, type RecordField } from '../pickle/values.ts';
import { arrayOf } from '../pickle/reducers.ts';

/** Reads an array of numbers, text or records. Throws FormatError where the bytes are none. */
export function readNpy(file: string, bytes: Uint8Array): NdArray {
  const cursor = new Cursor(file, bytes);
  const magic = cursor.take(6);
  if (magic[0] !== 0x93 || String.fromCharCode(...magic.subarray(1)) !== 'NUMPY')
    throw cursor.broken('an array has no NPY header');
  const major = cursor.u1();
  cursor.u1();
  const header = new TextDecoder('latin1').decode(cursor.take(major === 1 ? cursor.u2() : cursor.u4(), 'a header'));
  const dtype = dtypeOf(header);
  const shape = /'shape':\s*\(([^)]*)\)/
    .exec(header)?.[1]
    ?.split(',')
    .filter((s) => s.trim())
    .map(Number);
  if (!dtype || !shape || !shape.every((d) => Number.isInteger(d) && d >= 0))
    throw cursor.broken('the header of an array cannot be read');
  const count = shape.reduce((a, b) => a * b, 1);
  const array = arrayOf(dtype, shape, cursor.take(count * dtype.size, 'an array'), cursor);
  if (!/'fortran_order':\s*True/.test(header) || shape.length < 2) return array;
  return new NdArray(dtype, shape, toRowMajor(array.data, shape, dtype.size));
}

function dtypeOf(header: string): NumpyDtype | null {
  const simple = /'descr':\s*'([^']*)'/.exec(header);
  if (simple) return NumpyDtype.parse(simple[1]!);
  const list = /'descr':\s*\[(.*?)\],\s*'fortran/.exec(header)?.[1];
  if (!list) return packed(/'descr':\s*\{(.*?)\},\s*'fortran/.exec(header)?.[1] ?? '');
  const fields: RecordField[] = [];
  let offset = 0;
  for (const [, name, type, sub] of list.matchAll(/\('([^']*)',\s*'([^']*)'(?:,\s*\(([^)]*)\))?\)/g)) {
    const dtype = NumpyDtype.parse(type!);
    if (!dtype) return null;
    fields.push({ name: name!, dtype, offset });
    offset +=
      dtype.size *
      (sub
        ? sub
            .split(',')
            .filter((s) => s.trim())
            .reduce((a, b) => a * Number(b), 1)
        : 1);
  }
  return records(fields, offset);
}

/** `{'names': [...], 'formats': [...], 'offsets': [...], 'itemsize': n}` */
function packed(text: string): NumpyDtype | null {
  const list = (key: string) =>
    new RegExp(`'${key}':\\s*\\[([^\\]]*)\\]`)
      .exec(text)?.[1]
      ?.split(',')
      .map((s) => s.trim().replace(/'/g, ''));
  const [names, formats, offsets] = [list('names'), list('formats'), list('offsets')];
  const size = Number(/'itemsize':\s*(\d+)/.exec(text)?.[1]);
  if (!names || !formats || !offsets || !(size > 0)) return null;
  const fields = names.map((name, i) => ({ name, dtype: NumpyDtype.parse(formats[i]!)!, offset: Number(offsets[i]) }));
  return records(fields, size);
}

function records(fields: readonly RecordField[], size: number): NumpyDtype {
  const dtype = new NumpyDtype('V', size);
  dtype.fields = fields;
  return dtype;
}
