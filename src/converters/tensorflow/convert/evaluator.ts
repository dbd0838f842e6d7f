/**
 * Works out the values that are asked for, and what they need, in the order of need: whatever serves training, saving or
 * checking alone is never come upon. Calls are laid out in place.
 */
import { Held } from '../../../graph-model/builders/axis-orders.ts';
import { getString } from '../../../graph-model/core/attributes.ts';
import type { FunctionDef, Node, ValueId } from '../../../graph-model/core/model.ts';
import type { DenseTensor, Tensor } from '../../../graph-model/core/tensor.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import type { JobContext } from '../../../graph-model/job.ts';
import { isVariable } from '../read/variables.ts';
import { TfCall } from '../lower/call.ts';
import { loweringOf } from '../lower/table.ts';
import { Needs } from './needs.ts';
import { Scope } from './scope.ts';
import type { SourceModel } from './source.ts';
import { SourceConstant, type Thing } from './things.ts';

/** Functions that call each other without end are refused. */
const DEPTH_LIMIT = 200;
/** Calls that are laid out in place could grow without end. */
const NODE_LIMIT = 2_000_000;

export function refuse(node: Pick<Node, 'name' | 'op'>, why: string): never {
  throw new FormatError('tensorflow.unsupported', { node: node.name, op: node.op, why });
}

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

const CALLS: ReadonlySet<string> = new Set(['PartitionedCall', 'StatefulPartitionedCall', 'RemoteCall']);

export class Evaluator {
  private readonly constants = new Map<Tensor, ValueId>();
  private readonly needs: Needs;
  private done = 0;

  constructor(
    readonly source: SourceModel,
    private readonly job: JobContext,
  ) {
    this.needs = new Needs(source, (node) => this.calledBy(node));
  }

  /** The things of values, worked out where they are not yet. */
  things(scope: Scope, values: readonly ValueId[]): Thing[] {
    this.ensure(scope, values);
    return values.map((v) => scope.find(v)!);
  }

  private ensure(scope: Scope, values: readonly ValueId[]): void {
    const stack = [...values];
    while (stack.length > 0) {
      const id = stack[stack.length - 1]!;
      const node = scope.find(id) ? null : this.source.producer(id);
      const missing = node === null ? [] : this.dependencies(node, id).filter((v) => !scope.find(v));
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
  private dependencies(node: Node, id: ValueId): readonly ValueId[] {
    const called = this.calledBy(node);
    const needed = called && this.needs.of(called.graph, node.outputs.indexOf(id));
    return node.inputs.filter((v, i): v is ValueId => v !== null && (needed === null || needed.has(i)));
  }

  /** The function that a node calls, by its attribute or, as TensorFlow 1 did it, by its operator. */
  private calledBy(node: Node): FunctionDef | null {
    if (!CALLS.has(node.op)) return this.source.functionNamed(node.op);
    const name = getString(node, 'f', '');
    return this.source.functionNamed(name) ?? refuse(node, `the function ${name} is not in the file`);
  }

  private execute(scope: Scope, node: Node, id: ValueId): void {
    this.job.signal.throwIfAborted();
    if (++this.done > NODE_LIMIT) refuse(node, `the model comes to more than ${NODE_LIMIT} nodes`);
    if (this.done % 256 === 0) this.job.progress(this.done, 0, node.name);
    scope.e.origin = { dialect: 'tensorflow', op: node.op, name: scope.prefix + node.name };
    const called = this.calledBy(node);
    if (called) scope.set(id, this.call(scope, node, called, node.outputs.indexOf(id)));
    else this.bind(scope, node, this.lower(scope, node, id), id);
  }

  private bind(scope: Scope, node: Node, results: readonly Thing[], wanted: ValueId): void {
    node.outputs.forEach((v, i) => v !== null && results[i] && scope.set(v, results[i]));
    if (!scope.find(wanted)) refuse(node, `its output ${node.outputs.indexOf(wanted)} has no ONNX form`);
  }

  private lower(scope: Scope, node: Node, wanted: ValueId): readonly Thing[] {
    const inputs = node.inputs.map((v) => scope.find(v!)!);
    if (SAME.has(node.op)) return inputs;
    if (isVariable(node)) this.refuseVariable(node);
    const lowering = loweringOf(node.op) ?? refuse(node, 'this operator has no ONNX form here');
    const call = new TfCall({
      e: scope.e,
      node,
      inputs,
      denseOf: (t) => this.denseOf(t),
      isOnlyReader: (i) => this.isReadOnce(node.inputs[i] ?? null),
      isRead: (i) => node.outputs[i] === wanted || this.source.isRead(node.outputs[i]!),
    });
    const result = lowering(call);
    return result instanceof Held ? [result] : result;
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
    return SAME.has(maker.op) ? this.isReadOnce(maker.inputs[0] ?? null) : this.calledBy(maker) === null;
  }

  // ---- functions

  private call(scope: Scope, node: Node, called: FunctionDef, output: number): Thing {
    const graph = this.source.model.graphs.at(called.graph);
    let inner = scope.calls.get(node.id);
    if (!inner) {
      if (scope.depth > DEPTH_LIMIT) refuse(node, `functions call each other more than ${DEPTH_LIMIT} deep`);
      inner = new Scope(scope.e, called.graph, prefixOf(scope, node), null, scope.depth + 1);
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

  /** The elements of a tensor that is a constant of the source. */
  private denseOf(t: Held): DenseTensor | null {
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
  return plain ? scope.prefix : `${scope.prefix}${node.name}/`;
}
