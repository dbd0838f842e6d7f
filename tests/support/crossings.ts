/** Crossings of a drawing as they are seen. */
import type { Scene } from '../../src/graph-view/scene.ts';

type Segment = readonly [ax: number, ay: number, bx: number, by: number, edge: number];

/**
 * Proper crossings of the lines of edges that share no end; a line that many edges share counts for each of them. NaN for
 * drawings of more than 5,000 edges, where counting would take long.
 */
export function drawnCrossings({ view, layout }: Scene): number {
  if (view.targets.length > 5000) return NaN;
  const segments = segmentsOf(layout.routes, layout.routeOffsets);
  let active: Segment[] = [];
  let count = 0;
  for (const s of segments) {
    active = active.filter((a) => a[3] >= s[1]);
    for (const a of active) if (!shareEnd(view, a[4], s[4]) && cross(a, s)) count++;
    active.push(s);
  }
  return count;
}

function segmentsOf(routes: Float32Array, offsets: Int32Array): Segment[] {
  const out: Segment[] = [];
  for (let e = 0; e + 1 < offsets.length; e++) {
    for (let p = 2 * offsets[e]!; p + 3 < 2 * offsets[e + 1]!; p += 2) {
      const [ax, ay, bx, by] = [routes[p]!, routes[p + 1]!, routes[p + 2]!, routes[p + 3]!];
      if (Number.isNaN(ax + bx)) continue;
      out.push(ay <= by ? [ax, ay, bx, by, e] : [bx, by, ax, ay, e]);
    }
  }
  return out.sort((a, b) => a[1] - b[1]);
}

function shareEnd({ sources, targets }: Scene['view'], a: number, b: number): boolean {
  const ends = [sources[b], targets[b]];
  return ends.includes(sources[a]) || ends.includes(targets[a]);
}

function cross(a: Segment, b: Segment): boolean {
  const side = (s: Segment, x: number, y: number) => Math.sign((s[2] - s[0]) * (y - s[1]) - (s[3] - s[1]) * (x - s[0]));
  return side(a, b[0], b[1]) * side(a, b[2], b[3]) < 0 && side(b, a[0], a[1]) * side(b, a[2], a[3]) < 0;
}
