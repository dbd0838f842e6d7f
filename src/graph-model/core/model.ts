/**
 * The model: plain readonly records in paged tables, addressed by numeric ids that are unique in the whole model, nested
 * bodies and functions included. Every change goes through a `Draft` (draft.ts); nothing here is ever mutated.
 *
 * Losslessness: what a file says and these records do not model is kept as wire bytes in `extra` (unknown fields, fields
 * present with their default value), and every list keeps the order of the file.
 */
import type { Attribute } from './attributes.ts';
import type { Carried, GraphId, NodeId, ValueId } from './ids.ts';
import type { Table } from './table.ts';
import type { SparseTensor, Tensor } from './tensor.ts';
import type { ValueType } from './types.ts';

export type { Carried, GraphId, Metadata, NodeId, ValueId } from './ids.ts';

/** Where a node came from when a conversion or a rewrite made it. */
export interface Origin {
  readonly dialect: string;
  readonly op: string;
  readonly name: string;
  /** The rule or pass that made it, where one did. */
  readonly by?: string;
}

export interface Node extends Carried {
  readonly id: NodeId;
  readonly graph: GraphId;
  /** '' and 'ai.onnx' both mean ONNX's own operators; compare with `normalDomain`. */
  readonly domain: string;
  readonly op: string;
  /** Overload of a model-local function; '' nearly always. */
  readonly overload: string;
  /** A label, never a key: files hold empty and duplicate names. */
  readonly name: string;
  /** null: an optional input that is left out. */
  readonly inputs: readonly (ValueId | null)[];
  /** null: an optional output that is left out. */
  readonly outputs: readonly (ValueId | null)[];
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly deviceConfigurations?: readonly NodeDeviceConfiguration[];
  readonly origin?: Origin;
}

/** NodeProto.device_configurations, by value id where a tensor is named so that renaming keeps it right. */
export interface NodeDeviceConfiguration {
  readonly configuration: string;
  readonly shardings: readonly { readonly value: ValueId | null; readonly extra?: Uint8Array }[];
  readonly extra?: Uint8Array;
}

export interface Value extends Carried {
  readonly id: ValueId;
  /** The scope that holds the name. */
  readonly graph: GraphId;
  /** The name in the file; '' for a value that an edit made (the writer gives it a unique one). */
  readonly name: string;
  /** The type the file declares, null where it declares none. Inferred types are a separate table. */
  readonly type: ValueType | null;
  /** null: a graph input, an initializer, or a name that nothing makes. */
  readonly producer: NodeId | null;
  /** The initializer's tensor; an input with one is an input with a default. */
  readonly constant?: Tensor;
  readonly sparse?: SparseTensor;
}

/** Where a value is read: input `index` of `node`, or, where node is null, output `index` of `graph`. */
export interface Use {
  readonly node: NodeId | null;
  readonly graph: GraphId;
  readonly index: number;
}

export interface Graph extends Carried {
  readonly id: GraphId;
  readonly name: string;
  /** The If, Loop, Scan … node whose attribute holds this body; null for the main graph and for functions. */
  readonly parent: NodeId | null;
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  /** Nodes in execution order. */
  readonly order: readonly NodeId[];
  /** Values with an initializer, in the file's order. */
  readonly initializers: readonly ValueId[];
  readonly sparseInitializers: readonly ValueId[];
  /** Values whose type is declared in value_info, in the file's order. */
  readonly valueInfo: readonly ValueId[];
  readonly quantization: readonly QuantizationAnnotation[];
  /**
   * Declarations that say something else than the value's own record: a pass-through output declared unlike the input,
   * an initializer listed in value_info too. Rare; kept so that nothing is lost.
   */
  readonly redeclared?: readonly Redeclaration[];
}

export interface QuantizationAnnotation {
  readonly value: ValueId | null;
  /** SCALE_TENSOR, ZERO_POINT_TENSOR … and the value it names. */
  readonly parameters: readonly (readonly [string, ValueId | null])[];
  readonly extra?: Uint8Array;
}

export interface Redeclaration extends Carried {
  readonly list: 'inputs' | 'outputs' | 'valueInfo';
  readonly index: number;
  /** The value that stood at `index` when this was read: an edit that moves the list makes the declaration void. */
  readonly value?: ValueId;
  readonly type: ValueType | null;
}

export interface OpsetImport {
  readonly domain: string;
  readonly version: number;
  readonly extra?: Uint8Array;
}

/** A model-local function. Its body is a Graph whose inputs and outputs are the formal parameters. */
export interface FunctionDef extends Carried {
  readonly graph: GraphId;
  readonly domain: string;
  readonly name: string;
  readonly overload: string;
  /** Attributes without a default, by name. */
  readonly attributes: readonly string[];
  /** Attributes with their default. */
  readonly attributeDefaults: ReadonlyMap<string, Attribute>;
  readonly opsets: readonly OpsetImport[];
}

/** One training_info entry. Its graphs see the names of the main graph. */
export interface TrainingInfo {
  readonly initialization: GraphId | null;
  readonly algorithm: GraphId | null;
  readonly initializationBinding: readonly (readonly [string, string])[];
  readonly updateBinding: readonly (readonly [string, string])[];
  readonly extra?: Uint8Array;
}

export interface Model extends Carried {
  readonly main: GraphId;
  readonly graphs: Table<GraphId, Graph>;
  readonly nodes: Table<NodeId, Node>;
  readonly values: Table<ValueId, Value>;
  /** Kept by the draft, never rebuilt: every reader of a value, captured uses in nested bodies included. */
  readonly uses: Table<ValueId, readonly Use[]>;
  readonly functions: readonly FunctionDef[];
  readonly training: readonly TrainingInfo[];
  readonly opsets: readonly OpsetImport[];
  /** null where the file does not say. */
  readonly irVersion: number | null;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly domain: string;
  readonly modelVersion: number | bigint | null;
  /** ModelProto.configuration entries, as wire bytes each. */
  readonly deviceConfigurations: readonly Uint8Array[];
  readonly source: ModelSource;
}

/** What was opened. */
export interface ModelSource {
  /** A converter's id: 'onnx', 'keras' … */
  readonly format: string;
  readonly fileName: string;
  /** Bytes of all files of the model that were given. */
  readonly size: number;
}

/** False for a model in another framework's dialect: it can be looked at and converted, not run or saved as it is. */
export function isOnnx(model: Pick<Model, 'source'>): boolean {
  return model.source.format === 'onnx' || model.source.format === 'onnx-text';
}

/** '' for ONNX's own domain however it is written. */
export function normalDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

/** The version of a domain that a list of opset imports asks for; null where it does not import the domain. */
export function opsetVersion(opsets: readonly OpsetImport[], domain: string): number | null {
  const wanted = normalDomain(domain);
  return opsets.find((o) => normalDomain(o.domain) === wanted)?.version ?? null;
}

/** The opset imports that rule a graph: its function's own where it is (nested in) a function body, else the model's. */
export function opsetsOf(model: Model, graph: GraphId): readonly OpsetImport[] {
  let at = graph;
  for (;;) {
    const parent = model.graphs.at(at).parent;
    if (parent === null) break;
    at = model.nodes.at(parent).graph;
  }
  return model.functions.find((f) => f.graph === at)?.opsets ?? model.opsets;
}

/** The function a node calls, or null when it is an operator. */
export function functionOf(model: Model, node: Pick<Node, 'domain' | 'op' | 'overload'>): FunctionDef | null {
  const domain = normalDomain(node.domain);
  const same = (f: FunctionDef) =>
    f.name === node.op && f.overload === node.overload && normalDomain(f.domain) === domain;
  return model.functions.find(same) ?? null;
}
