import { expect, it } from 'vitest';
import { attributes } from '../../../src/graph-model/core/attributes.ts';
import { Draft } from '../../../src/graph-model/core/draft.ts';
import { emptyModel } from '../../../src/graph-model/core/empty.ts';
import { brokenLaws } from '../../../src/graph-model/core/validate.ts';
import { cutBefore } from '../../../src/graph-model/edit/replace-node.ts';
import { callsTo, pathOf } from '../../../src/graph-model/functions/lay-open.ts';

/** main: call → function inner: Relu → StringLower. */
function modelWithCall() {
  const draft = new Draft(emptyModel({ opsets: [] }));
  const inner = draft.newGraph('inner');
  const arg = draft.newValue(inner, 'arg');
  draft.setGraphInputs(inner, [arg]);
  const relu = draft.addNode(inner, { domain: 'tf', op: 'Relu', name: 'relu', inputs: [arg] });
  const lower = draft.addNode(inner, { domain: 'tf', op: 'StringLower', name: 'lower', inputs: relu.outputs });
  draft.setGraphOutputs(inner, [lower.outputs[0]!]);
  const def = {
    domain: 'tf',
    name: 'f',
    overload: '',
    graph: inner,
    attributes: [],
    attributeDefaults: new Map(),
    opsets: [],
  };
  draft.patchModel({ functions: [def] });
  const x = draft.newValue(draft.main, 'x');
  draft.setGraphInputs(draft.main, [x]);
  const f = attributes({ f: 'f' });
  const call = draft.addNode(draft.main, {
    domain: 'tf',
    op: 'PartitionedCall',
    name: 'call',
    inputs: [x],
    attributes: f,
  });
  draft.setGraphOutputs(draft.main, [call.outputs[0]!]);
  return { model: draft.commit('Make').after, lower: lower.id };
}

it('finds the calls that lead to a node of a function', () => {
  const { model, lower } = modelWithCall();
  const node = model.nodes.at(lower);
  expect([...callsTo(model, node.graph)].map((calls) => pathOf(calls, node))).toEqual(['call/lower']);
});

it('lays a function open to cut before one of its nodes', () => {
  const { model, lower } = modelWithCall();
  const { before, after } = cutBefore(model, lower);
  expect(before).toBe(model);
  expect(brokenLaws(after)).toEqual([]);
  const main = after.graphs.at(after.main);
  expect(main.order.map((id) => after.nodes.at(id).name)).toEqual(['call/relu']);
  expect(main.outputs.map((v) => after.values.at(v).producer)).toEqual(main.order);
});
