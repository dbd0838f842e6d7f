/** A model file as the layout takes it, and what our own layout makes of it. Bundled for Node by run.mjs. */
import { statSync } from 'node:fs';
import { openPaths } from '../../../src/cli/files.ts';
import { layoutInput } from '../../../src/graph-view/layout-input.ts';
import { viewGraph } from '../../../src/graph-view/view-graph.ts';
import { crossingsBelow } from '../../../src/layout/crossings.ts';
import { acyclic } from '../../../src/layout/digraph.ts';
import { layered } from '../../../src/layout/layered.ts';
import { assignLayers } from '../../../src/layout/layers.ts';
import { layoutNow, type LayoutInput } from '../../../src/layout/layout.ts';
import { findOrder } from '../../../src/layout/ordering.ts';
import { crossingsOfLines, type Line } from './crossings.ts';

export { crossingsOfLines } from './crossings.ts';
export { layoutNow } from '../../../src/layout/layout.ts';

const QUIET = { signal: new AbortController().signal, progress: () => {}, report: () => {} };

/** The main graph, flat, constants folded into their readers. */
export async function graphOf(path: string): Promise<LayoutInput> {
  statSync(path);
  const { model } = await openPaths([path], QUIET);
  return layoutInput(viewGraph(model, model.main), 'vertical');
}

/** What makes a graph costly to draw: layers, and how far its edges reach. */
export function structureOf(input: LayoutInput) {
  const g = acyclic(input);
  const layering = assignLayers(g);
  const shared = layered(g, layering);
  const spans = Array.from(g.from, (u, e) => layering.layerOf[g.to[e]!]! - layering.layerOf[u]!);
  return {
    nodes: input.count,
    edges: input.targets.length,
    layers: layering.layers,
    // Dummies that a layout needs which gives each edge its own chain, and those of ours.
    dummies: spans.reduce((sum, s) => sum + Math.max(0, s - 1), 0),
    sharedDummies: shared.total - shared.count,
    longestEdge: Math.max(0, ...spans),
  };
}

/** Crossings between neighbouring layers, each shared line once. */
export function crossingsOfLayers(input: LayoutInput): number {
  const g = acyclic(input);
  const layers = layered(g, assignLayers(g));
  const search = findOrder(layers);
  for (;;) {
    const step = search.next();
    if (!step.done) continue;
    let crossings = 0;
    for (let l = 0; l + 1 < layers.layers; l++) crossings += crossingsBelow(layers, step.value, l);
    return crossings;
  }
}

/** The lines of our drawing: one for each pair of nodes, as a drawing without parallel edges has them. */
export function ourLines(input: LayoutInput): Line[] {
  const { routeOffsets, routes } = layoutNow(input);
  const lines = new Map<string, Line>();
  for (let from = 0; from < input.count; from++) {
    for (let e = input.offsets[from]!; e < input.offsets[from + 1]!; e++) {
      const to = input.targets[e]!;
      const points = routes.subarray(2 * routeOffsets[e]!, 2 * routeOffsets[e + 1]!);
      lines.set(`${from}>${to}`, { from, to, points });
    }
  }
  return [...lines.values()];
}

export const ourCrossings = (input: LayoutInput) => ({
  layers: crossingsOfLayers(input),
  lines: crossingsOfLines(ourLines(input)),
});
