/** Writes ONNX nodes into a draft with their origin set and small constants shared: what lowerings are made with. */
import { attributes, type AttributeLike } from '../core/attributes.ts';
import type { Draft } from '../core/draft.ts';
import type { GraphId, Origin, ValueId } from '../core/model.ts';
import type { Progress } from '../job.ts';
import { tensorOf, type DenseTensor } from '../core/tensor.ts';

type Plain = Readonly<Record<string, AttributeLike | undefined>>;

/** The types that scores are computed in. */
export type Real = 'float' | 'double';

export class Emitter {
  private readonly shared = new Map<string, ValueId>();

  constructor(
    readonly draft: Draft,
    readonly graph: GraphId,
    readonly origin: Origin | undefined,
    /** The versions of ai.onnx and ai.onnx.ml that the nodes are written for. */
    readonly opset: number,
    readonly mlOpset: number,
    /** Told how far a lowering of many parts is. */
    readonly progress: Progress = () => {},
  ) {}

  /** Adds an ai.onnx node and gives its first output. */
  op(op: string, inputs: readonly (ValueId | null)[], plain: Plain = {}): ValueId {
    return this.node('', op, inputs, plain);
  }

  /** Adds an ai.onnx.ml node and gives its first output. */
  ml(op: string, inputs: readonly (ValueId | null)[], plain: Plain = {}): ValueId {
    return this.node('ai.onnx.ml', op, inputs, plain);
  }

  private node(domain: string, op: string, inputs: readonly (ValueId | null)[], plain: Plain): ValueId {
    const own = this.origin ? { origin: this.origin } : {};
    const spec = { domain, op, inputs, attributes: attributes(plain), ...own };
    return this.draft.addNode(this.graph, spec).outputs[0]!;
  }

  constant(dense: DenseTensor): ValueId {
    return this.draft.constant(this.graph, tensorOf(dense));
  }

  /** float32 constant; a scalar without dims. Equal short ones are shared. */
  floats(values: readonly number[] | Float32Array, dims: readonly number[] = []): ValueId {
    return this.share('float', dims, Float32Array.from(values));
  }

  doubles(values: readonly number[] | Float64Array, dims: readonly number[] = []): ValueId {
    return this.share('double', dims, Float64Array.from(values));
  }

  reals(type: Real, values: readonly number[], dims: readonly number[] = []): ValueId {
    return type === 'float' ? this.floats(values, dims) : this.doubles(values, dims);
  }

  ints(values: readonly number[] | Int32Array, dims: readonly number[] = [values.length]): ValueId {
    return this.share('int64', dims, BigInt64Array.from(Array.from(values, (v) => BigInt(v))));
  }

  private share(
    dtype: 'float' | 'double' | 'int64',
    dims: readonly number[],
    values: Float32Array | Float64Array | BigInt64Array,
  ): ValueId {
    if (values.length > 16) return this.constant({ dtype, dims, values });
    const key = `${dtype}[${dims.join()}]${Array.from<number | bigint>(values).map((v) => (Object.is(v, -0) ? '-0' : v))}`;
    let id = this.shared.get(key);
    if (id === undefined) this.shared.set(key, (id = this.constant({ dtype, dims, values })));
    return id;
  }

  cast(value: ValueId, to: 'float' | 'double' | 'int64' | 'int32' | 'bool' | 'string'): ValueId {
    return this.op('Cast', [value], { to: { float: 1, double: 11, int64: 7, int32: 6, bool: 9, string: 8 }[to] });
  }

  squeeze(value: ValueId, axis: number): ValueId {
    return this.op('Squeeze', [value, this.ints([axis])]);
  }

  sum(value: ValueId, axis: number, keepdims: boolean): ValueId {
    return this.op('ReduceSum', [value, this.ints([axis])], { keepdims });
  }
}
