import { describe, expect, test } from 'vitest';
import { attributes, float } from '../../src/graph-model/core/attributes.ts';
import { buildModel } from '../../src/graph-model/core/empty.ts';
import type { ValueId } from '../../src/graph-model/core/model.ts';
import { floatTensor } from '../../src/graph-model/core/tensor.ts';
import { tensorType, type ValueType } from '../../src/graph-model/core/types.ts';
import { parseQuery, search } from '../../src/graph-model/search.ts';

const types = new Map<ValueId, ValueType>();
const model = buildModel({}, (d) => {
  const x = d.newValue(d.main, 'image', null, { type: tensorType('float', ['n', 3, 64, 64]) });
  d.setGraphInputs(d.main, [x]);
  const w = d.constant(d.main, floatTensor([1], [1]), 'stem.weight');
  const conv = d.addNode(d.main, {
    op: 'Conv',
    name: '/stem/Conv 1',
    inputs: [x, w],
    attributes: attributes({ kernel_shape: [3, 3], group: 1, auto_pad: 'SAME_UPPER' }),
  });
  const norm = d.addNode(d.main, {
    op: 'BatchNormalization',
    name: '/stem/bn',
    inputs: [conv.outputs[0]!],
    attributes: attributes({ epsilon: float(1e-5) }),
  });
  const cast = d.addNode(d.main, {
    op: 'FusedConv',
    domain: 'com.microsoft',
    name: 'fused',
    inputs: [norm.outputs[0]!],
    outputs: ['logits'],
  });
  d.setGraphOutputs(d.main, [cast.outputs[0]!]);
  types.set(x, tensorType('float', ['n', 3, 64, 64]));
  types.set(conv.outputs[0]!, tensorType('float', ['n', 8, 64, 64]));
  types.set(cast.outputs[0]!, tensorType('float16', ['n', 1000]));
});
const typeOf = (id: ValueId) => types.get(id) ?? null;
const find = (query: string) => search(model, query, typeOf).nodes.map((id) => model.nodes.at(id).name);

describe('the query', () => {
  test.each([
    ['conv', ['/stem/Conv 1', 'fused']],
    ['STEM conv', ['/stem/Conv 1']],
    ['"conv 1"', ['/stem/Conv 1']],
    ['op:Conv', ['/stem/Conv 1']],
    ['op:*', ['/stem/Conv 1', '/stem/bn', 'fused']],
    ['op:batch*', ['/stem/bn']],
    ['-op:Conv stem', ['/stem/bn']],
    ['dtype:float16', ['fused']],
    ['dtype:f16', ['fused']],
    ['shape:64x64', ['/stem/Conv 1', '/stem/bn']],
    ['shape:n,*,64', ['/stem/Conv 1', '/stem/bn']],
    ['shape:64×65', []],
    ['kernel_shape:3,3', ['/stem/Conv 1']],
    ['attr:3,3', ['/stem/Conv 1']],
    ['attr:same_upper op:conv', ['/stem/Conv 1']],
    ['kernel:3×3', ['/stem/Conv 1']],
    ['kernel_shape:3,5', []],
    ['epsilon:1e-5', ['/stem/bn']],
    ['epsilon:<1e-4', ['/stem/bn']],
    ['group:>=1', ['/stem/Conv 1']],
    ['auto_pad:same_upper', ['/stem/Conv 1']],
    ['domain:com.microsoft', ['fused']],
    ['domain:ai.onnx bn', ['/stem/bn']],
    ['in:image', ['/stem/Conv 1']],
    ['out:logits', ['fused']],
    ['/^\\/stem/', ['/stem/Conv 1', '/stem/bn']],
    ['-/stem/', ['fused']],
    ['nothing-like-it', []],
    ['', []],
    ['   ', []],
  ])('%s', (query, names) => expect(find(query)).toEqual(names));

  test('a broken regular expression is a sentence and the rest still counts', () => {
    const result = search(model, '/(/ op:Conv', typeOf);
    expect(result.problem).toBe('/(/ is not a regular expression.');
    expect(result.nodes).toHaveLength(1);
  });

  test('a name that starts with a slash is a word, not an expression', () => {
    expect(parseQuery('/stem').terms).toEqual([{ not: false, key: '', text: '/stem' }]);
    expect(parseQuery('/stem/bn').terms.map((t) => t.text)).toEqual(['/stem/bn']);
    expect(find('/stem/bn')).toEqual(['/stem/bn']);
  });

  test('inputs and initializers are found by name', () => {
    const names = search(model, 'stem', typeOf).values.map((id) => model.values.at(id).name);
    expect(names).toEqual(['stem.weight']);
    expect(search(model, 'op:Conv', typeOf).values).toEqual([]);
  });
});

test('a key press on 100,000 nodes visits every node once', () => {
  const big = buildModel({}, (d) => {
    for (let i = 0; i < 100_000; i++)
      d.addNode(d.main, { op: i % 3 ? 'Conv' : 'Relu', name: `/layer.${i}/op`, inputs: [] });
  });
  expect(search(big, 'layer.9999 op:conv', () => null).nodes).toHaveLength(6);
});

// Exporters of PyTorch write such names.
test('two colons belong to a name', () => {
  expect(parseQuery('onnx::Conv_538').terms).toEqual([{ not: false, key: '', text: 'onnx::conv_538' }]);
  expect(parseQuery('in:onnx::Conv_538').terms).toEqual([{ not: false, key: 'in', text: 'onnx::conv_538' }]);
});
