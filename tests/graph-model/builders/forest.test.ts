import { describe, expect, it } from 'vitest';
import { evaluateForest } from '../../../src/graph-model/builders/forest-evaluate.ts';
import { forestAttributes, forestOf } from '../../../src/graph-model/builders/forest-attributes.ts';
import { floatDown, floatUp, treeNodes } from '../../../src/graph-model/builders/forest-nodes.ts';
import { joinTrees, RULE, type TreePart } from '../../../src/graph-model/builders/forest.ts';

const stump = (part: Partial<TreePart> = {}): TreePart => ({
  target: 0,
  view: [0],
  rule: [RULE.lessOrEqual],
  threshold: [0.1],
  nanLeft: [1],
  left: [-1],
  right: [-2],
  leaves: [10, 20],
  ...part,
});
const fail = (why: string): never => {
  throw new Error(why);
};
const join = (...trees: TreePart[]) => joinTrees({ columns: 2, outputs: 1, base: [0.5] }, trees, fail);

describe('thresholds as float32', () => {
  const thresholds = [
    0,
    -0,
    0.1,
    -0.1,
    1e300,
    -1e300,
    1e-300,
    -1e-300,
    3.4028234663852886e38,
    16777217,
    -1e-35,
    2 ** -149,
  ];
  it.each(thresholds)('%d sends every float32 neighbour the same way', (t) => {
    const near = [Math.fround(t), floatDown(t), floatUp(t), -Infinity, Infinity, 0, 2 ** -149, -(2 ** -149)];
    for (const x of near.map(Math.fround)) {
      expect(x <= floatDown(t)).toBe(x <= t);
      expect(x < floatUp(t)).toBe(x < t);
    }
  });
});

describe('a forest', () => {
  it('gives base and leaves, and sends NaN where it belongs', () => {
    const f = join(stump(), stump({ nanLeft: [0], view: [1] }));
    expect([...evaluateForest(f, [0.1, 0.2])]).toEqual([30.5]);
    expect([...evaluateForest(f, [NaN, NaN])]).toEqual([30.5]);
  });

  it('comes back from the attributes of its node', () => {
    const f = join(stump(), stump({ rule: [RULE.member], threshold: [0], sets: [[3, 1]] }));
    expect(forestOf({ attributes: new Map(forestAttributes(f)) })).toEqual(f);
  });

  it('chains the members of a set, all with the same true branch', () => {
    const f = join(stump({ rule: [RULE.member], threshold: [0], sets: [[5, 7, 9]] }));
    const nodes = treeNodes(f, Int32Array.of(0));
    expect([...nodes.value.subarray(0, 3)]).toEqual([5, 7, 9]);
    expect(new Set(nodes.whenTrue.subarray(0, 3)).size).toBe(1);
    expect([...nodes.whenFalse.subarray(0, 2)]).toEqual([1, 2]);
  });

  const broken: [string, Partial<TreePart>, RegExp][] = [
    ['a child that does not exist', { left: [5] }, /split 5, which does not exist/],
    ['a leaf that does not exist', { right: [-9] }, /leaf 8, which does not exist/],
    ['a leaf reached twice', { right: [-1] }, /leaf 0 twice/],
    ['a circle', { left: [0] }, /split 0 twice/],
    ['a column that does not exist', { view: [2] }, /column 2/],
    ['no leaves', { leaves: [] }, /no leaves/],
    ['a set that is missing', { rule: [RULE.member] }, /no categories/],
  ];
  it.each(broken)('refuses %s', (_, part, message) => {
    expect(() => join(stump(part))).toThrow(message);
  });
});
