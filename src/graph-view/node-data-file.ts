/**
 * Data about nodes that a person brings along. Read are:
 *
 *   JSON of Model Explorer's node data    {"results": {NAME: {"value": 3}}, "thresholds": […], "gradient": […]}, one graph
 *                                         or {GRAPH: {"results": …}} for several
 *   JSON, plain                           {NAME: 3}, or [{"name": NAME, "value": 3}, …]
 *   CSV (or TSV, or with semicolons)      NAME,3 with or without a line of titles; a further column is further data
 *
 * NAME is the name of a node or of one of its outputs. Values are numbers or words (then they are classes).
 */
import type { Model, NodeId } from '../graph-model/core/model.ts';
import { formatCount, formatNumber } from '../graph-model/format.ts';
import { CATEGORIES, type Category } from '../graph-model/operators/category.ts';
import type { NodeData, NodeNumbers, OwnColour } from './node-data.ts';

export interface OwnData {
  /** `own <file> <column>`: the same file opened again takes the place of the first. */
  readonly id: string;
  readonly title: string;
  readonly values: ReadonlyMap<string, number | string>;
  readonly colours?: ReadonlyMap<string, OwnColour>;
  readonly thresholds?: NodeNumbers['thresholds'];
  readonly gradient?: NodeNumbers['gradient'];
}

/** The file is not data about nodes, or broken; the message is for people. */
export class NodeDataError extends Error {}

/** Reads a file's text. Throws {@link NodeDataError}. */
export function parseNodeData(text: string, fileName: string): OwnData[] {
  const start = text.trimStart()[0];
  const found = start === '{' || start === '[' ? fromJson(text, fileName) : fromCsv(text, fileName);
  const filled = found.filter((d) => d.values.size > 0);
  if (filled.length === 0) throw new NodeDataError(`${fileName} holds no values: ${WANTED}`);
  return filled;
}

const WANTED = 'wanted are node names with a number or a word each, as JSON or CSV.';

const baseName = (fileName: string) => fileName.replace(/\.[^.]+$/, '');

type Json = string | number | boolean | null | readonly Json[] | JsonObject;
interface JsonObject {
  readonly [key: string]: Json;
}
const isObject = (v: Json | undefined): v is JsonObject => typeof v === 'object' && v !== null && !Array.isArray(v);

function fromJson(text: string, fileName: string): OwnData[] {
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch (error) {
    throw new NodeDataError(`${fileName} is not JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const name = baseName(fileName);
  if (Array.isArray(json)) return [fromList(json as readonly Json[], name, fileName)];
  if (!isObject(json)) throw new NodeDataError(`${fileName}: ${WANTED}`);
  const graphs = isObject(json['graphsData']) ? json['graphsData'] : json;
  if (isObject(graphs['results'])) return [fromGraph(graphs, name, fileName)];
  const several = Object.entries(graphs).filter(([, g]) => isObject(g) && isObject(g['results']));
  if (several.length === 1) return [fromGraph(several[0]![1] as JsonObject, name, fileName)];
  if (several.length > 0) return several.map(([graph, g]) => fromGraph(g as JsonObject, `${name}: ${graph}`, fileName));
  const values = new Map<string, number | string>();
  for (const [key, v] of Object.entries(graphs)) {
    const value = scalar(isObject(v) ? v['value'] : v);
    if (value === null) throw new NodeDataError(`${fileName}, ${key}: ${WANTED}`);
    values.set(key, value);
  }
  return [{ id: `own ${fileName}`, title: name, values }];
}

function fromList(list: readonly Json[], title: string, fileName: string): OwnData {
  const values = new Map<string, number | string>();
  list.forEach((entry, i) => {
    const [name, value] = isObject(entry)
      ? [entry['name'] ?? entry['node'] ?? entry['id'], entry['value']]
      : Array.isArray(entry)
        ? (entry as readonly Json[])
        : [];
    const read = scalar(value);
    if (typeof name !== 'string' || read === null) throw new NodeDataError(`${fileName}, entry ${i + 1}: ${WANTED}`);
    values.set(name, read);
  });
  return { id: `own ${fileName}`, title, values };
}

/** One graph of Model Explorer's format. */
function fromGraph(graph: JsonObject, title: string, fileName: string): OwnData {
  const values = new Map<string, number | string>();
  const colours = new Map<string, OwnColour>();
  for (const [key, result] of Object.entries(graph['results'] as JsonObject)) {
    const value = scalar(isObject(result) ? result['value'] : result);
    if (value !== null) values.set(key, value);
    const colour = isObject(result) ? colourOf(result) : null;
    if (colour) colours.set(key, colour);
  }
  const thresholds = coloured(graph['thresholds'], 'value', (value, colour) => ({ value, ...colour }));
  const gradient = coloured(graph['gradient'], 'stop', (stop, colour) => ({ stop, ...colour }));
  return {
    id: `own ${fileName} ${title}`,
    title,
    values,
    ...(colours.size > 0 ? { colours } : {}),
    ...(thresholds.length > 0 ? { thresholds } : {}),
    ...(gradient.length > 1 ? { gradient } : {}),
  };
}

/** Items with a colour at a number, the least first. */
function coloured<T>(list: Json | undefined, at: string, make: (n: number, colour: OwnColour) => T): T[] {
  const found: [number, T][] = [];
  for (const item of Array.isArray(list) ? (list as readonly Json[]) : []) {
    const colour = isObject(item) ? colourOf(item) : null;
    const n = isObject(item) ? item[at] : null;
    if (colour && typeof n === 'number') found.push([n, make(n, colour)]);
  }
  return found.sort((a, b) => a[0] - b[0]).map(([, item]) => item);
}

function colourOf(item: JsonObject): OwnColour | null {
  const [fill, ink] = [item['bgColor'], item['textColor']];
  if (typeof fill !== 'string' || fill === '') return null;
  return { fill, ...(typeof ink === 'string' && ink !== '' ? { ink } : {}) };
}

/** A number, or a word; numbers written as text count as numbers. null for anything else. */
function scalar(value: Json | undefined): number | string | null {
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isNaN(number) ? value.trim() : number;
}

// ---- CSV

function fromCsv(text: string, fileName: string): OwnData[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((l) => l.trim() !== '' && !l.startsWith('#'));
  const first = lines[0] ?? '';
  const separator = ['\t', ';', ','].find((s) => first.includes(s));
  if (separator === undefined) throw new NodeDataError(`${fileName} is neither JSON nor CSV: ${WANTED}`);
  const rows = lines.map((l) => cells(l, separator));
  const width = rows[0]!.length;
  const titled =
    rows.length > 1 && rows[0]!.slice(1).every((c) => typeof scalar(c) === 'string') && hasNumber(rows[1]!);
  const named = titled || /^(name|node|node_name|id|key)$/i.test(rows[0]![0]!.trim());
  const titles = named ? rows[0]! : [];
  const data = named ? rows.slice(1) : rows;
  return Array.from({ length: width - 1 }, (_, c) => {
    const values = new Map<string, number | string>();
    for (const row of data) {
      const value = scalar(row[c + 1]);
      if (value !== null && row[0] !== '') values.set(row[0]!.trim(), value);
    }
    const column = titles[c + 1]?.trim() ?? '';
    const plain = column === '' || (width === 2 && /^value$/i.test(column));
    const title = plain ? baseName(fileName) : column;
    return { id: `own ${fileName} ${c}`, title, values };
  });
}

const hasNumber = (row: readonly string[]) => row.slice(1).some((c) => typeof scalar(c) === 'number');

/** Cells of one line; quotes may hold the separator, and double quotes stand for one. */
function cells(line: string, separator: string): string[] {
  const out: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    if (c === '"' && quoted && line[i + 1] === '"') cell += line[++i]!;
    else if (c === '"') quoted = !quoted;
    else if (c === separator && !quoted) {
      out.push(cell);
      cell = '';
    } else cell += c;
  }
  out.push(cell);
  return out;
}

// ---- onto a model

export interface Placed {
  readonly data: NodeData;
  /** Names of the file that no node has, and no output of one. */
  readonly unmatched: readonly string[];
}

const placed = new WeakMap<OwnData, { readonly nodes: Model['nodes']; readonly placed: Placed }>();

/** The data by node of a model. Worked out once for each state of the model. */
export function placeData(own: OwnData, model: Model): Placed {
  const known = placed.get(own);
  if (known?.nodes === model.nodes) return known.placed;
  const made = place(own, model);
  placed.set(own, { nodes: model.nodes, placed: made });
  return made;
}

function place(own: OwnData, model: Model): Placed {
  const find = nodesByName(model);
  const numbers = [...own.values.values()].every((v) => typeof v === 'number');
  const classOf = numbers ? null : classNumbers(own);
  const values = new Map<NodeId, number>();
  const colours = new Map<NodeId, OwnColour>();
  const unmatched: string[] = [];
  for (const [name, value] of own.values) {
    const nodes = find(name);
    if (nodes.length === 0) unmatched.push(name);
    const number = classOf ? classOf.get(String(value)) : (value as number);
    for (const id of nodes) if (number !== undefined) values.set(id, number);
    const colour = own.colours?.get(name);
    if (colour) for (const id of nodes) colours.set(id, colour);
  }
  const matched = own.values.size - unmatched.length;
  const note = `${formatCount(matched)} of ${formatCount(own.values.size)} names found`;
  const shared = { title: own.title, note, ...(colours.size > 0 ? { own: colours } : {}) };
  if (classOf) {
    const classes = [...classOf.keys()].map((label, i) => ({ label, colour: classColour(i) }));
    return { data: { ...shared, kind: 'class', classes, values }, unmatched };
  }
  const scales = {
    ...(own.thresholds ? { thresholds: own.thresholds } : {}),
    ...(own.gradient ? { gradient: own.gradient } : {}),
  };
  const format = (v: number) => formatNumber(v, { digits: 3 });
  return { data: { ...shared, kind: 'number', values, aggregate: 'mean', format, ...scales }, unmatched };
}

/** Words by how often they occur, the commonest first; those beyond the last colour share it. */
function classNumbers(own: OwnData): Map<string, number> {
  const counts = new Map<string, number>();
  for (const v of own.values.values()) counts.set(String(v), (counts.get(String(v)) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  return new Map(sorted.slice(0, MOST_CLASSES).map(([label], i) => [label, i]));
}
const MOST_CLASSES = 100;

/** Categories whose colours stand furthest apart, first. */
const ORDER: readonly Category[] = [
  'conv',
  'math',
  'activation',
  'control',
  'norm',
  'unsupported',
  'attention',
  'shape',
];
const COLOURS = [...ORDER, ...CATEGORIES.filter((c) => !ORDER.includes(c))];
export const classColour = (i: number): Category => COLOURS[i % COLOURS.length]!;

/** By the node's name, else by the name of an output. Names are labels: several nodes may share one. */
function nodesByName(model: Model): (name: string) => readonly NodeId[] {
  const names = new Map<string, NodeId[]>();
  const outputs = new Map<string, NodeId[]>();
  const add = (map: Map<string, NodeId[]>, name: string, id: NodeId) => {
    if (name === '') return;
    const list = map.get(name);
    if (list) list.push(id);
    else map.set(name, [id]);
  };
  for (const node of model.nodes.values()) {
    add(names, node.name, node.id);
    for (const v of node.outputs) if (v !== null) add(outputs, model.values.at(v).name, node.id);
  }
  return (name) => names.get(name) ?? outputs.get(name) ?? [];
}

/** True for a file that is data about nodes of this model rather than a model of its own. */
export function looksLikeNodeData(text: string, fileName: string, model: Model): boolean {
  if (!/\.(json|csv|tsv)$/i.test(fileName)) return false;
  try {
    const data = parseNodeData(text, fileName);
    return data.some((d) => d.values.size > placeData(d, model).unmatched.length);
  } catch (error) {
    if (error instanceof NodeDataError) return false;
    throw error;
  }
}
