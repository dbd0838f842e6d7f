/**
 * Writes ONNX nodes for one source node after the other, and knows the type of every value as soon as it is made. Small
 * constants are shared. Shapes are the inference's: a lowering asks, and declares none.
 */
import { attributes, type AttributeLike } from '../core/attributes.ts';
import type { Draft } from '../core/draft.ts';
import { normalDomain, type GraphId, type OpsetImport, type Origin, type ValueId } from '../core/model.ts';
import { halfBits } from '../core/small-float.ts';
import { emptyElements, int64Tensor, tensorOf, type DenseTensor, type Tensor } from '../core/tensor.ts';
import type { Dim, DType, ValueType } from '../core/types.ts';
import { inferDraft, type DraftTypeTable } from '../operators/infer/inference.ts';

export type Plain = Readonly<Record<string, AttributeLike | undefined>>;
type Inputs = readonly (ValueId | null)[];

/** What all graphs of one conversion share. */
interface Shared {
  readonly constants: Map<string, ValueId>;
  readonly names: Set<string>;
  origin: Origin;
  /** Domains beside ONNX's own, with their versions. */
  readonly domains: Map<string, number>;
}

export class TypedEmitter {
  private readonly types: DraftTypeTable;

  constructor(
    readonly draft: Draft,
    readonly graph: GraphId,
    private readonly shared: Shared = {
      constants: new Map(),
      names: new Set(),
      origin: { dialect: '', op: '', name: '' },
      domains: new Map(),
    },
  ) {
    this.types = inferDraft(draft);
  }

  /** The version of ai.onnx that the nodes are written for. */
  get opset(): number {
    return this.draft.model.opsets.find((o) => o.domain === '')?.version ?? 17;
  }

  /** The layer that the next nodes are made for. */
  set origin(origin: Origin) {
    this.shared.origin = origin;
  }

  /** What a model with these nodes imports. */
  get imports(): readonly OpsetImport[] {
    const others = [...this.shared.domains].map(([domain, version]) => ({ domain, version }));
    return [{ domain: '', version: this.opset }, ...others];
  }

  /** Another domain that nodes are of; the newest version that is asked for stands. */
  imported(domain: string, version: number): void {
    if (normalDomain(domain) !== '')
      this.shared.domains.set(domain, Math.max(version, this.shared.domains.get(domain) ?? 1));
  }

  /** A writer into a body; constants stay in the main graph. */
  within(graph: GraphId): TypedEmitter {
    return new TypedEmitter(this.draft, graph, this.shared);
  }

  op(op: string, inputs: Inputs, plain: Plain = {}): ValueId {
    return this.ops(op, inputs, plain, 1)[0]!;
  }

  /** An ai.onnx.ml node. */
  ml(op: string, inputs: Inputs, plain: Plain = {}): ValueId {
    this.imported('ai.onnx.ml', 3);
    return this.ops(op, inputs, plain, 1, 'ai.onnx.ml')[0]!;
  }

  /** Adds a node with several outputs; null leaves one out. */
  ops(op: string, inputs: Inputs, plain: Plain, outputs: number | readonly (string | null)[], domain = ''): ValueId[] {
    const { origin } = this.shared;
    this.imported(domain, 1);
    const name = this.freeName(origin.name === '' ? op : `${origin.name}/${op}`);
    const spec = { domain, op, name, inputs, outputs, attributes: attributes(plain), origin };
    return this.draft.addNode(this.graph, spec).outputs as ValueId[];
  }

  /** The name itself, or with a number behind it where it is given already. */
  freeName(name: string): string {
    let free = name;
    for (let n = 1; this.shared.names.has(free); n++) free = `${name}_${n}`;
    this.shared.names.add(free);
    return free;
  }

  /** How many names are given: what {@link release} goes back to. */
  mark(): number {
    return this.shared.names.size;
  }

  /** Frees the names that were given since, whose nodes were taken back. */
  release(mark: number): void {
    for (const name of [...this.shared.names].slice(mark)) this.shared.names.delete(name);
  }

  // ---- constants

  constant(dense: DenseTensor, name = ''): ValueId {
    return this.draft.constant(this.draft.main, tensorOf(dense), name);
  }

  tensor(tensor: Tensor, name: string): ValueId {
    return this.draft.constant(this.draft.main, tensor, name);
  }

  /** Numbers of any element type; a scalar without dims. Equal short ones are shared. */
  numbers(dtype: DType, values: readonly number[], dims: readonly number[] = []): ValueId {
    const key = `${dtype}[${dims.join()}]${values.length > 32 ? '' : values.join()}`;
    const known = values.length > 32 ? undefined : this.shared.constants.get(key);
    if (known !== undefined) return known;
    const made = this.draft.constant(this.draft.main, tensorOfNumbers(dtype, values, dims));
    if (values.length <= 32) this.shared.constants.set(key, made);
    return made;
  }

  float(value: number): ValueId {
    return this.numbers('float', [value]);
  }

  floats(values: ArrayLike<number>, dims: readonly number[] = [values.length]): ValueId {
    return this.numbers('float', Array.from(values), dims);
  }

  ints(values: readonly number[], dims: readonly number[] = [values.length]): ValueId {
    return this.numbers('int64', values, dims);
  }

  // ---- types

  typeOf(value: ValueId): ValueType | null {
    return this.types.typeOf(value);
  }

  dtype(value: ValueId): DType {
    const type = this.types.typeOf(value);
    return type?.kind === 'tensor' ? type.dtype : 'float';
  }

  /** null: not even the rank is known. */
  dims(value: ValueId): readonly Dim[] | null {
    const type = this.types.typeOf(value);
    return type?.kind === 'tensor' ? type.shape : null;
  }

  /** The elements where inference knows them: constants, and what shape computations come to. */
  known(value: ValueId): DenseTensor | null {
    return this.types.constantOf(value);
  }

  /** The elements as far as they are known: numbers, expressions over dimensions, null; null where none is. */
  partly(value: ValueId): readonly Dim[] | null {
    return this.types.partsOf(value);
  }

  // ---- what many lowerings need

  cast(value: ValueId, dtype: DType, code: number): ValueId {
    return this.dtype(value) === dtype ? value : this.op('Cast', [value], { to: code });
  }

  toFloat(value: ValueId): ValueId {
    return this.cast(value, 'float', 1);
  }

  transpose(value: ValueId, perm: readonly number[]): ValueId {
    return perm.every((p, i) => p === i) ? value : this.op('Transpose', [value], { perm });
  }

  reshape(value: ValueId, shape: readonly number[]): ValueId {
    return this.op('Reshape', [value, this.ints(shape)]);
  }

  unsqueeze(value: ValueId, axes: readonly number[]): ValueId {
    return this.op('Unsqueeze', [value, this.ints(axes)]);
  }

  squeeze(value: ValueId, axes: readonly number[]): ValueId {
    return this.op('Squeeze', [value, this.ints(axes)]);
  }

  /** A reduction; ReduceSum takes its axes as an input since opset 13, the others since 18. */
  reduce(op: string, value: ValueId, axes: readonly number[], keepdims: boolean): ValueId {
    const keep = { keepdims: keepdims ? 1 : 0 };
    if (op === 'ReduceSum' || this.opset >= 18) return this.op(op, [value, this.ints(axes)], keep);
    return this.op(op, [value], { axes, ...keep });
  }

  slice(
    value: ValueId,
    starts: readonly number[],
    ends: readonly number[],
    axes: readonly number[],
    steps?: readonly number[],
  ): ValueId {
    const inputs = [value, this.ints(starts), this.ints(ends), this.ints(axes)];
    return this.op('Slice', steps ? [...inputs, this.ints(steps)] : inputs);
  }

  /** Turns an axis round. */
  flip(value: ValueId, axis: number): ValueId {
    return this.slice(value, [-1], [-(2 ** 31)], [axis], [-1]);
  }
}

function tensorOfNumbers(dtype: DType, values: readonly number[], dims: readonly number[]): Tensor {
  if (dtype === 'int64') return int64Tensor(values, dims);
  if (dtype === 'bool') return tensorOf({ dtype, dims, values: Uint8Array.from(values, (v) => (v ? 1 : 0)) });
  if (dtype === 'uint64') return tensorOf({ dtype, dims, values: BigUint64Array.from(values, (v) => BigInt(v)) });
  if (dtype === 'float16') return tensorOf({ dtype, dims, values: Uint16Array.from(values, halfBits) });
  if (dtype === 'bfloat16') return tensorOf({ dtype, dims, values: Uint16Array.from(values, bhalfBits) });
  if (dtype === 'string' || dtype.startsWith('complex')) throw new Error(`numbers are no ${dtype}`);
  const array = emptyElements(dtype).constructor as Float32ArrayConstructor;
  return tensorOf({ dtype, dims, values: array.from(values) });
}

/** The nearest bfloat16, ties to even. */
function bhalfBits(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  if (Number.isNaN(value)) return 0x7fc0;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}
