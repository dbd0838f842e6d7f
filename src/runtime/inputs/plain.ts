/** Values written as text: JSON and CSV. They become tensors only when the input's type is known. */
import { elementArray, elementCount, type DenseTensor } from '../../graph-model/core/tensor.ts';
import { dtypeInfo, DTYPES, isDType, type DType } from '../../graph-model/core/types.ts';
import { FormatError } from '../../graph-model/diagnostics.ts';
import { halfBits } from '../../graph-model/core/small-float.ts';

type Scalar = number | bigint | string | boolean;

/** Elements in C order without an element type of their own. */
export interface PlainArray {
  readonly dims: readonly number[];
  readonly values: readonly Scalar[];
  /** Where the file says it. */
  readonly dtype?: DType;
}

type Refuse = (why: string) => never;

const refuser =
  (file: string): Refuse =>
  (why) => {
    throw new FormatError('run.file-format', { file, why });
  };

/**
 * `[[1, 2]]` for the one input that has no name, `{"x": [[1, 2]]}`, or `{"x": {"dtype": "int64", "shape": [2], "data":
 * [1, 2]}}`. Integers beyond 2^53 keep all their digits. The empty name is the input matched by position.
 */
export function readJson(source: string, file: string): Map<string, PlainArray> {
  const refuse = refuser(file);
  let parsed: unknown;
  try {
    parsed = JSON.parse(markLong(source));
  } catch (error) {
    return refuse(`it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (Array.isArray(parsed) || !isRecord(parsed)) return new Map([['', nested(parsed, refuse)]]);
  if (isDescribed(parsed)) return new Map([['', described(parsed, refuse)]]);
  return new Map(
    Object.entries(parsed).map(([name, value]) => [
      name,
      isRecord(value) && isDescribed(value) ? described(value, refuse) : nested(value, refuse),
    ]),
  );
}

/** Long integers as marked strings, because JSON.parse would round them. Texts are stepped over. */
function markLong(source: string): string {
  const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;
  return source.replace(token, (t) => (/^-?\d{16,}$/.test(t) ? `"\\u0000${t}"` : t));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isDescribed = (value: Record<string, unknown>) =>
  'data' in value && ('shape' in value || 'dims' in value || 'dtype' in value);

function described(value: Record<string, unknown>, refuse: Refuse): PlainArray {
  const flat = nested(value.data, refuse);
  const dims = (value.shape ?? value.dims ?? flat.dims) as unknown;
  const isShape = Array.isArray(dims) && dims.every((d) => Number.isSafeInteger(d) && d >= 0);
  if (!isShape) return refuse('its "shape" is not a list of lengths');
  if (elementCount(dims as number[]) !== flat.values.length)
    refuse(`its shape (${dims.join(', ')}) and its ${flat.values.length} elements do not agree`);
  const dtype = value.dtype === undefined ? undefined : dtypeNamed(String(value.dtype));
  if (dtype === null) return refuse(`its dtype ${JSON.stringify(value.dtype)} is not one of ONNX or numpy`);
  return { dims: dims as number[], values: flat.values, ...(dtype ? { dtype } : {}) };
}

/** `float32`, `float`, `f32`, `int64` … */
function dtypeNamed(name: string): DType | null {
  return isDType(name) ? name : (DTYPES.find((d) => d.label === name || d.short === name)?.name ?? null);
}

/** Nested lists, all of one depth and length at each level. */
function nested(value: unknown, refuse: Refuse): PlainArray {
  const dims: number[] = [];
  for (let v = value; Array.isArray(v); v = v[0]) dims.push(v.length);
  const values: Scalar[] = [];
  const walk = (v: unknown, depth: number): void => {
    if (depth === dims.length) return void values.push(scalar(v, refuse));
    if (!Array.isArray(v) || v.length !== dims[depth])
      refuse(`its lists differ in length or depth at level ${depth + 1}`);
    for (const element of v as unknown[]) walk(element, depth + 1);
  };
  walk(value, 0);
  return { dims, values };
}

function scalar(v: unknown, refuse: Refuse): Scalar {
  if (typeof v === 'string' && v.startsWith('\u0000')) return BigInt(v.slice(1));
  if (typeof v === 'number' || typeof v === 'string' || typeof v === 'boolean') return v;
  if (v === null) return NaN;
  return refuse('it holds something that is neither a number, a text nor a list');
}

/**
 * Rows of numbers or texts, separated by commas, semicolons or tabs. With a header line: one array [rows, 1] per column
 * under its name, and all columns together, [rows, columns], under the empty name.
 */
export function readCsv(source: string, file: string): Map<string, PlainArray> {
  const refuse = refuser(file);
  const rows = parseCsv(source, separatorOf(source));
  if (!rows.length) refuse('it holds no rows');
  const isHeader =
    rows[0]!.every((cell) => cell.trim() !== '' && Number.isNaN(Number(cell))) && rows.length > 1 && differs(rows);
  const body = isHeader ? rows.slice(1) : rows;
  const width = rows[0]!.length;
  const ragged = rows.findIndex((r) => r.length !== width);
  if (ragged >= 0) refuse(`line ${ragged + 1} has ${rows[ragged]!.length} cells and the first has ${width}`);
  const out = new Map<string, PlainArray>();
  out.set('', { dims: [body.length, width], values: body.flat().map(cellValue) });
  if (isHeader)
    rows[0]!.forEach((name, i) =>
      out.set(name.trim(), { dims: [body.length, 1], values: body.map((r) => cellValue(r[i]!)) }),
    );
  return out;
}

/** A first line of texts is a header when the lines below hold numbers, or when no text of it comes again below it. */
function differs(rows: readonly (readonly string[])[]): boolean {
  const anyNumber = rows.slice(1).some((r) => r.some((c) => c.trim() !== '' && !Number.isNaN(Number(c))));
  return anyNumber || rows[0]!.every((c, i) => rows.slice(1).every((r) => r[i] !== c));
}

function separatorOf(source: string): string {
  const line = source.replace(/"[^"]*"/g, '').split('\n', 1)[0]!;
  const count = (s: string) => line.split(s).length;
  return [',', ';', '\t'].reduce((a, b) => (count(b) > count(a) ? b : a));
}

/** Cells may be quoted, with doubled quotes inside (RFC 4180). */
function parseCsv(source: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const endCell = () => (row.push(cell), (cell = ''));
  const endRow = () => {
    endCell();
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  const text = source.replace(/^\uFEFF/, '');
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') cell += text[++i];
      else quoted = false;
    } else if (c === '"' && cell === '') quoted = true;
    else if (c === separator) endCell();
    else if (c === '\n') endRow();
    else if (c !== '\r') cell += c;
  }
  if (cell !== '' || row.length) endRow();
  return rows;
}

function cellValue(cell: string): Scalar {
  const text = cell.trim();
  if (text === '') return NaN;
  if (/^[-+]?\d{16,}$/.test(text)) return BigInt(text);
  const value = Number(text);
  return Number.isNaN(value) && !/^[-+]?nan$/i.test(text) ? cell : value;
}

/** The array as the input's type. Throws FormatError where an element does not fit in it. */
export function typed(plain: PlainArray, dtype: DType, input: string): DenseTensor {
  const { dims, values } = plain;
  if (dtype === 'string')
    return { dtype, dims, values: values.map((v) => (typeof v === 'number' && Number.isNaN(v) ? '' : String(v))) };
  const out = elementArray(dtype, values.length);
  const bad = (v: Scalar): never => {
    throw new FormatError('run.input-range', {
      input,
      value: typeof v === 'string' ? JSON.stringify(v) : String(v),
      dtype: dtypeInfo(dtype).label,
    });
  };
  const isFloat = /float|double/.test(dtype);
  values.forEach((v, i) => {
    if (typeof v === 'string') bad(v);
    if (isFloat) (out as Float32Array)[i] = dtype === 'float16' ? halfBits(Number(v)) : Number(v);
    else putInteger(out as Int32Array, i, v as number | bigint | boolean, bad);
  });
  return { dtype, dims, values: out };
}

function putInteger(
  out: Int32Array | BigInt64Array,
  i: number,
  v: number | bigint | boolean,
  bad: (v: Scalar) => never,
): void {
  if (typeof v === 'number' && !Number.isInteger(v)) bad(v);
  if (out instanceof BigInt64Array || (out as object) instanceof BigUint64Array) {
    const wide = out as BigInt64Array;
    wide[i] = BigInt(v);
    if (wide[i] !== BigInt(v)) bad(v);
  } else {
    out[i] = Number(v);
    if (out[i] !== Number(v)) bad(v);
  }
}
