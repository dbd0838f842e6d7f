/** Models of any size, for benchmarks and for tests of scale. */
import { attributes } from '../../src/graph-model/core/attributes.ts';
import { buildModel } from '../../src/graph-model/core/empty.ts';
import type { Model } from '../../src/graph-model/core/model.ts';
import { floatTensor } from '../../src/graph-model/core/tensor.ts';
import { tensorType } from '../../src/graph-model/core/types.ts';

/**
 * A chain of `count` nodes: Conv with a weight, Identity, Add with the chain four nodes back, Relu, over and over; every
 * value named and typed as in an exported model.
 */
export function syntheticModel(count: number): Model {
  return buildModel({}, (d) => {
    const x = d.newValue(d.main, 'input', null, { type: tensorType('float', ['N', 64, 56, 56]) });
    d.setGraphInputs(d.main, [x]);
    let last = x;
    let back = x;
    for (let i = 0; i < count; i++) {
      const name = `/layers/layers.${i}/op_${i}`;
      const kind = i % 4;
      const op = ['Conv', 'Identity', 'Add', 'Relu'][kind]!;
      const inputs = [last];
      if (kind === 0) inputs.push(d.constant(d.main, floatTensor([i], [1]), `layers.${i}.weight`));
      if (kind === 2) inputs.push(back);
      const outputs = [`${name}_output_0`];
      const attrs = kind === 0 ? attributes({ kernel_shape: [3, 3], pads: [1, 1, 1, 1], group: 1 }) : undefined;
      const node = d.addNode(d.main, { op, name, inputs, outputs, ...(attrs ? { attributes: attrs } : {}) });
      last = node.outputs[0]!;
      d.declare(last, tensorType('float', ['N', 64, 56, 56]));
      if (kind === 3) back = last;
    }
    d.setGraphOutputs(d.main, [last]);
  });
}
