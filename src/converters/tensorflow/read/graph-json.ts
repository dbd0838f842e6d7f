/** GraphDef as JSON (proto3's mapping, as TF.js writes it): bytes are base64, 64-bit integers strings. */
import { fromBase64 } from '../../../graph-model/core/base64.ts';
import { bytesOf } from '../../../graph-model/core/bytes.ts';
import {
  denseByteLength,
  elementCount,
  tensorOf,
  type DenseTensor,
  type Tensor,
} from '../../../graph-model/core/tensor.ts';
import { elementArray } from '../../../graph-model/core/tensor.ts';
import type { DType } from '../../../graph-model/core/types.ts';
import type { JsonCursor } from '../../containers/json/json.ts';
import { storedType, typeOfCode, typeOfName } from './dtype.ts';
import { outputShapes } from './graph-def.ts';
import type {
  TfArg,
  TfAttr,
  TfFunction,
  TfGraph,
  TfNode,
  TfShape,
  TfSignature,
  TfTensorInfo,
  TfType,
} from './records.ts';

/** A tensor without elements of its own (a weight by its node's name) may be so long; repeated values are written out. */
const SPLAT_LIMIT = 2 ** 26;

type Weights = ReadonlyMap<string, Tensor>;

/** @param weights the values of Const nodes that the file itself leaves out, by the node's name */
export function readGraphJson(topology: JsonCursor, weights: Weights): TfGraph {
  const nodes = list(topology, 'node').map((n) => readNode(n, weights));
  const library = topology.maybe('library');
  return { nodes, functions: library ? list(library, 'function').map((f) => readFunction(f, weights)) : [] };
}

const list = (at: JsonCursor, key: string): JsonCursor[] => at.maybe(key)?.items() ?? [];
const text = (at: JsonCursor, key: string): string => at.maybe(key)?.text() ?? '';

function readNode(at: JsonCursor, weights: Weights): TfNode {
  const name = text(at, 'name');
  const op = text(at, 'op');
  const attrs = readAttrs(at);
  const weight = op === 'Const' ? weights.get(name) : undefined;
  if (weight) attrs.set('value', { kind: 'tensor', value: weight });
  return { name, op, inputs: list(at, 'input').map((i) => i.text()), attrs };
}

function readAttrs(at: JsonCursor): Map<string, TfAttr> {
  const out = new Map<string, TfAttr>();
  const attr = at.maybe('attr');
  for (const key of attr?.keys() ?? []) {
    const value = readAttr(attr!.get(key));
    if (value) out.set(key, value);
  }
  return out;
}

/** null: a value of no kind. */
function readAttr(at: JsonCursor): TfAttr | null {
  for (const key of at.keys()) {
    const value = at.maybe(key);
    const read = value && READERS[key]?.(value);
    if (read) return read;
  }
  return null;
}

const READERS: Readonly<Record<string, (at: JsonCursor) => TfAttr | null>> = {
  s: (at) => ({ kind: 's', value: decodedText(at) }),
  i: (at) => ({ kind: 'i', value: whole(at) }),
  f: (at) => ({ kind: 'f', value: real(at) }),
  b: (at) => ({ kind: 'b', value: at.flag() }),
  type: (at) => ({ kind: 'type', value: typeAt(at) ?? 'undefined' }),
  shape: (at) => ({ kind: 'shape', value: readShape(at) }),
  tensor: readTensorAttr,
  func: (at) => ({ kind: 'func', value: text(at, 'name') }),
  placeholder: (at) => ({ kind: 'placeholder', value: at.text() }),
  list: (at) => ({ kind: 'list', value: at.keys().flatMap((key) => listOf(at.get(key), key)) }),
};

function listOf(at: JsonCursor, key: string): TfAttr[] {
  return at.items().flatMap((item) => READERS[key]?.(item) ?? []);
}

/** Text; some writers leave it as a list of bytes. */
function decodedText(at: JsonCursor): string {
  if (at.isList()) return new TextDecoder().decode(Uint8Array.from(at.numbers()));
  return new TextDecoder().decode(decodedBytes(at));
}

function decodedBytes(at: JsonCursor): Uint8Array {
  return fromBase64(at.text()) ?? at.fail('its base64 cannot be read');
}

function whole(at: JsonCursor): bigint {
  const { value } = at;
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  const n = at.number();
  return Number.isInteger(n) ? BigInt(n) : at.fail(`${n} is not a whole number`);
}

function real(at: JsonCursor): number {
  const named = { NaN: NaN, Infinity, '-Infinity': -Infinity }[String(at.value)];
  return named ?? at.number();
}

function typeAt(at: JsonCursor): TfType | null {
  return typeof at.value === 'number' ? typeOfCode(at.value) : typeOfName(at.text());
}

function readShape(at: JsonCursor): TfShape {
  if (at.maybe('unknownRank')?.flag()) return null;
  return list(at, 'dim').map((d) => Number(d.maybe('size') ? whole(d.get('size')) : 0n));
}

// ---- tensors

function readTensorAttr(at: JsonCursor): TfAttr | null {
  const named = at.maybe('dtype');
  const type = named ? typeAt(named) : null;
  const dtype = type === null ? null : storedType(type);
  if (dtype === null) return null;
  const dims = at.maybe('tensorShape') ? (readShape(at.get('tensorShape')) ?? []) : [];
  const count = elementCount(dims);
  if (dims.some((d) => d < 0) || !(count <= SPLAT_LIMIT)) return at.fail('the shape of a tensor is not one');
  return { kind: 'tensor', value: tensorAt(at, dtype, dims, count) };
}

function tensorAt(at: JsonCursor, dtype: DType, dims: readonly number[], count: number): Tensor {
  const content = at.maybe('tensorContent');
  if (content && content.value !== '') {
    const bytes = decodedBytes(content);
    if (bytes.length !== denseByteLength(dtype, dims)) content.fail('it is not as long as its shape says');
    return { dtype, dims, storage: 'raw_data', data: bytesOf(bytes) };
  }
  return tensorOf({ dtype, dims, values: repeated(at, dtype, count) });
}

const FIELDS: Readonly<Partial<Record<DType, string>>> = {
  float: 'floatVal',
  double: 'doubleVal',
  int64: 'int64Val',
  uint64: 'uint64Val',
  uint32: 'uint32Val',
  bool: 'boolVal',
  float16: 'halfVal',
  bfloat16: 'halfVal',
  string: 'stringVal',
};

/** The last element that is given stands for all that are left out. */
function repeated(at: JsonCursor, dtype: DType, count: number): DenseTensor['values'] {
  const given = list(at, FIELDS[dtype] ?? 'intVal');
  if (given.length > count) at.fail('it has more elements than its shape says');
  const read = (item: JsonCursor): string | number | bigint => {
    if (dtype === 'string') return decodedText(item);
    if (dtype === 'int64' || dtype === 'uint64') return whole(item);
    return dtype === 'bool' ? Number(item.flag()) : real(item);
  };
  const values = given.map(read);
  if (values.length === 0) return elementArray(dtype, count);
  const all = Array.from({ length: count }, (_, i) => values[Math.min(i, values.length - 1)]!);
  if (dtype === 'string') return all as string[];
  const made = elementArray(dtype, count) as Float32Array;
  all.forEach((v, i) => (made[i] = v as number));
  return made;
}

// ---- functions and signatures

function readFunction(at: JsonCursor, weights: Weights): TfFunction {
  const signature = at.get('signature');
  const shapes = at.maybe('argAttr');
  const arg = (a: JsonCursor, i: number): TfArg => {
    const own = shapes?.maybe(String(i));
    const found = own ? outputShapes(readAttrs(own)) : [];
    const type = a.maybe('type');
    return { name: text(a, 'name'), type: type ? typeAt(type) : null, shape: found[0] };
  };
  const ret = at.maybe('ret');
  return {
    name: text(signature, 'name'),
    inputs: list(signature, 'inputArg').map(arg),
    outputs: list(signature, 'outputArg').map((a) => ({ ...arg(a, -1), shape: undefined })),
    nodes: list(at, 'nodeDef').map((n) => readNode(n, weights)),
    ret: new Map((ret?.keys() ?? []).map((key) => [key, ret!.get(key).text()])),
  };
}

/** The signature of the model; null where there is none, or where it does not say what its tensors are. */
export function readSignatureJson(at: JsonCursor | null, graph: TfGraph): TfSignature | null {
  if (!at) return null;
  const names = new Set(graph.nodes.map((n) => n.name));
  const infos = (key: string): TfTensorInfo[] => {
    const map = at.maybe(key);
    return (map?.keys() ?? []).flatMap((k) => {
      const info = map!.get(k);
      const tensor = text(info, 'name') || k;
      if (!names.has(tensor.split(':')[0]!)) return [];
      const [type, shape] = [info.maybe('dtype'), info.maybe('tensorShape')];
      const named = tensor.includes(':') ? tensor : `${tensor}:0`;
      return [{ key: k, tensor: named, type: type && typeAt(type), shape: shape ? readShape(shape) : undefined }];
    });
  };
  const [inputs, outputs] = [infos('inputs'), infos('outputs')];
  if (outputs.length === 0) return null;
  const given = inputs.length > 0 ? inputs : placeholders(graph);
  return { name: 'serving_default', inputs: given, outputs };
}

/** Old files name the outputs alone. */
function placeholders(graph: TfGraph): TfTensorInfo[] {
  const nodes = graph.nodes.filter((n) => n.op === 'Placeholder');
  return nodes.map((n) => ({ key: n.name, tensor: `${n.name}:0`, type: null, shape: undefined }));
}
