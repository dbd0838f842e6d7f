/** The fields of TensorFlow's messages by their names in protobuf text. */
import type { TextField, TextSchema } from '../../containers/protobuf/text-format.ts';
import type { TfKind } from '../sniff.ts';
import { codeOfName } from './dtype.ts';

const scalar =
  (kind: 'text' | 'int' | 'bool' | 'float' | 'double') =>
  (number: number): TextField => ({ number, kind });
const text = scalar('text');
const int = scalar('int');
const bool = scalar('bool');
const float = scalar('float');
const double = scalar('double');
const type = (number: number): TextField => ({ number, kind: 'enum', of: codeOfName });
const message = (number: number, of: () => TextSchema): TextField => ({ number, kind: 'message', of });
const mapOf = (number: number, value: TextField): TextField => message(number, () => ({ key: text(1), value }));

const DIM: TextSchema = { size: int(1), name: text(2) };
const SHAPE: TextSchema = { dim: message(2, () => DIM), unknown_rank: bool(3) };
const TENSOR: TextSchema = {
  dtype: type(1),
  tensor_shape: message(2, () => SHAPE),
  version_number: int(3),
  tensor_content: text(4),
  float_val: float(5),
  double_val: double(6),
  int_val: int(7),
  string_val: text(8),
  scomplex_val: float(9),
  int64_val: int(10),
  bool_val: bool(11),
  dcomplex_val: double(12),
  half_val: int(13),
  uint32_val: int(16),
  uint64_val: int(17),
  float8_val: text(18),
};
const LIST: TextSchema = {
  s: text(2),
  i: int(3),
  f: float(4),
  b: bool(5),
  type: type(6),
  shape: message(7, () => SHAPE),
  tensor: message(8, () => TENSOR),
  func: message(9, () => FUNC),
};
const ATTR: TextSchema = {
  list: message(1, () => LIST),
  s: text(2),
  i: int(3),
  f: float(4),
  b: bool(5),
  type: type(6),
  shape: message(7, () => SHAPE),
  tensor: message(8, () => TENSOR),
  placeholder: text(9),
  func: message(10, () => FUNC),
};
const ATTRS = (number: number) =>
  mapOf(
    number,
    message(2, () => ATTR),
  );
const FUNC: TextSchema = { name: text(1), attr: ATTRS(2) };
const NODE: TextSchema = { name: text(1), op: text(2), input: text(3), device: text(4), attr: ATTRS(5) };
const ARG: TextSchema = {
  name: text(1),
  description: text(2),
  type: type(3),
  type_attr: text(4),
  number_attr: text(5),
  type_list_attr: text(6),
};
const OP_DEF: TextSchema = { name: text(1), input_arg: message(2, () => ARG), output_arg: message(3, () => ARG) };
const FUNCTION: TextSchema = {
  signature: message(1, () => OP_DEF),
  node_def: message(3, () => NODE),
  ret: mapOf(4, text(2)),
  attr: ATTRS(5),
  arg_attr: message(7, () => ({ key: int(1), value: message(2, () => ({ attr: ATTRS(1) })) })),
};
const GRAPH: TextSchema = {
  node: message(1, () => NODE),
  library: message(2, () => ({ function: message(1, () => FUNCTION) })),
};
const TENSOR_INFO: TextSchema = { name: text(1), dtype: type(2), tensor_shape: message(3, () => SHAPE) };
const INFOS = (number: number) =>
  mapOf(
    number,
    message(2, () => TENSOR_INFO),
  );
const SIGNATURE: TextSchema = { inputs: INFOS(1), outputs: INFOS(2), method_name: text(3) };
const COLLECTION: TextSchema = { node_list: message(1, () => ({ value: text(1) })) };
const META_GRAPH: TextSchema = {
  meta_info_def: message(1, () => ({ meta_graph_version: text(1), tags: text(4), tensorflow_version: text(5) })),
  graph_def: message(2, () => GRAPH),
  collection_def: mapOf(
    4,
    message(2, () => COLLECTION),
  ),
  signature_def: mapOf(
    5,
    message(2, () => SIGNATURE),
  ),
  asset_file_def: message(6, () => ({ tensor_info: message(1, () => TENSOR_INFO), filename: text(2) })),
};

export const TEXT_SCHEMAS: Readonly<Record<TfKind, TextSchema>> = {
  graph: GRAPH,
  meta_graph: META_GRAPH,
  saved_model: { saved_model_schema_version: int(1), meta_graphs: message(2, () => META_GRAPH) },
};
