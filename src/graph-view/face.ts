/** What a node shows of itself: one telling attribute in the head, key attributes and weights in at most three rows. */
import { getInts, type Attribute } from '../graph-model/core/attributes.ts';
import { normalDomain, type Model, type Node, type ValueId } from '../graph-model/core/model.ts';
import { elementCount, tensorAtHand, type Tensor } from '../graph-model/core/tensor.ts';
import { dtypeInfo, dtypeOfCode } from '../graph-model/core/types.ts';
import { isDialect } from '../graph-model/operators/dialect-category.ts';

export interface FaceRow {
  readonly key: string;
  readonly text: string;
  /** The weight that the row is about, where it has more elements than the text shows. */
  readonly weight?: ValueId;
}

export interface Face {
  readonly op: string;
  /** '' where no single attribute says it all. */
  readonly telling: string;
  /** The node's name, shortened to what its scope does not say. */
  readonly label: string;
  readonly rows: readonly FaceRow[];
}

const MOST_ROWS = 3;

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));
const AXIS_OPS =
  words(`Softmax LogSoftmax Hardmax Concat Flatten ArgMax ArgMin TopK GatherElements ScatterElements Split
  LpNormalization ConcatFromSequence SplitToSequence CumSum QuantizeLinear DequantizeLinear OneHot Unique Compress`);
const WINDOW_OPS =
  words(`Conv ConvTranspose ConvInteger QLinearConv DeformConv FusedConv NhwcConv NhwcFusedConv AveragePool
  MaxPool LpPool MaxUnpool QLinearAveragePool NhwcMaxPool Col2Im`);
const SHAPE_ARGUMENT = new Map([
  ['Reshape', 1],
  ['Expand', 1],
  ['Tile', 1],
  ['Squeeze', 1],
  ['Unsqueeze', 1],
  ['Gather', 1],
  ['Split', 1],
]);
const SCALAR_OPS = words(`Add Sub Mul Div Pow Mod Max Min Equal Greater Less GreaterOrEqual LessOrEqual And Or Xor PRelu
  Where Clip`);
/** Attributes that say little where everything else is known. */
const QUIET = words(
  `then_branch else_branch body value auto_pad noop_with_empty_axes saturate storage_order allowzero
  T U Tidx Tparams Tindices Tin Tout Tshape Tpaddings Tdim Tperm N SrcT Index out_type index_type dtype element_dtype
  f cond branches config config_proto executor_type use_cudnn_on_gpu explicit_paddings _class _output_shapes
  _input_shapes output_shapes container shared_name call weights quantized_bias_type asymmetric_quantize_inputs`,
);

/** Formal names of the inputs that usually are weights. */
const FORMALS = new Map<string, string>([
  ['Conv', 'X W B'],
  ['ConvTranspose', 'X W B'],
  ['Gemm', 'A B C'],
  ['MatMul', 'A B'],
  ['BatchNormalization', 'X γ β μ σ²'],
  ['LayerNormalization', 'X γ β'],
  ['InstanceNormalization', 'X γ β'],
  ['GroupNormalization', 'X γ β'],
  ['RMSNormalization', 'X γ'],
  ['LSTM', 'X W R B'],
  ['GRU', 'X W R B'],
  ['RNN', 'X W R B'],
  ['PRelu', 'X slope'],
  ['QuantizeLinear', 'x scale zero'],
  ['DequantizeLinear', 'x scale zero'],
  ['QLinearConv', 'x x_s x_z w w_s w_z y_s y_z B'],
  ['Slice', 'data starts ends axes steps'],
  ['Gather', 'data idx'],
  ['Pad', 'data pads value'],
  ['Clip', 'x min max'],
  ['Resize', 'X roi scales sizes'],
  ['Range', 'start limit delta'],
  ['ConstantOfShape', 'shape'],
  ['Conv2D', 'x W'],
  ['DepthwiseConv2dNative', 'x W'],
  ['_FusedConv2D', 'x W B'],
  ['BiasAdd', 'x B'],
  ['FusedBatchNorm', 'x γ β μ σ²'],
  ['FusedBatchNormV3', 'x γ β μ σ²'],
  ['CONV_2D', 'x W B'],
  ['DEPTHWISE_CONV_2D', 'x W B'],
  ['FULLY_CONNECTED', 'x W B'],
  ['TRANSPOSE_CONV', 'shape W x B'],
]);

/** The tensor of a value that never changes: an initializer or what a Constant node holds. */
export function constantTensor(model: Model, id: ValueId): Tensor | null {
  const value = model.values.get(id);
  if (value === undefined) return null;
  if (value.constant) return value.constant;
  if (value.sparse) return { ...value.sparse.values, dims: value.sparse.dims };
  const maker = value.producer === null ? undefined : model.nodes.get(value.producer);
  if (maker === undefined) return null;
  if (isCopyOfConstant(model, maker)) return constantTensor(model, maker.inputs[0]!);
  if (!isConstantNode(maker)) return null;
  const held = maker.attributes.get('value');
  return held?.kind === 'tensor' ? held.value : null;
}

export function isConstantNode(node: Node): boolean {
  return node.op === 'Constant' && normalDomain(node.domain) === '';
}

/** Exporters write `Identity` where two layers share a weight; TensorFlow reads each variable by a node. */
function isCopyOfConstant(model: Model, node: Node): boolean {
  const [read] = node.inputs;
  const copies = node.op === 'Identity' || (node.op === 'ReadVariableOp' && node.domain === 'tf');
  if (!copies || read === null || read === undefined) return false;
  const value = model.values.get(read);
  return value !== undefined && value.producer === null && value.constant !== undefined;
}

/** True for what is drawn as part of its readers: constants, and copies of initializers. */
export function foldsAway(model: Model, node: Node): boolean {
  return isConstantNode(node) || isCopyOfConstant(model, node);
}

/** What a Constant node holds where it is not a tensor. */
function plainConstant(model: Model, id: ValueId): string | null {
  const producer = model.values.get(id)?.producer ?? null;
  const maker = producer === null ? undefined : model.nodes.get(producer);
  if (maker === undefined || !isConstantNode(maker)) return null;
  for (const a of maker.attributes.values()) if (a.kind !== 'tensor') return plain(a) || null;
  return null;
}

/** A constant that is drawn by itself: its name's last part, its type, and its elements where they are few. */
export function constantFace(model: Model, id: ValueId): Face {
  const { name } = model.values.at(id);
  const tensor = constantTensor(model, id);
  const short = shortConstant(model, id, 4);
  const dims = tensor === null || tensor.dims.length === 0 ? '' : tensor.dims.join('×');
  const type = tensor === null ? '' : `${dtypeInfo(tensor.dtype).label} ${dims || 'scalar'}`;
  const op = (name.split('/').filter(Boolean).pop() ?? '') || 'constant';
  return { op, telling: '', label: short ?? type, rows: [] };
}

/** A constant in a few characters: at most `most` elements; null for larger ones and for what is no constant. */
function shortConstant(model: Model, id: ValueId, most: number): string | null {
  const held = smallValue(model, id, most) ?? plainConstant(model, id);
  return held !== null && held.split(' ').length <= most ? held : null;
}

export function faceOf(model: Model, node: Node): Face {
  const face = new FaceBuilder(model, node);
  const telling = face.telling();
  return { op: opLabel(node), telling, label: shortName(node), rows: face.rows() };
}

/** `Conv`, and `my.ops::Blur` for operators that neither ONNX nor a framework defines. */
function opLabel(node: Node): string {
  const domain = normalDomain(node.domain);
  const plainDomain =
    domain === '' || domain === 'ai.onnx.ml' || domain.startsWith('com.microsoft') || isDialect(domain);
  return plainDomain ? node.op : `${domain}::${node.op}`;
}

/** The last part of a path that says more than the operator: `/layer1/0/conv1/Conv` is `conv1`. */
export function shortName(node: Pick<Node, 'name' | 'op'>): string {
  const parts = node.name.split('/').filter((p) => p !== '');
  const plainOp = (p: string) =>
    p === node.op || (p.startsWith(`${node.op}_`) && /^\d+$/.test(p.slice(node.op.length + 1)));
  while (parts.length > 1 && plainOp(parts[parts.length - 1]!)) parts.pop();
  const last = parts[parts.length - 1] ?? '';
  return /^\d+$/.test(last) && parts.length > 1 ? `${parts[parts.length - 2]}.${last}` : last;
}

class FaceBuilder {
  /** Inputs that the head already shows. */
  private readonly shown = new Set<number>();
  private readonly told = new Set<string>();

  constructor(
    private readonly model: Model,
    private readonly node: Node,
  ) {}

  telling(): string {
    const { op } = this.node;
    if (op === 'Transpose') return this.tell('perm', '');
    if (op === 'Cast') return this.castTarget();
    if (op === 'LeakyRelu' || op === 'Elu') return this.tell('alpha', 'α ');
    if (SHAPE_ARGUMENT.has(op)) return this.argument(SHAPE_ARGUMENT.get(op)!) || this.tell('axes', '') || this.axis();
    if (op.startsWith('Reduce')) return this.argument(1) || this.tell('axes', 'axes ');
    if (AXIS_OPS.has(op)) return this.axis();
    if (SCALAR_OPS.has(op)) return this.scalar();
    if (op === 'Resize' || op === 'Upsample' || op === 'Pad') return this.tell('mode', '');
    return '';
  }

  rows(): FaceRow[] {
    const rows = [...this.attributeRows(), ...this.weightRows()];
    if (rows.length <= MOST_ROWS) return rows;
    const rest = rows.slice(MOST_ROWS - 1);
    return [...rows.slice(0, MOST_ROWS - 1), { key: `+${rest.length}`, text: rest.map((r) => r.key).join(' ') }];
  }

  private tell(name: string, prefix: string): string {
    const a = this.node.attributes.get(name);
    if (a === undefined) return '';
    this.told.add(name);
    return prefix + plain(a);
  }

  private axis(): string {
    return this.tell('axis', 'axis ');
  }

  private castTarget(): string {
    const to = this.node.attributes.get('to');
    this.told.add('to');
    const dtype = to?.kind === 'int' ? dtypeOfCode(Number(to.value)) : null;
    return dtype === null ? '' : dtypeInfo(dtype).label;
  }

  /** Input `index` where it is a constant of few elements. */
  private argument(index: number): string {
    const id = this.node.inputs[index] ?? null;
    const text = id === null ? null : shortConstant(this.model, id, 6);
    if (text === null) return '';
    this.shown.add(index);
    this.told.add('axis');
    return this.node.op === 'Gather' ? `idx ${text}` : text;
  }

  /** The one constant scalar of an elementwise operator. */
  private scalar(): string {
    const texts: string[] = [];
    this.node.inputs.forEach((id, index) => {
      const text = id === null ? null : shortConstant(this.model, id, 1);
      if (text === null) return;
      this.shown.add(index);
      texts.push(text);
    });
    return texts.join(' ');
  }

  private attributeRows(): FaceRow[] {
    if (WINDOW_OPS.has(this.node.op)) return this.windowRow();
    const parts: [string, string][] = [];
    for (const [name, a] of this.node.attributes) {
      if (this.told.has(name) || QUIET.has(name) || a.kind === 'graph' || a.kind === 'graphs') continue;
      if (name === 'keepdims' && a.kind === 'int' && a.value === 1n) continue;
      const text = plain(a);
      if (text !== '' && text.length <= 14) parts.push([name === 'epsilon' ? 'ε' : name, text]);
      if (parts.length === 3) break;
    }
    if (parts.length === 0) return [];
    const [first, ...rest] = parts;
    let text = first![1];
    for (const [name, value] of rest) if (text.length + name.length + value.length < 18) text += `  ${name} ${value}`;
    return [{ key: first![0], text }];
  }

  /** `kernel 3×3  stride 2  group 32`: what differs from the usual. */
  private windowRow(): FaceRow[] {
    const { node } = this;
    const kernel = getInts(node, 'kernel_shape');
    const all = (name: string) => getInts(node, name) ?? [];
    const parts = [kernel?.join('×') ?? ''];
    const add = (label: string, list: number[], usual: number) => {
      if (list.length > 0 && list.some((v) => v !== usual))
        parts.push(`${label} ${same(list) ? list[0] : list.join('×')}`);
    };
    add('stride', all('strides'), 1);
    add('dil', all('dilations'), 1);
    const group = node.attributes.get('group');
    if (group?.kind === 'int' && group.value !== 1n) parts.push(`group ${group.value}`);
    if (parts.length < 3) add('pad', all('pads'), 0);
    const text = parts.filter(Boolean).join('  ');
    return text === '' ? [] : [{ key: kernel ? 'kernel' : 'window', text }];
  }

  /** One row for each run of weights of one shape. */
  private weightRows(): FaceRow[] {
    const rows: { key: string; text: string; weight?: ValueId }[] = [];
    this.node.inputs.forEach((id, index) => {
      if (id === null || this.shown.has(index)) return;
      const text = this.weight(id);
      if (text === null) return;
      const key = this.inputName(index, id);
      const last = rows[rows.length - 1];
      if (last && last.text === text && last.key.length + key.length < 9) last.key += ` ${key}`;
      else rows.push({ key, text, ...(isLarge(constantTensor(this.model, id)) ? { weight: id } : {}) });
    });
    return rows;
  }

  private weight(id: ValueId): string | null {
    const tensor = constantTensor(this.model, id);
    if (tensor === null) return plainConstant(this.model, id);
    const short = elementCount(tensor.dims) <= 4 ? smallValue(this.model, id, 4) : null;
    if (short !== null) return short;
    const dims = tensor.dims.length === 0 ? 'scalar' : tensor.dims.join('×');
    return tensor.dtype === 'float' ? dims : `${dims} ${dtypeInfo(tensor.dtype).short}`;
  }

  private inputName(index: number, id: ValueId): string {
    const formal = FORMALS.get(this.node.op)?.split(' ')[index];
    if (formal !== undefined) return formal;
    const name = this.model.values.get(id)?.name ?? '';
    const last = name.split(/[./:]/).pop() ?? '';
    return last !== '' && last.length <= 7 && !/^\d+$/.test(last) ? last : index === 0 ? 'data' : `in ${index}`;
  }
}

/** So many elements make a picture of their spread. */
const isLarge = (tensor: Tensor | null): boolean =>
  tensor !== null && tensor.dtype !== 'string' && elementCount(tensor.dims) >= 24;

const same = (list: readonly number[]) => list.every((v) => v === list[0]);

/** The elements of a constant that is in memory and has at most `most` of them. */
function smallValue(model: Model, id: ValueId, most: number): string | null {
  const tensor = constantTensor(model, id);
  if (tensor === null || elementCount(tensor.dims) > most || elementCount(tensor.dims) === 0) return null;
  if (tensor.dims.length > 1 && elementCount(tensor.dims) > 1) return null;
  const kind = tensor.dtype;
  if (kind.includes('16') && !kind.startsWith('int') && !kind.startsWith('uint')) return null;
  if (kind.startsWith('float8') || kind.startsWith('float4') || kind.startsWith('complex')) return null;
  const dense = atHand(tensor);
  return dense === null ? null : Array.from(dense.values as ArrayLike<number | bigint | string>, number).join(' ');
}

/** null also where the bytes do not fit the declared shape: the checker says so, the canvas shows the shape. */
function atHand(tensor: Tensor) {
  try {
    return tensorAtHand(tensor);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Bytes that frameworks keep in strings. */
const UNPRINTABLE = /\p{Cc}|\ufffd/u;

function number(v: number | bigint | string): string {
  if (typeof v === 'string' && UNPRINTABLE.test(v)) return '';
  if (typeof v === 'string') return v.length > 12 ? `${v.slice(0, 11)}…` : v;
  // Slices say so that they go on to the last element, or back to the first.
  if (typeof v === 'bigint') return v > 2n ** 62n ? 'end' : v < -(2n ** 62n) ? 'begin' : String(v).replace('-', '−');
  if (Number.isInteger(v)) return String(v).replace('-', '−');
  return String(Number(v.toPrecision(4))).replace('-', '−');
}

/** An attribute in a few characters; '' where it has no short form. */
function plain(a: Attribute): string {
  switch (a.kind) {
    case 'int':
    case 'float':
    case 'string':
      return number(a.value);
    case 'ints':
    case 'floats':
    case 'strings':
      return a.value.length <= 8 ? Array.from(a.value as ArrayLike<number | bigint | string>, number).join(' ') : '';
    case 'reference':
      return `@${a.name}`;
    default:
      return '';
  }
}
