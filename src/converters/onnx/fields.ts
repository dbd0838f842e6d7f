/** Field numbers of onnx.proto (ONNX 1.23), one object for each message, and the shape of its nesting. */
import type { AttributeKind } from '../../graph-model/core/attributes.ts';
import type { SkimSchema } from '../containers/protobuf/skim.ts';

export const MODEL = {
  irVersion: 1,
  producerName: 2,
  producerVersion: 3,
  domain: 4,
  modelVersion: 5,
  doc: 6,
  graph: 7,
  opset: 8,
  metadata: 14,
  training: 20,
  functions: 25,
  configuration: 26,
} as const;

export const GRAPH = {
  node: 1,
  name: 2,
  initializer: 5,
  doc: 10,
  input: 11,
  output: 12,
  valueInfo: 13,
  quantization: 14,
  sparseInitializer: 15,
  metadata: 16,
} as const;

export const NODE = {
  input: 1,
  output: 2,
  name: 3,
  op: 4,
  attribute: 5,
  doc: 6,
  domain: 7,
  overload: 8,
  metadata: 9,
  device: 10,
} as const;

export const DEVICE = { configuration: 1, sharding: 2 } as const;
export const SHARDING = { tensor: 1 } as const;

export const ATTRIBUTE = {
  name: 1,
  f: 2,
  i: 3,
  s: 4,
  t: 5,
  g: 6,
  floats: 7,
  ints: 8,
  strings: 9,
  tensors: 10,
  graphs: 11,
  doc: 13,
  tp: 14,
  types: 15,
  type: 20,
  reference: 21,
  sparse: 22,
  sparses: 23,
} as const;

export const VALUE_INFO = { name: 1, type: 2, doc: 3, metadata: 4 } as const;
export const ENTRY = { key: 1, value: 2 } as const;
export const OPSET = { domain: 1, version: 2 } as const;
export const ANNOTATION = { tensor: 1, parameter: 2 } as const;
export const TRAINING = { initialization: 1, algorithm: 2, initializationBinding: 3, updateBinding: 4 } as const;

export const FUNCTION = {
  name: 1,
  input: 4,
  output: 5,
  attribute: 6,
  node: 7,
  doc: 8,
  opset: 9,
  domain: 10,
  attributeProto: 11,
  valueInfo: 12,
  overload: 13,
  metadata: 14,
} as const;

export const TENSOR = {
  dims: 1,
  dtype: 2,
  floatData: 4,
  int32Data: 5,
  stringData: 6,
  int64Data: 7,
  name: 8,
  rawData: 9,
  doubleData: 10,
  uint64Data: 11,
  doc: 12,
  external: 13,
  location: 14,
  metadata: 16,
} as const;

export const SPARSE = { values: 1, indices: 2, dims: 3 } as const;
export const TYPE = { tensor: 1, sequence: 4, map: 5, denotation: 6, opaque: 7, sparse: 8, optional: 9 } as const;
export const TENSOR_TYPE = { element: 1, shape: 2 } as const;
export const DIM = { value: 1, param: 2, denotation: 3 } as const;

/**
 * Not a field of ONNX: the highest number there is. In a type's `extra` it wraps the fields that TypeProto has beside the
 * kind of the type, where all others are fields within the kind.
 */
export const BESIDE = 536870911;

/** AttributeProto.AttributeType, and the field that holds a value of that kind. */
export const ATTRIBUTE_KINDS: readonly { kind: AttributeKind; code: number; field: number }[] = [
  { kind: 'undefined', code: 0, field: 0 },
  { kind: 'float', code: 1, field: ATTRIBUTE.f },
  { kind: 'int', code: 2, field: ATTRIBUTE.i },
  { kind: 'string', code: 3, field: ATTRIBUTE.s },
  { kind: 'tensor', code: 4, field: ATTRIBUTE.t },
  { kind: 'graph', code: 5, field: ATTRIBUTE.g },
  { kind: 'floats', code: 6, field: ATTRIBUTE.floats },
  { kind: 'ints', code: 7, field: ATTRIBUTE.ints },
  { kind: 'strings', code: 8, field: ATTRIBUTE.strings },
  { kind: 'tensors', code: 9, field: ATTRIBUTE.tensors },
  { kind: 'graphs', code: 10, field: ATTRIBUTE.graphs },
  { kind: 'sparse_tensor', code: 11, field: ATTRIBUTE.sparse },
  { kind: 'sparse_tensors', code: 12, field: ATTRIBUTE.sparses },
  { kind: 'type', code: 13, field: ATTRIBUTE.tp },
  { kind: 'types', code: 14, field: ATTRIBUTE.types },
];

const leaf = (...payloads: number[]): SkimSchema => ({ messages: {}, payloads });
const tensor = leaf(
  TENSOR.floatData,
  TENSOR.int32Data,
  TENSOR.int64Data,
  TENSOR.rawData,
  TENSOR.doubleData,
  TENSOR.uint64Data,
);
const sparse: SkimSchema = { messages: { [SPARSE.values]: tensor, [SPARSE.indices]: tensor }, payloads: [] };
const attributeMessages: Record<number, SkimSchema> = {
  [ATTRIBUTE.t]: tensor,
  [ATTRIBUTE.tensors]: tensor,
  [ATTRIBUTE.sparse]: sparse,
  [ATTRIBUTE.sparses]: sparse,
};
const attribute: SkimSchema = { messages: attributeMessages, payloads: [] };
const node: SkimSchema = { messages: { [NODE.attribute]: attribute }, payloads: [] };
const graph: SkimSchema = {
  messages: { [GRAPH.node]: node, [GRAPH.initializer]: tensor, [GRAPH.sparseInitializer]: sparse },
  payloads: [],
};
attributeMessages[ATTRIBUTE.g] = graph;
attributeMessages[ATTRIBUTE.graphs] = graph;

/** The way to the payloads of a ModelProto. */
export const MODEL_SKIM: SkimSchema = {
  messages: {
    [MODEL.graph]: graph,
    [MODEL.training]: { messages: { [TRAINING.initialization]: graph, [TRAINING.algorithm]: graph }, payloads: [] },
    [MODEL.functions]: {
      messages: { [FUNCTION.node]: node, [FUNCTION.attributeProto]: attribute },
      payloads: [],
    },
  },
  payloads: [],
};
