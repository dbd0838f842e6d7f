/** Field numbers of the messages of tensorflow/core, and the way to their payloads. */
import type { SkimSchema } from '../../containers/protobuf/skim.ts';

export const SAVED_MODEL = { version: 1, metaGraphs: 2 } as const;
export const META_GRAPH = {
  info: 1,
  graph: 2,
  saver: 3,
  collections: 4,
  signatures: 5,
  assets: 6,
  objects: 7,
} as const;
export const META_INFO = { version: 1, tags: 4, tensorflow: 5 } as const;
export const GRAPH = { node: 1, library: 2, versionOld: 3, versions: 4, debug: 5 } as const;
export const NODE = { name: 1, op: 2, input: 3, device: 4, attr: 5, debug: 6, types: 7 } as const;
export const ENTRY = { key: 1, value: 2 } as const;
export const ATTR = {
  list: 1,
  s: 2,
  i: 3,
  f: 4,
  b: 5,
  type: 6,
  shape: 7,
  tensor: 8,
  placeholder: 9,
  func: 10,
} as const;
export const LIST = { s: 2, i: 3, f: 4, b: 5, type: 6, shape: 7, tensor: 8, func: 9 } as const;
export const FUNC_VALUE = { name: 1, attr: 2 } as const;
export const SHAPE = { dim: 2, unknownRank: 3 } as const;
export const DIM = { size: 1, name: 2 } as const;
export const LIBRARY = { function: 1 } as const;
export const FUNCTION = { signature: 1, node: 3, ret: 4, attr: 5, controlRet: 6, argAttr: 7 } as const;
export const OP_DEF = { name: 1, input: 2, output: 3, attr: 4 } as const;
export const ARG = { name: 1, type: 3, typeAttr: 4, numberAttr: 5, typeListAttr: 6 } as const;
export const ARG_ATTRS = { attr: 1 } as const;
export const TENSOR = {
  dtype: 1,
  shape: 2,
  content: 4,
  float: 5,
  double: 6,
  int: 7,
  string: 8,
  complex: 9,
  int64: 10,
  bool: 11,
  doubleComplex: 12,
  half: 13,
  uint32: 16,
  uint64: 17,
  float8: 18,
} as const;
export const SIGNATURE = { inputs: 1, outputs: 2, method: 3 } as const;
export const TENSOR_INFO = { name: 1, dtype: 2, shape: 3 } as const;
export const ASSET = { tensor: 1, file: 2 } as const;
export const COLLECTION = { nodes: 1, bytes: 2, any: 5 } as const;

const leaf = (...payloads: number[]): SkimSchema => ({ messages: {}, payloads });
const within = (messages: Record<number, SkimSchema>): SkimSchema => ({ messages, payloads: [] });

const tensor = leaf(TENSOR.content, TENSOR.float, TENSOR.double, TENSOR.int, TENSOR.int64, TENSOR.half);
const attr = within({ [ENTRY.value]: within({ [ATTR.tensor]: tensor }) });
const node = within({ [NODE.attr]: attr });

/** The way to the payloads of a GraphDef. */
export const GRAPH_SKIM: SkimSchema = within({
  [GRAPH.node]: node,
  [GRAPH.library]: within({ [LIBRARY.function]: within({ [FUNCTION.node]: node }) }),
});
export const META_GRAPH_SKIM: SkimSchema = within({ [META_GRAPH.graph]: GRAPH_SKIM });
export const SAVED_MODEL_SKIM: SkimSchema = within({ [SAVED_MODEL.metaGraphs]: META_GRAPH_SKIM });
