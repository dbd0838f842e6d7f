/**
 * What a value of a loop's body is as a sum of products: weights times what cannot be taken apart any further, and a bias.
 * Two graphs that come to the same sums compute the same, however they split, join and add.
 */
import type { TypedEmitter } from '../builders/typed-emitter.ts';
import { getFloat, getInt } from '../core/attributes.ts';
import { normalAxis } from '../core/dims.ts';
import type { Node, ValueId } from '../core/model.ts';
import { toNumbers, type DenseTensor } from '../core/tensor.ts';

/** [rows, columns], row by row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: ArrayLike<number>;
}

export interface Term {
  readonly source: ValueId;
  /** null: the source itself. */
  readonly weight: Matrix | { readonly diagonal: ArrayLike<number> } | null;
}

export interface Linear {
  readonly terms: readonly Term[];
  /** One number for all columns, or one for each. */
  readonly bias: ArrayLike<number> | null;
}

export const isMatrix = (w: Term['weight']): w is Matrix => w !== null && 'values' in w;

export class LinearForms {
  private readonly known = new Map<ValueId, Linear>();

  constructor(
    private readonly e: TypedEmitter,
    /** The elements of a value that is constant. */
    private readonly constantOf: (v: ValueId) => DenseTensor | null,
  ) {}

  of(v: ValueId): Linear {
    const known = this.known.get(v);
    if (known) return known;
    const node = this.e.draft.producer(v);
    const made = node?.graph === this.e.graph ? this.taken(node, v) : null;
    const linear = made ?? { terms: [{ source: v, weight: null }], bias: null };
    this.known.set(v, linear);
    return linear;
  }

  private taken(node: Node, v: ValueId): Linear | null {
    switch (node.op) {
      case 'Identity':
        return this.of(node.inputs[0]!);
      case 'Add':
        return this.sum(node.inputs[0]!, node.inputs[1]!);
      case 'MatMul':
        return this.product(node.inputs[0]!, this.matrix(node.inputs[1]!, false));
      case 'Gemm':
        return this.gemm(node);
      case 'Split':
        return this.part(node, v);
      case 'Slice':
        return this.slice(node);
      case 'Mul':
        return this.scaled(node.inputs[0]!, node.inputs[1]!) ?? this.scaled(node.inputs[1]!, node.inputs[0]!);
      default:
        return null;
    }
  }

  private sum(a: ValueId, b: ValueId): Linear | null {
    const [left, right] = [this.addend(a), this.addend(b)];
    if (!left || !right) return null;
    return { terms: [...left.terms, ...right.terms], bias: added(left.bias, right.bias) };
  }

  private addend(v: ValueId): Linear | null {
    const dense = this.constantOf(v);
    if (!dense) return this.of(v);
    const bias = row(dense);
    return bias && { terms: [], bias };
  }

  private product(v: ValueId, weight: Matrix | null): Linear | null {
    if (!weight) return null;
    const parts = this.joined(v);
    const terms: Term[] = [];
    let at = 0;
    for (const part of parts) {
      const width = parts.length === 1 ? weight.rows : (this.width(part) ?? NaN);
      terms.push({ source: this.behind(part), weight: rowsOf(weight, at, width) });
      at += width;
    }
    return at === weight.rows ? { terms, bias: null } : null;
  }

  /** The parts of a Concat along the last axis. */
  private joined(v: ValueId): readonly ValueId[] {
    const node = this.e.draft.producer(v);
    if (node?.op === 'Identity') return this.joined(node.inputs[0]!);
    if (node?.op !== 'Concat' || node.graph !== this.e.graph || !this.isLast(v, getInt(node, 'axis', 0))) return [v];
    return node.inputs.flatMap((i) => this.joined(i!));
  }

  private behind(v: ValueId): ValueId {
    const node = this.e.draft.producer(v);
    return node?.op === 'Identity' ? this.behind(node.inputs[0]!) : v;
  }

  private width(v: ValueId): number | null {
    const last = this.e.dims(v)?.at(-1);
    return typeof last === 'number' ? last : null;
  }

  private isLast(v: ValueId, axis: number): boolean {
    const rank = this.e.dims(v)?.length;
    return rank === 2 && normalAxis(axis, rank) === 1;
  }

  private gemm(node: Node): Linear | null {
    if (getFloat(node, 'alpha', 1) !== 1 || getFloat(node, 'beta', 1) !== 1 || getInt(node, 'transA', 0)) return null;
    const product = this.product(node.inputs[0]!, this.matrix(node.inputs[1]!, getInt(node, 'transB', 0) === 1));
    const third = node.inputs[2] ?? null;
    const dense = third === null ? null : this.constantOf(third);
    const bias = dense && row(dense);
    if (!product || (third !== null && !bias)) return null;
    return { ...product, bias };
  }

  private matrix(v: ValueId, transposed: boolean): Matrix | null {
    const dense = this.constantOf(v);
    if (dense?.dims.length !== 2 || dense.dtype !== 'float') return null;
    const [rows, columns] = [dense.dims[0]!, dense.dims[1]!];
    const made = { rows, columns, values: toNumbers(dense) };
    return transposed ? turned(made) : made;
  }

  private part(node: Node, v: ValueId): Linear | null {
    if (!this.isLast(node.inputs[0]!, getInt(node, 'axis', 0))) return null;
    const widths = node.outputs.map((o) => (o === null ? null : this.width(o)));
    if (widths.some((w) => w === null)) return null;
    const place = node.outputs.indexOf(v);
    const begin = widths.slice(0, place).reduce<number>((sum, w) => sum + w!, 0);
    return columnsOf(this.of(node.inputs[0]!), begin, begin + widths[place]!);
  }

  private slice(node: Node): Linear | null {
    const [data, ...rest] = node.inputs;
    const [starts, ends, axes, steps] = rest.map((i) => (i === null ? null : this.constantOf(i)));
    const width = this.width(data!);
    if (starts?.values.length !== 1 || ends?.values.length !== 1 || axes?.values.length !== 1 || width === null)
      return null;
    if (!this.isLast(data!, Number(axes.values[0])) || Number(steps?.values[0] ?? 1) !== 1) return null;
    const clamped = (n: number) => Math.max(0, Math.min(n < 0 ? n + width : n, width));
    return columnsOf(this.of(data!), clamped(Number(starts.values[0])), clamped(Number(ends.values[0])));
  }

  /** A vector of weights times a value, element by element. */
  private scaled(vector: ValueId, v: ValueId): Linear | null {
    const dense = this.constantOf(vector);
    const diagonal = dense && row(dense);
    if (!diagonal || diagonal.length < 2) return null;
    return { terms: [{ source: this.behind(v), weight: { diagonal } }], bias: null };
  }
}

/** A constant that adds to every row alike; null where it is no such. */
function row(dense: DenseTensor): ArrayLike<number> | null {
  const leading = dense.dims.slice(0, -1);
  return dense.dtype === 'float' && leading.every((d) => d === 1) && leading.length < 2 ? toNumbers(dense) : null;
}

function added(a: ArrayLike<number> | null, b: ArrayLike<number> | null): ArrayLike<number> | null {
  if (a === null || b === null) return a ?? b;
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  return Float32Array.from(long, (v, i) => v + short[short.length === 1 ? 0 : i]!);
}

function turned({ rows, columns, values }: Matrix): Matrix {
  const out = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c]!;
  return { rows: columns, columns: rows, values: out };
}

function rowsOf(m: Matrix, begin: number, count: number): Matrix {
  if (begin === 0 && count === m.rows) return m;
  const values = Array.prototype.slice.call(m.values, begin * m.columns, (begin + count) * m.columns);
  return { rows: count, columns: m.columns, values: Float32Array.from(values) };
}

/** null: a term has no columns of its own. */
function columnsOf({ terms, bias }: Linear, begin: number, end: number): Linear | null {
  if (!terms.every((t) => isMatrix(t.weight))) return null;
  const cut = terms.map((t) => ({ source: t.source, weight: cutColumns(t.weight as Matrix, begin, end) }));
  return { terms: cut, bias: bias === null || bias.length === 1 ? bias : Array.prototype.slice.call(bias, begin, end) };
}

function cutColumns({ rows, columns, values }: Matrix, begin: number, end: number): Matrix {
  const width = end - begin;
  const out = new Float32Array(rows * width);
  for (let r = 0; r < rows; r++) for (let c = 0; c < width; c++) out[r * width + c] = values[r * columns + begin + c]!;
  return { rows, columns: width, values: out };
}
