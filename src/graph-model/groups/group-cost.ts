/** What each group of a graph costs: the sum over its nodes, those of inner groups included. */
import type { Model, Node, ValueId } from '../core/model.ts';
import type { Dim } from '../core/types.ts';
import { costOf, isParameter, parametersOf } from '../operators/cost.ts';
import type { TypeTable } from '../operators/operator.ts';
import { addDim, mulDim } from '../operators/symbolic.ts';
import type { GroupTree } from './groups.ts';

export interface GroupCost {
  /** Multiply-adds of one run; a number, or an expression over the model's dimension names. */
  readonly macs: Dim;
  /** Nodes whose multiply-adds could not be told; they count as 0. */
  readonly unknown: number;
  /** Elements of the weights that its nodes read, each once, however many of them read it. */
  readonly parameters: number;
  /** Bytes of everything its nodes make; weights held in Constant nodes are no activations. */
  readonly activationBytes: Dim;
}

/** By the index of the group in `tree.groups`. One walk over the nodes, whatever the depth of the groups. */
export function costOfGroups(model: Model, tree: GroupTree, types: TypeTable): readonly GroupCost[] {
  const sums = tree.groups.map(() => new Sum());
  for (const [id, innermost] of tree.of) {
    const node = model.nodes.at(id);
    const part = partOf(model, node, types);
    for (let g = innermost; g >= 0; g = tree.groups[g]!.parent) sums[g]!.add(part);
  }
  return sums.map((s) => s.cost(model));
}

/** One selection of nodes as if it were a group. */
export function costOfSelection(model: Model, nodes: Iterable<Node>, types: TypeTable): GroupCost {
  const sum = new Sum();
  for (const node of nodes) sum.add(partOf(model, node, types));
  return sum.cost(model);
}

interface Part {
  readonly macs: Dim;
  readonly bytes: Dim;
  readonly weights: readonly ValueId[];
}

function partOf(model: Model, node: Node, types: TypeTable): Part {
  const { macs, outputBytes } = costOf(model, node, types);
  const weights = node.inputs.filter((v) => v !== null && isParameter(model, v)) as ValueId[];
  return { macs, bytes: outputBytes, weights };
}

/** Equal amounts are counted and multiplied at the end, so that adding up thousands of expressions stays cheap. */
class Sum {
  private readonly macs = new Map<Dim, number>();
  private readonly bytes = new Map<Dim, number>();
  private readonly weights = new Set<ValueId>();

  add({ macs, bytes, weights }: Part): void {
    this.macs.set(macs, (this.macs.get(macs) ?? 0) + 1);
    this.bytes.set(bytes, (this.bytes.get(bytes) ?? 0) + 1);
    for (const v of weights) this.weights.add(v);
  }

  cost(model: Model): GroupCost {
    let parameters = 0;
    for (const v of this.weights) parameters += parametersOf(model, v);
    const unknown = this.macs.get(null) ?? 0;
    return { macs: total(this.macs), unknown, parameters, activationBytes: total(this.bytes) };
  }
}

function total(amounts: ReadonlyMap<Dim, number>): Dim {
  let sum: Dim = 0;
  for (const [amount, times] of amounts) if (amount !== null) sum = addDim(sum, mulDim(amount, times));
  return sum;
}
