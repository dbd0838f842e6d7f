/** Runs the rules over a graph in execution order: seeds, nodes, bodies, function calls, declared types as hints. */
import type { Attribute, Attributes } from '../../core/attributes.ts';
import { bodiesOf } from '../../core/attributes.ts';
import { label } from '../../core/draft.ts';
import {
  isOnnx,
  normalDomain,
  type FunctionDef,
  type GraphId,
  type Node,
  type NodeId,
  type Value,
  type ValueId,
} from '../../core/model.ts';
import { isOrdered, sortNodes } from '../../core/order.ts';
import { typeLabel, type Dim, type TensorType, type ValueType } from '../../core/types.ts';
import { diagnostic } from '../../diagnostics.ts';
import { declaredDim, isName } from '../symbolic.ts';
import { operatorRow } from '../rows.ts';
import { NodeContext, type BodyInput, type BodyOutput, type RunBody } from './context.ts';
import type { Facts, Frame } from './facts.ts';
import { joinTypes, mapDims, sameDims } from './merge.ts';

const DEEPEST_CALL = 40;
/** Functions that call functions that call functions … can ask for more runs than there are seconds. */
const MOST_CALLS = 20_000;

export class Engine {
  /** Function bodies: what holds at all call sites so far. */
  private readonly joined = new Map<ValueId, ValueType | null>();
  private readonly seeded = new Set<GraphId>();
  private readonly orders = new Map<GraphId, readonly NodeId[]>();
  /** Functions that are being run, to notice recursion. */
  private readonly open = new Set<GraphId>();
  /** Results of calls by function, arguments and attributes. */
  private readonly answers = new Map<string, readonly BodyOutput[]>();
  private calls = 0;

  constructor(readonly facts: Facts) {}

  runModel(): void {
    const { view } = this.facts;
    const frame: Frame = { attributes: null, opsets: view.fields.opsets, path: '', depth: 0 };
    const main = view.graph(view.main);
    for (const v of main.inputs) this.seedDeclared(v);
    this.runGraph(view.main, frame);
    for (const f of view.fields.functions) if (!this.joined.has(this.markOf(f))) this.runUncalled(f);
    this.settleFunctions();
  }

  /** A body that no node holds yet: its inputs are as declared. */
  runLoose(id: GraphId): void {
    for (const v of this.facts.view.graph(id).inputs) this.seedDeclared(v);
    this.runGraph(id, this.topFrame());
  }

  topFrame(): Frame {
    return { attributes: null, opsets: this.facts.view.fields.opsets, path: '', depth: 0 };
  }

  runGraph(id: GraphId, frame: Frame): void {
    this.seedConstants(id);
    for (const n of this.orderOf(id)) this.visit(this.facts.view.node(n), frame);
  }

  /** A file may hold its nodes in any order: what is read before it is made would be unknown. */
  private orderOf(id: GraphId): readonly NodeId[] {
    let order = this.orders.get(id);
    if (!order) {
      const { view } = this.facts;
      const graph = view.graph(id);
      order = isOrdered(view, graph) ? graph.order : (sortNodes(view, graph) ?? graph.order);
      this.orders.set(id, order);
    }
    return order;
  }

  // ---- seeds

  seedDeclared(id: ValueId): void {
    const value = this.facts.view.value(id);
    const type = value.type ? canonicalType(value.type) : constantType(value);
    if (type) this.facts.types.set(id, this.nameUnknown(type, value));
  }

  /** An undeclared dimension of an input gets a name of its own, so that what depends on it can be said. */
  private nameUnknown(type: ValueType, value: Value): ValueType {
    if (type.kind !== 'tensor' || !type.shape?.includes(null)) return type;
    const word = /^[A-Za-z_]\w*$/.test(value.name) ? value.name : `input_${value.id}`;
    const shape = type.shape.map((d, i) => d ?? this.mint(`${word}_d${i}`));
    return { ...type, shape };
  }

  private mint(name: string): string {
    this.facts.minted.add(name);
    this.facts.undeclared.add(name);
    return name;
  }

  private seedConstants(id: GraphId): void {
    if (this.seeded.has(id)) return;
    this.seeded.add(id);
    const graph = this.facts.view.graph(id);
    for (const v of [...graph.initializers, ...graph.sparseInitializers]) this.seedConstant(v);
  }

  seedConstant(id: ValueId): void {
    const value = this.facts.view.value(id);
    const type = constantType(value);
    if (type && !this.facts.types.has(id)) this.facts.types.set(id, type);
  }

  // ---- nodes

  visit(node: Node, frame: Frame): void {
    const { facts } = this;
    facts.problems.delete(node.id);
    facts.forget(node.outputs);
    const resolved = frame.attributes && hasReference(node) ? withAttributes(node, frame.attributes) : node;
    const domain = normalDomain(node.domain);
    const version = facts.versionIn(frame.opsets, domain);
    const context = new NodeContext(facts, resolved, version, frame, this.runBody);
    const called = facts.functionFor(domain, node.op, node.overload);
    if (called) this.call(called, context);
    else this.apply(domain, context);
    for (const v of node.outputs) if (v !== null) this.heedDeclaration(v, node);
  }

  private apply(domain: string, c: NodeContext): void {
    const row = operatorRow(domain, c.node.op);
    if (row?.infer) {
      try {
        row.infer(c);
      } catch (error) {
        // A rule must bear any input; where one does not, this node is told and the rest goes on.
        c.report('infer.rule', { why: error instanceof Error ? error.message : String(error) });
      }
    } else if (!row && isOnnx(this.facts.view.fields))
      c.report('infer.unknown-operator', { op: c.node.op, domain: c.node.domain || 'ai.onnx' });
    if (!row?.infer) this.runUnknownBodies(c);
  }

  /** Bodies of an operator without a rule: their inputs are as declared. */
  private runUnknownBodies(c: NodeContext): void {
    for (const body of bodiesOf(c.node)) this.runBody(body, [], c.frame);
  }

  /** Merges what the file declares: it fills in what is not known; a contradiction is told and not followed. */
  private heedDeclaration(id: ValueId, node: Node): void {
    const value = this.facts.view.value(id);
    if (value.type === null) return;
    const declared = canonicalType(value.type);
    const inferred = this.facts.typeOf(id);
    const merged = inferred === null ? declared : this.mergeDeclared(declared, inferred, node.id);
    if (merged !== null) this.facts.types.set(id, this.nameUnknown(merged, value));
    else this.tellContradiction(value, declared, inferred!, node);
  }

  /** null: they contradict. */
  private mergeDeclared(declared: ValueType, inferred: ValueType, node: NodeId): ValueType | null {
    if (declared.kind !== inferred.kind) return null;
    if (inferred.kind === 'tensor') return this.mergeTensor(declared as TensorType, inferred, node);
    if ((inferred.kind === 'sequence' || inferred.kind === 'optional') && inferred.element === null) return declared;
    return inferred;
  }

  private mergeTensor(declared: TensorType, inferred: TensorType, node: NodeId): TensorType | null {
    if (declared.dtype !== inferred.dtype && declared.dtype !== 'undefined') return null;
    if (declared.shape === null) return inferred;
    if (inferred.shape === null) return { ...inferred, shape: declared.shape };
    if (declared.shape.length !== inferred.shape.length) return null;
    const shape: Dim[] = [];
    for (let i = 0; i < inferred.shape.length; i++) {
      const have = inferred.shape[i]!;
      const said = declared.shape[i]!;
      if (typeof have === 'number' && typeof said === 'number' && have !== said) return null;
      shape.push(this.preferred(have, said, node));
    }
    return sameDims(shape, inferred.shape) ? inferred : { ...inferred, shape };
  }

  /** What follows from the inputs wins; a name that inference made up gives way to the file's word. */
  private preferred(have: Dim, said: Dim, node: NodeId): Dim {
    if (said === null || have === said) return have;
    if (have === null) return said;
    if (typeof have !== 'string' || !this.facts.minted.has(have)) return have;
    if (typeof said === 'string' && !isName(said)) return have;
    return this.facts.unify(have, said, node) ?? have;
  }

  private tellContradiction(value: Value, declared: ValueType, inferred: ValueType, node: Node): void {
    const params = {
      value: value.name || `output of ${label(node)}`,
      declared: typeLabel(declared),
      node: label(node),
      inferred: typeLabel(inferred),
    };
    const list = this.facts.problems.get(node.id) ?? [];
    this.facts.problems.set(node.id, [
      ...list,
      diagnostic('infer.declared', params, { node: node.id, value: value.id }),
    ]);
  }

  // ---- bodies and functions

  private readonly runBody: RunBody = (body, inputs, frame) => {
    const graph = this.facts.view.graph(body);
    graph.inputs.forEach((v, i) => this.bindInput(v, inputs[i]));
    this.runGraph(body, { ...frame, depth: frame.depth + 1 });
    return graph.outputs.map((v) => this.outputOf(v));
  };

  private bindInput(id: ValueId, given: BodyInput | undefined): void {
    this.facts.elements.set(id, given?.elements ?? null);
    if (given?.type) this.facts.types.set(id, given.type);
    else {
      this.facts.types.delete(id);
      this.seedDeclared(id);
    }
  }

  private outputOf(id: ValueId): BodyOutput {
    return { type: this.facts.typeOf(id), elements: this.facts.elementsOf(id) };
  }

  private call(f: FunctionDef, c: NodeContext): void {
    if (this.open.has(f.graph) || c.frame.depth > DEEPEST_CALL) {
      c.report('infer.recursion', { op: c.node.op });
      return;
    }
    const inputs = c.node.inputs.map((_, i) => ({ type: c.type(i), elements: c.elements(i) }));
    const key = callKey(f, inputs, c.node.attributes);
    const outputs = this.answers.get(key) ?? this.runFunction(f, inputs, c, key);
    outputs.forEach((out, i) => c.set(i, out.type, out.elements));
  }

  private runFunction(
    f: FunctionDef,
    inputs: readonly BodyInput[],
    c: NodeContext,
    key: string,
  ): readonly BodyOutput[] {
    if (++this.calls > MOST_CALLS) {
      c.report('infer.rule', { why: 'functions call each other too often' });
      return [];
    }
    const { facts } = this;
    const path = `${c.frame.path}_${c.node.id}`;
    const frame: Frame = {
      attributes: callAttributes(f, c.node.attributes),
      opsets: f.opsets,
      path,
      depth: c.frame.depth + 1,
    };
    const outer = facts.recent;
    facts.recent = new Set();
    this.open.add(f.graph);
    const graph = facts.view.graph(f.graph);
    graph.inputs.forEach((v, i) => this.bindArgument(v, inputs[i]));
    this.runGraph(f.graph, frame);
    const outputs = graph.outputs.map((v) => this.outputOf(v));
    this.noteCall(f);
    this.open.delete(f.graph);
    // Lengths that only running tells differ from call to call: such an answer is not used again.
    if (facts.recent.size === 0) this.answers.set(key, outputs);
    for (const name of facts.recent) outer.add(name);
    facts.recent = outer;
    return outputs;
  }

  private bindArgument(id: ValueId, given: BodyInput | undefined): void {
    this.facts.elements.set(id, given?.elements ?? null);
    if (given?.type) this.facts.types.set(id, given.type);
    else this.facts.types.delete(id);
  }

  /** A function that nothing calls still shows what its own declarations tell. */
  private runUncalled(f: FunctionDef): void {
    const frame: Frame = { attributes: f.attributeDefaults, opsets: f.opsets, path: '', depth: 1 };
    this.open.add(f.graph);
    for (const v of this.facts.view.graph(f.graph).inputs) this.seedDeclared(v);
    this.runGraph(f.graph, frame);
    this.open.delete(f.graph);
  }

  private markOf(f: FunctionDef): ValueId {
    return this.facts.view.graph(f.graph).outputs[0] ?? (-1 as ValueId);
  }

  /** Values in a body called from several places show what holds in all of them. */
  private noteCall(f: FunctionDef): void {
    for (const id of this.valuesWithin(f.graph)) {
      const now = this.facts.typeOf(id);
      this.joined.set(id, this.joined.has(id) ? joinTypes(this.joined.get(id)!, now) : now);
    }
  }

  private *valuesWithin(id: GraphId): IterableIterator<ValueId> {
    const graph = this.facts.view.graph(id);
    yield* graph.inputs;
    for (const n of graph.order) {
      const node = this.facts.view.node(n);
      for (const v of node.outputs) if (v !== null) yield v;
      for (const body of bodiesOf(node)) yield* this.valuesWithin(body);
    }
  }

  settleFunctions(): void {
    for (const [id, type] of this.joined) {
      if (type) this.facts.types.set(id, type);
      else this.facts.types.delete(id);
    }
  }
}

/** The declared type with every dimension in canonical form. */
export function canonicalType(type: ValueType): ValueType {
  return mapDims(type, declaredDim)!;
}

function constantType(value: Value): ValueType | null {
  if (value.constant) return { kind: 'tensor', dtype: value.constant.dtype, shape: value.constant.dims };
  if (value.sparse) return { kind: 'tensor', dtype: value.sparse.values.dtype, shape: value.sparse.dims };
  return null;
}

function hasReference(node: Node): boolean {
  for (const a of node.attributes.values()) if (a.kind === 'reference') return true;
  return false;
}

function withAttributes(node: Node, given: Attributes): Node {
  const attributes = new Map<string, Attribute>();
  for (const [name, a] of node.attributes) {
    const value = a.kind === 'reference' ? given.get(a.name) : a;
    if (value) attributes.set(name, value);
  }
  return { ...node, attributes };
}

/** Equal keys: the body would be run with equal arguments. Large or nested attributes make a key of their own. */
function callKey(f: FunctionDef, inputs: readonly BodyInput[], given: Attributes): string {
  const arguments_ = inputs.map((i) => [i.type && typeKey(i.type), i.elements?.values ?? null]);
  const attributes = [...given].map(([name, a]) => [name, a.kind, attributeKey(a)]);
  return `${f.graph} ${JSON.stringify([arguments_, attributes])}`;
}

let unlike = 0;

function attributeKey(a: Attribute): unknown {
  if (a.kind === 'int' || a.kind === 'ints') return String(a.value);
  if (a.kind === 'float' || a.kind === 'string' || a.kind === 'strings') return a.value;
  if (a.kind === 'floats' && a.value.length < 64) return Array.from(a.value);
  return `#${++unlike}`;
}

const typeKey = (type: ValueType): unknown => (type.kind === 'tensor' ? [type.dtype, type.shape] : type);

function callAttributes(f: FunctionDef, given: Attributes): Attributes {
  return new Map([...f.attributeDefaults, ...given]);
}
