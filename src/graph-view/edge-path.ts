/** Lines on the canvas: straight pieces with rounded corners, slanted pieces as curves. */
import { isGap, type Rect, type Scene } from './scene.ts';

export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

const RADIUS = 9;

/** Anything with the drawing calls of a canvas path. */
export type PathSink = Pick<CanvasPath, 'moveTo' | 'lineTo' | 'bezierCurveTo' | 'quadraticCurveTo'>;

/**
 * Where straight pieces are cut, in the graph's own measure: what is far outside of the picture costs as much as what is
 * in it, and a dashed line many times that. Cuts are whole periods apart, so that dashes stay where they are.
 */
export interface Cut extends Rect {
  readonly period: number;
}

/** Adds piece `p` to a path, in pixels of the screen. */
export function addPiece(path: PathSink, scene: Scene, p: number, view: Viewport, cut: Cut | null = null): void {
  const { pieces, layout } = scene;
  const e = pieces.edge[p]!;
  addSegment(
    path,
    scene,
    layout.routeOffsets[e]!,
    layout.routeOffsets[e + 1]!,
    pieces.point[p]!,
    pieces.begin[p]!,
    view,
    cut,
  );
}

/** Adds a whole edge. */
export function addEdge(path: PathSink, scene: Scene, e: number, view: Viewport, cut: Cut | null = null): void {
  const { routeOffsets } = scene.layout;
  const first = routeOffsets[e]!;
  const end = routeOffsets[e + 1]!;
  for (let p = first; p + 1 < end; p++) {
    if (!isGap(scene.layout.routes, p)) addSegment(path, scene, first, end, p, NaN, view, cut);
    else if (p > first && Number.isNaN(scene.layout.routes[2 * p]!)) addJump(path, scene, p, view);
  }
}

/** What lies between the stubs of an edge that is picked out: straight from end to end. */
function addJump(path: PathSink, { layout: { routes } }: Scene, gap: number, { x, y, zoom }: Viewport): void {
  path.moveTo(routes[2 * gap - 2]! * zoom + x, routes[2 * gap - 1]! * zoom + y);
  path.lineTo(routes[2 * gap + 2]! * zoom + x, routes[2 * gap + 3]! * zoom + y);
}

function addSegment(
  path: PathSink,
  scene: Scene,
  first: number,
  end: number,
  p: number,
  begin: number,
  { x: tx, y: ty, zoom: k }: Viewport,
  cut: Cut | null,
): void {
  const { routes } = scene.layout;
  const upright = scene.direction === 'vertical';
  let ax = routes[2 * p]!;
  let ay = routes[2 * p + 1]!;
  let bx = routes[2 * p + 2]!;
  let by = routes[2 * p + 3]!;
  if (ax !== bx && ay !== by) {
    path.moveTo(ax * k + tx, ay * k + ty);
    addCurve(path, ax * k + tx, ay * k + ty, bx * k + tx, by * k + ty, upright);
    return;
  }
  let startCut = p > first && !isGap(routes, p - 1) ? corner(routes, p) : 0;
  let endCut = p + 2 < end && !isGap(routes, p + 1) ? corner(routes, p + 1) : 0;
  if (cut) {
    const down = ax === bx;
    const own = down === upright && !Number.isNaN(begin) ? begin : down ? ay : ax;
    const to = down ? by : bx;
    const [low, high] = down ? [cut.y, cut.y + cut.height] : [cut.x, cut.x + cut.width];
    const from = entry(own, to, low, high, cut.period);
    const till = to > own ? Math.max(from, Math.min(to, high)) : Math.min(from, Math.max(to, low));
    if (from !== own) {
      startCut = 0;
      begin = NaN;
      if (down) ay = from;
      else ax = from;
    }
    if (till !== to) {
      endCut = 0;
      if (down) by = till;
      else bx = till;
    }
  }
  const length = Math.abs(bx - ax) + Math.abs(by - ay);
  const ux = length === 0 ? 0 : (bx - ax) / length;
  const uy = length === 0 ? 0 : (by - ay) / length;
  if (startCut > 0) {
    const back = 2 * (p - 1);
    const px = ax - Math.sign(ax - routes[back]!) * startCut;
    const py = ay - Math.sign(ay - routes[back + 1]!) * startCut;
    path.moveTo(px * k + tx, py * k + ty);
    path.quadraticCurveTo(ax * k + tx, ay * k + ty, (ax + ux * startCut) * k + tx, (ay + uy * startCut) * k + ty);
    ax += ux * startCut;
    ay += uy * startCut;
  }
  bx -= ux * endCut;
  by -= uy * endCut;
  if (!Number.isNaN(begin)) {
    if (upright) ay = begin;
    else ax = begin;
  }
  if (startCut === 0 || !Number.isNaN(begin)) path.moveTo(ax * k + tx, ay * k + ty);
  path.lineTo(bx * k + tx, by * k + ty);
}

/** Where a line from `a` to `b` comes near to [low, high], whole periods from `a`. */
function entry(a: number, b: number, low: number, high: number, period: number): number {
  const outside = b > a ? Math.min(low, b) - a : a - Math.max(high, b);
  if (outside < period) return a;
  const skipped = Math.floor(outside / period) * period;
  return b > a ? a + skipped : a - skipped;
}

function addCurve(path: PathSink, ax: number, ay: number, bx: number, by: number, upright: boolean): void {
  if (upright) {
    const middle = (ay + by) / 2;
    path.bezierCurveTo(ax, middle, bx, middle, bx, by);
  } else {
    const middle = (ax + bx) / 2;
    path.bezierCurveTo(middle, ay, middle, by, bx, by);
  }
}

/** How much of a right angle at point `p` is rounded off; 0 where a curve begins or ends. */
function corner(routes: Float32Array, p: number): number {
  const at = 2 * p;
  const inX = routes[at]! - routes[at - 2]!;
  const inY = routes[at + 1]! - routes[at - 1]!;
  const outX = routes[at + 2]! - routes[at]!;
  const outY = routes[at + 3]! - routes[at + 1]!;
  if ((inX !== 0 && inY !== 0) || (outX !== 0 && outY !== 0)) return 0;
  return Math.min(RADIUS, (Math.abs(inX) + Math.abs(inY)) / 2, (Math.abs(outX) + Math.abs(outY)) / 2);
}

/** The head of the arrow at an edge's end. */
export function addArrow(path: PathSink, scene: Scene, e: number, { x: tx, y: ty, zoom: k }: Viewport): void {
  const { routes, routeOffsets } = scene.layout;
  const end = 2 * (routeOffsets[e + 1]! - 1);
  if (end < 2 * routeOffsets[e]! + 2) return;
  const x = routes[end]! * k + tx;
  const y = routes[end + 1]! * k + ty;
  const size = Math.min(5, 4.5 * k);
  if (scene.direction === 'vertical') {
    const up = routes[end - 1]! < routes[end + 1]! ? 1 : -1;
    path.moveTo(x - 0.72 * size, y - up * size);
    path.lineTo(x, y - 0.5 * up);
    path.lineTo(x + 0.72 * size, y - up * size);
  } else {
    const right = routes[end - 2]! < routes[end]! ? 1 : -1;
    path.moveTo(x - right * size, y - 0.72 * size);
    path.lineTo(x - 0.5 * right, y);
    path.lineTo(x - right * size, y + 0.72 * size);
  }
}

/** A place on an edge for its label: the middle of its longest straight piece near the source. */
export function labelPoint(scene: Scene, e: number): [number, number] {
  const { routes, routeOffsets } = scene.layout;
  const first = 2 * routeOffsets[e]!;
  const last = Math.min(2 * (routeOffsets[e + 1]! - 1), first + 2);
  const x = (routes[first]! + routes[last]!) / 2;
  const y = (routes[first + 1]! + routes[last + 1]!) / 2;
  const near = 60;
  return scene.direction === 'vertical'
    ? [x, Math.min(y, routes[first + 1]! + near)]
    : [Math.min(x, routes[first]! + near), y];
}
