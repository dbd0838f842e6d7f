/** NodeProto, GraphProto, FunctionProto, TrainingInfoProto. */
import type { Tensor } from '../../graph-model/core/tensor.ts';
import type {
  FunctionDef,
  Graph,
  Node,
  NodeDeviceConfiguration,
  OpsetImport,
  QuantizationAnnotation,
  Redeclaration,
  TrainingInfo,
  Value,
  ValueId,
} from '../../graph-model/core/model.ts';
import { ANNOTATION, DEVICE, FUNCTION, GRAPH, NODE, OPSET, SHARDING, TRAINING, VALUE_INFO } from './fields.ts';
import { writeAttribute } from './write-attribute.ts';
import { writeCarried, writeEntry, writeExtra, writeText, type WriteContext } from './write-parts.ts';
import { writeSparseTensor, writeTensor } from './write-tensor.ts';
import { writeType } from './write-type.ts';

/** A graph as a message field. */
export function writeGraph(c: WriteContext, field: number, graph: Graph): void {
  c.w.message(field, () => writeGraphFields(c, graph));
}

function writeGraphFields(c: WriteContext, g: Graph): void {
  const { w, model } = c;
  writeExtra(w, g.extra);
  for (const id of g.order) writeNode(c, GRAPH.node, model.nodes.at(id));
  writeText(w, GRAPH.name, g.name);
  for (const id of g.initializers) writeInitializer(c, id);
  writeCarried(w, g, GRAPH);
  writeInfos(c, GRAPH.input, g, 'inputs');
  writeInfos(c, GRAPH.output, g, 'outputs');
  writeInfos(c, GRAPH.valueInfo, g, 'valueInfo');
  for (const a of g.quantization) writeAnnotation(c, a);
  for (const id of g.sparseInitializers) {
    const { sparse } = model.values.at(id);
    if (sparse) writeSparseTensor(c, GRAPH.sparseInitializer, sparse, c.nameOf(id));
  }
}

function writeInitializer(c: WriteContext, id: ValueId): void {
  const { constant } = c.model.values.at(id);
  if (constant) writeTensor(c, GRAPH.initializer, constant, c.nameOf(id));
}

/** One of the lists of declarations; where the file declared a value otherwise there, as it did. */
function writeInfos(c: WriteContext, field: number, g: Graph, list: Redeclaration['list']): void {
  const others = g.redeclared?.filter((r) => r.list === list) ?? [];
  g[list].forEach((id, index) => {
    const other = others.find((r) => r.index === index && (r.value === undefined || r.value === id));
    writeInfo(c, field, c.nameOf(id), other ?? c.model.values.at(id));
  });
}

function writeInfo(
  c: WriteContext,
  field: number,
  name: string,
  info: Pick<Value, 'type' | 'doc' | 'metadata' | 'extra'>,
): void {
  const { w } = c;
  w.message(field, () => {
    writeExtra(w, info.extra);
    writeText(w, VALUE_INFO.name, name);
    if (info.type !== null) writeType(w, VALUE_INFO.type, info.type);
    writeCarried(w, info, VALUE_INFO);
  });
}

function nameOrNone(c: WriteContext, id: ValueId | null): string {
  return id === null ? '' : c.nameOf(id);
}

function writeNode(c: WriteContext, field: number, node: Node): void {
  const { w } = c;
  w.message(field, () => {
    writeExtra(w, node.extra);
    for (const id of node.inputs) w.string(NODE.input, nameOrNone(c, id));
    for (const id of node.outputs) w.string(NODE.output, nameOrNone(c, id));
    writeText(w, NODE.name, node.name);
    writeText(w, NODE.op, node.op);
    for (const [name, attribute] of node.attributes) writeAttribute(c, NODE.attribute, name, attribute);
    writeText(w, NODE.domain, node.domain);
    writeText(w, NODE.overload, node.overload);
    writeCarried(w, node, NODE);
    for (const device of node.deviceConfigurations ?? []) writeDevice(c, device);
  });
}

function writeDevice(c: WriteContext, device: NodeDeviceConfiguration): void {
  const { w } = c;
  w.message(NODE.device, () => {
    writeExtra(w, device.extra);
    writeText(w, DEVICE.configuration, device.configuration);
    for (const sharding of device.shardings)
      w.message(DEVICE.sharding, () => {
        writeExtra(w, sharding.extra);
        writeText(w, SHARDING.tensor, nameOrNone(c, sharding.value));
      });
  });
}

function writeAnnotation(c: WriteContext, a: QuantizationAnnotation): void {
  const { w } = c;
  w.message(GRAPH.quantization, () => {
    writeExtra(w, a.extra);
    writeText(w, ANNOTATION.tensor, nameOrNone(c, a.value));
    for (const [key, id] of a.parameters) writeEntry(w, ANNOTATION.parameter, key, nameOrNone(c, id));
  });
}

export function writeOpset(c: WriteContext, field: number, opset: OpsetImport): void {
  const { w } = c;
  w.message(field, () => {
    writeExtra(w, opset.extra);
    writeText(w, OPSET.domain, opset.domain);
    if (opset.version !== 0) w.int(OPSET.version, opset.version);
  });
}

export function writeTraining(c: WriteContext, field: number, info: TrainingInfo): void {
  const { w } = c;
  w.message(field, () => {
    writeExtra(w, info.extra);
    if (info.initialization !== null) c.graph(TRAINING.initialization, info.initialization);
    if (info.algorithm !== null) c.graph(TRAINING.algorithm, info.algorithm);
    for (const [key, value] of info.initializationBinding) writeEntry(w, TRAINING.initializationBinding, key, value);
    for (const [key, value] of info.updateBinding) writeEntry(w, TRAINING.updateBinding, key, value);
  });
}

export function writeFunction(c: WriteContext, field: number, f: FunctionDef): void {
  const { w, model } = c;
  const graph = model.graphs.at(f.graph);
  w.message(field, () => {
    writeExtra(w, f.extra);
    writeText(w, FUNCTION.name, f.name);
    for (const id of graph.inputs) w.string(FUNCTION.input, c.nameOf(id));
    for (const id of graph.outputs) w.string(FUNCTION.output, c.nameOf(id));
    for (const name of f.attributes) w.string(FUNCTION.attribute, name);
    for (const id of graph.initializers) writeConstantNode(c, id);
    for (const id of graph.order) writeNode(c, FUNCTION.node, model.nodes.at(id));
    for (const opset of f.opsets) writeOpset(c, FUNCTION.opset, opset);
    writeText(w, FUNCTION.domain, f.domain);
    for (const [name, a] of f.attributeDefaults) writeAttribute(c, FUNCTION.attributeProto, name, a);
    writeInfos(c, FUNCTION.valueInfo, graph, 'valueInfo');
    writeText(w, FUNCTION.overload, f.overload);
    writeCarried(w, f, FUNCTION);
  });
}

/** A function has no initializers in the file: one that an edit added becomes a Constant node at its beginning. */
function writeConstantNode(c: WriteContext, id: ValueId): void {
  const { w } = c;
  const tensor: Tensor | undefined = c.model.values.at(id).constant;
  if (!tensor) return;
  w.message(FUNCTION.node, () => {
    w.string(NODE.output, c.nameOf(id));
    w.string(NODE.op, 'Constant');
    writeAttribute(c, NODE.attribute, 'value', { kind: 'tensor', value: tensor });
  });
}
