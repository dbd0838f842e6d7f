/** A view graph as the layout takes it. */
import type { Before, LayoutInput } from '../layout/types.ts';
import { countLabel, groupName } from './group-face.ts';
import type { ViewGraph } from './view.ts';

export const NODE_GAP = 24;
export const LAYER_GAP = 26;

export function layoutInput(
  view: ViewGraph,
  direction: LayoutInput['direction'],
  fold: LayoutInput['fold'] = 'off',
  before?: Before,
): LayoutInput {
  const { count, offsets, targets, widths, heights, boxes, boxOf } = view;
  const gaps = { nodeGap: NODE_GAP, layerGap: LAYER_GAP };
  const flat = { count, offsets, targets, widths, heights, direction, fold, ...gaps, ...(before ? { before } : {}) };
  if (boxes.length === 0) return flat;
  const titles = boxes.map(({ group }) => titleWidth(view, group));
  const parents = Int32Array.from(boxes, (b) => b.parent);
  return { ...flat, groups: { of: boxOf, parents, widths: Float32Array.from(titles) } };
}

/** Room for the name and the count, by average widths of letters. */
function titleWidth(view: ViewGraph, group: number): number {
  const { groups } = view.tree!;
  return 40 + 6.4 * (groupName(groups[group]!).length + countLabel(groups[group]!).length);
}
