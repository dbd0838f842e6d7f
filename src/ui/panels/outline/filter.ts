/** Search results as rows of the outline. */
import type { Model } from '../../../graph-model/core/model.ts';
import type { SearchResult } from '../../../graph-model/search.ts';
import type { Row } from './rows.ts';

export function resultRows(model: Model, result: SearchResult): Row[] {
  const siblings = result.nodes.length + result.values.length;
  const main = model.graphs.at(model.main);
  const inputs = new Set(main.inputs);
  const nodes = result.nodes.map((id, i): Row => {
    const node = model.nodes.at(id);
    return {
      key: `n${id}`,
      depth: 0,
      label: node.name || node.op,
      target: { kind: 'node', node: id },
      place: i + 1,
      siblings,
    };
  });
  const values = result.values.map((id, i): Row => {
    const role = inputs.has(id) ? 'input' : 'initializer';
    const target = { kind: 'value', value: id, role } as const;
    return { key: `v${id}`, depth: 0, label: model.values.at(id).name, target, place: nodes.length + i + 1, siblings };
  });
  return [...nodes, ...values];
}
