/** NodeProto, as far as it can be read before the names of its graph are known. */
import { NO_ATTRIBUTES, type Attribute, type Attributes } from '../../graph-model/core/attributes.ts';
import type { GraphId, NodeId } from '../../graph-model/core/ids.ts';
import { LENGTH } from '../containers/protobuf/wire-reader.ts';
import { DEVICE, NODE, SHARDING } from './fields.ts';
import { readAttribute, type BodyRange } from './read-attribute.ts';
import { Carrier, Extra, readName, readNameId, readString, withExtra, type ReadContext } from './read-parts.ts';

/** A body that waits until the names around it are known. */
export interface WaitingBody extends BodyRange {
  readonly graph: GraphId;
}

export interface RawDevice {
  readonly configuration: string;
  readonly shardings: readonly { readonly name: number; readonly extra?: Uint8Array }[];
  readonly extra?: Uint8Array;
}

/** A node whose inputs and outputs are still names' numbers. */
export interface RawNode {
  readonly id: NodeId;
  readonly op: string;
  readonly domain: string;
  readonly overload: string;
  readonly name: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly attributes: Attributes;
  readonly devices: readonly RawDevice[];
  readonly bodies: readonly WaitingBody[];
  readonly carried: Carrier['fields'];
  readonly offset: number;
}

const NO_BODIES: readonly WaitingBody[] = [];
const NO_DEVICES: readonly RawDevice[] = [];

class NodeParts {
  readonly carrier = new Carrier();
  readonly inputs: number[] = [];
  readonly outputs: number[] = [];
  op = '';
  domain = '';
  overload = '';
  name = '';
  attributes: Map<string, Attribute> | null = null;
  bodies: WaitingBody[] | null = null;
  devices: RawDevice[] | null = null;
}

/** A NodeProto that ends at `end`. */
export function readNode(c: ReadContext, end: number, id: NodeId, reserveGraph: () => GraphId): RawNode {
  const { r } = c;
  const offset = r.offset;
  const p = new NodeParts();
  while (r.offset < end) readField(c, p, end, reserveGraph);
  r.close(end);
  const { op, domain, overload, name, inputs, outputs } = p;
  return {
    id,
    op,
    domain,
    overload,
    name,
    inputs,
    outputs,
    attributes: p.attributes ?? NO_ATTRIBUTES,
    devices: p.devices ?? NO_DEVICES,
    bodies: p.bodies ?? NO_BODIES,
    carried: p.carrier.fields,
    offset,
  };
}

function readField(c: ReadContext, p: NodeParts, end: number, reserveGraph: () => GraphId): void {
  const { r } = c;
  const begin = r.offset;
  const field = r.tag();
  switch (field) {
    case NODE.input:
      p.inputs.push(readNameId(c, end));
      return;
    case NODE.output:
      p.outputs.push(readNameId(c, end));
      return;
    case NODE.name:
      p.name = keepEmpty(c, p, begin, readString(r, end) ?? lossy(c, begin, end));
      return;
    case NODE.op:
      p.op = keepEmpty(c, p, begin, readName(c, end));
      return;
    case NODE.domain:
      p.domain = keepEmpty(c, p, begin, readName(c, end));
      return;
    case NODE.overload:
      p.overload = keepEmpty(c, p, begin, readName(c, end));
      return;
    case NODE.attribute:
      return readAttributeField(c, p, begin, end, reserveGraph);
    case NODE.doc:
      return p.carrier.readDoc(r, begin, end);
    case NODE.metadata:
      return p.carrier.readMetadata(r, begin, end);
    case NODE.device:
      (p.devices ??= []).push(readDevice(c, end));
      return;
    default:
      p.carrier.extra.keepField(r, begin, field, end);
  }
}

function keepEmpty(c: ReadContext, p: NodeParts, begin: number, text: string): string {
  if (text === '') p.carrier.extra.keep(c.r, begin);
  return text;
}

function lossy(c: ReadContext, begin: number, end: number): string {
  c.r.seek(begin);
  c.r.tag();
  return readName(c, end);
}

function readAttributeField(c: ReadContext, p: NodeParts, begin: number, outer: number, reserve: () => GraphId): void {
  const { r } = c;
  r.expect(LENGTH);
  const end = r.length(outer);
  const bodies: WaitingBody[] = [];
  const [name, attribute] = readAttribute(c, end, (range) => {
    const graph = reserve();
    bodies.push({ ...range, graph });
    return graph;
  });
  const attributes = (p.attributes ??= new Map());
  if (attributes.has(name)) {
    if (bodies.length > 0) r.fail(`the attribute ${name} is there twice`);
    p.carrier.extra.keep(r, begin);
    return;
  }
  attributes.set(name, attribute);
  if (bodies.length > 0) p.bodies = [...(p.bodies ?? []), ...bodies];
}

/** A NodeDeviceConfigurationProto: only what names tensors is taken apart. */
function readDevice(c: ReadContext, outer: number): RawDevice {
  const { r } = c;
  r.expect(LENGTH);
  const end = r.length(outer);
  const extra = new Extra();
  const shardings: RawDevice['shardings'][number][] = [];
  let configuration = '';
  while (r.offset < end) {
    const begin = r.offset;
    const field = r.tag();
    if (field === DEVICE.configuration) {
      configuration = readName(c, end);
      if (configuration === '') extra.keep(r, begin);
    } else if (field === DEVICE.sharding && r.wire === LENGTH) shardings.push(readSharding(c, r.length(end)));
    else extra.keepField(r, begin, field, end);
  }
  r.close(end);
  return { configuration, shardings, ...withExtra(extra) };
}

function readSharding(c: ReadContext, end: number): { name: number; extra?: Uint8Array } {
  const { r } = c;
  const extra = new Extra();
  let name = 0;
  while (r.offset < end) {
    const begin = r.offset;
    const field = r.tag();
    if (field === SHARDING.tensor) {
      name = readNameId(c, end);
      if (name === 0) extra.keep(r, begin);
    } else extra.keepField(r, begin, field, end);
  }
  r.close(end);
  return { name, ...withExtra(extra) };
}
