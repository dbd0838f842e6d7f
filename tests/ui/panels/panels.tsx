/** What the tests of the panels share: a small model with scopes, weights and a body, and the panels around it. */
import type { ReactNode } from 'react';
import { attributes } from '../../../src/graph-model/core/attributes.ts';
import { buildModel } from '../../../src/graph-model/core/empty.ts';
import type { Model, NodeId, ValueId } from '../../../src/graph-model/core/model.ts';
import { floatTensor } from '../../../src/graph-model/core/tensor.ts';
import { tensorType } from '../../../src/graph-model/core/types.ts';
import { TooltipRoot } from '../../../src/ui/kit/tooltip.tsx';
import { ServicesContext, type Services } from '../../../src/ui/store/store.ts';
import { render } from '../../support/render.tsx';
import { pageServices } from './services.ts';

/** image -> /stem/conv/Conv -> /stem/Relu -> head (Softmax) -> probabilities. */
export function exampleModel(): Model {
  return buildModel({ opsets: [{ domain: '', version: 17 }] }, (d) => {
    const image = d.newValue(d.main, 'image', null, { type: tensorType('float', ['N', 1, 8, 8]) });
    d.setGraphInputs(d.main, [image]);
    const w = d.constant(d.main, floatTensor([0.5, -0.5, 0.25, 0, 1, -1, 0, 0.125, 2], [1, 1, 3, 3]), 'conv.weight');
    const conv = d.addNode(d.main, {
      op: 'Conv',
      name: '/stem/conv/Conv',
      inputs: [image, w],
      outputs: ['conv_out'],
      attributes: attributes({ kernel_shape: [3, 3], pads: [1, 1, 1, 1], auto_pad: 'NOTSET', group: 1 }),
    });
    const relu = d.addNode(d.main, { op: 'Relu', name: '/stem/Relu', inputs: conv.outputs, outputs: ['relu_out'] });
    const mean = d.addNode(d.main, {
      op: 'ReduceMean',
      name: '/stem/mean',
      inputs: relu.outputs,
      outputs: ['mean_out'],
      attributes: attributes({ keepdims: 1 }),
    });
    const soft = d.addNode(d.main, {
      op: 'Softmax',
      name: '/head',
      inputs: mean.outputs,
      outputs: ['probabilities'],
      attributes: attributes({ axis: -1 }),
    });
    d.setGraphOutputs(d.main, [soft.outputs[0]!]);
    d.patchModel({ producerName: 'pytorch', producerVersion: '2.5', metadata: new Map([['author', 'somebody']]) });
  });
}

export function openExample(model = exampleModel()): Services {
  const services = pageServices();
  services.store.getState().start(model);
  return services;
}

export function show(services: Services, ui: ReactNode): Promise<HTMLElement> {
  return render(
    <ServicesContext.Provider value={services}>
      <TooltipRoot>
        <div>{ui}</div>
      </TooltipRoot>
    </ServicesContext.Provider>,
  );
}

export function nodeNamed(model: Model, name: string): NodeId {
  return [...model.nodes.values()].find((n) => n.name === name)!.id;
}

export function valueNamed(model: Model, name: string): ValueId {
  return [...model.values.values()].find((v) => v.name === name)!.id;
}
