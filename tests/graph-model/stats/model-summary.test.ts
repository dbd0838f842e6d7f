import { expect, test } from 'vitest';
import { attributes } from '../../../src/graph-model/core/attributes.ts';
import { buildModel } from '../../../src/graph-model/core/empty.ts';
import { floatTensor, int64Tensor } from '../../../src/graph-model/core/tensor.ts';
import { tensorType } from '../../../src/graph-model/core/types.ts';
import { modelSummary } from '../../../src/graph-model/stats/model-summary.ts';

test('counts operators, parameters and ports', () => {
  const model = buildModel({}, (d) => {
    const x = d.newValue(d.main, 'x', null, { type: tensorType('float', ['n', 4]) });
    d.setGraphInputs(d.main, [x]);
    const w = d.constant(d.main, floatTensor(new Array(8).fill(1), [4, 2]), 'w');
    const c = d.addNode(d.main, {
      op: 'Constant',
      inputs: [],
      attributes: attributes({ value: { kind: 'tensor', value: int64Tensor([1, 2]) } }),
    });
    const y = d.add(d.main, 'MatMul', [x, w]);
    d.add(d.main, 'Relu', [y]);
    const z = d.add(d.main, 'Relu', [y], undefined, 'ai.onnx');
    d.setGraphOutputs(d.main, [z, c.outputs[0]!]);
  });
  const summary = modelSummary(model, new Map());
  expect(summary.operators).toEqual([
    { domain: '', op: 'Relu', count: 2 },
    { domain: '', op: 'Constant', count: 1 },
    { domain: '', op: 'MatMul', count: 1 },
  ]);
  expect(summary).toMatchObject({ nodes: 4, parameters: 10, weightBytes: 48, initializers: 1, bodies: 0 });
  expect(summary.inputs.map((i) => i.name)).toEqual(['x']);
  expect(summary.outputs).toHaveLength(2);
});
