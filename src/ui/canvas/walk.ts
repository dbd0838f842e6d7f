/** Walking the graph with the arrow keys. */
import type { Scene } from '../../graph-view/scene.ts';

export type Step = 'upstream' | 'downstream' | 'left' | 'right';

/** What an arrow key means: up and down follow the data where the graph runs down, left and right where it runs across. */
export function stepOf(key: string, direction: Scene['direction']): Step | null {
  const upright = direction === 'vertical';
  switch (key) {
    case 'ArrowUp':
      return upright ? 'upstream' : 'left';
    case 'ArrowDown':
      return upright ? 'downstream' : 'right';
    case 'ArrowLeft':
      return upright ? 'left' : 'upstream';
    case 'ArrowRight':
      return upright ? 'right' : 'downstream';
    default:
      return null;
  }
}

/** The vertex one step from `i`; -1 where there is none. */
export function neighbour(scene: Scene, i: number, step: Step): number {
  if (step === 'upstream') return nearest(scene, i, scene.edgesTo(i), scene.view.sources);
  if (step === 'downstream') return nearest(scene, i, scene.edgesFrom(i), scene.view.targets);
  return beside(scene, i, step);
}

/** Of the ends of edges the one straight on; edges that carry data before those that carry shapes. */
function nearest(scene: Scene, i: number, edges: Iterable<number>, ends: Int32Array): number {
  const centre = centreAcross(scene, i);
  let best = -1;
  let least = Infinity;
  for (const e of edges) {
    const cost = Math.abs(centreAcross(scene, ends[e]!) - centre) + (scene.view.edgeShapes[e] === 1 ? 1e6 : 0);
    if (cost < least) [best, least] = [ends[e]!, cost];
  }
  return best;
}

function beside(scene: Scene, i: number, step: 'left' | 'right'): number {
  const { x, y, width, height } = scene.rectOf(i);
  const upright = scene.direction === 'vertical';
  const band = upright
    ? { x: 0, y: y + height / 2, width: scene.layout.width, height: 1 }
    : { x: x + width / 2, y: 0, width: 1, height: scene.layout.height };
  const here = centreAcross(scene, i);
  let best = -1;
  let least = Infinity;
  for (const other of scene.nodesIn(band)) {
    const away = (centreAcross(scene, other) - here) * (step === 'left' ? -1 : 1);
    if (other !== i && away > 0 && away < least) [best, least] = [other, away];
  }
  return best;
}

function centreAcross(scene: Scene, i: number): number {
  const r = scene.rectOf(i);
  return scene.direction === 'vertical' ? r.x + r.width / 2 : r.y + r.height / 2;
}
