/**
 * Works out the values that are asked for, and what they need, in the order of need: whatever serves training, saving or
 * checking alone is never come upon. Calls are laid out in place.
 */
import { Held, naturalOf } from '../../../graph-model/builders/axis-orders.ts';
import { emitReplaced } from '../../../graph-model/builders/replaced-node.ts';
import { getString } from '../../../graph-model/core/attributes.ts';
import { isReplaced } from '../../../graph-model/edit/replace-node.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import type { FunctionDef, Node, ValueId } from '../../../graph-model/core/model.ts';
import { tensorOf, type DenseTensor, type Tensor } from '../../../graph-model/core/tensor.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import type { JobContext } from '../../../graph-model/job.ts';
import { TfCall } from '../lower/call.ts';
import { loweringOf } from '../lower/table.ts';
import { isVariable } from '../read/variables.ts';
import { ControlV1 } from './control-v1.ts';
import { CONTROL_HANDLERS } from './control-v2.ts';
import { Handling, type Evaluation, type Handlers } from './handler.ts';
import { ListUses } from './list-uses.ts';
import { LIST_HANDLERS } from './lists.ts';
import { Needs } from './needs.ts';
import { Scope } from './scope.ts';
import { refuse, type SourceModel } from './source.ts';
import { TABLE_HANDLERS } from './tables.ts';
import { folded } from '../../../graph-model/builders/folded.ts';
import { SourceConstant, type Thing } from './things.ts';

/** Functions that call each other without end are refused. */
const DEPTH_LIMIT = 200;
/** Calls that are laid out in place could grow without end. */
const NODE_LIMIT = 2_000_000;

/** Nodes that give on what they are given. */
const SAME: ReadonlySet<string> = new Set([
  'Identity',
  'IdentityN',
  'RefIdentity',
  'StopGradient',
  'PreventGradient',
  'CheckNumerics',
  'CheckNumericsV2',
  'PlaceholderWithDefault',
  'Snapshot',
  'ReadVariableOp',
  'Print',
]);

const HANDLERS: Handlers = { ...LIST_HANDLERS, ...CONTROL_HANDLERS, ...TABLE_HANDLERS };

export class Evaluator implements Evaluation {
  private readonly constants = new Map<Tensor, ValueId>();
  readonly listUses: ListUses;
  private readonly needs: Needs;
  private readonly frames: ControlV1;
  private done = 0;

  constructor(
    readonly source: SourceModel,
    private readonly job: JobContext,
  ) {
    this.listUses = new ListUses(source);
    this.needs = new Needs(source);
    this.frames = new ControlV1(source);
  }

  things(scope: Scope, values: readonly ValueId[]): Thing[] {
    this.ensure(scope, values);
    return values.map((v) => scope.find(v)!);
  }

  private ensure(scope: Scope, values: readonly ValueId[]): void {
    const stack = [...values].reverse();
    while (stack.length > 0) {
      const id = stack[stack.length - 1]!;
      const node = scope.find(id) ? null : this.source.producer(id);
      const missing = node === null ? [] : this.dependencies(scope, node, id).filter((v) => !scope.find(v));
      if (missing.length > 0) {
        stack.push(...missing.reverse());
        continue;
      }
      stack.pop();
      if (scope.find(id)) continue;
      if (node === null) scope.set(id, this.leaf(scope, id));
      else this.execute(scope, node, id);
    }
  }

  /** What must be known in the same scope before the value can be worked out. */
  private dependencies(scope: Scope, node: Node, id: ValueId): readonly ValueId[] {
    const special = this.frames.dependencies(scope, node);
    if (special) return special;
    if (node.op === 'IdentityN') return [node.inputs[node.outputs.indexOf(id)]!];
    const called = this.source.calledBy(node);
    const needed = called && this.needs.of(called.graph, node.outputs.indexOf(id));
    return node.inputs.filter((v, i): v is ValueId => v !== null && (needed === null || needed.has(i)));
  }

  private execute(scope: Scope, node: Node, id: ValueId): void {
    this.job.signal.throwIfAborted();
    if (++this.done > NODE_LIMIT) refuse(node, `the model comes to more than ${NODE_LIMIT} nodes`);
    if (this.done % 256 === 0) this.job.progress(this.done, 0, node.name);
    scope.e.origin = { dialect: 'tensorflow', op: node.op, name: scope.prefix + node.name };
    const called = this.source.calledBy(node);
    if (called) scope.set(id, this.call(scope, node, called, node.outputs.indexOf(id)));
    else this.bind(scope, node, this.results(scope, node, id), id);
  }

  private bind(scope: Scope, node: Node, results: readonly (Thing | null)[], wanted: ValueId): void {
    node.outputs.forEach((v, i) => v !== null && results[i] && scope.set(v, results[i]));
    if (!scope.find(wanted)) refuse(node, `its output ${node.outputs.indexOf(wanted)} has no ONNX form`);
  }

  private results(scope: Scope, node: Node, wanted: ValueId): readonly (Thing | null)[] {
    const inputs = node.inputs.map((v) => (v === null ? null : scope.find(v)));
    if (node.attributes.has('changed_by')) return [this.changed(scope, node)];
    if (SAME.has(node.op)) return inputs;
    const handling = new Handling(this, scope, node, inputs, wanted);
    const framed = this.frames.results(handling);
    if (framed) return framed;
    const handler = isReplaced(node) ? undefined : HANDLERS[node.op];
    if (!handler) return this.lower(handling);
    const result = handler(handling);
    return Array.isArray(result) ? (result as (Thing | null)[]) : [result as Thing];
  }

  /** What a variable is after it was given a value, or one was added to it; any other change is refused. */
  private changed(scope: Scope, node: Node): Thing {
    const by = getString(node, 'changed_by', '');
    const change = this.source.nodeNamed(node.graph, by);
    const value = change?.inputs[1] ?? null;
    const before = value === null ? null : this.things(scope, [value])[0];
    if (node.op === 'ReadVariableOp' && change?.op === 'AssignVariableOp' && before instanceof Held) return before;
    throw new FormatError('tensorflow.changed', { node: node.name, by });
  }

  private lower(h: Handling): readonly Thing[] {
    const { node } = h;
    if (isVariable(node)) this.refuseVariable(node);
    if (isReplaced(node)) {
      const inputs = node.inputs.map((_, i) => naturalOf(h.e, h.held(i)));
      return emitReplaced(h.e, this.source.model, node, inputs).map((v) => Held.of(v));
    }
    const lowering = loweringOf(node.op) ?? refuse(node, 'this operator has no ONNX form here');
    const call = new TfCall({
      e: h.e,
      node,
      inputs: node.inputs.map((_, i) => h.held(i)),
      denseOf: (t) => this.denseOf(t),
      elementsOf: (tensor) => this.source.denseOf(tensor),
      isOnlyReader: (i) => this.isReadOnce(node.inputs[i] ?? null),
      isRead: (i) => node.outputs[i] === h.wanted || this.source.isRead(node.outputs[i]!),
    });
    const result = lowering(call);
    const all = result instanceof Held ? [result] : result;
    const isFixed = call.inputs.length > 0 && call.inputs.every((t) => t.constant !== null);
    return isFixed ? all.map((t) => this.fixed(h, t)) : all;
  }

  /** What comes of constants alone is a constant, where it can be worked out here. */
  private fixed(h: Handling, t: Held): Held {
    if (t.natural === null || t.constant !== null) return t;
    const dense = folded(h.e, t.natural, (tensor) => this.source.denseOf(tensor));
    if (!dense) return t;
    const tensor = tensorOf(dense);
    const { name } = h.node;
    return Held.ofConstant(new SourceConstant(tensor, name, () => h.e.tensor(tensor, name)));
  }

  private refuseVariable(node: Node): never {
    const { nodes } = this.source.model;
    let count = 0;
    for (const n of nodes.values()) if (isVariable(n)) count++;
    throw new FormatError('tensorflow.no-values', { count, node: node.name });
  }

  /** True where one node of its graph reads what a node made, also by way of nodes that give it on. */
  private isReadOnce(value: ValueId | null): boolean {
    const maker = value === null ? null : this.source.producer(value);
    if (maker === null || this.source.model.uses.get(value!)?.length !== 1) return false;
    return SAME.has(maker.op) ? this.isReadOnce(maker.inputs[0] ?? null) : this.source.calledBy(maker) === null;
  }

  // ---- functions

  private call(scope: Scope, node: Node, called: FunctionDef, output: number): Thing {
    const graph = this.source.model.graphs.at(called.graph);
    let inner = scope.calls.get(node.id);
    if (!inner) {
      inner = this.functionScope({ e: scope.e, scope, node }, called);
      scope.calls.set(node.id, inner);
    }
    for (const [i, v] of graph.inputs.entries()) {
      const from = node.inputs[i];
      const thing = from === null || from === undefined ? null : scope.find(from);
      if (thing && !inner.find(v)) inner.set(v, thing);
    }
    const wanted = graph.outputs[output] ?? refuse(node, `its function has no output ${output}`);
    return this.things(inner, [wanted])[0]!;
  }

  private functionScope(at: { e: TypedEmitter; scope: Scope; node: Node }, called: FunctionDef): Scope {
    const { e, scope, node } = at;
    if (scope.depth > DEPTH_LIMIT) refuse(node, `functions call each other more than ${DEPTH_LIMIT} deep`);
    return new Scope(e, called.graph, prefixOf(scope, node), null, scope.depth + 1);
  }

  callFunction(
    at: { readonly e: TypedEmitter; readonly scope: Scope; readonly node: Node },
    name: string,
    args: readonly (Thing | null)[],
    wanted?: readonly number[],
  ): (Thing | null)[] {
    const called = this.source.functionNamed(name) ?? refuse(at.node, `the function ${name} is not in the file`);
    const { inputs, outputs } = this.source.model.graphs.at(called.graph);
    const inner = this.functionScope(at, called);
    inputs.forEach((v, i) => args[i] && inner.set(v, args[i]));
    const places = wanted ?? outputs.map((_, i) => i);
    return this.things(
      inner,
      places.map((p) => outputs[p] ?? refuse(at.node, `the function ${name} has no output ${p}`)),
    );
  }

  // ---- leaves

  /** A value that no node makes. */
  private leaf(scope: Scope, id: ValueId): Thing {
    const { constant, name } = this.source.value(id);
    if (constant)
      return Held.ofConstant(new SourceConstant(constant, name, () => this.constantOf(scope, constant, name)));
    const { fileName } = this.source.model.source;
    throw new FormatError('tensorflow.no-input', { file: fileName, node: 'the graph', input: name });
  }

  private constantOf(scope: Scope, tensor: Tensor, name: string): ValueId {
    if (tensor.data.kind === 'missing') throw missing(tensor.data.file, name);
    const known = this.constants.get(tensor) ?? scope.e.tensor(tensor, scope.prefix + name);
    this.constants.set(tensor, known);
    return known;
  }

  denseOf(t: Held): DenseTensor | null {
    if (!(t.constant instanceof SourceConstant)) return null;
    const { tensor } = t.constant;
    if (tensor.data.kind === 'missing') throw missing(tensor.data.file, t.constant.name);
    return this.source.denseOf(tensor);
  }
}

function missing(file: string, name: string): FormatError {
  return new FormatError('tensorflow.missing-data', { file, name });
}

/** Names of nodes in functions are those of the function's; a call that was named itself stands in front. */
function prefixOf(scope: Scope, node: Node): string {
  const plain = /(^|\/)((Stateful)?PartitionedCall)(_\d+)?$/.test(node.name) || node.name === node.op;
  return plain || !/PartitionedCall$/.test(node.op) ? scope.prefix : `${scope.prefix}${node.name}/`;
}
