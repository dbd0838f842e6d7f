/** An operator's table of options as attributes, named as in the schema. */
import type { AttributeLike } from '../../../graph-model/core/attributes.ts';
import { float, floats, ints } from '../../../graph-model/core/attributes.ts';
import type { FlatTable } from '../../containers/flatbuffers/flat-table.ts';
import { ENUMS, FIELDS } from '../schema.generated.ts';

/** Every field, those that the file leaves out with their default. */
export function readOptions(table: FlatTable, type: string): Record<string, AttributeLike> {
  const out: Record<string, AttributeLike> = {};
  (FIELDS[type] ?? []).forEach((field, number) => {
    const [name = '', kind = '', otherwise = '0', names = ''] = field.split(':');
    const value = name === '' ? undefined : readField(table, number, kind, Number(otherwise));
    if (value !== undefined) out[snakeCase(name)] = typeof value === 'number' && names ? named(names, value) : value;
  });
  return out;
}

function readField(t: FlatTable, number: number, kind: string, otherwise: number): AttributeLike | undefined {
  switch (kind) {
    case 'byte':
      return t.byte(number, otherwise);
    case 'bool':
      return t.flag(number, otherwise !== 0);
    case 'int':
      return t.int(number, otherwise);
    case 'uint':
      return t.uint(number, otherwise);
    case 'long':
      return t.long(number, otherwise);
    case 'float':
      return float(t.float(number, otherwise));
    case 'text':
      return t.text(number) ?? undefined;
    default:
      return readVector(t, number, kind);
  }
}

function readVector(t: FlatTable, number: number, kind: string): AttributeLike | undefined {
  switch (kind) {
    case 'ints':
      return ints(t.ints(number));
    case 'uints':
      return ints(t.uints(number));
    case 'longs':
      return ints(t.longs(number));
    case 'floats':
      return floats(t.floats(number));
    case 'bools':
    case 'ubytes':
      return ints(t.ubytes(number));
    default:
      return undefined;
  }
}

/** The name of an enum's value; a value that the schema does not know stays a number. */
function named(names: string, value: number): AttributeLike {
  return ENUMS[names]?.[value] ?? value;
}

/** strideW → stride_w, as the schema itself has it. */
function snakeCase(name: string): string {
  return name.replace(/([A-Z])/g, (c) => `_${c.toLowerCase()}`);
}
