/**
 * Variables and lookup tables. A run of the result is one run of the source from its first state: variables are what was
 * assigned last before they are read.
 */
import { Held } from '../../../graph-model/builders/axis-orders.ts';
import type { DenseTensor } from '../../../graph-model/core/tensor.ts';
import { isDType, type DType } from '../../../graph-model/core/types.ts';
import { Operand } from './operand.ts';
import { dtypeOf } from '../read/constants.ts';
import type { Lowering, TfliteCall } from './call.ts';

const handle: Lowering = (c) => {
  const name = `${c.text('container', '')}/${c.text('shared_name', c.node.name)}`;
  return new Operand({ stored: new Held(), resource: { kind: 'variable', name } });
};

function variableName(c: TfliteCall): string {
  const resource = c.resource(0);
  return resource.kind === 'variable' ? resource.name : c.refuse('its input is a table and no variable');
}

const assign: Lowering = (c) => {
  if (!c.given.around.assignable) c.refuse('it assigns a variable within a branch or loop');
  c.given.around.resources.set(variableName(c), c.operand(1));
  return [];
};

/** TensorFlow Lite keeps a variable from run to run; what was never set is zero. */
const read: Lowering = (c) => {
  const known = c.given.around.resources.get(variableName(c));
  if (known instanceof Operand) return known.copy();
  const type = c.outputType();
  const dims = type?.shape?.every((d) => typeof d === 'number') ? (type.shape as readonly number[]) : null;
  if (!type || !dims) return c.refuse('its variable is read before it is set');
  const zero = c.e.op('Cast', [c.e.float(0)], { to: c.code(type.dtype) });
  return Operand.of(c.keep(c.e.op('Expand', [zero, c.e.ints(dims)])), c.quantizationOf());
};

const table: Lowering = (c) => {
  const type = (key: string): DType => {
    const dtype = dtypeOf(c.text(key, '')) ?? 'undefined';
    return isDType(dtype) ? dtype : c.refuse(`its ${key} is not known`);
  };
  const name = `table ${c.int('table_id', 0)}`;
  return new Operand({
    stored: new Held(),
    resource: { kind: 'table', name, key: type('key_dtype'), value: type('value_dtype') },
  });
};

const imported: Lowering = (c) => {
  const [keys, values] = [1, 2].map(
    (i) => c.operand(i).dense ?? c.refuse('its keys or values are computed by the graph'),
  );
  c.given.around.resources.set(c.resource(0).name, { keys: keys!, values: values! });
  return [];
};

function contents(c: TfliteCall): { keys: DenseTensor; values: DenseTensor } {
  const known = c.given.around.resources.get(c.resource(0).name);
  if (!known || known instanceof Operand) return c.refuse('its table is never filled');
  return known;
}

/** Texts and whole numbers to one another, by ai.onnx.ml's LabelEncoder. Inputs: the table, keys, the default. */
const find: Lowering = (c) => {
  const { keys, values } = contents(c);
  const fallback = c.operand(2).dense?.values[0] ?? c.refuse('its default is computed by the graph');
  const list = (dense: DenseTensor) => Array.from(dense.values as ArrayLike<string | bigint | number>);
  const of = (dense: DenseTensor, side: string) =>
    dense.dtype === 'string'
      ? { [`${side}_strings`]: list(dense) as string[] }
      : { [`${side}_int64s`]: { kind: 'ints' as const, value: BigInt64Array.from(list(dense) as bigint[], BigInt) } };
  const otherwise = typeof fallback === 'string' ? { default_string: fallback } : { default_int64: fallback };
  return Operand.of(
    c.keep(
      c.e.ml('LabelEncoder', [c.natural(c.stored(1))], { ...of(keys, 'keys'), ...of(values, 'values'), ...otherwise }),
    ),
  );
};

const size: Lowering = (c) => c.keep(c.e.ints([contents(c).keys.values.length], [1]));

export const RESOURCES: Readonly<Record<string, Lowering>> = {
  ASSIGN_VARIABLE: assign,
  HASHTABLE: table,
  HASHTABLE_FIND: find,
  HASHTABLE_IMPORT: imported,
  HASHTABLE_SIZE: size,
  READ_VARIABLE: read,
  VAR_HANDLE: handle,
};
