/** Constant folding: what depends on no input is computed once and stored. */
import { Draft, label } from '../../graph-model/core/draft.ts';
import { isStatic } from '../../graph-model/core/dims.ts';
import {
  opsetsOf,
  opsetVersion,
  type Model,
  type Node,
  type NodeId,
  type ValueId,
} from '../../graph-model/core/model.ts';
import {
  denseByteLength,
  elementCount,
  storedByteLength,
  tensorOf,
  type DenseTensor,
  type Tensor,
} from '../../graph-model/core/tensor.ts';
import { graphsWithin } from '../../graph-model/core/traverse.ts';
import { diagnostic } from '../../graph-model/diagnostics.ts';
import type { JobContext } from '../../graph-model/job.ts';
import { foldNode, hasFold } from '../../graph-model/operators/fold/fold.ts';
import type { TypeTable } from '../../graph-model/operators/operator.ts';
import { constantOfNode, readSmallConstants, smallElements } from '../engine/constants.ts';
import { inputsOf, isGraphOutput, sweep } from '../engine/edits.ts';
import { Refusals } from '../engine/refusals.ts';
import { isFoldable } from '../engine/traits.ts';
import type { Applied, Pass, PassHost, PlanLedger } from '../rule.ts';
import { takeBranches } from './branches.ts';
import { graphsOfFunctions } from './constants.ts';

export interface FoldOptions {
  /** By how many megabytes the model may grow in all. */
  readonly growthLimit: number;
}

export const FOLD: Pass = {
  id: 'fold',
  label: 'Constant folding',
  summary:
    'What depends on no input is computed beforehand: from inferred shapes, here where it is small, else by the runtime. An If whose condition is known becomes its branch.',
  defaults: { growthLimit: 32 },
  run: async (model, options, host, job) => {
    await readSmallConstants(model, job.signal);
    const limit = Number(options.growthLimit) * 2 ** 20;
    const open = takeBranches(model, host);
    const first = foldKnown(open.after, host, job);
    const small = foldSmall(first.after, host, job, limit);
    const second = await foldComputed(small.after, host, job, limit);
    return {
      after: second.after,
      applied: [...open.applied, ...first.applied, ...small.applied, ...second.applied],
      refused: second.refused,
    };
  },
};

/** Values whose elements inference knows: shapes, and arithmetic on them. */
function foldKnown(model: Model, host: PassHost, job: JobContext) {
  const draft = new Draft(model);
  const types = host.types(model);
  const inFunction = graphsOfFunctions(model);
  const applied: Applied[] = [];
  for (const id of executionOrder(model)) {
    if (!draft.hasNode(id)) continue;
    job.signal.throwIfAborted();
    const node = draft.node(id);
    if (node.op === 'Constant' || inFunction.has(node.graph) || !isFoldable(node)) continue;
    const known = node.outputs.map((v) => (v === null ? null : types.constantOf(v)));
    if (known.length === 0 || node.outputs.some((v, i) => v !== null && (known[i] === null || isGraphOutput(draft, v))))
      continue;
    const tensors = known.map((d) => (d === null ? null : tensorOf(d)));
    applied.push(store(draft, node, tensors));
  }
  const after = applied.length === 0 ? model : draft.commit('Fold known shapes').after;
  return { after, applied };
}

/** Elements of a result up to which it is computed here: asking the runtime costs a session. */
const SMALL_RESULT = 4096;

/** Small results that have an exact kernel, in execution order, so that one feeds the next. */
function foldSmall(model: Model, host: PassHost, job: JobContext, limit: number) {
  const draft = new Draft(model);
  const types = host.types(model);
  const inFunction = graphsOfFunctions(model);
  const applied: Applied[] = [];
  let growth = 0;
  for (const id of executionOrder(model)) {
    if (!draft.hasNode(id)) continue;
    job.signal.throwIfAborted();
    const node = draft.node(id);
    if (!hasFold(node.domain, node.op) || inFunction.has(node.graph) || !isFoldable(node)) continue;
    if (node.outputs.some((v) => v !== null && (isGraphOutput(draft, v) || isLarge(types, v)))) continue;
    const tensors = resultOf(model, draft, node);
    if (tensors === null) continue;
    growth += tensors.reduce((n, t) => n + (t ? storedByteLength(t) : 0), -freedBytes(draft, node));
    if (growth > limit) break;
    applied.push(store(draft, node, tensors));
  }
  const after = applied.length === 0 ? model : draft.commit('Fold small constants').after;
  return { after, applied };
}

function isLarge(types: TypeTable, v: ValueId): boolean {
  const type = types.typeOf(v);
  return type?.kind === 'tensor' && isStatic(type.shape) && elementCount(type.shape) > SMALL_RESULT;
}

/** What a node makes of constants at hand; null where an input is none, or the kernel leaves it to the runtime. */
function resultOf(model: Model, draft: Draft, node: Node): (Tensor | null)[] | null {
  const inputs: (DenseTensor | null)[] = [];
  for (const v of node.inputs) {
    const dense = v === null ? null : elementsOf(draft, v);
    if (v !== null && dense === null) return null;
    inputs.push(dense);
  }
  const made = foldNode(node, inputs, opsetVersion(opsetsOf(model, node.graph), '') ?? 0);
  if (made === null || made.some((t) => t.values.length > SMALL_RESULT)) return null;
  return node.outputs.map((v, i) => (v === null || !made[i] ? null : tensorOf(made[i])));
}

function elementsOf(draft: Draft, v: ValueId): DenseTensor | null {
  const { producer, constant, graph } = draft.value(v);
  const tensor = producer === null ? constant : constantOfNode(draft.node(producer));
  if (!tensor || (producer === null && inputsOf(draft, graph).has(v))) return null;
  return smallElements(tensor);
}

/** Puts the tensors in the place of what a node makes, and removes it with whatever only it needed. */
function store(draft: Draft, node: Node, tensors: readonly (Tensor | null)[]): Applied {
  const place = label(node);
  node.outputs.forEach((v, i) => {
    const tensor = tensors[i];
    if (v === null || !tensor || draft.uses(v).length === 0) return;
    const constant = draft.constant(node.graph, tensor, draft.value(v).name);
    draft.replaceUses(v, constant);
  });
  return { by: 'fold', place, removed: sweep(draft, [node.id]), added: [] };
}

function executionOrder(model: Model): NodeId[] {
  const roots = [model.main, ...model.functions.map((f) => f.graph)];
  return roots.flatMap((root) => [...graphsWithin(model, root)].flatMap((g) => g.order));
}

/** The rest goes to the runtime, all in one session. */
async function foldComputed(model: Model, host: PassHost, job: JobContext, limit: number) {
  const refusals = new Refusals();
  const search = new Search(model, host, limit, refusals);
  const wanted = search.run(executionOrder(model));
  if (wanted.length === 0) return { after: model, applied: [], refused: refusals.list() };
  job.progress(0, 1, 'Computing constants');
  const tensors = await host.evaluate(model, wanted, job);
  job.signal.throwIfAborted();
  const found = new Map(wanted.map((v, i) => [v, tensors[i] ?? null]));
  const applied = install(search.draft, found, limit, host.ledger ?? { grown: 0 }, job, refusals);
  const after = applied.length === 0 ? model : search.draft.commit('Fold constants').after;
  return { after, applied, refused: refusals.list() };
}

function install(
  draft: Draft,
  found: ReadonlyMap<ValueId, Tensor | null>,
  limit: number,
  ledger: PlanLedger,
  job: JobContext,
  refusals: Refusals,
): Applied[] {
  const applied: Applied[] = [];
  let tooLarge = 0;
  for (const [v, tensor] of found) {
    if (!draft.hasValue(v)) continue;
    const maker = draft.producer(v)!;
    if (tensor === null) refusals.add('fold', label(maker), maker.id, 'The runtime could not compute it.');
    else if (ledger.grown + storedByteLength(tensor) - freedBytes(draft, maker) > limit) tooLarge++;
    else {
      ledger.grown += storedByteLength(tensor) - freedBytes(draft, maker);
      applied.push(storeOne(draft, maker, v, tensor));
    }
  }
  if (tooLarge > 0) job.report(diagnostic('optimize.too-large', { count: tooLarge, limit: limit / 2 ** 20 }));
  return applied;
}

function storeOne(draft: Draft, maker: Node, v: ValueId, tensor: Tensor): Applied {
  const constant = draft.constant(maker.graph, tensor, draft.value(v).name);
  draft.replaceUses(v, constant);
  return { by: 'fold', place: label(maker), removed: sweep(draft, [maker.id]), added: [] };
}

/** Bytes of initializers that only this node reads. */
function freedBytes(draft: Draft, node: Node): number {
  let bytes = 0;
  for (const v of new Set(node.inputs)) {
    if (v === null || draft.uses(v).length > 1) continue;
    const { constant } = draft.value(v);
    if (constant) bytes += storedByteLength(constant);
  }
  return bytes;
}

/** Finds the nodes that depend on constants alone, and the values of theirs that others read. */
class Search {
  readonly draft: Draft;
  private readonly types: TypeTable;
  private readonly computable = new Set<NodeId>();
  private readonly inFunction;

  constructor(
    private readonly model: Model,
    host: PassHost,
    private readonly limit: number,
    private readonly refusals: Refusals,
  ) {
    this.draft = new Draft(model);
    this.types = host.types(model);
    this.inFunction = graphsOfFunctions(model);
  }

  run(order: readonly NodeId[]): ValueId[] {
    for (const id of order) if (this.canCompute(this.model.nodes.at(id))) this.computable.add(id);
    const wanted: ValueId[] = [];
    for (const id of this.computable) {
      for (const v of this.model.nodes.at(id).outputs) if (v !== null && this.isRead(v)) wanted.push(v);
    }
    return wanted;
  }

  private isRead(v: ValueId): boolean {
    return this.draft.uses(v).some((u) => u.node !== null && !this.computable.has(u.node));
  }

  private canCompute(node: Node): boolean {
    if (node.op === 'Constant' || this.inFunction.has(node.graph) || !isFoldable(node)) return false;
    if (node.outputs.some((v) => v !== null && isGraphOutput(this.draft, v))) return false;
    if (node.outputs.every((v) => v === null)) return false;
    return node.inputs.every((v) => v === null || this.isFixed(node, v)) && this.isSmallEnough(node);
  }

  private isFixed(node: Node, v: ValueId): boolean {
    const { producer, constant, graph } = this.draft.value(v);
    if (producer !== null) return this.computable.has(producer) || constantOfNode(this.draft.node(producer)) !== null;
    if (!constant || inputsOf(this.draft, graph).has(v)) return false;
    if (constant.data.kind !== 'missing') return true;
    const why = `Its weights are in the file ${constant.data.file}, which has not been opened.`;
    this.refusals.add('fold', label(node), node.id, why);
    return false;
  }

  /** Operators that make much out of little are only computed where the size of the result is known to be small. */
  private isSmallEnough(node: Node): boolean {
    const freed = freedBytes(this.draft, node);
    for (const v of node.outputs) {
      const type = v === null ? null : this.types.typeOf(v);
      if (v === null) continue;
      if (type?.kind !== 'tensor' || !isStatic(type.shape)) {
        if (EXPANDING.has(node.op)) return this.refuseUnknown(node);
      } else if (denseByteLength(type.dtype, type.shape) - freed > this.limit) return this.refuseLarge(node);
    }
    return true;
  }

  private refuseUnknown(node: Node): false {
    this.refusals.add('fold', label(node), node.id, 'The size of its result is not known beforehand.');
    return false;
  }

  private refuseLarge(node: Node): false {
    const why = `It would add more than ${this.limit / 2 ** 20} MB to the file.`;
    this.refusals.add('fold', label(node), node.id, why);
    return false;
  }
}

const EXPANDING = new Set([
  'ConstantOfShape',
  'Expand',
  'Tile',
  'Range',
  'Resize',
  'Upsample',
  'OneHot',
  'Pad',
  'EyeLike',
]);
