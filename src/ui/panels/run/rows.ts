/** Rows typed in for a model that reads a table: one field a column; pure. */
import { getStrings } from '../../../graph-model/core/attributes.ts';
import type { Model, Value, ValueId } from '../../../graph-model/core/model.ts';
import { elementArray, type DenseTensor } from '../../../graph-model/core/tensor.ts';
import type { DType } from '../../../graph-model/core/types.ts';
import { columnNames } from '../../../graph-model/source-view/names.ts';
import type { InputChoice } from '../../../workers/protocol.ts';

export interface TableColumn {
  readonly input: string;
  /** Place in the input's rows. */
  readonly at: number;
  readonly name: string;
  readonly dtype: DType;
  /** Values that the model knows, where it says so. */
  readonly known: readonly string[];
}

const TYPED: readonly DType[] = ['float', 'double', 'string', 'int64', 'int32', 'bool'];
/** More fields than anybody fills in. */
const MOST_COLUMNS = 200;

/** The columns of a model whose inputs are tables ([N, columns], or [N]); null where one is none. */
export function tableColumns(model: Model, inputs: readonly Value[], source: Model | null): TableColumn[] | null {
  const out: TableColumn[] = [];
  for (const value of inputs) {
    const { type } = value;
    if (type?.kind !== 'tensor' || !type.shape || !TYPED.includes(type.dtype)) return null;
    const [rows, width = 1, ...more] = type.shape;
    const single = typeof rows === 'number' && rows !== 1;
    if (type.shape.length === 0 || more.length > 0 || single || typeof width !== 'number') return null;
    const names = width === 1 ? [value.name] : matrixNames(source, value.name, width);
    for (let at = 0; at < width; at++)
      out.push({ input: value.name, at, name: names[at]!, dtype: type.dtype, known: knownTexts(model, value.id) });
    if (out.length > MOST_COLUMNS) return null;
  }
  return out.length > 0 ? out : null;
}

/** The source knows what the columns of its matrix are called. */
function matrixNames(source: Model | null, input: string, width: number): readonly string[] {
  const first = source?.graphs.at(source.main).order[0];
  const named = source && first !== undefined ? columnNames(source, source.nodes.at(first), width) : [];
  return Array.from({ length: width }, (_, i) => named[i] ?? `${input}[${i}]`);
}

const PASS_ON = new Set(['Reshape', 'Identity', 'Squeeze', 'Unsqueeze', 'Concat', 'Flatten', 'Where', 'Cast']);

/** Texts that nodes behind an input look up. */
function knownTexts(model: Model, value: ValueId): readonly string[] {
  const todo = [value];
  const seen = new Set(todo);
  for (let steps = 0; todo.length > 0 && steps < 200; steps++) {
    for (const use of model.uses.get(todo.pop()!) ?? []) {
      if (use.node === null) continue;
      const node = model.nodes.at(use.node);
      const texts = getStrings(node, 'keys_strings') ?? getStrings(node, 'cats_strings');
      if (texts && texts.length > 0) return texts;
      if (!PASS_ON.has(node.op)) continue;
      for (const v of node.outputs)
        if (v !== null && !seen.has(v)) {
          seen.add(v);
          todo.push(v);
        }
    }
  }
  return [];
}

/** What a field begins with. */
export const blankRow = (columns: readonly TableColumn[]): string[] =>
  columns.map((c) => (c.dtype === 'string' ? (c.known[0] ?? '') : '0'));

/** A sentence where the text is no value of the column. An empty number is a missing one. */
export function problemOf({ dtype, name }: Pick<TableColumn, 'dtype' | 'name'>, text: string): string | null {
  if (dtype === 'string') return null;
  const clean = text.trim();
  const number = Number(clean);
  if (dtype === 'bool') return /^(0|1|true|false)$/i.test(clean) ? null : `${name}: true or false.`;
  if (dtype === 'float' || dtype === 'double')
    return clean === '' || /^nan$/i.test(clean) || !Number.isNaN(number)
      ? null
      : `${name}: “${clean}” is not a number.`;
  return /^-?\d+$/.test(clean) && Number.isSafeInteger(number) ? null : `${name}: a whole number.`;
}

function parsed(dtype: DType, text: string): number {
  const clean = text.trim();
  if (dtype === 'bool') return /^(1|true)$/i.test(clean) ? 1 : 0;
  return clean === '' ? NaN : Number(clean);
}

/** The rows as the values of each input. */
export function rowsAsInputs(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  model: readonly Value[],
): Record<string, InputChoice> {
  const description = `typed in, ${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`;
  return Object.fromEntries(
    model.map((value) => {
      const own = columns.flatMap((c, i) => (c.input === value.name ? [{ c, i }] : []));
      const rank = value.type?.kind === 'tensor' ? (value.type.shape?.length ?? 2) : 2;
      const cells = rows.flatMap((row) => own.map(({ i }) => row[i]!));
      const dims = rank === 1 ? [rows.length] : [rows.length, own.length];
      return [value.name, { kind: 'values', tensor: tensorOf(own[0]!.c.dtype, dims, cells), description }];
    }),
  );
}

function tensorOf(dtype: DType, dims: readonly number[], cells: readonly string[]): DenseTensor {
  if (dtype === 'string') return { dtype, dims, values: cells };
  const values = elementArray(dtype, cells.length);
  cells.forEach((text, i) => {
    if (values instanceof BigInt64Array) values[i] = BigInt(text.trim());
    else (values as Float64Array)[i] = parsed(dtype, text);
  });
  return { dtype, dims, values };
}

/** The rows that are set up already; null where the inputs are not typed in. */
export function rowsFromInputs(
  columns: readonly TableColumn[],
  inputs: Readonly<Record<string, InputChoice>>,
): string[][] | null {
  const tensors = columns.map((c) => {
    const choice = inputs[c.input];
    return choice?.kind === 'values' ? choice.tensor : null;
  });
  const count = tensors[0]?.dims[0];
  if (count === undefined || count < 1 || tensors.some((t) => t === null || t.dims[0] !== count)) return null;
  return Array.from({ length: count }, (_, r) =>
    columns.map((c, i) => {
      const t = tensors[i]!;
      const v = t.values[r * (t.values.length / count) + c.at]!;
      if (c.dtype === 'bool') return v ? 'true' : 'false';
      return typeof v === 'number' && Number.isNaN(v) ? '' : shortest(v, c.dtype);
    }),
  );
}

/** 0.1 rather than the double next to the float32 0.1. */
function shortest(v: number | bigint | string, dtype: DType): string {
  if (dtype !== 'float' || typeof v !== 'number') return String(v);
  for (let digits = 1; digits <= 9; digits++) {
    const text = Number(v.toPrecision(digits));
    if (Math.fround(text) === v) return String(text);
  }
  return String(v);
}
