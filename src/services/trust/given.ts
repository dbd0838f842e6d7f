/** The framework's own rows and outputs, from the files that a person gives: tables, .npy, .npz, TensorProto, JSON. */
import type { Model } from '../../graph-model/core/model.ts';
import { elementCount, type DenseTensor } from '../../graph-model/core/tensor.ts';
import { FormatError } from '../../graph-model/diagnostics.ts';
import { sizedInputs, type ModelInput } from '../../runtime/inputs/generate.ts';
import { typed, type PlainArray } from '../../runtime/inputs/plain.ts';
import { inputsFrom, readEntries, type Entry, type InputFile } from '../../runtime/inputs/read.ts';

/** An array that may be an output: what its names say of it. */
export interface Candidate {
  readonly file: string;
  readonly names: readonly string[];
  readonly tensor: DenseTensor;
}

export interface Given {
  readonly feeds: ReadonlyMap<string, DenseTensor>;
  readonly candidates: readonly Candidate[];
  readonly what: string;
}

/**
 * Columns and arrays are inputs by their names, outputs by theirs, and otherwise in order: of a table the first columns are
 * what the model reads. @param features names of the columns of a single matrix input, where the source model knows them.
 * Throws FormatError where an input finds no values.
 */
export async function readGiven(
  files: readonly InputFile[],
  model: Model,
  features: readonly string[],
): Promise<Given> {
  const { inputs } = sizedInputs(model);
  const outputs = model.graphs.at(model.main).outputs.map((v) => model.values.at(v).name);
  const entries = (await readEntries(files)).map((e) => renamed(e, inputs));
  const isOutput = (e: Entry) => e.names.some((n) => outputs.some((o) => roleOf(n, o) !== null));
  const matrix = inputs.length === 1 ? inputs[0]! : null;
  const tables = matrix ? entries.filter((e) => e.spare === 'table') : [];
  const made = tables.flatMap((t) => fromTable(t, entries, matrix!, features, isOutput));
  const used = new Set(made.map((e) => e.file));
  const rest = entries.filter((e) => !(e.spare && used.has(e.file)));
  const possible = [...made, ...rest].filter((e) => !isOutput(e) && e.spare !== 'column');
  const columns = rest.filter((e) => e.spare === 'column' && !isOutput(e));
  const { values } = await inputsFrom([...possible, ...columns], inputs);
  const missing = inputs.find((i) => !values.some((v) => v.name === i.name));
  if (missing) {
    const why = `no column or array of it holds the input ${missing.name}`;
    throw new FormatError('trust.no-input', { files: files.map((f) => f.name).join(', '), why });
  }
  const taken = new Set(values.map((v) => v.tensor.dims[0]));
  return {
    feeds: new Map(values.map((v) => [v.name, v.tensor])),
    candidates: candidatesOf([...rest, ...made], isOutput, taken),
    what: files.map((f) => f.name).join(', '),
  };
}

/** `in_X` and `input_X` name the input X. */
function renamed(e: Entry, inputs: readonly ModelInput[]): Entry {
  const alias = e.names.map((n) => n.replace(/^(in|input)_/, ''));
  return inputs.some((i) => alias.includes(i.name)) ? { ...e, names: [...e.names, ...alias] } : e;
}

/** The matrix input from a table: the columns of the model's features by name, else those that are no outputs, in order. */
function fromTable(
  table: Entry,
  all: readonly Entry[],
  input: ModelInput,
  features: readonly string[],
  isOutput: (e: Entry) => boolean,
): Entry[] {
  const width = input.shape?.[1];
  if (typeof width !== 'number' || table.content.kind !== 'plain') return [];
  const columns = all.filter((e) => e.file === table.file && e.spare === 'column');
  if (columns.length === 0) return headless(table, table.content.plain, width, input);
  const named = features.map((f) => columns.find((c) => c.names.includes(f)));
  const own =
    named.length === width && named.every((c) => c) ? (named as Entry[]) : columns.filter((c) => !isOutput(c));
  if (own.length < width) return [];
  const parts = own.slice(0, width).map((c) => (c.content.kind === 'plain' ? c.content.plain : null));
  const rows = parts[0]!.dims[0]!;
  const values = Array.from({ length: rows * width }, (_, i) => parts[i % width]!.values[Math.floor(i / width)]!);
  const matrix: Entry = { file: table.file, names: [input.name], content: plain([rows, width], values) };
  return [
    matrix,
    ...columns.filter((c) => !own.slice(0, width).includes(c)).map((c) => ({ ...c, spare: undefined }) as Entry),
  ];
}

const plain = (dims: readonly number[], values: PlainArray['values']) =>
  ({ kind: 'plain', plain: { dims, values } }) as const;

/** A table without names: the first columns are the input, those behind are outputs. */
function headless(table: Entry, { dims, values }: PlainArray, width: number, input: ModelInput): Entry[] {
  const [rows, all] = dims as [number, number];
  if (all < width) return [];
  const part = (from: number, to: number) =>
    Array.from(
      { length: rows * (to - from) },
      (_, i) => values[Math.floor(i / (to - from)) * all + from + (i % (to - from))]!,
    );
  const matrix: Entry = { file: table.file, names: [input.name], content: plain([rows, width], part(0, width)) };
  if (all === width) return [matrix];
  return [matrix, { file: table.file, names: [''], content: plain([rows, all - width], part(width, all)) }];
}

function candidatesOf(
  entries: readonly Entry[],
  isOutput: (e: Entry) => boolean,
  rows: ReadonlySet<number | undefined>,
): Candidate[] {
  const usable = entries.filter((e) => e.spare !== 'table' && (isOutput(e) || e.spare === undefined));
  return usable.flatMap(({ file, names, content }) => {
    if (content.kind === 'image') return [];
    const tensor = content.kind === 'dense' ? content.dense : untyped(content.plain);
    return rows.has(tensor.dims[0]) ? [{ file, names, tensor }] : [];
  });
}

function untyped(p: PlainArray): DenseTensor {
  const text = p.values.some((v) => typeof v === 'string');
  return typed(p, text ? 'string' : 'double', '');
}

const ALIASES: Readonly<Record<string, RegExp>> = {
  label: /^(labels?|y_?pred|y_?hat|pred(ict)?|predict(ion|ed|ions)?|predicted_(label|class)|class)$/,
  predictions: /^(y_?pred|y_?hat|pred(ict)?|predict(ion|ed|ions)?|output|value)$/,
  probabilities: /^(y_?)?(pred_?)?(prob|proba|probs|probability|probabilities|predict_proba|y_score)$/,
  decision_function: /^(decision|decision_function|margin|scores?)$/,
  transformed: /^(transformed?|x_?transformed|xt)$/,
};

const plainName = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^(out|output|expected|want)_|_(expected|out)$/g, '');

/** Which part of an output a name means: the whole (-1), a column of it, or a column whose number is not told (NaN). */
function roleOf(name: string, output: string): number | null {
  const n = plainName(name);
  const o = plainName(output);
  if (n === o || ALIASES[output]?.test(n)) return -1;
  const cut = /^(.*?)_([a-z0-9]+)$/.exec(n);
  if (!cut || !(cut[1] === o || ALIASES[output]?.test(cut[1]!))) return null;
  return /^\d+$/.test(cut[2]!) ? Number(cut[2]) : output === 'probabilities' ? NaN : null;
}

/** The candidates as the outputs that a run gave: by name, by columns of their name, then by what is left of the same size. */
export function expectedOutputs(
  candidates: readonly Candidate[],
  found: ReadonlyMap<string, DenseTensor>,
): ReadonlyMap<string, DenseTensor> {
  const out = new Map<string, DenseTensor>();
  const left = new Set(candidates);
  const take = (output: string, c: Candidate) => {
    out.set(output, c.tensor);
    left.delete(c);
  };
  for (const [name, tensor] of found) {
    const whole = [...left].find((c) => c.names.some((n) => roleOf(n, name) === -1) && sameSize(c.tensor, tensor));
    if (whole) take(name, whole);
    else joinColumns(name, tensor, left, out);
  }
  for (const [name, tensor] of found) {
    if (out.has(name)) continue;
    const fits = [...left].find((c) => sameSize(c.tensor, tensor) && sameKind(c.tensor, tensor));
    if (fits) take(name, fits);
  }
  return out;
}

const sameSize = (a: DenseTensor, b: DenseTensor) => elementCount(a.dims) === elementCount(b.dims);
const sameKind = (a: DenseTensor, b: DenseTensor) => (a.dtype === 'string') === (b.dtype === 'string');

/** `probability_0`, `probability_1` … as one matrix. */
function joinColumns(name: string, like: DenseTensor, left: Set<Candidate>, out: Map<string, DenseTensor>): void {
  const parts = [...left].flatMap((c) => {
    const column = c.names.map((n) => roleOf(n, name)).find((r) => r !== null && r !== -1);
    return column === undefined || column === null ? [] : [{ c, column }];
  });
  if (parts.length === 0 || parts.reduce((n, p) => n + p.c.tensor.values.length, 0) !== like.values.length) return;
  if (parts.every((p) => !Number.isNaN(p.column))) parts.sort((a, b) => a.column - b.column);
  const rows = like.dims[0]!;
  const width = parts.length;
  if (rows * width !== like.values.length) return;
  const values = Float64Array.from({ length: rows * width }, (_, i) =>
    Number(parts[i % width]!.c.tensor.values[Math.floor(i / width)]),
  );
  out.set(name, { dtype: 'double', dims: [rows, width], values });
  for (const p of parts) left.delete(p.c);
}
