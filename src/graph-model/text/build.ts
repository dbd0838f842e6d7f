/** From the parser's tree to a model: names become ids. */
import type { Attribute } from '../core/attributes.ts';
import { NEW_SOURCE } from '../core/empty.ts';
import type {
  FunctionDef,
  Graph,
  GraphId,
  Model,
  Node,
  NodeId,
  QuantizationAnnotation,
  Redeclaration,
  TrainingInfo,
  Use,
  Value,
  ValueId,
} from '../core/model.ts';
import { sortNodes } from '../core/order.ts';
import { Table } from '../core/table.ts';
import { rebuildUses } from '../core/validate.ts';
import { clean, type CarriedNote, type NodeNote } from './notes.ts';
import type { AttributeSyntax, Decl, FunctionSyntax, GraphSyntax, ModelSyntax, NodeSyntax } from './syntax.ts';

/** The names of one graph; a body looks further in the graph around it. */
interface Scope {
  readonly graph: GraphId;
  readonly names: Map<string, ValueId>;
  readonly outer: Scope | null;
}

interface Declaration {
  readonly list: Redeclaration['list'];
  readonly index: number;
  readonly decl: Decl;
  readonly value: ValueId;
}

export interface Built {
  readonly model: Model;
  /** Names of the main graph that are read and that nothing makes, in order of their first reading. */
  readonly free: readonly ValueId[];
}

/** What the builder needs of the parser: training graphs are texts within the text, and errors name a place. */
export interface BuildHost {
  parseTraining(text: string): GraphSyntax;
  fail(code: 'text.duplicate' | 'text.cycle', params: { what: string }, at: number): Error;
}

export function build(syntax: ModelSyntax, host: BuildHost): Built {
  return new Builder(host).model(syntax);
}

class Builder {
  private readonly graphs = Table.empty<GraphId, Graph>().edit();
  private readonly nodes = Table.empty<NodeId, Node>().edit();
  private readonly values = Table.empty<ValueId, Value>().edit();
  private readonly free: ValueId[] = [];

  constructor(private readonly host: BuildHost) {}

  model(syntax: ModelSyntax): Built {
    const { header, note } = syntax;
    const main = this.openScope(null);
    this.fill(main, syntax.graph, null, true);
    const free = this.free.slice();
    const training = (note.training ?? []).map(({ initialization, algorithm, ...rest }): TrainingInfo => {
      const graph = (text: string | null) =>
        text === null ? null : this.graph(this.host.parseTraining(text), null, main);
      return { initialization: graph(initialization), algorithm: graph(algorithm), ...rest };
    });
    const functions = syntax.functions.map((f) => this.function(f));
    const model: Model = {
      main: main.graph,
      graphs: this.graphs.commit(),
      nodes: this.nodes.commit(),
      values: this.values.commit(),
      uses: Table.empty(),
      functions,
      training,
      opsets: header.opsets ?? [],
      irVersion: header.irVersion ?? null,
      producerName: header.producerName ?? '',
      producerVersion: header.producerVersion ?? '',
      domain: header.domain ?? '',
      modelVersion: header.modelVersion ?? null,
      deviceConfigurations: note.devices ?? [],
      source: NEW_SOURCE,
      ...clean({ doc: header.doc, metadata: header.metadata, extra: note.extra }),
    };
    return { model: { ...model, uses: Table.from<ValueId, readonly Use[]>(rebuildUses(model)) }, free };
  }

  private function(f: FunctionSyntax): FunctionDef {
    const scope = this.openScope(null);
    this.fill(scope, f.body, null, false);
    const attributeDefaults = new Map<string, Attribute>();
    for (const [name, a] of f.attributeDefaults) attributeDefaults.set(name, this.attribute(a, null, scope));
    return {
      graph: scope.graph,
      domain: f.header.domain ?? '',
      name: f.body.name,
      overload: f.header.overload ?? '',
      attributes: f.attributes,
      attributeDefaults,
      opsets: f.header.opsets ?? [],
      ...clean({ doc: f.header.doc, metadata: f.header.metadata }),
      ...f.note,
    };
  }

  private openScope(outer: Scope | null): Scope {
    return { graph: this.graphs.reserve(), names: new Map(), outer };
  }

  private graph(syntax: GraphSyntax, parent: NodeId | null, outer: Scope | null): GraphId {
    const scope = this.openScope(outer);
    this.fill(scope, syntax, parent, true);
    return scope.graph;
  }

  /** Definitions first, then readings, so that a graph whose nodes are out of order binds too. */
  private fill(scope: Scope, syntax: GraphSyntax, parent: NodeId | null, declares: boolean): void {
    const { graph: id } = scope;
    const inputs = syntax.inputs.map((d) => this.defineNew(scope, d.name, null, d.at));
    const weights = syntax.infos.concat(syntax.inputs).filter((d) => d.tensor || d.sparse);
    const initializers = weights.filter((d) => d.tensor).map((d) => this.initializer(scope, d));
    const sparseInitializers = weights.filter((d) => d.sparse).map((d) => this.initializer(scope, d));
    const order = syntax.nodes.map((n) => this.defineNode(scope, n));
    syntax.nodes.forEach((n, i) => this.bind(scope, n, order[i]!));
    const outputs = syntax.outputs.map((d) => this.resolve(scope, d.name));
    const infos = syntax.infos.filter((d) => !d.tensor && !d.sparse);
    const valueInfo = infos.map((d) => this.resolve(scope, d.name, false));
    const of = (list: Redeclaration['list'], decls: readonly Decl[], ids: readonly ValueId[]) =>
      decls.map((decl, index) => ({ list, index, decl, value: ids[index]! }));
    const declared = declares
      ? [...of('inputs', syntax.inputs, inputs), ...of('outputs', syntax.outputs, outputs)]
      : [];
    const redeclared = this.declare(scope, [...declared, ...of('valueInfo', infos, valueInfo)]);
    const { quantization: notes = [], ...carried } = syntax.note;
    const quantization = notes.map(({ value, parameters, ...rest }): QuantizationAnnotation => ({
      value: this.named(scope, value),
      parameters: parameters.map(([key, name]) => [key, this.named(scope, name)] as const),
      ...rest,
    }));
    this.graphs.set(id, {
      id,
      name: declares ? syntax.name : '',
      parent,
      inputs,
      outputs,
      order,
      initializers,
      sparseInitializers,
      valueInfo,
      quantization,
      ...(redeclared.length > 0 ? { redeclared } : {}),
      ...carried,
    });
    this.refuseCycle(id, syntax);
  }

  /** Nodes may come in any order, but some order must exist. */
  private refuseCycle(id: GraphId, syntax: GraphSyntax): void {
    const view = {
      node: (n: NodeId) => this.nodes.at(n),
      value: (v: ValueId) => this.values.at(v),
      graph: (g: GraphId) => this.graphs.at(g),
    };
    if (sortNodes(view, view.graph(id)) !== null) return;
    throw this.host.fail('text.cycle', { what: syntax.name || 'this body' }, syntax.nodes[0]?.at ?? 0);
  }

  // ---- values

  private newValue(scope: Scope, name: string, producer: NodeId | null): ValueId {
    const id = this.values.reserve();
    this.values.set(id, { id, graph: scope.graph, name, type: null, producer });
    if (!scope.names.has(name)) scope.names.set(name, id);
    return id;
  }

  /** Each name is defined once in a graph. */
  private defineNew(scope: Scope, name: string, producer: NodeId | null, at: number): ValueId {
    if (scope.names.has(name))
      throw this.host.fail('text.duplicate', { what: `${name || 'The name ""'} is defined` }, at);
    return this.newValue(scope, name, producer);
  }

  /** An initializer may also be an input: it is the input's default then. */
  private initializer(scope: Scope, { name, tensor, sparse, at }: Decl): ValueId {
    const input = scope.names.get(name);
    const taken = input !== undefined && (this.values.at(input).constant || this.values.at(input).sparse);
    const id = input === undefined || taken ? this.defineNew(scope, name, null, at) : input;
    this.values.set(id, {
      ...this.values.at(id),
      ...(tensor ? { constant: tensor } : {}),
      ...(sparse ? { sparse } : {}),
    });
    return id;
  }

  /** The value of a name as seen from a scope; a name that nothing makes belongs to the outermost one. */
  private resolve(scope: Scope, name: string, read = true): ValueId {
    for (let s: Scope | null = scope; s; s = s.outer) {
      const id = s.names.get(name);
      if (id !== undefined) return id;
    }
    let outermost = scope;
    while (outermost.outer) outermost = outermost.outer;
    const id = this.newValue(outermost, name, null);
    if (read) this.free.push(id);
    return id;
  }

  private named(scope: Scope, name: string | null): ValueId | null {
    return name === null ? null : this.resolve(scope, name, false);
  }

  /** Gives values the type and the annotations they are declared with; what differs from that is listed apart. */
  private declare(scope: Scope, declarations: readonly Declaration[]): Redeclaration[] {
    const byValue = new Map<ValueId, Declaration[]>();
    for (const d of declarations) byValue.set(d.value, [...(byValue.get(d.value) ?? []), d]);
    const redeclared: Redeclaration[] = [];
    for (const [id, list] of byValue) {
      const value = this.values.at(id);
      const own = list.find((d) => d.decl.type !== null) ?? list[0]!;
      const mine = value.graph === scope.graph;
      if (mine) this.values.set(id, { ...value, type: own.decl.type, ...own.decl.note });
      for (const d of list) {
        const same = mine ? d === own || sayings(d.decl) === sayings(own.decl) : sayings(d.decl) === sayings(value);
        if (!same) redeclared.push({ list: d.list, index: d.index, value: id, type: d.decl.type, ...d.decl.note });
      }
    }
    return redeclared;
  }

  // ---- nodes

  private defineNode(scope: Scope, n: NodeSyntax): NodeId {
    const id = this.nodes.reserve();
    const outputs = n.outputs.map((name) => (name === '' ? null : this.defineNew(scope, name, id, n.at)));
    const { devices: _, ...note } = n.note;
    this.nodes.set(id, {
      id,
      graph: scope.graph,
      domain: n.domain,
      op: n.op,
      overload: n.overload,
      name: n.name,
      inputs: [],
      outputs,
      attributes: new Map(),
      ...note,
    });
    return id;
  }

  private bind(scope: Scope, n: NodeSyntax, id: NodeId): void {
    const inputs = n.inputs.map((name) => (name === '' ? null : this.resolve(scope, name)));
    const attributes = new Map<string, Attribute>();
    for (const [name, a] of n.attributes) attributes.set(name, this.attribute(a, id, scope));
    const devices = n.note.devices && this.devices(scope, n.note.devices);
    this.nodes.set(id, {
      ...this.nodes.at(id),
      inputs,
      attributes,
      ...(devices ? { deviceConfigurations: devices } : {}),
    });
  }

  private devices(scope: Scope, notes: NonNullable<NodeNote['devices']>): Node['deviceConfigurations'] {
    return notes.map((d) => ({
      ...d,
      shardings: d.shardings.map((s) => ({ ...s, value: this.named(scope, s.value) })),
    }));
  }

  private attribute(a: AttributeSyntax, node: NodeId | null, scope: Scope): Attribute {
    if (a.kind === 'graph') return { ...a, value: this.graph(a.value, node, scope) };
    if (a.kind === 'graphs') return { ...a, value: a.value.map((g) => this.graph(g, node, scope)) };
    return a;
  }
}

/** What a declaration says, to compare two of them. */
function sayings(d: Decl | Value): string {
  const { doc, metadata, extra }: CarriedNote = 'note' in d ? d.note : d;
  return JSON.stringify([d.type, doc, metadata && [...metadata], extra && [...extra]], (_, v: unknown) =>
    v instanceof Uint8Array ? [...v] : v,
  );
}
