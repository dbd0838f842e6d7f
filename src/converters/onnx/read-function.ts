/** FunctionProto, TrainingInfoProto and OperatorSetIdProto. */
import type { Attribute } from '../../graph-model/core/attributes.ts';
import type { FunctionDef, OpsetImport, TrainingInfo } from '../../graph-model/core/model.ts';
import { LENGTH, VARINT } from '../containers/protobuf/wire-reader.ts';
import { FUNCTION, OPSET, TRAINING } from './fields.ts';
import { readAttribute } from './read-attribute.ts';
import { enter, GraphResolver, passInfo, RawGraph, readGraph, readNodeField, type GraphContext } from './read-graph.ts';
import { Extra, readEntry, readName, readNameId, withExtra, type Carrier, type ReadContext } from './read-parts.ts';
import { Scope } from './scope.ts';

/** An opset_import field. */
export function readOpset(c: ReadContext, outer: number): OpsetImport {
  const { r } = c;
  const end = enter(c, outer, 'an opset import');
  const extra = new Extra();
  let domain = '';
  let version = 0;
  while (r.offset < end) {
    const begin = r.offset;
    const field = r.tag();
    if (field === OPSET.domain) {
      domain = readName(c, end);
      if (domain === '') extra.keep(r, begin);
    } else if (field === OPSET.version && r.wire === VARINT) {
      version = r.int();
      if (version === 0) extra.keep(r, begin);
    } else extra.keepField(r, begin, field, end);
  }
  r.close(end);
  return { domain, version, ...withExtra(extra) };
}

class FunctionParts {
  readonly raw = new RawGraph();
  readonly inputs: number[] = [];
  readonly outputs: number[] = [];
  readonly attributes: string[] = [];
  readonly defaults = new Map<string, Attribute>();
  readonly opsets: OpsetImport[] = [];
  domain = '';
  overload = '';
}

/** A functions field. */
export function readFunction(c: GraphContext, outer: number, index: number): FunctionDef {
  const { r, b } = c;
  const end = enter(c, outer, 'function', index);
  const p = new FunctionParts();
  while (r.offset < end) readField(c, p, end);
  r.close(end);
  const { raw, domain, overload, attributes, defaults, opsets } = p;
  const graph = b.reserveGraph();
  const scope = new Scope(graph, null, 0);
  scope.name = raw.name;
  const carried = raw.carrier.fields;
  new GraphResolver(c, scope, null).runFunction(raw, p.inputs, p.outputs);
  r.seek(end);
  return { graph, domain, name: raw.name, overload, attributes, attributeDefaults: defaults, opsets, ...carried };
}

function readField(c: GraphContext, p: FunctionParts, end: number): void {
  const { r } = c;
  const { carrier } = p.raw;
  const begin = r.offset;
  const field = r.tag();
  switch (field) {
    case FUNCTION.name:
      p.raw.name = keepEmpty(c, carrier, begin, readName(c, end));
      return;
    case FUNCTION.input:
      return void p.inputs.push(readNameId(c, end));
    case FUNCTION.output:
      return void p.outputs.push(readNameId(c, end));
    case FUNCTION.attribute:
      return void p.attributes.push(readName(c, end));
    case FUNCTION.attributeProto:
      return readDefault(c, p, begin, end);
    case FUNCTION.node:
      return void p.raw.nodes.push(readNodeField(c, end, p.raw.nodes.length));
    case FUNCTION.valueInfo:
      return void p.raw.valueInfo.push(passInfo(c, end));
    case FUNCTION.opset:
      return void p.opsets.push(readOpset(c, end));
    case FUNCTION.domain:
      p.domain = keepEmpty(c, carrier, begin, readName(c, end));
      return;
    case FUNCTION.overload:
      p.overload = keepEmpty(c, carrier, begin, readName(c, end));
      return;
    case FUNCTION.doc:
      return carrier.readDoc(r, begin, end);
    case FUNCTION.metadata:
      return carrier.readMetadata(r, begin, end);
    default:
      carrier.extra.keepField(r, begin, field, end);
  }
}

function keepEmpty(c: ReadContext, carrier: Carrier, begin: number, text: string): string {
  if (text === '') carrier.extra.keep(c.r, begin);
  return text;
}

function readDefault(c: GraphContext, p: FunctionParts, begin: number, outer: number): void {
  const { r } = c;
  r.expect(LENGTH);
  const end = r.length(outer);
  const [name, attribute] = readAttribute(c, end, () => r.fail('a default of a function attribute is a graph'));
  if (p.defaults.has(name)) p.raw.carrier.extra.keep(r, begin);
  else p.defaults.set(name, attribute);
}

/** A training_info field. Its graphs see the names of the main graph. */
export function readTraining(c: GraphContext, outer: number, main: Scope): TrainingInfo {
  const { r } = c;
  const end = enter(c, outer, 'training_info');
  const extra = new Extra();
  const initializationBinding: (readonly [string, string])[] = [];
  const updateBinding: (readonly [string, string])[] = [];
  const graphs: [TrainingInfo['initialization'], TrainingInfo['algorithm']] = [null, null];
  while (r.offset < end) {
    const begin = r.offset;
    const field = r.tag();
    if (field === TRAINING.initializationBinding || field === TRAINING.updateBinding) {
      const entry = readEntry(r, end);
      if (entry === null) extra.keep(r, begin);
      else (field === TRAINING.updateBinding ? updateBinding : initializationBinding).push(entry);
    } else if ((field === 1 || field === 2) && r.wire === LENGTH && graphs[field - 1] === null) {
      graphs[field - 1] = readTrainingGraph(c, end, main);
    } else extra.keepField(r, begin, field, end);
  }
  r.close(end);
  const [initialization, algorithm] = graphs;
  return { initialization, algorithm, initializationBinding, updateBinding, ...withExtra(extra) };
}

function readTrainingGraph(c: GraphContext, outer: number, main: Scope) {
  const end = c.r.length(outer);
  const id = c.b.reserveGraph();
  readGraph(c, id, c.r.offset, end, null, main);
  c.r.seek(end);
  return id;
}
