/** An If whose condition is known is the branch that runs; the other one may not even fit the shapes that are there. */
import { Draft, label } from '../../graph-model/core/draft.ts';
import type { Model, Node } from '../../graph-model/core/model.ts';
import { nodesWithin } from '../../graph-model/core/traverse.ts';
import { replaceNode } from '../../graph-model/functions/connect.ts';
import { Copier } from '../../graph-model/functions/copy.ts';
import type { TypeTable } from '../../graph-model/operators/operator.ts';
import type { Applied, PassHost } from '../rule.ts';

/** Puts the nodes of the branch that runs in the place of every If of the main graph whose condition is known. */
export function takeBranches(model: Model, host: PassHost): { after: Model; applied: Applied[] } {
  const applied: Applied[] = [];
  let after = model;
  // A branch may hold further ones: each round opens the outermost.
  for (let found = knownIfs(after, host); found.length > 0; found = knownIfs(after, host)) {
    const draft = new Draft(after);
    const types = host.types(after);
    for (const node of found) if (draft.hasNode(node.id)) applied.push(takeBranch(draft, node, types));
    after = draft.commit('Take branches').after;
  }
  return { after, applied };
}

function knownIfs(model: Model, host: PassHost): Node[] {
  const ifs = [...nodesWithin(model, model.main)].filter((n) => n.op === 'If' && n.domain === '');
  if (ifs.length === 0) return [];
  const types = host.types(model);
  return ifs.filter((n) => branchOf(n, types) !== null);
}

function branchOf(node: Node, types: TypeTable) {
  const condition = node.inputs[0] ?? null;
  const known = condition === null ? null : types.constantOf(condition);
  if (known?.dtype !== 'bool' || known.values.length !== 1) return null;
  const branch = node.attributes.get(Number(known.values[0]) === 0 ? 'else_branch' : 'then_branch');
  return branch?.kind === 'graph' ? branch.value : null;
}

function takeBranch(draft: Draft, node: Node, types: TypeTable): Applied {
  const branch = draft.graph(branchOf(node, types)!);
  const copier = new Copier(draft, draft, { nodeName: (n) => n.name, valueName: () => '' });
  copier.initializers(branch, node.graph);
  const nodes = branch.order.map((id) => copier.node(id, node.graph).id);
  const results = branch.outputs.map((v) => copier.of(v));
  replaceNode(
    draft,
    node,
    node.outputs.map((v, i) => (v === null ? null : (results[i] ?? null))),
  );
  return { by: 'fold', place: label(node), removed: [node.id], added: nodes };
}
