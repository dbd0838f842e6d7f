/** Builds ONNX nodes in a draft. Numbers are doubles throughout: scikit-learn computes in float64. */
import { attributes, type AttributeLike, type Attributes } from '../../../graph-model/core/attributes.ts';
import { Emitter } from '../../../graph-model/builders/emitter.ts';
import type { Draft } from '../../../graph-model/core/draft.ts';
import type { GraphId, Origin, ValueId } from '../../../graph-model/core/model.ts';
import type { Progress } from '../../../graph-model/job.ts';
import { tensorOf } from '../../../graph-model/core/tensor.ts';
import { dtypeInfo, type DType } from '../../../graph-model/core/types.ts';

/** A value and its element type. */
export interface Val {
  readonly id: ValueId;
  readonly t: DType;
}

type Plain = Readonly<Record<string, AttributeLike | undefined>>;

type Elements = Parameters<typeof tensorOf>[0]['values'];

/** A matrix that is (x - shift) / scale of another, column by column. */
export interface Standardised {
  readonly x: Val;
  readonly shift: Float64Array;
  readonly scale: Float64Array;
}

interface Product {
  readonly factors: readonly [Val, Val];
  /** What is added to each row already. */
  readonly bias: Float64Array | null;
}

/** Shifts by more scales than this take digits from what a product with them folded in adds up. */
const LARGEST_FOLDED = 1e6;

export class Builder {
  /** The estimator whose nodes are being made. */
  origin: Origin | undefined;
  private readonly scalars = new Map<string, Val>();
  private readonly casts = new Map<string, Val>();
  /** What a double was as float, or as a flag. */
  private readonly widened = new Map<ValueId, Val>();
  /** Products of two matrices, to which a constant may yet be added, and the sizes of constants. */
  private readonly products = new Map<ValueId, Product>();
  private readonly constants = new Map<ValueId, { readonly dims: readonly number[]; readonly values: Elements }>();
  private readonly standardised = new Map<ValueId, Standardised>();
  /** The [N, 1] that an [N] was made of. */
  private readonly columnsOfFlat = new Map<ValueId, Val>();

  constructor(
    readonly draft: Draft,
    readonly graph: GraphId,
    /** The versions of ai.onnx and ai.onnx.ml that nodes are written for. */
    readonly opset: number,
    readonly mlOpset: number,
    readonly progress: Progress = () => {},
  ) {}

  /** For the lowerings that all formats share. */
  emitter(): Emitter {
    return new Emitter(this.draft, this.graph, this.origin, this.opset, this.mlOpset, this.progress);
  }

  /** A builder for a body of this graph. */
  within(graph: GraphId): Builder {
    const b = new Builder(this.draft, graph, this.opset, this.mlOpset, this.progress);
    b.origin = this.origin;
    return b;
  }

  // Constants

  f64(values: ArrayLike<number>, dims: readonly number[] = [values.length]): Val {
    return this.constant('double', dims, Float64Array.from(values));
  }
  i64(values: ArrayLike<number>, dims: readonly number[] = [values.length]): Val {
    return this.constant(
      'int64',
      dims,
      BigInt64Array.from(Array.from(values), (v) => BigInt(v)),
    );
  }
  text(values: readonly string[], dims: readonly number[] = [values.length]): Val {
    return this.constant('string', dims, [...values]);
  }
  flags(values: readonly boolean[], dims: readonly number[] = [values.length]): Val {
    return this.constant('bool', dims, Uint8Array.from(values, Number));
  }
  num(value: number, t: 'double' | 'int64' | 'float' = 'double'): Val {
    const key = `${t} ${Object.is(value, -0) ? '-0' : value}`;
    let found = this.scalars.get(key);
    if (!found) {
      found =
        t === 'int64'
          ? this.i64([value], [])
          : t === 'double'
            ? this.f64([value], [])
            : this.constant('float', [], Float32Array.of(value));
      this.scalars.set(key, found);
    }
    return found;
  }
  private constant(t: DType, dims: readonly number[], values: Elements): Val {
    const id = this.draft.constant(this.graph, tensorOf({ dtype: t, dims, values }));
    this.constants.set(id, { dims, values });
    return { id, t };
  }

  // Nodes

  /** A node with one output of type `t` (default: its first input's). */
  op(op: string, inputs: readonly (Val | null)[], plain: Plain = {}, t?: DType, domain = ''): Val {
    return this.ops(op, inputs, plain, [t ?? inputs.find((i) => i)!.t], domain)[0]!;
  }
  ops(
    op: string,
    inputs: readonly (Val | null)[],
    plain: Plain | Attributes,
    types: readonly DType[],
    domain = '',
  ): Val[] {
    const node = this.draft.addNode(this.graph, {
      op,
      domain,
      inputs: inputs.map((i) => i?.id ?? null),
      outputs: types.length,
      attributes: plain instanceof Map ? (plain as Attributes) : attributes(plain as Plain),
      ...(this.origin ? { origin: this.origin } : {}),
    });
    return node.outputs.map((id, i) => ({ id: id!, t: types[i]! }));
  }

  /** The same cast is made once, and from float to double and back it is none. */
  cast(x: Val, t: DType): Val {
    if (x.t === t) return x;
    const before = this.widened.get(x.id);
    if (before?.t === t) return before;
    if (before && t === 'float') return this.cast(before, t);
    const key = `${x.id} ${t}`;
    let made = this.casts.get(key);
    if (!made) {
      this.casts.set(key, (made = this.op('Cast', [x], { to: dtypeInfo(t).code }, t)));
      if ((x.t === 'float' || x.t === 'bool') && t === 'double') this.widened.set(made.id, x);
    }
    return made;
  }
  /** The float32 values that doubles are; null where they may be others. */
  narrow(x: Val): Val | null {
    if (x.t === 'float') return x;
    const before = this.widened.get(x.id);
    return before ? this.cast(before, 'float') : null;
  }
  /** Moves values without computing: in float32 where they are float32 values, so that they are widened once, or never. */
  private moved(op: string, x: Val, rest: readonly Val[], plain: Plain = {}, domain = ''): Val {
    const small = x.t === 'double' ? this.narrow(x) : null;
    const made = this.op(op, [small ?? x, ...rest], plain, undefined, domain);
    return small ? this.double(made) : made;
  }
  double(x: Val): Val {
    return this.cast(x, 'double');
  }

  /** A product and a constant row are one Gemm. */
  add = (a: Val, b: Val): Val => {
    const product = this.products.get(a.id);
    const isRow = (this.constants.get(b.id)?.dims.slice(0, -1) ?? [0]).every((d) => d === 1);
    if (!product || !isRow) return this.op('Add', [a, b]);
    const row = this.doubles(b);
    if (!product.bias || !row) return this.op('Gemm', [...product.factors, b]);
    return this.op('Gemm', [
      ...product.factors,
      this.f64(product.bias.map((v, i) => v + row[row.length === 1 ? 0 : i]!)),
    ]);
  };
  sub = (a: Val, b: Val): Val => this.op('Sub', [a, b]);
  mul = (a: Val, b: Val): Val => this.op('Mul', [a, b]);
  div = (a: Val, b: Val): Val => this.op('Div', [a, b]);
  pow = (a: Val, b: Val): Val => this.op('Pow', [a, b]);
  neg = (a: Val): Val => this.op('Neg', [a]);
  abs = (a: Val): Val => this.op('Abs', [a]);
  exp = (a: Val): Val => this.op('Exp', [a]);
  log = (a: Val): Val => this.op('Log', [a]);
  sqrt = (a: Val): Val => this.op('Sqrt', [a]);
  square = (a: Val): Val => this.op('Mul', [a, a]);
  tanh = (a: Val): Val => this.op('Tanh', [a]);
  /** Of two matrices: ONNX Runtime multiplies doubles faster by Gemm than by MatMul. */
  matmul = (a: Val, b: Val): Val => {
    const before = this.standardised.get(a.id);
    const weights = this.doubles(b);
    const folded = before && weights ? this.foldedProduct(before, weights) : null;
    const factors = folded?.factors ?? ([a, b] as const);
    const made = this.op('Gemm', folded ? [...factors, this.f64(folded.bias)] : factors);
    this.products.set(made.id, { factors, bias: folded?.bias ?? null });
    return made;
  };
  /** (x - shift) / scale times weights, as a product of x itself. */
  private foldedProduct({ x, shift, scale }: Standardised, weights: Float64Array) {
    const k = weights.length / scale.length;
    const own = weights.map((w, i) => w / scale[Math.floor(i / k)]!);
    const bias = new Float64Array(k);
    own.forEach((w, i) => (bias[i % k]! -= shift[Math.floor(i / k)]! * w));
    return { factors: [x, this.f64(own, [scale.length, k])] as const, bias };
  }
  private doubles(x: Val): Float64Array | null {
    const values = this.constants.get(x.id)?.values;
    return values instanceof Float64Array ? values : null;
  }
  /** Says what a matrix was before it was shifted and scaled, so that products are taken of that. */
  shifted(y: Val, x: Val, shift: ArrayLike<number> | null, scale: ArrayLike<number> | null): Val {
    const width = (shift ?? scale)?.length ?? 0;
    const of = (row: ArrayLike<number> | null, otherwise: number) =>
      row ? Float64Array.from(row) : new Float64Array(width).fill(otherwise);
    const made = { x, shift: of(shift, 0), scale: of(scale, 1) };
    // Of columns far from zero differences are taken first.
    if (width > 0 && made.shift.every((v, i) => Math.abs(v / made.scale[i]!) < LARGEST_FOLDED))
      this.standardised.set(y.id, made);
    return y;
  }
  /** What {@link shifted} was told of a matrix. */
  beforeShift = (y: Val): Standardised | null => this.standardised.get(y.id) ?? null;
  max = (a: Val, b: Val): Val => this.op('Max', [a, b]);
  min = (a: Val, b: Val): Val => this.op('Min', [a, b]);

  less = (a: Val, b: Val): Val => this.op('Less', [a, b], {}, 'bool');
  lessEq = (a: Val, b: Val): Val => this.op('LessOrEqual', [a, b], {}, 'bool');
  greater = (a: Val, b: Val): Val => this.op('Greater', [a, b], {}, 'bool');
  greaterEq = (a: Val, b: Val): Val => this.op('GreaterOrEqual', [a, b], {}, 'bool');
  equal = (a: Val, b: Val): Val => this.op('Equal', [a, b], {}, 'bool');
  and = (a: Val, b: Val): Val => this.op('And', [a, b]);
  or = (a: Val, b: Val): Val => this.op('Or', [a, b]);
  not = (a: Val): Val => this.op('Not', [a]);
  isNan = (a: Val): Val => this.op('IsNaN', [a], {}, 'bool');
  where = (condition: Val, a: Val, b: Val): Val => this.op('Where', [condition, a, b], {}, a.t);

  /**
   * 1 / (1 + exp(-a)), which is 0 where exp overflows: ONNX Runtime's own Sigmoid of doubles gives 0 below about -18.
   */
  sigmoid(a: Val): Val {
    return this.div(this.num(1), this.add(this.num(1), this.exp(this.neg(a))));
  }
  /** [N, 2]: 1 - σ(a) and σ(a) of [N], the first as σ(-a). */
  sigmoidPair(a: Val): Val {
    const signed = this.mul(this.column(a), this.f64([1, -1], [1, 2]));
    return this.div(this.num(1), this.add(this.num(1), this.exp(signed)));
  }

  reduce(kind: 'Sum' | 'Max' | 'Min' | 'Mean' | 'Prod' | 'LogSumExp', x: Val, axis: number, keep = true): Val {
    return this.op(`Reduce${kind}`, [x, this.i64([axis])], { keepdims: keep });
  }
  sum = (x: Val, axis: number, keep = true): Val => this.reduce('Sum', x, axis, keep);

  softmax = (x: Val, axis = 1): Val => this.op('Softmax', [x], { axis });
  argmax = (x: Val, axis = 1): Val => this.op('ArgMax', [x], { axis, keepdims: 0 }, 'int64');
  argmin = (x: Val, axis = 1): Val => this.op('ArgMin', [x], { axis, keepdims: 0 }, 'int64');

  gather(x: Val, indices: Val, axis = 0): Val {
    return this.moved('Gather', x, [indices], { axis });
  }
  /** Columns of a matrix, in the order given. */
  columns(x: Val, indices: readonly number[]): Val {
    if (x.t === 'bool') return this.gather(x, this.i64(indices), 1);
    // Which is twice as fast in ONNX Runtime as Gather along an inner axis.
    return this.moved('ArrayFeatureExtractor', x, [this.i64(indices)], {}, 'ai.onnx.ml');
  }
  concat(parts: readonly Val[], axis = 1): Val {
    if (parts.length === 1) return parts[0]!;
    const small = parts.map((p) => (p.t === 'double' ? this.widened.get(p.id) : undefined));
    if (!small.every((p) => p !== undefined)) return this.op('Concat', parts, { axis });
    return this.double(
      this.op(
        'Concat',
        small.map((p) => this.cast(p, 'float')),
        { axis },
      ),
    );
  }
  reshape(x: Val, dims: readonly number[]): Val {
    return this.moved('Reshape', x, [this.i64(dims)]);
  }
  unsqueeze(x: Val, axis: number): Val {
    const column = axis === 1 ? this.columnsOfFlat.get(x.id) : undefined;
    if (column) return column;
    return this.moved('Unsqueeze', x, [this.i64([axis])]);
  }
  squeeze(x: Val, axis: number): Val {
    return this.moved('Squeeze', x, [this.i64([axis])]);
  }
  transpose(x: Val, perm: readonly number[]): Val {
    return this.op('Transpose', [x], { perm });
  }
  clip(x: Val, least: number | null, most: number | null): Val {
    const low = least === null ? x : this.max(x, this.num(least));
    return most === null ? low : this.min(low, this.num(most));
  }
  /** [N] to [N, 1]. */
  column = (x: Val): Val => this.columnsOfFlat.get(x.id) ?? this.reshape(x, [-1, 1]);
  /** [N, 1] to [N]. */
  flat(x: Val): Val {
    const made = this.reshape(x, [-1]);
    this.columnsOfFlat.set(made.id, x);
    return made;
  }
  /** Two columns p0 and p1 from two [N]. */
  pair = (a: Val, b: Val): Val => this.concat([this.column(a), this.column(b)]);
  /** 1 - x */
  complement = (x: Val): Val => this.sub(this.num(1), x);

  /** [N, c] filled with one value, N as `like` has. */
  filled(like: Val, columns: number, value: number): Val {
    const rows = this.op('Shape', [like], { start: 0, end: 1 }, 'int64');
    const shape = this.concat([rows, this.i64([columns])], 0);
    return this.op('Expand', [this.num(value), shape]);
  }
}

/** Calls `make` at the first use and keeps what it gave. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
