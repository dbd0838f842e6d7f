/**
 * The model in the dialect `tflite`: one node for each operator, named as in the schema, with its options as attributes.
 * Subgraphs that IF, WHILE and their like run are bodies of those nodes; those of further signatures are functions. How a
 * tensor is quantised stands in the metadata of its value.
 */
import { attributes, type Attribute, type AttributeLike } from '../../../graph-model/core/attributes.ts';
import { bytesOf } from '../../../graph-model/core/bytes.ts';
import type { Draft } from '../../../graph-model/core/draft.ts';
import { buildModel } from '../../../graph-model/core/empty.ts';
import type { FunctionDef, GraphId, Metadata, Model, ModelSource, ValueId } from '../../../graph-model/core/model.ts';
import { elementCount, type Tensor } from '../../../graph-model/core/tensor.ts';
import { tensorType, type ValueType } from '../../../graph-model/core/types.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import { readFlex, type Flex } from '../../containers/flatbuffers/flex.ts';
import type { Failure } from '../../containers/failure.ts';
import { quantizationText } from '../quantization.ts';
import { dtypeOf, zerosOf } from './constants.ts';
import type { FileRecord, OperatorRecord, SubgraphRecord, TensorRecord } from './records.ts';

/** Subgraphs that run subgraphs could be laid out without end. */
const NODE_LIMIT = 500_000;
const DEPTH_LIMIT = 24;

export interface BuildInput {
  readonly file: FileRecord;
  readonly constants: ReadonlyMap<TensorRecord, Tensor>;
  readonly metadata: Metadata;
  readonly source: ModelSource;
  readonly failure: Failure;
}

export function buildDialect(input: BuildInput): Model {
  const { file, source, failure } = input;
  const main = file.subgraphs[0] ?? failure.damaged('its subgraphs', 'there is none');
  const graphName = main.name || source.fileName.replace(/\.[^.]*$/, '');
  const options = { opsets: [{ domain: 'tflite', version: 1 }], graphName, source, irVersion: null };
  const model = buildModel(options, (draft) => new Builder(draft, input).run());
  const producerName = file.description || 'TensorFlow Lite';
  return { ...model, producerName, producerVersion: String(file.version), metadata: input.metadata };
}

class Builder {
  private nodes = 0;

  constructor(
    private readonly draft: Draft,
    private readonly input: BuildInput,
  ) {}

  run(): void {
    this.fill(this.draft.main, 0, 0);
    const functions: FunctionDef[] = [];
    for (const { key, subgraph } of this.input.file.signatures) {
      if (subgraph === 0) continue;
      const graph = this.draft.newGraph(key);
      this.fill(graph, subgraph, 0);
      const none = { attributes: [], attributeDefaults: new Map<string, Attribute>(), overload: '' };
      functions.push({ graph, domain: 'tflite', name: key, opsets: [{ domain: 'tflite', version: 1 }], ...none });
    }
    this.draft.patchModel({ functions });
  }

  private fill(graph: GraphId, index: number, depth: number): void {
    const { failure, file } = this.input;
    const subgraph = file.subgraphs[index] ?? failure.damaged('an operator', `its subgraph ${index} does not exist`);
    if (depth > DEPTH_LIMIT) failure.damaged(`the subgraph ${index}`, `subgraphs run one another ${depth} deep`);
    new SubgraphBuilder(this.draft, graph, subgraph, this.input, {
      body: (at) => {
        const body = this.draft.newGraph(file.subgraphs[at]?.name ?? '');
        this.fill(body, at, depth + 1);
        return body;
      },
      count: () => {
        if (++this.nodes > NODE_LIMIT) failure.damaged('its subgraphs', `they have more than ${NODE_LIMIT} operators`);
      },
    }).run();
  }
}

interface Whole {
  /** A new graph with a subgraph's operators. */
  body(index: number): GraphId;
  count(): void;
}

class SubgraphBuilder {
  private readonly values = new Map<number, ValueId>();
  private readonly names = new Set<string>();
  private readonly nodeNames = new Set<string>();

  constructor(
    private readonly draft: Draft,
    private readonly graph: GraphId,
    private readonly subgraph: SubgraphRecord,
    private readonly input: BuildInput,
    private readonly whole: Whole,
  ) {}

  run(): void {
    const { inputs, outputs, operators } = this.subgraph;
    const own = Array.from(inputs, (index, i) => this.addInput(index, i));
    this.draft.setGraphInputs(this.graph, own);
    for (const o of operators) this.addNode(o);
    const results = Array.from(outputs, (index) => this.valueOf(index, 'the outputs'));
    this.draft.setGraphOutputs(this.graph, results);
  }

  private tensor(index: number): TensorRecord {
    return (
      this.subgraph.tensors[index] ?? this.input.failure.damaged('an operator', `its tensor ${index} does not exist`)
    );
  }

  private addInput(index: number, place: number): ValueId {
    const t = this.tensor(index);
    if (this.values.has(index)) this.input.failure.damaged(`the input ${place}`, 'it is listed twice');
    const value = this.draft.newValue(
      this.graph,
      unique(this.names, t.name || `input_${place}`),
      null,
      this.said(t, true),
    );
    this.values.set(index, value);
    return value;
  }

  /** The value of a tensor that is read: made already, or a constant. */
  private valueOf(index: number, reader: string): ValueId {
    const known = this.values.get(index);
    if (known !== undefined) return known;
    const t = this.tensor(index);
    const constant = this.constantOf(t);
    if (constant === null)
      this.input.failure.damaged(reader, `the tensor ${t.name || index} is read before it is made`);
    const value = this.draft.constant(this.graph, constant!, unique(this.names, t.name || `constant_${index}`));
    const { metadata } = this.said(t, false);
    if (metadata) this.draft.patchValue(value, { metadata });
    this.values.set(index, value);
    return value;
  }

  private constantOf(t: TensorRecord): Tensor | null {
    const known = this.input.constants.get(t);
    if (known) return known;
    return t.isVariable || (t.shape.length > 0 && elementCount(t.shape) === 0) ? zerosOf(t) : null;
  }

  /** What the file says about a tensor beside its elements. */
  private said(t: TensorRecord, input: boolean): { type: ValueType | null; metadata?: Metadata } {
    const { quantization, isVariable } = t;
    const said: (readonly [string, string])[] = quantization ? [quantizationText(quantization)] : [];
    if (isVariable) said.push(['is_variable', 'true']);
    const type = this.typeOf(t, input);
    return said.length > 0 ? { type, metadata: new Map(said) } : { type };
  }

  private typeOf(t: TensorRecord, input: boolean): ValueType | null {
    const dtype = dtypeOf(t.type);
    if (dtype === null) return null;
    const dims = t.signature?.length === t.shape.length ? t.signature : t.shape;
    // A computed tensor without a shape may be a scalar, or one whose shape is not known.
    if (dims.length === 0 && !t.hasRank && !input && t.data === null) return tensorType(dtype, null);
    const name = (i: number) => (input && i === 0 ? 'batch' : null);
    return tensorType(
      dtype,
      dims.map((d, i) => (d >= 0 ? d : name(i))),
    );
  }

  private addNode(o: OperatorRecord): void {
    this.whole.count();
    const first = o.outputs[0] === undefined ? '' : this.tensor(o.outputs[0]).name;
    const name = unique(this.nodeNames, nodeName(first) || o.op);
    const inputs = Array.from(o.inputs, (i) => (i < 0 ? null : this.valueOf(i, `the operator ${name}`)));
    const outputs = Array.from(o.outputs, (i) => (i < 0 ? null : unique(this.names, this.tensor(i).name || name)));
    const domain = o.custom ? 'tflite.custom' : 'tflite';
    const node = this.draft.addNode(this.graph, {
      ...{ domain, op: o.op, name, inputs, outputs },
      attributes: this.attributesOf(o),
    });
    o.outputs.forEach((index, i) => {
      if (index < 0) return;
      if (this.values.has(index)) this.input.failure.damaged(`the operator ${name}`, 'its result is made already');
      this.values.set(index, node.outputs[i]!);
      this.draft.patchValue(node.outputs[i]!, this.said(this.tensor(index), false));
    });
  }

  /** Options; numbers of subgraphs become bodies. */
  private attributesOf(o: OperatorRecord): Map<string, Attribute> {
    const plain: Record<string, AttributeLike> = {};
    for (const [key, value] of Object.entries(o.options)) {
      const body = subgraphKey(key);
      if (body === null) plain[key] = value;
      else if (typeof value === 'number') plain[body] = { kind: 'graph', value: this.whole.body(value) };
      else plain[body] = this.bodies(value as Attribute);
    }
    return new Map(attributes({ ...plain, ...this.customAttributes(o) }));
  }

  private bodies(list: Attribute): Attribute {
    const indices = list.kind === 'ints' ? Array.from(list.value, Number) : [];
    return { kind: 'graphs', value: indices.map((at) => this.whole.body(at)) };
  }

  /** Most custom operators keep their options as FlexBuffers; of others the bytes are kept. */
  private customAttributes(o: OperatorRecord): Record<string, AttributeLike> {
    if (o.customOptions.length === 0) return {};
    const flex = this.flexOf(o.customOptions);
    if (typeof flex === 'object' && flex !== null && !Array.isArray(flex))
      return Object.fromEntries(Object.entries(flex as { [key: string]: Flex }).map(([k, v]) => [k, plainOf(v)]));
    const data = bytesOf(o.customOptions);
    const dims = [o.customOptions.length];
    return { custom_options: { kind: 'tensor', value: { dtype: 'uint8', dims, storage: 'raw_data', data } } };
  }

  private flexOf(bytes: Uint8Array): Flex {
    try {
      return readFlex(bytes, this.input.failure);
    } catch (error) {
      if (error instanceof FormatError) return null;
      throw error;
    }
  }
}

function plainOf(value: Flex): AttributeLike {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

/** `body_subgraph_index` → `body_subgraph`; null for what is no number of a subgraph. */
function subgraphKey(key: string): string | null {
  const found = /^(.*subgraph)(_index|_indices)?$/.exec(key);
  return found ? found[1]! : null;
}

/** Operators have no names; the first tensor's is that of the layers it was made of, joined by `;`. */
function nodeName(tensor: string): string {
  return tensor.split(';')[0]!.replace(/:\d+$/, '');
}

function unique(taken: Set<string>, name: string): string {
  let free = name;
  for (let n = 1; taken.has(free); n++) free = `${name}_${n}`;
  taken.add(free);
  return free;
}
