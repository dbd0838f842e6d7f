/** Search results as rows of the outline. */
import type { Model } from '../../../graph-model/core/model.ts';
import type { SearchResult } from '../../../graph-model/search.ts';
import type { Row } from './rows.ts';

/** Rows beyond this are not listed: nobody reads so far, and the next key must not wait for them. */
export const MOST_ROWS = 5000;

/** The first {@link MOST_ROWS} hits. */
export function resultRows(model: Model, { nodes, values }: SearchResult): Row[] {
  const siblings = Math.min(MOST_ROWS, nodes.length + values.length);
  const inputs = new Set(model.graphs.at(model.main).inputs);
  const rows = nodes.slice(0, MOST_ROWS).map((id, i): Row => {
    const node = model.nodes.at(id);
    const target = { kind: 'node', node: id } as const;
    return { key: `n${id}`, depth: 0, label: node.name || node.op, target, place: i + 1, siblings };
  });
  for (const id of values.slice(0, MOST_ROWS - rows.length)) {
    const role = inputs.has(id) ? 'input' : 'initializer';
    const target = { kind: 'value', value: id, role } as const;
    const place = rows.length + 1;
    rows.push({ key: `v${id}`, depth: 0, label: model.values.at(id).name, target, place, siblings });
  }
  return rows;
}
