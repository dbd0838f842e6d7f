import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildModel } from '../../../src/graph-model/core/empty.ts';
import { floatTensor } from '../../../src/graph-model/core/tensor.ts';
import { tensorType } from '../../../src/graph-model/core/types.ts';
import { costOfGroups, costOfSelection } from '../../../src/graph-model/groups/group-cost.ts';
import { groupOfNodes, groupTree, nodesWithin } from '../../../src/graph-model/groups/groups.ts';
import { costOf } from '../../../src/graph-model/operators/cost.ts';
import { inferTypes } from '../../../src/graph-model/operators/infer/inference.ts';
import { readModel } from '../../support/infer-model.ts';
import { SHARED } from '../../support/onnx-samples.ts';

/** Two blocks of three nodes that share one weight: /a/{fc1,fc2,act}, /b/{…}. */
const model = buildModel({ opsets: [{ domain: '', version: 21 }] }, (d) => {
  let last = d.newValue(d.main, 'x', null, { type: tensorType('float', ['N', 8]) });
  d.setGraphInputs(d.main, [last]);
  const shared = d.constant(d.main, floatTensor(new Float32Array(64), [8, 8]));
  for (const block of ['a', 'b'])
    for (const [op, name] of [
      ['MatMul', 'fc1'],
      ['MatMul', 'fc2'],
      ['Relu', 'act'],
    ] as const) {
      const inputs = op === 'MatMul' ? [last, shared] : [last];
      const node = d.addNode(d.main, { op, name: `/${block}/${name}`, inputs, outputs: [`${block}_${name}`] });
      last = node.outputs[0]!;
    }
  d.setGraphOutputs(d.main, [last]);
});

describe('cost of groups', () => {
  it('sums multiply-adds and activations, and counts a shared weight once', () => {
    const tree = groupTree(model, model.main);
    const costs = costOfGroups(model, tree, inferTypes(model));
    expect(tree.groups.map((g) => g.name)).toEqual(['a', 'b']);
    const one = { macs: '128*N', unknown: 0, parameters: 64, activationBytes: '96*N' };
    expect(costs).toEqual([one, one]);
    expect(costOfSelection(model, model.nodes.values(), inferTypes(model))).toEqual({
      macs: '256*N',
      unknown: 0,
      parameters: 64,
      activationBytes: '192*N',
    });
  });

  it('finds the group that a selection is', () => {
    const [a, b] = groupTree(model, model.main).groups;
    expect(groupOfNodes(model, nodesWithin(b!.scope))?.name).toBe('b');
    expect(groupOfNodes(model, nodesWithin(a!.scope).slice(1))).toBeNull();
    expect(groupOfNodes(model, [...model.nodes.keys()])).toBeNull();
  });

  const file = `${SHARED}graphs/gpt2_small.onnx`;
  it.skipIf(!existsSync(file))(
    'agrees with the nodes of every group (skipped without the shared data set)',
    async () => {
      const gpt = await readModel(file);
      const types = inferTypes(gpt);
      const tree = groupTree(gpt, gpt.main);
      const costs = costOfGroups(gpt, tree, types);
      expect(costs.length).toBeGreaterThan(10);
      for (const [i, group] of tree.groups.entries()) {
        const own = [...tree.of].filter(([, g]) => isWithin(g, i)).map(([id]) => gpt.nodes.at(id));
        expect(costOfSelection(gpt, own, types), group.key).toEqual(costs[i]);
        expect(own.map((n) => costOf(gpt, n, types).macs).filter((m) => m === null).length).toBe(costs[i]!.unknown);
      }
      function isWithin(g: number, outer: number): boolean {
        return g === outer || (g >= 0 && isWithin(tree.groups[g]!.parent, outer));
      }
    },
  );
});
