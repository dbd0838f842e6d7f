/** What is picked out of the graph: search hits, the path of the selection, a class of the legend. The rest is dimmed. */
import type { NodeId, ValueId } from '../../graph-model/core/model.ts';
import type { SearchResult } from '../../graph-model/search.ts';
import { Density } from '../../graph-view/density.ts';
import type { Scene } from '../../graph-view/scene.ts';
import type { ViewGraph } from '../../graph-view/view.ts';
import type { Hit } from '../store/search.ts';

export interface Focus {
  /** By vertex, how many hits it stands for: a closed group stands for all within it. */
  readonly hits: ReadonlyMap<number, number>;
  /** The vertex of the hit one is at; -1 for none. */
  readonly current: number;
  /** By vertex, 1 for what stays as it is; null where nothing is dimmed. */
  readonly keep: Uint8Array | null;
  /** The same from far: hits, and what is kept. */
  readonly hitCells: Density | null;
  readonly keptCells: Density | null;
}

export const NO_FOCUS: Focus = { hits: new Map(), current: -1, keep: null, hitCells: null, keptCells: null };

/** Vertices that show hits of the graph on show, and how many each. */
export function hitVertices(view: ViewGraph, { nodes, values }: SearchResult): Map<number, number> {
  const counts = new Int32Array(view.count);
  for (const id of nodes) {
    const own = view.ofNode.get(id);
    if (own !== undefined) counts[own]!++;
    else for (const i of readersOfNode(view, id)) counts[i]!++;
  }
  for (const value of values) for (const i of verticesOfHit(view, { kind: 'value', value })) counts[i]!++;
  const found = new Map<number, number>();
  counts.forEach((n, i) => n > 0 && found.set(i, n));
  return found;
}

/** The vertex of a node; of an input its own; of a weight those of its readers. */
export function verticesOfHit(view: ViewGraph, hit: Hit): readonly number[] {
  const own = hit.kind === 'node' ? view.ofNode.get(hit.node) : view.ofInput.get(hit.value);
  if (own !== undefined) return [own];
  return [...(hit.kind === 'node' ? readersOfNode(view, hit.node) : readersOf(view, [hit.value]))];
}

/** A folded constant is seen at its readers. */
function readersOfNode(view: ViewGraph, id: NodeId): ReadonlySet<number> {
  const node = view.model.nodes.get(id);
  return readersOf(view, node?.graph === view.scope ? node.outputs : []);
}

function readersOf(view: ViewGraph, values: readonly (ValueId | null)[]): ReadonlySet<number> {
  const vertices = new Set<number>();
  for (const value of values) {
    for (const { node } of value === null ? [] : (view.model.uses.get(value) ?? [])) {
      const vertex = node === null ? undefined : view.ofNode.get(node);
      if (vertex !== undefined) vertices.add(vertex);
    }
  }
  return vertices;
}

export function hitCells({ view, layout }: Scene, hits: ReadonlyMap<number, number>): Density | null {
  if (hits.size === 0) return null;
  const classes = new Int8Array(view.count).fill(-1);
  for (const i of hits.keys()) classes[i] = 0;
  return new Density(view, layout, { classes, kinds: 1, points: true });
}

/** Cells of what is kept alone, in the colours of `classes`. */
export function keptCells(
  { view, layout }: Scene,
  keep: Uint8Array,
  paint: { readonly classes: ArrayLike<number>; readonly kinds: number },
): Density {
  const classes = Int16Array.from(keep, (k, i) => (k === 1 ? paint.classes[i]! : -1));
  return new Density(view, layout, { classes, kinds: paint.kinds });
}

export interface Traced {
  /** By vertex, 1 for the starts and what lies on a path from or to them. */
  readonly keep: Uint8Array;
  /** By edge, 1 for those on such a path. */
  readonly edges: Uint8Array;
}

/** Follows edges up and down from some vertices, `steps` far; each edge is looked at twice at most. */
export function trace(scene: Scene, starts: Iterable<number>, steps: number): Traced {
  const { view } = scene;
  const keep = new Uint8Array(view.count);
  const edges = new Uint8Array(view.targets.length);
  const from = [...starts];
  for (const i of from) keep[i] = 1;
  follow(view.count, from, steps, keep, edges, (i) => scene.edgesFrom(i), view.targets);
  follow(view.count, from, steps, keep, edges, (i) => scene.edgesTo(i), view.sources);
  return { keep, edges };
}

function follow(
  count: number,
  starts: readonly number[],
  steps: number,
  keep: Uint8Array,
  edges: Uint8Array,
  edgesOf: (i: number) => Iterable<number>,
  ends: Int32Array,
): void {
  const seen = new Uint8Array(count);
  for (const i of starts) seen[i] = 1;
  let layer = starts;
  for (let step = 0; step < steps && layer.length > 0; step++) {
    const next: number[] = [];
    for (const i of layer) {
      for (const e of edgesOf(i)) {
        edges[e] = 1;
        const end = ends[e]!;
        if (seen[end] === 1) continue;
        seen[end] = 1;
        keep[end] = 1;
        next.push(end);
      }
    }
    layer = next;
  }
}

/** Both must hold. */
export function both(a: Uint8Array | null, b: Uint8Array | null): Uint8Array | null {
  if (a === null || b === null) return a ?? b;
  return a.map((v, i) => v & b[i]!);
}
