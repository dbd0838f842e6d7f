/** A call of a model-local function replaced by what the function does. */
import type { Attribute, Attributes } from '../core/attributes.ts';
import { bodiesOf } from '../core/attributes.ts';
import { Draft, EditError, label, type Change } from '../core/draft.ts';
import {
  functionOf,
  normalDomain,
  opsetsOf,
  opsetVersion,
  type FunctionDef,
  type GraphId,
  type Model,
  type Node,
  type NodeId,
  type OpsetImport,
} from '../core/model.ts';
import { nodesWithin } from '../core/traverse.ts';
import type { Schemas } from '../check/context.ts';
import { replaceNode } from './connect.ts';
import { Copier, type CopySource } from './copy.ts';
import { Names } from './names.ts';

export interface Inlined {
  readonly change: Change;
  /** The calls that were replaced, and what stands for them. */
  readonly calls: readonly { readonly call: Node; readonly nodes: readonly NodeId[] }[];
  /** Calls that stay, each with the reason. */
  readonly refused: readonly { readonly node: NodeId; readonly reason: string }[];
}

/** Replaces one call. Throws an EditError that says why it cannot be done. */
export function inlineCall(model: Model, id: NodeId, schemas: Schemas): Change {
  const node = model.nodes.at(id);
  const { change, refused } = inlineCalls(model, [id], schemas, 1);
  if (refused.length > 0) throw new EditError(`${label(node)} cannot be inlined: ${refused[0]!.reason}`);
  return { ...change, label: `Inline ${label(node)}` };
}

/** Replaces every call, calls within functions too, and removes the functions that nothing calls any more. */
export function inlineFunctions(model: Model, schemas: Schemas): Inlined {
  const roots = [model.main, ...model.training.flatMap((t) => [t.initialization, t.algorithm])];
  const calls: NodeId[] = [];
  for (const root of roots)
    if (root !== null) for (const n of nodesWithin(model, root)) if (functionOf(model, n)) calls.push(n.id);
  return inlineCalls(model, calls, schemas, Infinity);
}

function inlineCalls(model: Model, ids: readonly NodeId[], schemas: Schemas, depth: number): Inlined {
  const inliner = new Inliner(model, schemas);
  for (const id of ids) inliner.call(id, depth);
  return inliner.finish();
}

class Inliner {
  private readonly draft: Draft;
  private readonly names: Names;
  private readonly source: CopySource;
  private readonly calls: { call: Node; nodes: NodeId[] }[] = [];
  private readonly refused: { node: NodeId; reason: string }[] = [];
  private readonly imports = new Map<GraphId, OpsetImport[]>();

  constructor(
    private readonly model: Model,
    private readonly schemas: Schemas,
  ) {
    this.draft = new Draft(model);
    this.names = new Names(model);
    this.source = {
      node: (id) => model.nodes.at(id),
      value: (id) => model.values.at(id),
      graph: (id) => model.graphs.at(id),
    };
  }

  /** Replaces a call and, as far as `depth` goes, the calls that this brings. */
  call(id: NodeId, depth: number): void {
    const node = this.model.nodes.at(id);
    const def = functionOf(this.model, node);
    const reason = def ? this.objection(def, node) : 'it calls no function of this model.';
    if (reason !== null) {
      this.refused.push({ node: id, reason });
      return;
    }
    this.importFor(node.graph, def!);
    const nodes = this.replace(this.draft.node(id), def!, depth - 1);
    this.calls.push({ call: node, nodes });
  }

  private replace(call: Node, def: FunctionDef, depth: number): NodeId[] {
    const { draft } = this;
    const graph = this.model.graphs.at(def.graph);
    const prefix = call.name || call.op;
    const copier = new Copier(this.source, draft, {
      nodeName: (n) => this.names.node(`${prefix}/${n.name || n.op}`),
      valueName: (name) => this.names.value(`${prefix}/${name}`),
      resolve: (a) => resolveReference(a, call.attributes, def),
      origin: (n) => n.origin ?? { dialect: def.domain, op: def.name, name: call.name, by: 'inline-functions' },
    });
    graph.inputs.forEach((v, i) => copier.bind(v, call.inputs[i] ?? null));
    copier.initializers(graph, call.graph);
    for (const n of graph.order) copier.node(n, call.graph);
    replaceNode(
      draft,
      call,
      graph.outputs.map((v) => copier.of(v)),
    );
    return copier.made.flatMap((n) => this.further(n, depth));
  }

  /** What a copied node becomes: itself, or where it is a call too, what that call does. */
  private further(id: NodeId, depth: number): NodeId[] {
    const node = this.draft.node(id);
    const def = depth > 0 ? functionOf(this.model, node) : null;
    return def ? this.replace(node, def, depth - 1) : [id];
  }

  /** Why the body of a function cannot stand where its call is; null when it can. */
  private objection(def: FunctionDef, call: Node): string | null {
    const inside = functionsWithin(this.model, def);
    if (inside === null) return 'the function calls itself.';
    const outer = this.importsOf(call.graph);
    for (const f of inside) {
      for (const { domain, version } of f.opsets) {
        const here = opsetVersion(outer, domain);
        if (here === null || here === version) continue;
        const op = this.changedOperator(f, domain, version, here);
        if (op)
          return `${f.name} is written for version ${version} of ${domain || 'ai.onnx'} and the model for ${here}, where ${op} is another: convert the model to one opset first.`;
      }
    }
    return null;
  }

  /** An operator of a function's body that has another definition at version `to` than at `from`. */
  private changedOperator(def: FunctionDef, domain: string, from: number, to: number): string | null {
    for (const n of nodesWithin(this.model, def.graph)) {
      if (normalDomain(n.domain) !== normalDomain(domain) || functionOf(this.model, n)) continue;
      const [a, b] = [from, to].map((v) => this.schemas.schemaOf(domain, n.op, v));
      if (a?.since !== b?.since) return n.op;
    }
    return null;
  }

  private importsOf(graph: GraphId): readonly OpsetImport[] {
    const root = rootOf(this.model, graph);
    return this.imports.get(root) ?? opsetsOf(this.model, graph);
  }

  /** Adds the domains that a function brings with it to the imports that rule the call. */
  private importFor(graph: GraphId, def: FunctionDef): void {
    const imports = [...this.importsOf(graph)];
    for (const f of functionsWithin(this.model, def) ?? [])
      for (const o of f.opsets)
        if (opsetVersion(imports, o.domain) === null) imports.push({ domain: o.domain, version: o.version });
    this.imports.set(rootOf(this.model, graph), imports);
  }

  finish(): Inlined {
    const { draft, model } = this;
    const called = new Set<FunctionDef>();
    const walk = (root: GraphId) => {
      for (const n of draftNodes(draft, root)) {
        const def = functionOf(model, n);
        if (!def || called.has(def)) continue;
        called.add(def);
        walk(def.graph);
      }
    };
    walk(model.main);
    for (const t of model.training) for (const g of [t.initialization, t.algorithm]) if (g !== null) walk(g);
    const uncalled = this.calls.length === 0 ? [] : model.functions.filter((f) => !called.has(f) && this.wasCalled(f));
    for (const f of uncalled) draft.removeGraph(f.graph);
    this.patchImports(new Set(uncalled));
    const count = this.calls.length;
    const change = draft.commit(count === 1 ? 'Inline one call' : `Inline ${count} calls`);
    return { change, calls: this.calls, refused: this.refused };
  }

  /** Functions that nothing called before are a library's and stay. */
  private wasCalled(def: FunctionDef): boolean {
    for (const n of this.model.nodes.values()) if (functionOf(this.model, n) === def) return true;
    return false;
  }

  private patchImports(gone: ReadonlySet<FunctionDef>): void {
    const functions = this.model.functions
      .filter((f) => !gone.has(f))
      .map((f) => (this.imports.has(f.graph) ? { ...f, opsets: this.imports.get(f.graph)! } : f));
    const opsets = this.imports.get(this.model.main) ?? this.model.opsets;
    const used = new Set(functions.map((f) => normalDomain(f.domain)));
    const left = new Set(
      [...gone].map((f) => normalDomain(f.domain)).filter((d) => !used.has(d) && !this.schemas.knows(d)),
    );
    this.draft.patchModel({ functions, opsets: opsets.filter((o) => !left.has(normalDomain(o.domain))) });
  }
}

function resolveReference(
  a: Extract<Attribute, { kind: 'reference' }>,
  given: Attributes,
  def: FunctionDef,
): Attribute | undefined {
  return given.get(a.name) ?? def.attributeDefaults.get(a.name);
}

/** The function and all that it calls, however deep; null when it calls itself. */
function functionsWithin(model: Model, def: FunctionDef): FunctionDef[] | null {
  const found = new Set<FunctionDef>();
  const open = new Set<FunctionDef>();
  const visit = (f: FunctionDef): boolean => {
    if (open.has(f)) return false;
    if (found.has(f)) return true;
    open.add(f);
    for (const n of nodesWithin(model, f.graph)) {
      const inner = functionOf(model, n);
      if (inner && !visit(inner)) return false;
    }
    open.delete(f);
    found.add(f);
    return true;
  };
  return visit(def) ? [...found] : null;
}

/** The main graph or function that a graph is (nested) in. */
export function rootOf(model: Model, graph: GraphId): GraphId {
  for (let at = graph; ;) {
    const { parent } = model.graphs.at(at);
    if (parent === null) return at;
    at = model.nodes.at(parent).graph;
  }
}

function* draftNodes(draft: Draft, root: GraphId): IterableIterator<Node> {
  for (const id of draft.graph(root).order) {
    const node = draft.node(id);
    yield node;
    for (const body of bodiesOf(node)) yield* draftNodes(draft, body);
  }
}
