// @vitest-environment jsdom
import { act } from 'react';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { loadOperators } from '../../../src/graph-model/operators/schemas.ts';
import { slots } from '../../../src/ui/panels/inspector/connections.tsx';
import { parseDim } from '../../../src/ui/panels/inspector/dims-editor.tsx';
import { Inspector } from '../../../src/ui/panels/inspector/inspector.tsx';
import { enumOf, flagOf } from '../../../src/ui/panels/inspector/known-values.ts';
import { commonAttributes } from '../../../src/ui/panels/inspector/several-inspector.tsx';
import { position } from '../../../src/ui/panels/inspector/values-table.tsx';
import type { Services } from '../../../src/ui/store/store.ts';
import { cleanUp, click, labelled, press, settle, type } from '../../support/render.tsx';
import { exampleModel, nodeNamed, openExample, show, valueNamed } from './panels.tsx';

beforeAll(async () => void (await loadOperators()));
afterEach(cleanUp);

async function inspect(name: string): Promise<{ box: HTMLElement; services: Services }> {
  const services = openExample();
  const { model, select } = services.store.getState();
  select([nodeNamed(model!, name)]);
  return { services, box: await show(services, <Inspector />) };
}

const field = (box: ParentNode, label: string) => labelled(box, label) as HTMLInputElement;
const now = (services: Services) => services.store.getState().model!;

describe('a node', () => {
  test('shows its operator, category, attributes and formal parameters', async () => {
    const { box } = await inspect('/stem/conv/Conv');
    expect(box.textContent).toContain('ai.onnx · since 11');
    expect(box.textContent).toContain('Convolution / MatMul');
    expect(field(box, 'kernel_shape 1').value).toBe('3');
    expect([...box.querySelectorAll('.gp-formal')].map((e) => e.textContent)).toEqual(['X', 'W', 'B', 'Y']);
    expect(box.textContent).toContain('not connected');
  });

  test('a name is changed by Enter and the old one comes back by Escape', async () => {
    const { box, services } = await inspect('/stem/conv/Conv');
    const name = field(box, 'Name');
    await type(name, 'stem_conv');
    await press(name, 'Escape');
    expect(name.value).toBe('/stem/conv/Conv');
    await type(name, 'stem_conv');
    await press(name, 'Enter');
    expect(nodeNamed(now(services), 'stem_conv')).toBeDefined();
    expect(services.store.getState().history).toHaveLength(1);
  });

  test('one element of a list is changed; nonsense is a sentence under the field and changes nothing', async () => {
    const { box, services } = await inspect('/stem/conv/Conv');
    await type(field(box, 'pads 2'), '7');
    await press(field(box, 'pads 2'), 'Enter');
    const attribute = now(services)
      .nodes.at(nodeNamed(now(services), '/stem/conv/Conv'))
      .attributes.get('pads');
    expect(attribute?.kind === 'ints' && [...attribute.value]).toEqual([1n, 1n, 7n, 1n]);
    await type(field(box, 'pads 2'), 'x');
    await press(field(box, 'pads 2'), 'Enter');
    expect(box.querySelector('[role=alert]')!.textContent).toContain('is not a whole number');
    expect(services.store.getState().history).toHaveLength(1);
  });

  test('known words are a select, yes and no a checkbox', async () => {
    const { box, services } = await inspect('/stem/conv/Conv');
    await type(field(box, 'auto_pad'), 'SAME_UPPER');
    expect(
      now(services)
        .nodes.at(nodeNamed(now(services), '/stem/conv/Conv'))
        .attributes.get('auto_pad'),
    ).toMatchObject({ value: 'SAME_UPPER' });
    await act(async () => services.store.getState().select([nodeNamed(now(services), '/stem/mean')]));
    await click(box.querySelector('.gp-flag input')!);
    expect(
      now(services)
        .nodes.at(nodeNamed(now(services), '/stem/mean'))
        .attributes.get('keepdims'),
    ).toMatchObject({ value: 0n });
  });

  test('an attribute is removed, and one of any name is added', async () => {
    const { box, services } = await inspect('/stem/conv/Conv');
    await click(labelled(box, 'Remove group'));
    const conv = () => now(services).nodes.at(nodeNamed(now(services), '/stem/conv/Conv'));
    expect(conv().attributes.has('group')).toBe(false);
    expect(box.textContent).toContain('Attributes3');
  });

  test('its weight is read and drawn, with figures', async () => {
    const { box } = await inspect('/stem/conv/Conv');
    await settle(60);
    const weight = labelled(box, 'Weight W');
    expect(weight.textContent).toContain('9 values · 36 B');
    expect(weight.querySelector('svg[role=img]')!.getAttribute('aria-label')).toContain('Histogram of 9 values');
    expect(weight.querySelectorAll('.gp-heat rect')).toHaveLength(9);
    expect(weight.textContent).toContain('|max|2');
    await settle(30);
    expect(weight.textContent).toContain('[0,0,0,0]');
    expect(weight.textContent).toContain('−0.5');
  });

  test('a click on an input goes to its producer', async () => {
    const { box, services } = await inspect('/stem/Relu');
    await click([...box.querySelectorAll('.gp-value')].find((b) => b.textContent === 'conv_out')!);
    const conv = nodeNamed(now(services), '/stem/conv/Conv');
    expect([...services.store.getState().selected]).toEqual([conv]);
    expect(services.store.getState().request).toMatchObject({ kind: 'reveal', nodes: [conv] });
  });

  test('a value is renamed in place', async () => {
    const { box, services } = await inspect('/stem/Relu');
    await click(labelled(box, 'Rename conv_out'));
    await type(field(box, 'Name of the value'), 'probabilities');
    await press(field(box, 'Name of the value'), 'Enter');
    expect(box.querySelector('[role=alert]')).not.toBeNull();
    await type(field(box, 'Name of the value'), 'features');
    await press(field(box, 'Name of the value'), 'Enter');
    expect(valueNamed(now(services), 'features')).toBeDefined();
  });
});

describe('other selections', () => {
  test('nothing: the model, whose input dimensions can be set', async () => {
    const services = openExample();
    const box = await show(services, <Inspector />);
    expect(box.textContent).toContain('pytorch 2.5');
    expect(box.textContent).toContain('author');
    await type(field(box, 'Dimension 0 of image'), '4');
    await press(field(box, 'Dimension 0 of image'), 'Enter');
    const type_ = now(services).values.at(valueNamed(now(services), 'image')).type;
    expect(type_).toMatchObject({ shape: [4, 1, 8, 8] });
  });

  test('a bar of the operators selects them', async () => {
    const services = openExample();
    const box = await show(services, <Inspector />);
    await click([...box.querySelectorAll('.gp-bar-row')].find((b) => b.textContent!.startsWith('Relu'))!);
    expect([...services.store.getState().selected]).toEqual([nodeNamed(now(services), '/stem/Relu')]);
  });

  test('a value: its type, producer and readers', async () => {
    const services = openExample();
    services.store.getState().select([], valueNamed(now(services), 'conv.weight'));
    const box = await show(services, <Inspector />);
    expect(box.textContent).toContain('Graph initializer');
    expect(box.textContent).toContain('Conv /stem/conv/Conv');
    expect(box.textContent).toContain('input 1');
  });

  test('several nodes: counts, common attributes, and deleting all', async () => {
    const services = openExample();
    const ids = ['/stem/Relu', '/stem/conv/Conv'].map((n) => nodeNamed(now(services), n));
    services.store.getState().select(ids);
    const box = await show(services, <Inspector />);
    expect(box.textContent).toContain('2 nodes');
    const cost = box.querySelector('[aria-label=Cost]')!;
    expect([...cost.querySelectorAll('dt')].map((e) => e.textContent)).toEqual([
      'multiply-adds',
      'parameters',
      'activations',
    ]);
    await click(labelled(box, 'Delete 2'));
    const deleted = now(services).nodes.size === 2;
    expect(deleted || box.querySelector('[role=alert]') !== null).toBe(true);
  });
});

describe('pure parts', () => {
  test('dimensions', () => {
    expect(parseDim(' 12 ')).toEqual({ dim: 12 });
    expect(parseDim('batch')).toEqual({ dim: 'batch' });
    expect(parseDim('')).toEqual({ dim: null });
    expect(parseDim('1.5')).toContain('neither');
    expect(parseDim('99999999999999999999')).toContain('too long');
  });

  test('formal names, variadic ones numbered, optional ones at the end shown', () => {
    const formal = (name: string, option: 'single' | 'optional' | 'variadic') => ({
      name,
      option,
      type: 'T',
      homogeneous: true,
      minArity: 1,
    });
    expect(slots([1 as never, 2 as never], [formal('inputs', 'variadic')]).map((s) => s.name)).toEqual([
      'inputs 0',
      'inputs 1',
    ]);
    expect(slots([1 as never], [formal('X', 'single'), formal('B', 'optional')])).toMatchObject([
      { name: 'X' },
      { name: 'B', value: null, optional: true },
    ]);
    expect(slots([1 as never]).map((s) => s.name)).toEqual(['0']);
  });

  test('what is known of names', () => {
    expect(enumOf('Resize', 'mode')).toContain('cubic');
    expect(enumOf('Add', 'mode')).toBeNull();
    expect(flagOf('Gemm', 'transB')).toContain('transposed');
    expect(flagOf('Conv', 'group')).toBeNull();
  });

  test('coordinates, and attributes that nodes share', () => {
    expect(position(23, [2, 3, 4])).toEqual([1, 2, 3]);
    expect(position(0, [])).toEqual([]);
    const model = exampleModel();
    const conv = model.nodes.at(nodeNamed(model, '/stem/conv/Conv'));
    expect(commonAttributes([conv, conv]).find((a) => a.name === 'group')).toEqual({
      name: 'group',
      text: '1',
      same: true,
    });
    expect(commonAttributes([conv, model.nodes.at(nodeNamed(model, '/stem/Relu'))])).toEqual([]);
  });
});
