/** GraphDef, NodeDef, AttrValue and FunctionDef in binary form. */
import { decodeText, FIXED32, LENGTH, VARINT } from '../../containers/protobuf/wire-reader.ts';
import { typeOfCode } from './dtype.ts';
import { ARG, ARG_ATTRS, ATTR, FUNC_VALUE, FUNCTION, GRAPH, LIBRARY, LIST, NODE, OP_DEF } from './fields.ts';
import type { TfArg, TfAttr, TfAttrs, TfFunction, TfGraph, TfNode, TfShape, TfType } from './records.ts';
import { readShape, readTensorProto } from './tensor-proto.ts';
import { entry, integer, message, text, walk, type Source } from './walk.ts';

/** A GraphDef that ends at `end`. */
export function readGraphDef(s: Source, end: number): TfGraph {
  const { r } = s;
  const nodes: TfNode[] = [];
  const functions: TfFunction[] = [];
  r.enter('the graph');
  walk(r, end, {
    [GRAPH.node]: (e) => {
      r.enter('node', nodes.length);
      nodes.push(readNode(s, message(r, e)));
    },
    [GRAPH.library]: (e) =>
      walk(r, message(r, e), {
        [LIBRARY.function]: (inner) => {
          r.enter('function', functions.length);
          functions.push(readFunction(s, message(r, inner)));
        },
      }),
  });
  return { nodes, functions };
}

function readNode(s: Source, end: number): TfNode {
  const { r } = s;
  const inputs: string[] = [];
  const attrs = new Map<string, TfAttr>();
  let name = '';
  let op = '';
  walk(r, end, {
    [NODE.name]: (e) => (name = text(r, e)),
    [NODE.op]: (e) => (op = text(r, e)),
    [NODE.input]: (e) => void inputs.push(text(r, e)),
    [NODE.attr]: (e) => readAttrEntry(s, attrs, e),
  });
  return { name, op, inputs, attrs };
}

function readAttrEntry(s: Source, attrs: Map<string, TfAttr>, end: number): void {
  entry(s.r, end, (key, to) => {
    const value = readAttr(s, to);
    if (value) attrs.set(key, value);
  });
}

/** null: a value of no kind, or a tensor without elements (a resource handle). */
function readAttr(s: Source, end: number): TfAttr | null {
  const { r } = s;
  let out: TfAttr | null = null;
  walk(r, end, {
    [ATTR.s]: (e) => (out = bytesAttr(s, e)),
    [ATTR.i]: () => (out = { kind: 'i', value: intValue(s) }),
    [ATTR.f]: () => (out = { kind: 'f', value: floatValue(s) }),
    [ATTR.b]: () => (out = { kind: 'b', value: integer(r) !== 0 }),
    [ATTR.type]: () => (out = typeAttr(integer(r))),
    [ATTR.shape]: (e) => (out = { kind: 'shape', value: readShape(s, message(r, e)) }),
    [ATTR.tensor]: (e) => {
      const value = readTensorProto(s, message(r, e));
      out = value && { kind: 'tensor', value };
    },
    [ATTR.placeholder]: (e) => (out = { kind: 'placeholder', value: text(r, e) }),
    [ATTR.func]: (e) => (out = { kind: 'func', value: readFunctionName(s, message(r, e)) }),
    [ATTR.list]: (e) => (out = { kind: 'list', value: readListValue(s, message(r, e)) }),
  });
  return out;
}

function typeAttr(code: number): TfAttr {
  return { kind: 'type', value: typeOfCode(code) ?? 'undefined' };
}

function intValue({ r }: Source): bigint {
  r.expect(VARINT);
  return r.bigint();
}

function floatValue({ r }: Source): number {
  r.expect(FIXED32);
  return r.float();
}

function bytesAttr({ r }: Source, outer: number): TfAttr {
  const end = message(r, outer);
  const at = r.payload(end);
  if (at < 0) return r.fail('a string is longer than its graph can hold');
  const value = decodeText(r.bytes, at, r.at);
  if (value !== null) return { kind: 's', value };
  const raw = r.bytes.slice(at, r.at);
  return { kind: 's', value: new TextDecoder('latin1').decode(raw), raw };
}

function readFunctionName(s: Source, end: number): string {
  let name = '';
  walk(s.r, end, { [FUNC_VALUE.name]: (e) => (name = text(s.r, e)) });
  return name;
}

function readListValue(s: Source, end: number): TfAttr[] {
  const { r } = s;
  const out: TfAttr[] = [];
  const packed = (wire: number, read: () => TfAttr) => (outer: number) => {
    if (r.wire !== LENGTH || wire === LENGTH) return void out.push(read());
    const to = r.length(outer);
    while (r.offset < to) {
      r.wire = wire;
      out.push(read());
    }
    r.close(to);
  };
  walk(r, end, {
    [LIST.s]: (e) => void out.push(bytesAttr(s, e)),
    [LIST.i]: packed(VARINT, () => ({ kind: 'i', value: intValue(s) })),
    [LIST.f]: packed(FIXED32, () => ({ kind: 'f', value: floatValue(s) })),
    [LIST.b]: packed(VARINT, () => ({ kind: 'b', value: integer(r) !== 0 })),
    [LIST.type]: packed(VARINT, () => typeAttr(integer(r))),
    [LIST.shape]: (e) => void out.push({ kind: 'shape', value: readShape(s, message(r, e)) }),
    [LIST.tensor]: (e) => {
      const value = readTensorProto(s, message(r, e));
      if (value) out.push({ kind: 'tensor', value });
    },
    [LIST.func]: (e) => void out.push({ kind: 'func', value: readFunctionName(s, message(r, e)) }),
  });
  return out;
}

interface OpDef {
  name: string;
  readonly inputs: Arg[];
  readonly outputs: Arg[];
}
interface Arg {
  name: string;
  type: TfType | null;
}

function readFunction(s: Source, end: number): TfFunction {
  const { r } = s;
  const def: OpDef = { name: '', inputs: [], outputs: [] };
  const nodes: TfNode[] = [];
  const ret = new Map<string, string>();
  const shapes = new Map<number, TfShape>();
  walk(r, end, {
    [FUNCTION.signature]: (e) => readOpDef(s, message(r, e), def),
    [FUNCTION.node]: (e) => void nodes.push(readNode(s, message(r, e))),
    [FUNCTION.ret]: (e) => {
      const pair = ['', ''];
      walk(r, message(r, e), { 1: (i) => (pair[0] = text(r, i)), 2: (i) => (pair[1] = text(r, i)) });
      ret.set(pair[0]!, pair[1]!);
    },
    [FUNCTION.argAttr]: (e) => readArgAttr(s, message(r, e), shapes),
  });
  const withShape = (a: Arg, i: number): TfArg => ({ ...a, shape: shapes.get(i) });
  return {
    name: def.name,
    inputs: def.inputs.map(withShape),
    outputs: def.outputs.map((a) => ({ ...a, shape: undefined })),
    nodes,
    ret,
  };
}

function readOpDef(s: Source, end: number, def: OpDef): void {
  const { r } = s;
  walk(r, end, {
    [OP_DEF.name]: (e) => (def.name = text(r, e)),
    [OP_DEF.input]: (e) => void def.inputs.push(readArg(s, message(r, e))),
    [OP_DEF.output]: (e) => void def.outputs.push(readArg(s, message(r, e))),
  });
}

function readArg({ r }: Source, end: number): Arg {
  const arg: Arg = { name: '', type: null };
  walk(r, end, {
    [ARG.name]: (e) => (arg.name = text(r, e)),
    [ARG.type]: () => (arg.type = typeOfCode(integer(r))),
  });
  return arg;
}

/** map<uint32, ArgAttrs>: the shapes that the tracer noted for the arguments. */
function readArgAttr(s: Source, end: number, shapes: Map<number, TfShape>): void {
  const { r } = s;
  let index = 0;
  const attrs = new Map<string, TfAttr>();
  walk(r, end, {
    1: () => (index = integer(r)),
    2: (e) => walk(r, message(r, e), { [ARG_ATTRS.attr]: (i) => readAttrEntry(s, attrs, i) }),
  });
  const found = outputShapes(attrs);
  if (found.length > 0) shapes.set(index, found[0]!);
}

/** The attribute `_output_shapes`, a list of shapes. */
export function outputShapes(attrs: TfAttrs): TfShape[] {
  const list = attrs.get('_output_shapes');
  if (list?.kind !== 'list') return [];
  return list.value.flatMap((a) => (a.kind === 'shape' ? [a.value] : []));
}
