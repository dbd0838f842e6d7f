/** A model's graph as a picture, without a page. */
import type { GraphId, Model } from '../graph-model/core/model.ts';
import type { ValueId } from '../graph-model/core/ids.ts';
import { bodiesOf } from '../graph-model/core/attributes.ts';
import type { ValueType } from '../graph-model/core/types.ts';
import { collapsedTo, firstCollapsed, groupTree } from '../graph-model/groups/groups.ts';
import { countOf } from '../graph-model/format.ts';
import type { JobContext } from '../graph-model/job.ts';
import type { NodeData } from '../graph-view/node-data.ts';
import { colour } from '../graph-view/overlay.ts';
import { layoutInput } from '../graph-view/layout-input.ts';
import { Scene, type Direction } from '../graph-view/scene.ts';
import { svgPicture, type SvgPicture } from '../graph-view/svg.ts';
import { themePalette, type Theme } from '../graph-view/theme-palette.ts';
import { viewGraph, type Collapsed } from '../graph-view/view-graph.ts';
import { layoutGraph } from '../layout/layout.ts';
import type { LayoutInput } from '../layout/types.ts';

export interface DrawOptions {
  readonly theme: Theme;
  readonly direction: Direction;
  /** Whether long graphs are set in columns; left out: never. */
  readonly fold?: LayoutInput['fold'];
  /** A graph inside the main one: see {@link findScope}. */
  readonly scope?: GraphId;
  /** Groups deeper than this are closed; `flat` draws none; left out: as the page opens the model. */
  readonly depth?: number | 'flat';
  readonly types: ReadonlyMap<ValueId, ValueType>;
  /** What colours the nodes; left out, they keep the look of their category. */
  readonly data?: NodeData;
  /** The data is that of the categories: strip and glyph say it, and nodes are not filled. */
  readonly plain?: boolean;
  /** Stands above the graph, with the key of the colours; '' for no title. */
  readonly title?: string;
  /** No key, although there is data. */
  readonly noKey?: boolean;
  /** Pixels across. */
  readonly pixels?: number;
}

export async function drawModel(model: Model, options: DrawOptions, job: JobContext): Promise<SvgPicture> {
  const scope = options.scope ?? model.main;
  const view = viewGraph(model, scope, collapsedOf(model, scope, options.depth));
  const layout = await layoutGraph(layoutInput(view, options.direction, options.fold), job);
  const scene = new Scene(view, layout, options.direction);
  return svgPicture(scene, { theme: options.theme, types: options.types, ...colouring(scene, options) });
}

function colouring({ view }: Scene, options: DrawOptions) {
  const { data, plain = false, title = '', noKey = false, pixels } = options;
  const made = data ? colour(view, data, plain, themePalette(options.theme)) : null;
  const subtitle = countOf(view.model.graphs.at(view.scope).order.length, 'node');
  const key = noKey ? null : (made?.legend ?? null);
  return {
    ...(made?.overlay ? { overlay: made.overlay } : {}),
    ...(title !== '' || key !== null ? { header: { title, subtitle, key } } : {}),
    ...(pixels ? { pixels } : {}),
  };
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
