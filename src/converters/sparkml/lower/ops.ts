/** Writes ONNX nodes for one stage into a draft, with the stage as their origin. Arithmetic is in double, as in Spark. */
import { attributes, type AttributeLike } from '../../../graph-model/core/attributes.ts';
import type { Draft } from '../../../graph-model/core/draft.ts';
import type { Origin, ValueId } from '../../../graph-model/core/model.ts';
import { tensorOf, type DenseTensor } from '../../../graph-model/core/tensor.ts';

type Plain = Readonly<Record<string, AttributeLike | undefined>>;

const CODES = { float: 1, int64: 7, string: 8, bool: 9, double: 11 } as const;

export class Ops {
  constructor(
    readonly draft: Draft,
    private readonly origin: Origin,
  ) {}

  op(op: string, inputs: readonly (ValueId | null)[], plain: Plain = {}, domain = ''): ValueId {
    return this.many(op, inputs, 1, plain, domain)[0]!;
  }

  many(op: string, inputs: readonly (ValueId | null)[], outputs: number, plain: Plain = {}, domain = ''): ValueId[] {
    const spec = { domain, op, inputs, outputs, attributes: attributes(plain), origin: this.origin };
    return this.draft.addNode(this.draft.main, spec).outputs as ValueId[];
  }

  ml(op: string, inputs: readonly ValueId[], plain: Plain): ValueId {
    return this.op(op, inputs, plain, 'ai.onnx.ml');
  }

  constant(dense: DenseTensor): ValueId {
    return this.draft.constant(this.draft.main, tensorOf(dense));
  }

  scalar(value: number): ValueId {
    return this.doubles([value], []);
  }

  doubles(values: ArrayLike<number>, dims: readonly number[] = [1, values.length]): ValueId {
    return this.constant({ dtype: 'double', dims, values: Float64Array.from(values) });
  }

  ints(values: ArrayLike<number>, dims: readonly number[] = [values.length]): ValueId {
    return this.constant({ dtype: 'int64', dims, values: BigInt64Array.from(Array.from(values, BigInt)) });
  }

  text(value: string): ValueId {
    return this.constant({ dtype: 'string', dims: [], values: [value] });
  }

  cast(value: ValueId, to: keyof typeof CODES): ValueId {
    return this.op('Cast', [value], { to: CODES[to] });
  }

  add = (a: ValueId, b: ValueId) => this.op('Add', [a, b]);
  sub = (a: ValueId, b: ValueId) => this.op('Sub', [a, b]);
  mul = (a: ValueId, b: ValueId) => this.op('Mul', [a, b]);
  div = (a: ValueId, b: ValueId) => this.op('Div', [a, b]);
  where = (test: ValueId, yes: ValueId, no: ValueId) => this.op('Where', [test, yes, no]);
  isNaN = (v: ValueId) => this.op('IsNaN', [v]);
  not = (v: ValueId) => this.op('Not', [v]);
  and = (a: ValueId, b: ValueId) => this.op('And', [a, b]);
  or = (a: ValueId, b: ValueId) => this.op('Or', [a, b]);
  concat = (values: readonly ValueId[], axis = 1) => this.op('Concat', values, { axis });

  /** Columns of a matrix, in this order. */
  columns(value: ValueId, indices: ArrayLike<number>): ValueId {
    return this.op('Gather', [value, this.ints(indices)], { axis: 1 });
  }

  /** Summed over the columns, which stay as one: [N, F] to [N, 1]. */
  sum(value: ValueId): ValueId {
    return this.op('ReduceSum', [value, this.ints([1])], { keepdims: 1 });
  }

  /** The first largest of each row as an index: [N, K] to [N, 1] int64. */
  argMax(value: ValueId): ValueId {
    return this.op('ArgMax', [value], { axis: 1, keepdims: 1 });
  }

  /** x·Wᵀ + b of the rows of `w`, [K, F]: [N, F] to [N, K]. ONNX Runtime multiplies doubles many times faster by Gemm than by MatMul. */
  times(
    x: ValueId,
    w: { readonly rows: number; readonly columns: number; readonly values: Float64Array },
    b: ArrayLike<number> | null = null,
  ): ValueId {
    const turned = new Float64Array(w.values.length);
    for (let r = 0; r < w.rows; r++)
      for (let c = 0; c < w.columns; c++) turned[c * w.rows + r] = w.values[r * w.columns + c]!;
    const weights = this.doubles(turned, [w.columns, w.rows]);
    return this.op('Gemm', b ? [x, weights, this.doubles(b)] : [x, weights]);
  }

  /** x·w + b: [N, F] to [N, 1]. */
  linear(x: ValueId, w: Float64Array, b: number): ValueId {
    return this.times(x, { rows: 1, columns: w.length, values: w }, b === 0 ? null : [b]);
  }
}
