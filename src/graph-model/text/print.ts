/** Models to the ONNX text form; `parseModel` reads all of it back. */
import type { Attribute } from '../core/attributes.ts';
import type {
  FunctionDef,
  Graph,
  GraphId,
  Model,
  Node,
  NodeId,
  OpsetImport,
  TrainingInfo,
  Value,
  ValueId,
} from '../core/model.ts';
import type { Tensor, TensorStorage } from '../core/tensor.ts';
import { KIND_OF_WORD } from './parse-attributes.ts';
import { clean, type CarriedNote } from './notes.ts';
import {
  dottedText,
  floatLiteral,
  nameText,
  Printer,
  printSparse,
  printTensor,
  printType,
  quoted,
  type PrintOptions,
} from './print-values.ts';

export type { PrintOptions } from './print-values.ts';

const WORD_OF_KIND = new Map(Object.entries(KIND_OF_WORD).map(([word, kind]) => [kind as string, word]));

/**
 * The whole model. By default everything is said, so that parsing it gives an equal model; only tensors whose bytes are
 * not in memory print as `{...}` (read them first where their elements are wanted).
 */
export function printModel(model: Model, options: PrintOptions = {}): string {
  const m = new ModelPrinter(model, options);
  m.model();
  return `${m.out}\n`;
}

/** One graph with its bodies. Annotations are left out unless asked for. */
export function printGraph(model: Model, graph: GraphId, options: PrintOptions = {}): string {
  const m = new ModelPrinter(model, { annotations: false, ...options });
  m.graph(graph);
  return String(m.out);
}

/** One node in one line (more where it has bodies). Annotations are left out unless asked for. */
export function printNode(model: Model, node: NodeId, options: PrintOptions = {}): string {
  const m = new ModelPrinter(model, { annotations: false, ...options });
  m.node(model.nodes.at(node));
  return String(m.out);
}

class ModelPrinter {
  readonly out: Printer;
  private readonly names: ReadonlyMap<ValueId, string>;

  constructor(
    private readonly m: Model,
    private readonly options: PrintOptions,
  ) {
    this.out = new Printer(options);
    this.names = madeUpNames(m);
  }

  model(): void {
    const { m, out } = this;
    const storage = usualStorage(m);
    this.header([
      m.irVersion === null ? null : `ir_version: ${m.irVersion}`,
      m.opsets.length === 0 ? null : () => this.opsets(m.opsets),
      said('producer_name', m.producerName),
      said('producer_version', m.producerVersion),
      said('domain', m.domain),
      m.modelVersion === null ? null : `model_version: ${m.modelVersion}`,
      m.doc === undefined ? null : `doc_string: ${quoted(m.doc)}`,
      m.metadata === undefined ? null : `metadata_props: [${pairsText([...m.metadata])}]`,
    ]);
    const training = m.training.length === 0 ? undefined : m.training.map((t) => this.training(t));
    const devices = m.deviceConfigurations.length === 0 ? undefined : m.deviceConfigurations;
    out.note('model', { extra: m.extra, storage: storage ?? undefined, devices, training });
    out.storage = storage;
    this.graph(m.main);
    for (const f of m.functions) this.function(f);
  }

  /** A header, or nothing where it would be empty. */
  private header(entries: readonly (string | (() => void) | null)[]): void {
    const { out } = this;
    const present = entries.filter((e) => e !== null);
    if (present.length === 0) return;
    out.write('<');
    out.indented(() =>
      out.list(present, ',', (e) => {
        out.line();
        if (typeof e === 'string') out.write(e);
        else e();
      }),
    );
    out.line();
    out.write('>');
    out.line();
  }

  private opsets(opsets: readonly OpsetImport[]): void {
    this.out.write('opset_import: [');
    this.out.list(opsets, ', ', ({ domain, version, extra }) => {
      this.out.write(`${quoted(domain)} : ${version}`);
      this.out.note('opset', clean({ extra }));
    });
    this.out.write(']');
  }

  private training({ initialization, algorithm, ...rest }: TrainingInfo): object {
    const text = (id: GraphId | null) => {
      if (id === null) return null;
      const inner = new ModelPrinter(this.m, { ...this.options, annotations: true });
      inner.graph(id);
      return String(inner.out);
    };
    return { ...rest, initialization: text(initialization), algorithm: text(algorithm) };
  }

  private function(f: FunctionDef): void {
    const { out } = this;
    const g = this.m.graphs.at(f.graph);
    out.line();
    this.header([
      `domain: ${quoted(f.domain)}`,
      said('overload', f.overload),
      f.opsets.length === 0 ? null : () => this.opsets(f.opsets),
      f.doc === undefined ? null : `doc_string: ${quoted(f.doc)}`,
    ]);
    out.write(nameText(f.name));
    this.formals(f);
    out.write(' (');
    out.list(g.inputs, ', ', (v) => out.write(this.name(v)));
    out.write(') => (');
    out.list(g.outputs, ', ', (v) => out.write(this.name(v)));
    out.write(')');
    this.infos(g);
    this.nodes(g);
    out.note('function', clean({ metadata: f.metadata, extra: f.extra }));
    this.graphNote(g);
  }

  private formals(f: FunctionDef): void {
    const { out } = this;
    if (f.attributes.length + f.attributeDefaults.size === 0) return;
    out.write(' <');
    const items = [...f.attributes, ...f.attributeDefaults];
    out.list(items, ', ', (a) => (typeof a === 'string' ? out.write(nameText(a)) : this.attribute(...a)));
    out.write('>');
  }

  graph(id: GraphId): void {
    const { out } = this;
    const g = this.m.graphs.at(id);
    out.write(`${nameText(g.name)} (`);
    out.list(g.inputs, ', ', (v, i) => this.declaration(g, 'inputs', v, i));
    out.write(') => (');
    out.list(g.outputs, ', ', (v, i) => this.declaration(g, 'outputs', v, i));
    out.write(')');
    this.infos(g);
    this.nodes(g);
    this.graphNote(g);
  }

  private declaration(g: Graph, list: 'inputs' | 'outputs' | 'valueInfo', id: ValueId, index: number): void {
    const said = redeclaration(g, list, id, index) ?? this.m.values.at(id);
    if (said.type !== null) {
      printType(this.out, said.type);
      this.out.write(' ');
    }
    this.out.write(this.name(id));
    this.out.note('value', carried(said));
  }

  /** Initializers and value_info, one to a line. */
  private infos(g: Graph): void {
    const { out } = this;
    const items: (() => void)[] = [
      ...g.initializers.map((v) => () => printTensor(out, this.m.values.at(v).constant!, this.plainName(v))),
      ...g.sparseInitializers.map((v) => () => printSparse(out, this.m.values.at(v).sparse!, this.plainName(v))),
      ...g.valueInfo.map((v, i) => () => this.declaration(g, 'valueInfo', v, i)),
    ];
    if (items.length === 0) return;
    out.indented(() => {
      out.line();
      out.write('<');
      out.indented(() =>
        items.forEach((print, i) => {
          if (i > 0) out.write(',');
          out.line();
          print();
        }),
      );
      out.line();
      out.write('>');
    });
  }

  private nodes(g: Graph): void {
    const { out } = this;
    out.line();
    out.write('{');
    out.indented(() => {
      for (const id of g.order) {
        out.line();
        this.node(this.m.nodes.at(id));
      }
    });
    out.line();
    out.write('}');
  }

  private graphNote(g: Graph): void {
    const quantization = g.quantization.map(({ value, parameters, ...rest }) => ({
      value: this.reference(value),
      parameters: parameters.map(([key, v]) => [key, this.reference(v)]),
      ...rest,
    }));
    this.out.note('graph', clean({ ...carried(g), quantization: quantization.length > 0 ? quantization : undefined }));
  }

  // ---- nodes

  node(n: Node): void {
    const { out } = this;
    if (n.name !== '') out.write(`[${nameText(n.name)}] `);
    out.write(`${this.operands(n.outputs)} = ${operatorText(n)}`);
    const attributes = [...n.attributes];
    const bodies = attributes.some(([, a]) => a.kind === 'graph' || a.kind === 'graphs');
    if (!bodies) this.attributes(attributes);
    out.write(` (${this.operands(n.inputs)})`);
    if (bodies) this.attributes(attributes);
    out.note('node', clean({ ...carried(n), origin: n.origin, devices: this.devices(n) }));
  }

  private devices(n: Node): object | undefined {
    return n.deviceConfigurations?.map((d) => ({
      ...d,
      shardings: d.shardings.map((s) => ({ ...s, value: this.reference(s.value) })),
    }));
  }

  private operands(ids: readonly (ValueId | null)[]): string {
    return ids.map((v) => (v === null ? '""' : this.name(v))).join(', ');
  }

  private attributes(attributes: readonly (readonly [string, Attribute])[]): void {
    if (attributes.length === 0) return;
    this.out.write(' <');
    this.out.list(attributes, ', ', ([name, a]) => this.attribute(name, a));
    this.out.write('>');
  }

  private attribute(name: string, a: Attribute): void {
    const { out } = this;
    const kind = spelledKind(a);
    out.write(`${nameText(name)}${kind === null ? '' : ` : ${WORD_OF_KIND.get(kind)}`} = `);
    this.attributeValue(a);
    out.note('attribute', clean({ doc: a.doc, untyped: a.untyped, extra: a.extra, ...rawOf(a) }));
  }

  private attributeValue(a: Attribute): void {
    const { out } = this;
    switch (a.kind) {
      case 'tensor':
        return printTensor(out, a.value, null);
      case 'sparse_tensor':
        return printSparse(out, a.value, null);
      case 'graph':
        return out.indented(() => this.graph(a.value));
      case 'type':
        return printType(out, a.value);
      case 'tensors':
        return this.bracketed(a.value, (t) => printTensor(out, t, null));
      case 'sparse_tensors':
        return this.bracketed(a.value, (t) => printSparse(out, t, null));
      case 'graphs':
        return out.indented(() => this.bracketed(a.value, (g) => this.graph(g)));
      case 'types':
        return this.bracketed(a.value, (t) => printType(out, t));
      default:
        return out.write(plainAttributeText(a));
    }
  }

  private bracketed<T>(items: readonly T[], print: (item: T) => void): void {
    this.out.write('[');
    this.out.list(items, ', ', print);
    this.out.write(']');
  }

  // ---- names

  private plainName(id: ValueId): string {
    return this.names.get(id) ?? this.m.values.at(id).name;
  }

  private name(id: ValueId): string {
    return nameText(this.plainName(id));
  }

  private reference(id: ValueId | null): string | null {
    return id === null ? null : this.plainName(id);
  }
}

function redeclaration(g: Graph, list: 'inputs' | 'outputs' | 'valueInfo', id: ValueId, index: number) {
  return g.redeclared?.find((r) => r.list === list && r.index === index && (r.value ?? id) === id);
}

type Plain = Extract<
  Attribute,
  { kind: 'float' | 'int' | 'string' | 'floats' | 'ints' | 'strings' | 'reference' | 'undefined' }
>;

function plainAttributeText(a: Plain): string {
  switch (a.kind) {
    case 'float':
      return floatLiteral(a.value);
    case 'int':
      return String(a.value);
    case 'string':
      return quoted(a.value);
    case 'floats':
      return `[${Array.from(a.value, floatLiteral).join(', ')}]`;
    case 'ints':
      return `[${a.value.join(', ')}]`;
    case 'strings':
      return `[${a.value.map(quoted).join(', ')}]`;
    case 'reference':
      return `@${nameText(a.name)}`;
    case 'undefined':
      return '?';
  }
}

/** The kind where the value does not show it: references, empty lists, nothing at all. */
function spelledKind(a: Attribute): string | null {
  if (a.kind === 'reference') return a.type === 'undefined' ? null : a.type;
  const unclear = a.kind === 'undefined' || (a.kind.endsWith('s') && (a.value as { length: number }).length === 0);
  return unclear ? a.kind : null;
}

/** Bytes that the text of a value does not give again. */
function rawOf(a: Attribute): { raw?: Uint8Array; raws?: readonly Uint8Array[] } {
  if (a.kind === 'string' && a.raw) return { raw: a.raw };
  if (a.kind === 'strings' && a.raw) return { raws: a.raw };
  if (a.kind !== 'floats' || !a.value.some(Number.isNaN)) return {};
  return { raw: new Uint8Array(a.value.buffer, a.value.byteOffset, a.value.byteLength) };
}

function operatorText(n: Node): string {
  const op = /^[A-Za-z_][A-Za-z0-9_]*$/.test(n.op) ? n.op : quoted(n.op);
  const domain = n.domain === '' ? '' : `${dottedText(n.domain)}.`;
  return `${domain}${op}${n.overload === '' ? '' : `:${nameText(n.overload)}`}`;
}

function carried({ doc, metadata, extra }: CarriedNote): CarriedNote {
  return clean({ doc, metadata, extra });
}

function said(key: string, text: string): string | null {
  return text === '' ? null : `${key}: ${quoted(text)}`;
}

function pairsText(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([k, v]) => `${quoted(k)}: ${quoted(v)}`).join(', ');
}

/** Names for the values that edits made, unlike every other name in the model. */
function madeUpNames(m: Model): ReadonlyMap<ValueId, string> {
  const nameless: Value[] = [];
  const taken = new Set<string>();
  for (const v of m.values.values()) {
    if (v.name === '') nameless.push(v);
    else taken.add(v.name);
  }
  const names = new Map<ValueId, string>();
  for (const { id } of nameless) {
    let name = `v${id}`;
    while (taken.has(name)) name += '_';
    names.set(id, name);
  }
  return names;
}

/** raw_data where most tensors are kept there, so that only the others need an annotation. */
function usualStorage(m: Model): TensorStorage | null {
  let raw = 0;
  for (const t of tensorsOf(m)) {
    if (t.storage === 'raw_data') raw++;
    else if (t.storage !== 'external' && t.storage !== 'string_data') raw--;
  }
  return raw > 0 ? 'raw_data' : null;
}

function* tensorsOf(m: Model): IterableIterator<Tensor> {
  for (const v of m.values.values()) if (v.constant) yield v.constant;
  for (const n of m.nodes.values()) for (const a of n.attributes.values()) if (a.kind === 'tensor') yield a.value;
}
