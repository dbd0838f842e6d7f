import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attributes } from '../../../src/graph-model/core/attributes.ts';
import { buildModel } from '../../../src/graph-model/core/empty.ts';
import { floatTensor } from '../../../src/graph-model/core/tensor.ts';
import { tensorType } from '../../../src/graph-model/core/types.ts';
import { costByOperator, costOf, modelCost } from '../../../src/graph-model/operators/cost.ts';
import { inferTypes } from '../../../src/graph-model/operators/infer/inference.ts';
import { readModel } from '../../support/infer-model.ts';
import { SHARED } from '../../support/onnx-samples.ts';

const model = buildModel({ opsets: [{ domain: '', version: 21 }] }, (d) => {
  const x = d.newValue(d.main, 'x', null, { type: tensorType('float', ['N', 3, 8, 8]) });
  d.setGraphInputs(d.main, [x]);
  const w = d.constant(d.main, floatTensor(new Float32Array(4 * 27), [4, 3, 3, 3]));
  const y = d.add(d.main, 'Conv', [x, w], attributes({ pads: [1, 1, 1, 1] }));
  d.setGraphOutputs(d.main, [d.add(d.main, 'Relu', [y])]);
});
const types = inferTypes(model);

describe('cost', () => {
  it('counts a convolution with symbolic batch', () => {
    const [conv, relu] = [...model.nodes.values()];
    expect(costOf(model, conv!, types)).toEqual({
      macs: `${4 * 64 * 27}*N`,
      parameters: 108,
      inputBytes: `${3 * 64 * 4}*N`,
      outputBytes: `${4 * 64 * 4}*N`,
    });
    expect(costOf(model, relu!, types).macs).toBe(0);
  });

  it('finds the peak where two feature maps are alive', () => {
    const cost = modelCost(model, types);
    expect(cost).toEqual({
      macs: `${4 * 64 * 27}*N`,
      unknown: 0,
      parameters: 108,
      parameterBytes: 432,
      activationBytes: `${2 * 4 * 64 * 4}*N`,
      peakBytes: `${2 * 4 * 64 * 4}*N`,
    });
  });

  it('sums by operator, the dearest first', () => {
    const bytes = `${4 * 64 * 4}*N`;
    expect(costByOperator(model, types)).toEqual([
      { domain: '', op: 'Conv', count: 1, macs: `${4 * 64 * 27}*N`, parameters: 108, outputBytes: bytes },
      { domain: '', op: 'Relu', count: 1, macs: 0, parameters: 0, outputBytes: bytes },
    ]);
  });

  const folder = `${SHARED}models/`;
  it.skipIf(!existsSync(folder))(
    'knows what well-known models cost (skipped without the shared data set)',
    async () => {
      const cost = async (name: string) => {
        const m = await readModel(`${folder}${name}.onnx`);
        return modelCost(m, inferTypes(m));
      };
      // He et al. 2015: 4.1 billion for ResNet-50; Sandler et al. 2018: 300 million for MobileNetV2.
      expect(await cost('resnet50.ts')).toMatchObject({ macs: '4089184256*N', unknown: 0 });
      expect(await cost('mobilenet_v2.ts')).toMatchObject({ macs: 300774272, unknown: 0 });
    },
  );
});
