/** A model's graph as a picture, without a page. */
import type { GraphId, Model } from '../graph-model/core/model.ts';
import type { ValueId } from '../graph-model/core/ids.ts';
import { bodiesOf } from '../graph-model/core/attributes.ts';
import type { ValueType } from '../graph-model/core/types.ts';
import { collapsedTo, groupTree } from '../graph-model/groups/groups.ts';
import { firstCollapsed } from '../graph-model/groups/groups.ts';
import type { JobContext } from '../graph-model/job.ts';
import { layoutInput } from '../graph-view/layout-input.ts';
import { Scene, type Direction } from '../graph-view/scene.ts';
import { svgPicture, type SvgPicture } from '../graph-view/svg.ts';
import { viewGraph, type Collapsed } from '../graph-view/view-graph.ts';
import { layoutGraph } from '../layout/layout.ts';

export interface DrawOptions {
  readonly theme: 'light' | 'dark';
  readonly direction: Direction;
  /** A graph inside the main one: see {@link findScope}. */
  readonly scope?: GraphId;
  /** Groups deeper than this are closed; `flat` draws none; left out: as the page opens the model. */
  readonly depth?: number | 'flat';
  readonly types: ReadonlyMap<ValueId, ValueType>;
}

export async function drawModel(model: Model, options: DrawOptions, job: JobContext): Promise<SvgPicture> {
  const scope = options.scope ?? model.main;
  const view = viewGraph(model, scope, collapsedOf(model, scope, options.depth));
  const layout = await layoutGraph(layoutInput(view, options.direction), job);
  return svgPicture(new Scene(view, layout, options.direction), { theme: options.theme, types: options.types });
}

function collapsedOf(model: Model, scope: GraphId, depth: DrawOptions['depth']): Collapsed {
  if (depth === 'flat') return null;
  return depth === undefined ? firstCollapsed(model) : collapsedTo(groupTree(model, scope), depth);
}

/** A function by its name, a body by that of its node or graph; null where nothing is called so. */
export function findScope(model: Model, name: string): GraphId | null {
  const called = model.functions.find((f) => f.name === name);
  if (called) return called.graph;
  for (const node of model.nodes.values())
    if (node.name === name && bodiesOf(node).length > 0) return bodiesOf(node)[0]!;
  for (const graph of model.graphs.values()) if (graph.name === name) return graph.id;
  return null;
}
