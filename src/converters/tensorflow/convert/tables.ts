/** Lookups in tables whose contents are known: LabelEncoder of ONNX-ML. */
import { Held } from '../../../graph-model/builders/axis-orders.ts';
import { floats, ints, type Attribute } from '../../../graph-model/core/attributes.ts';
import type { DenseTensor, Tensor } from '../../../graph-model/core/tensor.ts';
import { toNumbers } from '../../../graph-model/core/tensor.ts';
import { dtypeInfo, type DType } from '../../../graph-model/core/types.ts';
import type { Handler, Handlers, Handling } from './handler.ts';
import { Table } from './things.ts';

const table: Handler = (h) => new Table(h.node.name, h.tensorAttribute('keys'), h.tensorAttribute('values'));

/** The element types that LabelEncoder knows, and the one that stands for another. */
const ENCODED: Partial<Record<DType, 'string' | 'int64' | 'float'>> = {
  string: 'string',
  int64: 'int64',
  int32: 'int64',
  float: 'float',
};

function encoded(h: Handling, dtype: DType): 'string' | 'int64' | 'float' {
  return ENCODED[dtype] ?? h.refuse(`ONNX looks up no ${dtypeInfo(dtype).label}`);
}

function tableOf(h: Handling): Table {
  const thing = h.thing(0);
  return thing instanceof Table ? thing : h.refuse('its table is not known');
}

function contentsOf(h: Handling, { keys, values, name }: Table): readonly [Tensor, Tensor] {
  if (keys && values) return [keys, values];
  return h.refuse(`what the table ${name} holds is not among the files (an asset, perhaps)`);
}

const find: Handler = (h) => {
  const [keys, values] = contentsOf(h, tableOf(h));
  const [from, to] = [encoded(h, keys.dtype), encoded(h, values.dtype)];
  const attributes = {
    [`keys_${from}s`]: listOf(h, keys),
    [`values_${to}s`]: listOf(h, values),
    [`default_${to}`]: defaultOf(h, to),
  };
  const x = h.natural(h.held(1));
  const input = from === 'int64' ? h.e.cast(x, 'int64', 7) : x;
  const found = h.e.ml('LabelEncoder', [input], attributes);
  return Held.of(h.e.cast(found, values.dtype, dtypeInfo(values.dtype).code));
};

function listOf(h: Handling, tensor: Tensor): Attribute {
  const dense = h.evaluation.source.denseOf(tensor);
  if (dense.dtype === 'string') return { kind: 'strings', value: dense.values as readonly string[] };
  if (dense.dtype === 'float') return floats(toNumbers(dense));
  return ints(Array.from(dense.values as BigInt64Array, BigInt));
}

/** What is given for a key that the table lacks. */
function defaultOf(h: Handling, kind: 'string' | 'int64' | 'float'): Attribute {
  const dense: DenseTensor = h.dense(h.held(2)) ?? h.refuse('its default is computed by the graph');
  const value = dense.values[0];
  if (value === undefined || dense.values.length !== 1) h.refuse('its default is not one value');
  if (kind === 'string') return { kind: 'string', value: String(value) };
  return kind === 'int64' ? { kind: 'int', value: BigInt(value) } : { kind: 'float', value: Number(value) };
}

const size: Handler = (h) => {
  const [keys] = contentsOf(h, tableOf(h));
  return Held.of(h.e.numbers('int64', [keys.dims[0] ?? 0]));
};

const TABLES = [
  'HashTable',
  'MutableHashTable',
  'MutableHashTableOfTensors',
  'MutableDenseHashTable',
  'AnonymousHashTable',
  'AnonymousMutableHashTable',
];

export const TABLE_HANDLERS: Handlers = {
  ...Object.fromEntries(TABLES.flatMap((op) => [op, `${op}V2`].map((name) => [name, table]))),
  LookupTableFind: find,
  LookupTableFindV2: find,
  LookupTableSize: size,
  LookupTableSizeV2: size,
};
