import { describe, expect, test } from 'vitest';
import { buildModel } from '../../../src/graph-model/core/empty.ts';
import type { Model } from '../../../src/graph-model/core/model.ts';
import { collapsedTo, firstCollapsed, groupsAround, groupTree } from '../../../src/graph-model/groups/groups.ts';
import { syntheticModel } from '../../support/synthetic-model.ts';

/** A chain of nodes by name (or by operator where there are no names). */
function chain(
  names: readonly string[],
  ops: readonly string[] = [],
  metadata?: (i: number) => [string, string],
): Model {
  return buildModel({}, (d) => {
    let last = d.newValue(d.main, 'x', null, {});
    d.setGraphInputs(d.main, [last]);
    names.forEach((name, i) => {
      const op = ops[i % Math.max(1, ops.length)] ?? 'Relu';
      const node = d.addNode(d.main, { op, name, inputs: [last], outputs: [`v${i}`] });
      if (metadata) d.patchNode(node.id, { metadata: new Map([metadata(i)]) });
      last = node.outputs[0]!;
    });
    d.setGraphOutputs(d.main, [last]);
  });
}

const named = (model: Model) => groupTree(model, model.main).groups.map((g) => `${g.depth}:${g.name}=${g.count}`);

describe('groups', () => {
  test('paths make nested groups, lists join their numbers, single nodes make none', () => {
    const model = chain([
      '/a/x/Relu',
      '/a/x/Relu_1',
      '/a/y/0/Relu',
      '/a/y/0/Neg',
      '/b/Relu',
      '/c/p/Relu',
      '/c/q/Relu',
      '/d/q',
      '/d/r',
    ]);
    expect(named(model)).toEqual(['0:a=4', '1:x=2', '1:y.0=2', '0:c=2', '0:d=2']);
  });

  test('a scope around nearly everything is no group', () => {
    const model = chain(['/m/a/1', '/m/a/2', '/m/b/1', '/m/b/2', '/z']);
    expect(named(model)).toEqual(['0:a=2', '0:b=2']);
  });

  test('module names in the metadata go before node names', () => {
    const scopes = (i: number): [string, string] => [
      'pkg.torch.onnx.name_scopes',
      `['', 'layers.${i >> 2}', 'layers.${i >> 2}.${i % 4 < 2 ? 'attn' : 'mlp'}', 'op_${i}']`,
    ];
    const model = chain(
      Array.from({ length: 12 }, (_, i) => `node_${i}`),
      [],
      scopes,
    );
    const one = (i: number) => [`0:layers.${i}=4`, '1:attn=2', '1:mlp=2'];
    expect(named(model)).toEqual([...one(0), ...one(1), ...one(2)]);
  });

  test('without names, blocks that repeat are found', () => {
    const model = chain(new Array(40).fill(''), ['MatMul', 'Add', 'Relu', 'Mul', 'Tanh', 'Sub', 'Neg']);
    const { groups } = groupTree(model, model.main);
    expect(groups.length).toBeGreaterThanOrEqual(4);
    expect(new Set(groups.map((g) => g.count))).toEqual(new Set([7]));
  });

  test('nothing repeats: no groups', () => {
    const ops = 'Abs Neg Exp Log Sqrt Relu Tanh Sin Cos Tan Ceil Floor Round Sign Erf Not Elu Selu Celu Mish'.split(
      ' ',
    );
    expect(named(chain(new Array(20).fill(''), ops))).toEqual([]);
  });

  test('keys around a node from the outside in', () => {
    const model = chain(['/a/x/1', '/a/x/2', '/a/z', '/b/1', '/b/2', '/b/3']);
    const tree = groupTree(model, model.main);
    const [first] = model.graphs.at(model.main).order;
    expect(groupsAround(tree, first!)).toEqual([`g${model.main}/a`, `g${model.main}/a/x`]);
    expect([...collapsedTo(tree, 1)]).toEqual([`g${model.main}/a/x`]);
  });

  test('small models open expanded, large ones with all groups closed that are too many to read', () => {
    expect(firstCollapsed(syntheticModel(400)).size).toBe(0);
    const large = syntheticModel(6000);
    expect(firstCollapsed(large).size).toBe(groupTree(large, large.main).groups.length);
  });
});
