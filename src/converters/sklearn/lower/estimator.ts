/** Reading a fitted estimator's parameters and arrays; what is missing or unexpected is said with the estimator's name. */
import { FormatError } from '../../../graph-model/diagnostics.ts';
import { NdArray, NumpyDtype, PyGlobal, PyObject, type PyValue } from '../../containers/pickle/index.ts';

/** An array of doubles in C order. */
export interface Arr {
  readonly dims: readonly number[];
  readonly data: Float64Array;
}

export class Est {
  constructor(
    readonly object: PyObject,
    /** Where it stands, for messages: `Pipeline step "clf" (LogisticRegression)`. */
    readonly step: string,
  ) {}

  static of(object: PyObject, within = ''): Est {
    return new Est(object, within ? `${object.cls.name} (${within})` : object.cls.name);
  }

  get name(): string {
    return this.object.cls.name;
  }
  get module(): string {
    return this.object.cls.module;
  }

  fail(why: string): never {
    throw new FormatError('sklearn.unsupported', { step: this.step, why });
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }
  /** null where it is None or absent. */
  get(...names: string[]): PyValue {
    for (const n of names) {
      const v = this.object.attrs.get(n);
      if (v !== undefined && v !== null) return v;
    }
    return null;
  }
  need(...names: string[]): PyValue {
    const v = this.get(...names);
    if (v === null) throw new FormatError('sklearn.not-fitted', { step: this.step, missing: names[0]! });
    return v;
  }
  num(name: string, otherwise?: number): number {
    const v = this.get(name);
    const n = v instanceof NdArray && v.size === 1 ? v.numbers()[0]! : v;
    if (typeof n === 'number' || typeof n === 'boolean' || typeof n === 'bigint') return Number(n);
    if (otherwise !== undefined) return otherwise;
    throw new FormatError('sklearn.not-fitted', { step: this.step, missing: name });
  }
  text(name: string, otherwise = ''): string {
    const v = this.get(name);
    return typeof v === 'string' ? v : v instanceof PyGlobal ? v.path : otherwise;
  }
  flag(name: string, otherwise = false): boolean {
    const v = this.object.attrs.get(name);
    return v === undefined || v === null ? otherwise : v !== false && v !== 0;
  }
  /** A fitted array, sparse ones made dense. */
  arr(...names: string[]): Arr {
    return toArr(this.need(...names)) ?? this.fail(`its ${names[0]!} is no array of numbers`);
  }
  optionalArr(...names: string[]): Arr | null {
    const v = this.get(...names);
    return v === null ? null : toArr(v);
  }
  nd(...names: string[]): NdArray {
    const v = this.need(...names);
    if (v instanceof NdArray) return v;
    if (Array.isArray(v)) return ndOf(v);
    return this.fail(`its ${names[0]!} is no array`);
  }
  list(...names: string[]): PyValue[] {
    const v = this.need(...names);
    if (Array.isArray(v)) return v;
    return v instanceof NdArray ? v.values() : this.fail(`its ${names[0]!} is no list`);
  }
  /** An estimator within this one. */
  est(...names: string[]): Est {
    return this.within(this.need(...names), names[0]!);
  }
  ests(...names: string[]): Est[] {
    return this.list(...names).map((v, i) => this.within(v, `${names[0]!} ${i}`));
  }
  within(v: PyValue, what: string): Est {
    if (v instanceof PyObject) return Est.of(v, `${what} of ${this.name}`);
    return this.fail(`its ${what} is no estimator`);
  }
}

export function toArr(v: PyValue): Arr | null {
  if (v instanceof NdArray) return { dims: v.shape, data: v.numbers() };
  if (typeof v === 'number' || typeof v === 'boolean') return { dims: [], data: Float64Array.of(Number(v)) };
  if (v instanceof PyObject && v.cls.module.startsWith('scipy.sparse')) return dense(v);
  if (!Array.isArray(v)) return null;
  if (v.every((i) => typeof i === 'number' || typeof i === 'boolean'))
    return { dims: [v.length], data: Float64Array.from(v as number[], Number) };
  const rows = v.map(toArr);
  if (rows.some((r) => r === null || r.data.length !== rows[0]!.data.length)) return null;
  const data = new Float64Array(rows.reduce((n, r) => n + r!.data.length, 0));
  rows.reduce((at, r) => (data.set(r!.data, at), at + r!.data.length), 0);
  return { dims: [v.length, ...(rows[0]?.dims ?? [])], data };
}

/** scipy's csr_matrix and csc_matrix. */
function dense(v: PyObject): Arr | null {
  const shape = v.get('_shape') ?? v.get('shape');
  const [data, indices, indptr] = ['data', 'indices', 'indptr'].map((n) => toArr(v.get(n) ?? null)?.data);
  if (!Array.isArray(shape) || !data || !indices || !indptr) return null;
  const [rows, columns] = shape.map(Number) as [number, number];
  if (rows * columns > 2 ** 28) return null;
  const out = new Float64Array(rows * columns);
  const byRow = !v.cls.name.startsWith('csc');
  for (let i = 0; i + 1 < indptr.length; i++)
    for (let k = indptr[i]!; k < indptr[i + 1]!; k++) {
      const at = byRow ? i * columns + indices[k]! : indices[k]! * columns + i;
      if (at < out.length) out[at]! += data[k]!;
    }
  return { dims: [rows, columns], data: out };
}

function ndOf(v: readonly PyValue[]): NdArray {
  if (v.every((i) => typeof i === 'number')) {
    const data = Float64Array.from(v);
    return new NdArray(
      NumpyDtype.parse(v.every(Number.isInteger) && v.length > 0 ? 'f8' : 'f8')!,
      [v.length],
      new Uint8Array(data.buffer),
    );
  }
  return new NdArray(new NumpyDtype('O', 8), [v.length], [...v]);
}

/** Rows of a matrix. */
export function rowOf(a: Arr, row: number): Float64Array {
  const width = a.data.length / (a.dims[0] || 1);
  return a.data.subarray(row * width, (row + 1) * width);
}

/** A matrix turned on its side. */
export function transposed(a: Arr): Arr {
  const [rows = 1, columns = 1] = a.dims;
  const data = new Float64Array(a.data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) data[c * rows + r] = a.data[r * columns + c]!;
  return { dims: [columns, rows], data };
}

export function mapArr(a: Arr, f: (v: number, i: number) => number): Arr {
  return { dims: a.dims, data: a.data.map(f) };
}
