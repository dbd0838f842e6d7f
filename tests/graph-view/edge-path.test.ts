import { describe, expect, it } from 'vitest';
import { addEdge, type Cut, type PathSink } from '../../src/graph-view/edge-path.ts';
import type { Scene } from '../../src/graph-view/scene.ts';

/** The points that a path goes through, in order. */
function drawn(routes: readonly number[], cut: Cut | null): [string, number, number][] {
  const points: [string, number, number][] = [];
  const path: PathSink = {
    moveTo: (x, y) => void points.push(['move', x, y]),
    lineTo: (x, y) => void points.push(['line', x, y]),
    quadraticCurveTo: (_a, _b, x, y) => void points.push(['corner', x, y]),
    bezierCurveTo: (_a, _b, _c, _d, x, y) => void points.push(['curve', x, y]),
  };
  const layout = { routes: Float32Array.from(routes), routeOffsets: Int32Array.of(0, routes.length / 2) };
  const scene = { layout, direction: 'vertical' } as unknown as Scene;
  addEdge(path, scene, 0, { x: 0, y: 0, zoom: 1 }, cut);
  return points;
}

const CUT: Cut = { x: 0, y: 10_000, width: 100, height: 500, period: 7 };

describe('lines of which most is outside of the picture', () => {
  it('are drawn where the picture is, and dashes stay where they were', () => {
    const [[, , from], [, , to]] = drawn([50, 0, 50, 90_000], CUT) as [
      [string, number, number],
      [string, number, number],
    ];
    expect(from).toBeGreaterThan(9_990);
    expect(from).toBeLessThanOrEqual(10_000);
    expect(from % CUT.period).toBe(0);
    expect(to).toBe(10_500);
  });

  it('are cut in both directions, across too', () => {
    const up = drawn([50, 90_000, 50, 0], CUT).map(([, , y]) => y);
    expect(up[0]).toBeGreaterThanOrEqual(10_500);
    expect(up[0]).toBeLessThan(10_507);
    expect((90_000 - up[0]!) % CUT.period).toBe(0);
    expect(up[1]).toBe(10_000);
    const across = drawn([-7000, 10_200, 9000, 10_200], CUT).map(([, x]) => x);
    expect(across).toEqual([0, 100]);
  });

  it('keep their corners in the picture, and are whole where they are all in it', () => {
    const bent = [50, 0, 50, 10_200, 80, 10_200, 80, 10_400];
    const inside = (points: [string, number, number][]) => points.filter(([, , y]) => y > 10_100);
    expect(inside(drawn(bent, CUT))).toEqual(inside(drawn(bent, null)));
    const short = [50, 10_100, 50, 10_200, 80, 10_200, 80, 10_400];
    expect(drawn(short, CUT)).toEqual(drawn(short, null));
  });
});
