/**
 * The model in the dialect `tf`: nodes named and attributed as in the file, element types in ONNX's names, functions as
 * model-local functions. Constants, and variables whose values are known, are constants of the model. Control inputs are
 * left out; so is the edge from NextIteration back to Merge, which the attribute `next_iteration` of the Merge names. The
 * Merge of a cond names its predicate in `cond`, and which of its inputs is of the true side.
 */
import { int, type Attribute } from '../../../graph-model/core/attributes.ts';
import type { Draft } from '../../../graph-model/core/draft.ts';
import { buildModel } from '../../../graph-model/core/empty.ts';
import type { FunctionDef, GraphId, Metadata, Model, ModelSource, ValueId } from '../../../graph-model/core/model.ts';
import type { Tensor } from '../../../graph-model/core/tensor.ts';
import { isDType, tensorType, type ValueType } from '../../../graph-model/core/types.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import { condsOf } from './conds.ts';
import { outputShapes } from './graph-def.ts';
import { outputsOf, type NodeOutputs } from './op-outputs.ts';
import type { TfAttr, TfAttrs, TfFunction, TfGraph, TfNode, TfShape, TfSignature, TfType } from './records.ts';

export const DOMAIN = 'tf';

export interface BuildInput {
  readonly file: string;
  readonly graph: TfGraph;
  /** The first gives the model its inputs and outputs. */
  readonly signatures: readonly TfSignature[];
  /** The values of variables, by the node that holds the variable in the main graph. */
  readonly variables: ReadonlyMap<string, Tensor>;
  /** The tensors (`node:0`) that are the outputs where there is no signature. */
  readonly sinks: readonly string[];
  readonly version: string;
  readonly metadata: Metadata;
  readonly source: ModelSource;
}

export function buildDialect(input: BuildInput): Model {
  const options = { opsets: [{ domain: DOMAIN, version: 1 }], graphName: nameOf(input.file), source: input.source };
  const model = buildModel({ ...options, irVersion: null }, (draft) => {
    const functions = input.graph.functions.map((f) => addFunction(draft, input, f));
    draft.patchModel({ functions });
    new MainBuilder(draft, input).run();
  });
  return { ...model, producerName: 'tensorflow', producerVersion: input.version, metadata: input.metadata };
}

const nameOf = (file: string) => file.replace(/\.[^.]*$/, '') || 'graph';

// ---- references

/** An input of a node: `node`, `node:1`, `node:arg:0`; null for a control input. */
interface Ref {
  readonly node: string;
  readonly arg: string | null;
  readonly index: number;
}

function parseRef(text: string): Ref | null {
  if (text.startsWith('^')) return null;
  const [node, second, third] = text.split(':');
  if (third !== undefined) return { node: node!, arg: second!, index: Number(third) };
  if (second !== undefined && !/^\d+$/.test(second)) return { node: node!, arg: second, index: 0 };
  return { node: node!, arg: null, index: Number(second ?? 0) };
}

/** Nodes so that each follows what it reads; the edges back into loops are left out. */
function sorted(file: string, nodes: readonly TfNode[]): readonly TfNode[] {
  const byName = new Map(nodes.map((n) => [n.name, n]));
  const state = new Map<TfNode, 'open' | 'done'>();
  const out: TfNode[] = [];
  for (const root of nodes) {
    const stack: TfNode[] = [root];
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      if (state.get(node) === 'done') stack.pop();
      else if (state.get(node) === 'open') {
        state.set(node, 'done');
        out.push(stack.pop()!);
      } else {
        state.set(node, 'open');
        for (const before of inputNodes(node, byName)) {
          if (state.get(before) === 'open') throw new FormatError('tensorflow.cycle', { file, node: node.name });
          if (!state.has(before)) stack.push(before);
        }
      }
    }
  }
  return out;
}

function inputNodes(node: TfNode, byName: ReadonlyMap<string, TfNode>): TfNode[] {
  return node.inputs.flatMap((text) => {
    const ref = parseRef(text);
    const found = ref && byName.get(ref.node);
    return found && !isBackEdge(node, found) ? [found] : [];
  });
}

const isMerge = (node: TfNode) => node.op === 'Merge' || node.op === 'RefMerge';

function isBackEdge(node: TfNode, from: TfNode): boolean {
  return isMerge(node) && (from.op === 'NextIteration' || from.op === 'RefNextIteration');
}

// ---- one graph

class GraphBuilder {
  protected readonly values = new Map<string, (ValueId | null)[]>();
  protected readonly outputs = new Map<string, NodeOutputs | null>();
  protected readonly byName: ReadonlyMap<string, TfNode>;
  private conds: ReturnType<typeof condsOf> | null = null;

  constructor(
    protected readonly draft: Draft,
    protected readonly graph: GraphId,
    protected readonly file: string,
    protected readonly nodes: readonly TfNode[],
  ) {
    this.byName = new Map(nodes.map((n) => [n.name, n]));
  }

  protected addNodes(): void {
    const counts = this.readCounts();
    for (const node of sorted(this.file, this.nodes)) if (!this.special(node)) this.addNode(node, counts);
  }

  /** A node that becomes no node. */
  protected special(node: TfNode): boolean {
    // A NoOp only gathers control inputs.
    if (node.op === 'NoOp') return true;
    const value = node.op === 'Const' ? node.attrs.get('value') : undefined;
    if (value?.kind !== 'tensor') return false;
    this.addConstant(node.name, value.value);
    return true;
  }

  protected addConstant(name: string, tensor: Tensor): void {
    this.values.set(name, [this.draft.constant(this.graph, tensor, name)]);
  }

  /** How many outputs of each node are read, for operators that the table does not have. */
  private readCounts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const node of this.nodes) {
      for (const text of node.inputs) {
        const ref = parseRef(text);
        if (ref) counts.set(ref.node, Math.max(counts.get(ref.node) ?? 1, Math.min(ref.index, 1000) + 1));
      }
    }
    return counts;
  }

  private addNode(node: TfNode, counts: ReadonlyMap<string, number>): void {
    const known = outputsOf(node);
    this.outputs.set(node.name, known);
    const count = known ? known.types.length : (counts.get(node.name) ?? 1);
    const made = this.draft.addNode(this.graph, {
      domain: DOMAIN,
      op: node.op,
      name: node.name,
      inputs: this.inputsOf(node),
      outputs: Array.from({ length: count }, (_, i) => `${node.name}:${i}`),
      attributes: new Map([...attributesOf(node.attrs), ...this.backEdges(node)]),
    });
    this.values.set(node.name, [...made.outputs]);
    this.declare(node, known, made.outputs as ValueId[]);
  }

  private declare(node: TfNode, known: NodeOutputs | null, outputs: readonly ValueId[]): void {
    const shapes = outputShapes(node.attrs);
    outputs.forEach((v, i) => {
      const type = typeOf(known?.types[i] ?? null, shapes[i]);
      if (type) this.draft.patchValue(v, { type });
    });
  }

  private inputsOf(node: TfNode): ValueId[] {
    return node.inputs.flatMap((text) => {
      const ref = parseRef(text);
      if (ref === null) return [];
      const from = this.byName.get(ref.node);
      if (from && isBackEdge(node, from)) return [];
      return [this.valueOf(ref) ?? this.missing(node.name, text)];
    });
  }

  /** What the edges say that are left out. */
  private backEdges(node: TfNode): Map<string, Attribute> {
    const out = new Map<string, Attribute>();
    if (!isMerge(node)) return out;
    for (const text of node.inputs) {
      const from = this.byName.get(parseRef(text)?.node ?? '');
      if (from && isBackEdge(node, from)) out.set('next_iteration', { kind: 'string', value: from.name });
    }
    this.conds ??= condsOf(this.nodes);
    const cond = this.conds.get(node.name);
    if (cond) {
      out.set('cond', { kind: 'string', value: cond.predicate });
      out.set('true_input', int(cond.trueInput));
    }
    return out;
  }

  protected valueOf(ref: Ref): ValueId | null {
    const values = this.values.get(ref.node);
    if (!values) return null;
    const place = ref.arg === null ? ref.index : (this.outputs.get(ref.node)?.place(ref.arg, ref.index) ?? ref.index);
    return values[place] ?? null;
  }

  protected missing(node: string, input: string): never {
    throw new FormatError('tensorflow.no-input', { file: this.file, node, input });
  }
}

/** The value's type; null where not even the element type is one of ONNX's. */
export function typeOf(type: TfType | null, shape: TfShape | undefined): ValueType | null {
  if (type === null || !isDType(type)) return null;
  return tensorType(type, shape ? shape.map((d) => (d < 0 ? null : d)) : null);
}

// ---- attributes

function attributesOf(attrs: TfAttrs): Map<string, Attribute> {
  const out = new Map<string, Attribute>();
  for (const [key, value] of attrs) {
    const made = key === '_output_shapes' ? null : attributeOf(value);
    if (made) out.set(key, made);
  }
  return out;
}

/** null: a shape of unknown rank. */
function attributeOf(attr: TfAttr): Attribute | null {
  switch (attr.kind) {
    case 's':
      return { kind: 'string', value: attr.value, ...(attr.raw ? { raw: attr.raw } : {}) };
    case 'i':
      return { kind: 'int', value: attr.value };
    case 'f':
      return { kind: 'float', value: attr.value };
    case 'b':
      return { kind: 'int', value: attr.value ? 1n : 0n };
    case 'type':
    case 'func':
      return { kind: 'string', value: attr.value };
    case 'shape':
      return attr.value && { kind: 'ints', value: BigInt64Array.from(attr.value, BigInt) };
    case 'tensor':
      return { kind: 'tensor', value: attr.value };
    case 'placeholder':
      return { kind: 'reference', name: attr.value, type: 'undefined' };
    case 'list':
      return listOf(attr.value);
  }
}

/** Lists of shapes are strings: `2,-1`, `?` for an unknown rank. */
function listOf(list: readonly TfAttr[]): Attribute {
  const first = list[0]?.kind;
  if (first === 'i' || first === 'b' || first === undefined) {
    return {
      kind: 'ints',
      value: BigInt64Array.from(list, (a) => (a.kind === 'i' ? a.value : a.kind === 'b' && a.value ? 1n : 0n)),
    };
  }
  if (first === 'f') return { kind: 'floats', value: Float32Array.from(list, (a) => (a.kind === 'f' ? a.value : 0)) };
  if (first === 'tensor')
    return { kind: 'tensors', value: list.flatMap((a) => (a.kind === 'tensor' ? [a.value] : [])) };
  return { kind: 'strings', value: list.map(wordOf) };
}

function wordOf(attr: TfAttr): string {
  if (attr.kind === 'shape') return attr.value === null ? '?' : attr.value.join();
  return 'value' in attr && typeof attr.value === 'string' ? attr.value : '';
}

// ---- functions

class BodyBuilder extends GraphBuilder {
  constructor(
    draft: Draft,
    graph: GraphId,
    file: string,
    private readonly def: TfFunction,
  ) {
    super(draft, graph, file, def.nodes);
  }

  run(): void {
    const inputs = this.def.inputs.map((a) => {
      const type = typeOf(a.type, a.shape);
      const id = this.draft.newValue(this.graph, a.name, null, { type });
      this.values.set(a.name, [id]);
      return id;
    });
    this.draft.setGraphInputs(this.graph, inputs);
    this.addNodes();
    const outputs = this.def.outputs.map((a) => {
      const ref = this.def.ret.get(a.name) ?? a.name;
      return this.valueOf(parseRef(ref) ?? { node: ref, arg: null, index: 0 }) ?? this.missing(this.def.name, ref);
    });
    this.draft.setGraphOutputs(this.graph, outputs);
  }
}

function addFunction(draft: Draft, input: BuildInput, def: TfFunction): FunctionDef {
  const graph = draft.newGraph(def.name);
  new BodyBuilder(draft, graph, input.file, def).run();
  return {
    graph,
    domain: DOMAIN,
    name: def.name,
    overload: '',
    attributes: [],
    attributeDefaults: new Map(),
    opsets: [{ domain: DOMAIN, version: 1 }],
  };
}

// ---- the main graph

class MainBuilder extends GraphBuilder {
  private readonly graphInputs: ValueId[] = [];
  /** The keys of the default signature's inputs, by their node. */
  private readonly keys: ReadonlyMap<string, { readonly key: string; readonly type: ValueType | null }>;

  constructor(
    draft: Draft,
    private readonly input: BuildInput,
  ) {
    super(draft, draft.main, input.file, input.graph.nodes);
    const own = input.signatures[0]?.inputs ?? [];
    const row = (i: TfSignature['inputs'][number]) => ({ key: i.key, type: typeOf(i.type, i.shape) });
    this.keys = new Map(own.map((i) => [parseRef(i.tensor)?.node ?? '', row(i)]));
  }

  run(): void {
    this.addNodes();
    const signature = this.input.signatures[0];
    this.draft.setGraphInputs(this.graph, this.ordered(signature));
    const outputs = signature ? this.signatureOutputs(signature) : this.input.sinks.map((s) => this.outputOf(s));
    this.draft.setGraphOutputs(this.graph, outputs);
  }

  protected override special(node: TfNode): boolean {
    const variable = this.input.variables.get(node.name);
    if (variable) {
      this.addConstant(node.name, variable);
      return true;
    }
    if (super.special(node)) return true;
    const known = this.keys.get(node.name);
    const isInput = this.input.signatures.length > 0 ? known !== undefined : isPlaceholder(node);
    if (isInput) this.addInput(node, known);
    return isInput;
  }

  private addInput(node: TfNode, known: { key: string; type: ValueType | null } | undefined): void {
    const tensor = `${node.name}:0`;
    const dtype = node.attrs.get('dtype');
    const shape = outputShapes(node.attrs)[0] ?? placeholderShape(node);
    const type = known?.type ?? typeOf(dtype?.kind === 'type' ? dtype.value : null, shape);
    const metadata = new Map([['tensor', tensor]]);
    const id = this.draft.newValue(this.graph, known?.key ?? tensor, null, { type, metadata });
    this.values.set(node.name, [id]);
    this.graphInputs.push(id);
  }

  /** In the order of the signature. */
  private ordered(signature: TfSignature | undefined): ValueId[] {
    if (!signature) return this.graphInputs;
    const ids = signature.inputs.map((i) => this.values.get(parseRef(i.tensor)?.node ?? '')?.[0] ?? null);
    return [...new Set(ids.filter((v) => v !== null))];
  }

  private signatureOutputs(signature: TfSignature): ValueId[] {
    const seen = new Set<ValueId>(this.graphInputs);
    return signature.outputs.map(({ key, tensor, type, shape }) => {
      const id = this.outputOf(tensor);
      const value = this.draft.value(id);
      if (!seen.has(id) && value.producer !== null) {
        const declared = typeOf(type, shape) ?? value.type;
        this.draft.patchValue(id, { name: key, type: declared });
      }
      seen.add(id);
      return id;
    });
  }

  private outputOf(tensor: string): ValueId {
    const ref = parseRef(tensor);
    return (ref && this.valueOf(ref)) ?? this.missing('the outputs', tensor);
  }
}

export const isPlaceholder = (node: TfNode) => node.op === 'Placeholder' || node.op === 'PlaceholderV2';

/** The shape that a Placeholder declares; TensorFlow 1 wrote an empty one where it knew none. */
function placeholderShape(node: TfNode): TfShape | undefined {
  const shape = node.attrs.get('shape');
  if (shape?.kind !== 'shape') return undefined;
  return shape.value;
}
