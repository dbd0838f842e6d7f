// @vitest-environment jsdom
import { act } from 'react';
import { afterEach, describe, expect, test } from 'vitest';
import { buildModel } from '../../../src/graph-model/core/empty.ts';
import { Outline } from '../../../src/ui/panels/outline/outline.tsx';
import { parseModel } from '../../../src/graph-model/text/parse.ts';
import { firstOpen, keysTo, outlineRows } from '../../../src/ui/panels/outline/rows.ts';
import { separatorOf } from '../../../src/graph-model/groups/scopes.ts';
import { treeMove, typeAhead } from '../../../src/ui/panels/outline/tree-keys.ts';
import { cleanUp, click, labelled, press, type } from '../../support/render.tsx';
import { exampleModel, nodeNamed, openExample, show } from './panels.tsx';

afterEach(cleanUp);

const labels = (box: ParentNode) =>
  [...box.querySelectorAll('[role=treeitem] .gp-row-label')].map((e) => e.textContent);

describe('rows', () => {
  test('scopes hold their nodes; a scope of one node is that node', () => {
    const model = exampleModel();
    const rows = outlineRows(model, new Set([`g${model.main}/stem`]));
    expect(rows.map((r) => `${' '.repeat(r.depth)}${r.label}`)).toEqual([
      'Inputs',
      'stem',
      ' Relu',
      ' mean',
      ' conv',
      'head',
      'Outputs',
      'Initializers',
    ]);
    expect(rows[1]).toMatchObject({ count: 3, open: true, place: 2 });
  });

  test('the way to a node is known, and nothing leads to a node that is gone', () => {
    const model = exampleModel();
    expect(keysTo(model, nodeNamed(model, '/stem/conv/Conv'))).toEqual([`g${model.main}/stem`]);
    expect(keysTo(model, 999 as never)).toEqual([]);
  });

  test('names without scopes stay a flat list', () => {
    expect(separatorOf([{ name: 'a' }, { name: 'b' }])).toBeNull();
    expect(separatorOf([{ name: 'layer.0.conv' }, { name: 'layer.1.conv' }])).toBe('.');
    expect(separatorOf([{ name: 'a/b.c' }, { name: 'x/y.z' }])).toBe('/');
    expect(separatorOf([{ name: '' }])).toBeNull();
  });

  test('many constants of a scope stand in a row of their own, which opens on the way to one', () => {
    const lines = Array.from(
      { length: 5 },
      (_, i) => `  c${i} = Constant<value_int = ${i}>()\n  s${i} = Add(c${i}, x)`,
    );
    const many = parseModel(`<ir_version: 10, opset_import: ["" : 21]>
main (int64 x) => (int64 s4) {
${lines.join('\n')}
}`);
    const key = `g${many.main}/#constants`;
    expect(outlineRows(many, new Set()).find((r) => r.key === key)).toMatchObject({ label: 'Constants', count: 5 });
    const constant = [...many.nodes.values()].find((n) => n.op === 'Constant')!.id;
    expect(keysTo(many, constant)).toEqual([key]);
    expect(outlineRows(many, new Set()).some((r) => r.key === `n${constant}`)).toBe(false);
    expect(outlineRows(many, new Set([key])).some((r) => r.key === `n${constant}`)).toBe(true);
  });

  test('opening costs what is open: 100,000 nodes in scopes give few rows', () => {
    const big = buildModel({}, (d) => {
      for (let i = 0; i < 100_000; i++)
        d.addNode(d.main, { op: 'Relu', name: `/layer.${i >> 10}/op_${i}`, inputs: [] });
    });
    expect(outlineRows(big, firstOpen(big))).toHaveLength(98);
  });
});

describe('keys', () => {
  const model = exampleModel();
  const rows = outlineRows(model, new Set([`g${model.main}/stem`]));
  test.each([
    [1, 'ArrowRight', { kind: 'go', index: 2 }],
    [2, 'ArrowLeft', { kind: 'go', index: 1 }],
    [1, 'ArrowLeft', { kind: 'close', index: 1 }],
    [0, 'ArrowRight', { kind: 'open', index: 0 }],
    [0, 'ArrowUp', { kind: 'go', index: 0 }],
    [0, 'End', { kind: 'go', index: 7 }],
    [2, 'Enter', { kind: 'reveal', index: 2 }],
    [2, 'x', null],
  ])('row %i, %s', (at, key, move) => expect(treeMove(rows, at, key, 5)).toEqual(move));

  test('typing goes to the next row that begins so', () => {
    expect(typeAhead(rows, 0, 'o')).toBe(6);
    expect(typeAhead(rows, 0, 'me')).toBe(3);
    expect(typeAhead(rows, 2, 'zz')).toBe(2);
  });
});

describe('the panel', () => {
  test('says what is there, with levels and places for screen readers', async () => {
    const box = await show(openExample(), <Outline />);
    expect(box.querySelector('[role=tree]')).not.toBeNull();
    const stem = [...box.querySelectorAll('[role=treeitem]')].find((r) => r.textContent!.startsWith('stem'))!;
    expect([stem.getAttribute('aria-level'), stem.getAttribute('aria-expanded')]).toEqual(['1', 'false']);
    expect(box.textContent).toContain('9 parameters');
  });

  test('a node selected on the canvas opens the way to its row and marks it', async () => {
    const services = openExample();
    const box = await show(services, <Outline />);
    expect(labels(box)).not.toContain('mean');
    const { model, select } = services.store.getState();
    await act(async () => select([nodeNamed(model!, '/stem/mean')]));
    expect(box.querySelector('[aria-selected=true] .ell')!.textContent).toBe('mean');
  });

  test('arrows select, Enter asks the canvas to show', async () => {
    const services = openExample();
    const box = await show(services, <Outline />);
    const tree = box.querySelector('[role=tree]')!;
    await press(tree, 'h');
    const { model, selected } = services.store.getState();
    expect([...selected]).toEqual([nodeNamed(model!, '/head')]);
    await press(tree, 'Enter');
    expect(services.store.getState().request).toMatchObject({ kind: 'reveal', nodes: [...selected] });
  });

  test('the filter lists what fits and says how many', async () => {
    const services = openExample();
    const box = await show(services, <Outline />);
    const field = box.querySelector('input[type=search]')!;
    await type(field, 'kernel_shape:3,3');
    expect(labels(box)).toEqual(['/stem/conv/Conv']);
    expect(box.querySelector('[role=status]')!.textContent).toBe('1 hit');
    await type(field, 'stem');
    await click(labelled(box, 'Select 3 nodes'));
    expect(services.store.getState().selected.size).toBe(3);
    await type(field, 'nothing like it');
    expect(box.textContent).toContain('Nothing is called so.');
  });
});
