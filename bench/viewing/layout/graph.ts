/** A model file as the layout takes it, and what our own layout makes of it. Bundled for Node by run.mjs. */
import { statSync } from 'node:fs';
import { openPaths } from '../../../src/cli/files.ts';
import { layoutInput } from '../../../src/graph-view/layout-input.ts';
import { viewGraph } from '../../../src/graph-view/view-graph.ts';
import { arrange, type Arrangement } from '../../../src/layout/arrange.ts';
import { acyclic } from '../../../src/layout/digraph.ts';
import { layoutNow, type LayoutInput, type LayoutResult } from '../../../src/layout/layout.ts';
import { totalCrossings } from '../../../src/layout/ordering.ts';
import { crossingsOfLines, passagesBehind, type Box, type Line } from './crossings.ts';

export { crossingsOfLines, passagesBehind } from './crossings.ts';
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
  const { layers } = arrangementOf(input);
  const spans = Array.from(g.from, (u, e) => layers.layerOf[g.to[e]!]! - layers.layerOf[u]!);
  return {
    nodes: input.count,
    edges: input.targets.length,
    layers: layers.layers,
    // Dummies that a layout needs which gives each edge its own chain, and those of ours.
    dummies: spans.reduce((sum, s) => sum + Math.max(0, s - 1), 0),
    sharedDummies: layers.total - layers.count,
    longestEdge: Math.max(0, ...spans),
  };
}

function arrangementOf(input: LayoutInput): Arrangement {
  const search = arrange(acyclic(input));
  for (;;) {
    const step = search.next();
    if (step.done) return step.value;
  }
}

/** Crossings between neighbouring layers, a shared line once for each reader it leads to. */
export function crossingsOfLayers(input: LayoutInput): number {
  const { layers, order } = arrangementOf(input);
  return totalCrossings(layers, order);
}

/** The lines of our drawing: one for each pair of nodes, as a drawing without parallel edges has them. */
function ourLines(input: LayoutInput, { routeOffsets, routes }: LayoutResult): Line[] {
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

export function ourCrossings(input: LayoutInput) {
  const drawn = layoutNow(input);
  const lines = ourLines(input, drawn);
  const { x, y } = drawn;
  const boxes = Array.from(x, (at, v): Box => [at, y[v]!, at + input.widths[v]!, y[v]! + input.heights[v]!]);
  return {
    layers: crossingsOfLayers(input),
    lines: crossingsOfLines(lines),
    behindNodes: passagesBehind(lines, boxes),
  };
}
