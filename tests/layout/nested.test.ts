import { describe, expect, test } from 'vitest';
import { LevelCache, layoutGraph, layoutNow, type LayoutInput, type LayoutResult } from '../../src/layout/layout.ts';
import { quietJob } from '../../src/graph-model/job.ts';

/** Six blocks of seven vertices in a row, a box around each and one around the first three; a mask is read by all. */
function blocks(direction: 'vertical' | 'horizontal' = 'vertical', closed = -1): LayoutInput {
  const edges: [number, number][] = [];
  const of: number[] = [-1, -1];
  edges.push([0, 2], [1, 2]);
  let last = 0;
  for (let b = 0; b < 6; b++) {
    const first = of.length;
    const add = (...from: number[]) => {
      const v = of.push(b + 1) - 1;
      for (const f of from) edges.push([f, v]);
      return v;
    };
    if (b === closed) {
      last = add(last, 1);
      continue;
    }
    const q = add(last);
    const k = add(last);
    const s = add(q, k);
    const m = add(s, 1);
    const n = add(m);
    last = add(n, last);
    expect(first).toBeLessThan(last);
  }
  edges.sort((a, b) => a[0] - b[0]);
  const count = of.length;
  const offsets = new Int32Array(count + 1);
  for (const [u] of edges) offsets[u + 1]!++;
  for (let i = 0; i < count; i++) offsets[i + 1]! += offsets[i]!;
  return {
    count,
    offsets,
    targets: Int32Array.from(edges, ([, v]) => v),
    widths: new Float32Array(count).fill(150),
    heights: new Float32Array(count).fill(26),
    direction,
    nodeGap: 24,
    layerGap: 26,
    groups: {
      of: Int32Array.from(of),
      parents: Int32Array.from([-1, 0, 0, 0, -1, -1, -1]),
      widths: new Float32Array(7).fill(90),
    },
  };
}

const boxOf = ({ boxes }: LayoutResult, g: number) => ({
  left: boxes[4 * g]!,
  top: boxes[4 * g + 1]!,
  right: boxes[4 * g]! + boxes[4 * g + 2]!,
  bottom: boxes[4 * g + 1]! + boxes[4 * g + 3]!,
});
type Side = ReturnType<typeof boxOf>;
const inside = (a: Side, b: Side) =>
  a.left >= b.left - 0.1 && a.right <= b.right + 0.1 && a.top >= b.top - 0.1 && a.bottom <= b.bottom + 0.1;
const apart = (a: Side, b: Side) =>
  a.right <= b.left + 0.1 || b.right <= a.left + 0.1 || a.bottom <= b.top + 0.1 || b.bottom <= a.top + 0.1;
const vertexBox = (input: LayoutInput, r: LayoutResult, v: number): Side => ({
  left: r.x[v]!,
  top: r.y[v]!,
  right: r.x[v]! + input.widths[v]!,
  bottom: r.y[v]! + input.heights[v]!,
});

describe.each(['vertical', 'horizontal'] as const)('boxes, %s', (direction) => {
  const input = blocks(direction);
  const result = layoutNow(input);
  const { of, parents } = input.groups!;

  test('hold their vertices and inner boxes, and nothing else', () => {
    const within = (g: number, box: number): boolean => g === box || (g >= 0 && within(parents[g]!, box));
    for (let g = 0; g < parents.length; g++) {
      for (let v = 0; v < input.count; v++) {
        const b = vertexBox(input, result, v);
        expect(within(of[v]!, g) ? inside(b, boxOf(result, g)) : apart(b, boxOf(result, g))).toBe(true);
      }
      if (parents[g]! >= 0) expect(inside(boxOf(result, g), boxOf(result, parents[g]!))).toBe(true);
    }
  });

  test('every line goes from its source to its target in one piece, with no slant across a box', () => {
    const { offsets, targets } = input;
    for (let u = 0; u < input.count; u++) {
      for (let e = offsets[u]!; e < offsets[u + 1]!; e++) {
        const points = result.routes.subarray(2 * result.routeOffsets[e]!, 2 * result.routeOffsets[e + 1]!);
        const at = (k: number): Side => ({
          left: points[2 * k]!,
          right: points[2 * k]!,
          top: points[2 * k + 1]!,
          bottom: points[2 * k + 1]!,
        });
        expect(inside(at(0), vertexBox(input, result, u))).toBe(true);
        expect(inside(at(points.length / 2 - 1), vertexBox(input, result, targets[e]!))).toBe(true);
      }
    }
  });

  test('lines cross no vertex that is not theirs', () => {
    const { offsets, targets } = input;
    for (let u = 0; u < input.count; u++) {
      for (let e = offsets[u]!; e < offsets[u + 1]!; e++) {
        for (let k = result.routeOffsets[e]!; k + 1 < result.routeOffsets[e + 1]!; k++) {
          const [ax, ay, bx, by] = result.routes.subarray(2 * k, 2 * k + 4);
          for (let t = 0.05; t < 1; t += 0.1) {
            const [x, y] = [ax! + t * (bx! - ax!), ay! + t * (by! - ay!)];
            for (let v = 0; v < input.count; v++) {
              if (v === u || v === targets[e]) continue;
              const b = vertexBox(input, result, v);
              expect(x > b.left + 1 && x < b.right - 1 && y > b.top + 1 && y < b.bottom - 1).toBe(false);
            }
          }
        }
      }
    }
  });
});

test('what nothing leads to stands below the title of its box, beside which only lines enter', () => {
  // 0 -> 2 -> 3 -> 4 with 1 -> 2: 1, 2 and 3 in a box, whose title would be behind 1 in the layer of the entry.
  const input: LayoutInput = {
    count: 5,
    offsets: Int32Array.from([0, 1, 2, 3, 4, 4]),
    targets: Int32Array.from([2, 2, 3, 4]),
    widths: new Float32Array(5).fill(150),
    heights: new Float32Array(5).fill(26),
    direction: 'vertical',
    nodeGap: 24,
    layerGap: 26,
    groups: { of: Int32Array.from([-1, 0, 0, 0, -1]), parents: Int32Array.of(-1), widths: Float32Array.of(90) },
  };
  const drawn = layoutNow(input);
  expect(Math.min(...[1, 2, 3].map((v) => drawn.y[v]!)) - boxOf(drawn, 0).top).toBeGreaterThanOrEqual(24);
  const middle = (v: number) => drawn.y[v]! + 13;
  const boxes = Float32Array.of(drawn.boxes[0]!, drawn.boxes[1]!, drawn.boxes[2]!, drawn.boxes[3]!);
  const before = {
    x: Float32Array.from(drawn.x, (x) => x + 75),
    y: Float32Array.from(drawn.y, (_, v) => middle(v)),
    edges: Int32Array.from([0, 1, 2, 3]),
    routeOffsets: drawn.routeOffsets,
    routes: drawn.routes,
    boxes,
  };
  const again = layoutNow({ ...input, before });
  expect(Math.min(...[1, 2, 3].map((v) => again.y[v]!)) - boxOf(again, 0).top).toBeGreaterThanOrEqual(24);
});

test('groups that need each other in turn are drawn all the same', () => {
  const edges: [number, number][] = [
    [0, 1],
    [1, 2],
    [2, 3],
  ];
  const result = layoutNow({
    ...blocks(),
    count: 4,
    offsets: Int32Array.from([0, 1, 2, 3, 3]),
    targets: Int32Array.from(edges, ([, v]) => v),
    widths: new Float32Array(4).fill(100),
    heights: new Float32Array(4).fill(26),
    groups: { of: Int32Array.from([0, 1, 0, 1]), parents: Int32Array.from([-1, -1]), widths: new Float32Array(2) },
  });
  expect(apart(boxOf(result, 0), boxOf(result, 1))).toBe(true);
  expect(result.routeOffsets).toHaveLength(4);
  for (let e = 0; e < 3; e++) expect(result.routeOffsets[e + 1]! - result.routeOffsets[e]!).toBeGreaterThanOrEqual(2);
});

test('closing one group lays out that group and what lies around it, and nothing else', async () => {
  const cache = new LevelCache();
  await layoutGraph(blocks(), quietJob(), cache);
  const first = cache.misses;
  await layoutGraph(blocks('vertical', 4), quietJob(), cache);
  // The outermost level and the closed group; the five others are as they were.
  expect(cache.misses - first).toBe(2);
  await layoutGraph(blocks(), quietJob(), cache);
  expect(cache.misses - first).toBe(2);
});

describe('an edit inside one box', () => {
  /** A vertex more on the last edge inside the box of `block`. */
  function grown(block: number): { before: LayoutInput; after: LayoutInput } {
    const before = blocks();
    const { count, offsets, targets, groups } = before;
    const edges: [number, number][] = [];
    for (let u = 0; u < count; u++) for (let e = offsets[u]!; e < offsets[u + 1]!; e++) edges.push([u, targets[e]!]);
    const inside = (v: number) => groups!.of[v] === block;
    const edge = edges.findLastIndex(([u, v]) => inside(u) && inside(v));
    const [u, v] = edges[edge]!;
    edges[edge] = [u, count];
    edges.push([count, v]);
    edges.sort((a, b) => a[0] - b[0]);
    const after = new Int32Array(count + 2);
    for (const [from] of edges) after[from + 1]!++;
    for (let i = 0; i <= count; i++) after[i + 1]! += after[i]!;
    return {
      before,
      after: {
        ...before,
        count: count + 1,
        offsets: after,
        targets: Int32Array.from(edges, ([, to]) => to),
        widths: new Float32Array(count + 1).fill(150),
        heights: new Float32Array(count + 1).fill(26),
        groups: { ...groups!, of: Int32Array.from([...groups!.of, block]) },
      },
    };
  }

  test('lays out that box and what is around it, and nothing else', async () => {
    const { before, after } = grown(5);
    const cache = new LevelCache();
    await layoutGraph(before, quietJob(), cache);
    const first = cache.misses;
    await layoutGraph(after, quietJob(), cache);
    expect(cache.misses - first, 'the box and the whole').toBe(2);
  });

  test('leaves all other boxes where they are, but for those below moving down together', () => {
    const { before, after } = grown(5);
    const [a, b] = [layoutNow(before), layoutNow(after)];
    const down = new Set<number>();
    for (let v = 0; v < before.count; v++) {
      const g = before.groups!.of[v]!;
      if (g === 5) continue;
      expect(b.x[v], `vertex ${v} keeps its place across the flow`).toBeCloseTo(a.x[v]!, 3);
      const shift = Math.round(b.y[v]! - a.y[v]!);
      if (g === 6) down.add(shift);
      else expect(shift, `vertex ${v} above stays`).toBe(0);
    }
    expect([...down].length).toBe(1);
    expect([...down][0]).toBeGreaterThan(20);
  });
});
