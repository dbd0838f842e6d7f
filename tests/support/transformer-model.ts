/** A transformer as TorchScript's exporter writes one: shape chains, heads apart, residuals, scoped names, one mask for all. */
import { attributes } from '../../src/graph-model/core/attributes.ts';
import { buildModel } from '../../src/graph-model/core/empty.ts';
import type { Draft } from '../../src/graph-model/core/draft.ts';
import type { Model, ValueId } from '../../src/graph-model/core/model.ts';
import { floatTensor } from '../../src/graph-model/core/tensor.ts';

export function transformerModel(blocks: number): Model {
  return buildModel({}, (d) => {
    const [x, mask] = [d.newValue(d.main, 'x'), d.newValue(d.main, 'mask')];
    d.setGraphInputs(d.main, [x, mask]);
    let last = x;
    for (let b = 0; b < blocks; b++) last = block(d, `/blocks/${b}`, last, mask);
    d.setGraphOutputs(d.main, [last]);
  });
}

function adder(d: Draft, scope: string) {
  let serial = 0;
  return (op: string, ...inputs: ValueId[]) =>
    d.addNode(d.main, { op, name: `${scope}/${op}_${serial++}`, inputs }).outputs[0]!;
}

function block(d: Draft, scope: string, x: ValueId, mask: ValueId): ValueId {
  const add = adder(d, scope);
  const attention = heads(d, `${scope}/attn`, add('LayerNormalization', x), mask);
  const sum = add('Add', x, attention);
  const mlp = adder(d, `${scope}/mlp`);
  const h = mlp('MatMul', mlp('Gelu', mlp('MatMul', add('LayerNormalization', sum))));
  return add('Add', sum, h);
}

function heads(d: Draft, scope: string, x: ValueId, mask: ValueId): ValueId {
  const add = adder(d, scope);
  const size = (axis: number) => {
    const at = d.constant(d.main, floatTensor([axis], [1]), `${scope}.axis${axis}`);
    return add('Gather', add('Shape', x), at);
  };
  const [batch, length] = [size(0), size(1)];
  const apart = () => {
    const shape = add('Concat', add('Unsqueeze', batch), add('Unsqueeze', length));
    return add('Transpose', add('Reshape', add('MatMul', x), shape));
  };
  const scores = add('Add', add('MatMul', apart(), apart()), mask);
  const mixed = d.addNode(d.main, {
    op: 'Softmax',
    name: `${scope}/Softmax`,
    inputs: [scores],
    attributes: attributes({ axis: -1 }),
  }).outputs[0]!;
  const shape = add('Concat', add('Unsqueeze', batch), add('Unsqueeze', length));
  return add('MatMul', add('Reshape', add('Transpose', add('MatMul', mixed, apart())), shape));
}
