import { describe, expect, it } from 'vitest';
import { pasteNodes } from '../../../src/graph-model/edit/index.ts';
import { parseFragment } from '../../../src/graph-model/text/parse.ts';
import { checkChange } from '../../support/check-change.ts';
import { expressionsOf } from '../../support/same-graph.ts';

const opsets = [{ domain: '', version: 21 }];
const model = parseFragment('(float[N,4] x) => (float[N,4] y) { h = Relu(x)  y = Neg(h) }', { opsets, irVersion: 10 });
const paste = (text: string) => pasteNodes(model, model.main, parseFragment(text, { opsets }));

describe('pasting nodes', () => {
  it('reads names that are there, and gives taken names anew', () => {
    const { change, copies } = paste('y = Exp(h)  z = Log(y)');
    const after = checkChange(change);
    expect(copies).toHaveLength(2);
    expect(after.graphs.at(after.main).inputs).toHaveLength(1);
    expect([...after.nodes.values()].map((n) => n.op)).toEqual(['Relu', 'Neg', 'Exp', 'Log']);
    const exp = after.nodes.at(copies[0]!);
    expect(after.values.at(exp.inputs[0]!).name).toBe('h');
    expect(after.values.at(after.nodes.at(copies[1]!).inputs[0]!).producer).toBe(exp.id);
    expect(change.label).toBe('Paste 2 nodes');
  });

  it('makes other names inputs', () => {
    const after = checkChange(paste('z = Add(h, other)').change);
    expect(after.graphs.at(after.main).inputs.map((v) => after.values.at(v).name)).toEqual(['x', 'other']);
    expect(expressionsOf(after).length).toBeGreaterThan(0);
  });

  it('says so where there is nothing to paste', () => {
    const empty = parseFragment('(float[2] x) => (x) { }', { opsets });
    expect(() => pasteNodes(model, model.main, empty)).toThrow('holds no nodes');
  });
});
