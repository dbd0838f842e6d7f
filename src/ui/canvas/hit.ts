/** What a pointer is on. */
import type { Scene } from '../../graph-view/scene.ts';

/** -1 for none; there is never both. */
export interface Hit {
  readonly vertex: number;
  readonly edge: number;
}

export const NO_HIT: Hit = { vertex: -1, edge: -1 };

/** Pixels by which one may miss. */
const SLACK = { vertex: 1.5, edge: 5 };
/** From farther away lines are too close to each other to be meant. */
const LEAST_ZOOM_OF_EDGES = 0.15;

/** At a point of the graph, seen at that zoom: a vertex before an edge. */
export function hitAt(scene: Scene, [x, y]: readonly [number, number], zoom: number): Hit {
  const vertex = scene.nodeAt(x, y, SLACK.vertex / zoom);
  const edge = vertex >= 0 || zoom < LEAST_ZOOM_OF_EDGES ? -1 : scene.edgeAt(x, y, SLACK.edge / zoom);
  return { vertex, edge };
}
