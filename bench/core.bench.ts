/** What an edit and a pass cost on a model of 20,000 nodes. */
import { Draft, edit } from '../src/graph-model/core/draft.ts';
import type { Model } from '../src/graph-model/core/model.ts';
import { syntheticModel } from '../tests/support/synthetic-model.ts';
import { measure } from './measure.ts';

const NODES = 20_000;

/** Removes every Identity, as a pass does. */
export function removeIdentities(model: Model): Model {
  const d = new Draft(model);
  for (const node of model.nodes.values()) {
    if (node.op !== 'Identity') continue;
    d.replaceUses(node.outputs[0]!, d.node(node.id).inputs[0]!);
    d.removeNode(node.id);
  }
  return d.commit('Remove identities').after;
}

export function run() {
  const building = measure(
    () => null,
    () => syntheticModel(NODES),
    3,
    1,
  );
  const model = syntheticModel(NODES);
  const order = model.graphs.at(model.main).order;
  let at = 0;
  const next = () => order[(at = (at + 7919) % order.length)]!;
  const value = (m: Model) => m.nodes.at(next()).outputs[0]!;
  const rename = measure(next, (id) => edit(model, 'Rename', (d) => d.patchNode(id, { name: 'renamed' })), 500, 100);
  const rewire = measure(
    next,
    (id) => edit(model, 'Rewire', (d) => d.setInput(id, 0, model.nodes.at(order[0]!).inputs[0]!)),
    500,
    100,
  );
  const insert = measure(
    () => value(model),
    (v) =>
      edit(model, 'Insert', (d) => d.replaceUses(v, d.add(d.main, 'Neg', [model.graphs.at(model.main).inputs[0]!]))),
    100,
    20,
  );
  const remove = measure(
    () => model.nodes.at(next()),
    (n) =>
      edit(model, 'Remove', (d) => {
        d.replaceUses(n.outputs[0]!, n.inputs[0]!);
        d.removeNode(n.id);
      }),
    100,
    20,
  );
  const pass = measure(
    () => null,
    () => removeIdentities(model),
    10,
    3,
  );
  return { nodes: NODES, building, rename, rewire, insert, remove, 'remove 5,000 nodes': pass };
}
