import { describe, expect, test } from 'vitest';
import { openModel } from '../../../src/converters/open.ts';
import { fileBytes, writeOnnx } from '../../../src/converters/onnx/write.ts';
import { EditError } from '../../../src/graph-model/core/draft.ts';
import type { Model, NodeId } from '../../../src/graph-model/core/model.ts';
import { groupNodes, renameGroup, renameNode, ungroup } from '../../../src/graph-model/edit/index.ts';
import { groupTree } from '../../../src/graph-model/groups/groups.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { parseModel } from '../../../src/graph-model/text/parse.ts';
import { checkChange } from '../../support/check-change.ts';

const start = parseModel(`<ir_version: 10, opset_import: ["" : 21]>
main (float[2] x) => (float[2] y)
{
  ["/enc/attn/q"] a = Relu(x)
  ["/enc/attn/k"] b = Neg(a)
  ["/enc/mlp/up"] c = Exp(b)
  ["/enc/mlp/down"] d = Log(c)
  ["/head/one"] e = Abs(d)
  ["/head/two"] y = Sqrt(e)
}`);

const id = (model: Model, name: string): NodeId => [...model.nodes.values()].find((n) => n.name === name)!.id;
const ids = (model: Model, ...names: string[]) => names.map((n) => id(model, n));
const groups = (model: Model) =>
  groupTree(model, model.main).groups.map((g) => `${g.scope.path}=${g.count}${g.scope.own ? ' own' : ''}`);
const key = (path: string) => `g${start.main}/${path}`;
const apply = (change: Parameters<typeof checkChange>[0]) => checkChange(change);

describe('groups that a person makes', () => {
  test('lie within the scope that holds all nodes, keep the scopes inside, and may hold one node', () => {
    const one = apply(groupNodes(start, ids(start, '/enc/attn/k', '/enc/mlp/up', '/enc/mlp/down'), 'mine'));
    expect(groups(one)).toEqual(['enc/mine=3 own', 'enc/mine/mlp=2', 'head=2']);
    const single = apply(groupNodes(start, ids(start, '/head/one'), 'alone'));
    expect(groups(single)).toContain('head/alone=1 own');
    const all = apply(groupNodes(start, start.graphs.at(start.main).order, 'everything'));
    expect(groups(all)[0]).toBe('everything=6 own');
  });

  test('nest, are renamed and are taken apart, and what is inside stays', () => {
    let model = apply(groupNodes(start, ids(start, '/enc/attn/q', '/enc/attn/k'), 'outer'));
    model = apply(groupNodes(model, ids(model, '/enc/attn/k'), 'inner'));
    expect(groups(model)).toContain('enc/attn/outer/inner=1 own');
    model = apply(renameGroup(model, model.main, key('enc/attn/outer'), 'renamed'));
    expect(groups(model)).toEqual(expect.arrayContaining(['enc/attn/renamed=2 own', 'enc/attn/renamed/inner=1 own']));
    const flat = apply(ungroup(model, model.main, key('enc/attn/renamed')));
    expect(groups(flat).filter((g) => g.endsWith('own'))).toEqual(['enc/attn/inner=1 own']);
    const none = apply(ungroup(flat, flat.main, key('enc/attn/inner')));
    expect(groups(none)).toEqual(groups(start));
    // Taking the inner one apart leaves its nodes in the outer one.
    const rest = apply(ungroup(model, model.main, key('enc/attn/renamed/inner')));
    expect(groups(rest)).toContain('enc/attn/renamed=2 own');
  });

  test('survive edits, and are saved in the file', async () => {
    let model = apply(groupNodes(start, ids(start, '/head/one', '/enc/mlp/down'), 'across'));
    model = apply(renameNode(model, id(model, '/head/one'), 'other'));
    expect(groups(model)).toContain('across=2 own');
    const bytes = await fileBytes(writeOnnx(model).files[0]!);
    const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
    const opened = await openModel([{ name: 'm.onnx', path: 'm.onnx', blob }], quietJob());
    expect(groups(opened.model)).toEqual(groups(model));
  });

  test.each([
    ['', /needs a name/],
    ['a/b', /cannot hold/],
    ['a\nb', /line ends/],
  ])('a name that cannot be is refused: %j', (name, why) => {
    expect(() => groupNodes(start, ids(start, '/head/one'), name)).toThrow(why);
  });

  test('a scope of the file is not taken apart', () => {
    expect(() => ungroup(start, start.main, key('head'))).toThrow(EditError);
    expect(() => ungroup(start, start.main, key('head'))).toThrow(/comes from the names in the file/);
    expect(() => groupNodes(start, [], 'x')).toThrow(/Nothing is selected/);
  });
});
