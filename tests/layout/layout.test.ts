import { describe, expect, test } from 'vitest';
import { acyclic } from '../../src/layout/digraph.ts';
import { layered } from '../../src/layout/layered.ts';
import { assignLayers } from '../../src/layout/layers.ts';
import { layoutGraph, layoutNow, type LayoutInput, type LayoutResult } from '../../src/layout/layout.ts';
import { findOrder, totalCrossings } from '../../src/layout/ordering.ts';
import { random } from '../support/random.ts';

type Edge = readonly [number, number];

function inputOf(count: number, edges: readonly Edge[], part: Partial<LayoutInput> = {}): LayoutInput {
  const sorted = [...edges].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const offsets = new Int32Array(count + 1);
  for (const [from] of sorted) offsets[from + 1]!++;
  for (let i = 0; i < count; i++) offsets[i + 1]! += offsets[i]!;
  return {
    count,
    offsets,
    targets: Int32Array.from(sorted, ([, to]) => to),
    widths: Float32Array.from({ length: count }, (_, i) => 120 + 34 * (i % 3)),
    heights: Float32Array.from({ length: count }, (_, i) => 26 + 21 * (i % 3)),
    direction: 'vertical',
    nodeGap: 24,
    layerGap: 26,
    ...part,
  };
}

/** Attention-like blocks with residual edges and shape chains. */
function blocks(size: number): { count: number; edges: Edge[] } {
  const edges: Edge[] = [];
  let count = 1;
  const add = (...from: number[]) => {
    for (const f of from) edges.push([f, count]);
    return count++;
  };
  let x = 0;
  while (count < size) {
    const n = add(x);
    const [q, k, v] = [add(n), add(n), add(n)];
    const reshaped = add(add(q), add(add(add(n)), add(add(n))));
    const scores = add(add(add(reshaped, add(add(k)))));
    const sum = add(x, add(add(scores, add(add(v)))));
    x = add(sum, add(add(add(add(sum)))));
  }
  return { count, edges };
}

function randomGraph(count: number, edges: number, seed: number): Edge[] {
  const next = random(seed);
  return Array.from({ length: edges }, () => {
    const a = Math.floor(next() * count);
    return [a, Math.min(count - 1, a + 1 + Math.floor(next() ** 3 * 40))] as const;
  });
}

function overlaps(input: LayoutInput, { x, y }: LayoutResult): string[] {
  const found: string[] = [];
  for (let a = 0; a < input.count; a++) {
    for (let b = a + 1; b < input.count; b++) {
      const apartX = x[a]! + input.widths[a]! <= x[b]! + 0.1 || x[b]! + input.widths[b]! <= x[a]! + 0.1;
      const apartY = y[a]! + input.heights[a]! <= y[b]! + 0.1 || y[b]! + input.heights[b]! <= y[a]! + 0.1;
      if (!apartX && !apartY) found.push(`${a} and ${b}`);
    }
  }
  return found;
}

/** Pieces of lines that pass through a node which is not an end of their edge, sampled along each piece. */
function linesThroughNodes(input: LayoutInput, edges: readonly Edge[], r: LayoutResult): string[] {
  const found = new Set<string>();
  edges.forEach(([from, to], e) => {
    for (let p = r.routeOffsets[e]!; p + 1 < r.routeOffsets[e + 1]!; p++) {
      for (let t = 0; t <= 1; t += 0.125) {
        const px = r.routes[2 * p]! * (1 - t) + r.routes[2 * p + 2]! * t;
        const py = r.routes[2 * p + 1]! * (1 - t) + r.routes[2 * p + 3]! * t;
        for (let n = 0; n < input.count; n++) {
          const inX = px > r.x[n]! + 0.5 && px < r.x[n]! + input.widths[n]! - 0.5;
          const inY = py > r.y[n]! + 0.5 && py < r.y[n]! + input.heights[n]! - 0.5;
          if (inX && inY) found.add(`${from} -> ${to} through ${n}`);
        }
      }
    }
  });
  return [...found];
}

function sortedEdges(edges: readonly Edge[]): Edge[] {
  return [...edges].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

function crossingsOf(count: number, edges: readonly Edge[]): number {
  const g = acyclic(inputOf(count, edges));
  const layers = layered(g, assignLayers(g));
  const search = findOrder(layers);
  for (;;) {
    const step = search.next();
    if (step.done) return totalCrossings(layers, step.value);
  }
}

describe.each(['vertical', 'horizontal'] as const)('a %s layout', (direction) => {
  test.each([
    ['blocks', blocks(240)],
    ['random', { count: 150, edges: randomGraph(150, 230, 7) }],
    ['dense', { count: 60, edges: randomGraph(60, 300, 11) }],
  ])('of %s has no overlaps, and its lines meet no node but their ends', (_, { count, edges }) => {
    const input = inputOf(count, edges, { direction });
    const result = layoutNow(input);
    expect(overlaps(input, result)).toEqual([]);
    expect(linesThroughNodes(input, sortedEdges(edges), result)).toEqual([]);
  });

  test('leads every line from its source to its target, only forwards', () => {
    const { count, edges } = blocks(200);
    const input = inputOf(count, edges, { direction });
    const { x, y, routes, routeOffsets } = layoutNow(input);
    const along = direction === 'vertical' ? 1 : 0;
    sortedEdges(edges).forEach(([from, to], e) => {
      const start = 2 * routeOffsets[e]!;
      const end = 2 * (routeOffsets[e + 1]! - 1);
      const low = direction === 'vertical' ? y[from]! + input.heights[from]! : x[from]! + input.widths[from]!;
      expect(routes[start + along]).toBeCloseTo(low, 1);
      expect(routes[end + along]).toBeCloseTo(direction === 'vertical' ? y[to]! : x[to]!, 1);
      for (let p = start; p < end; p += 2) expect(routes[p + 2 + along]).toBeGreaterThanOrEqual(routes[p + along]!);
    });
  });

  test('stays within its own width and height', () => {
    const { count, edges } = blocks(120);
    const input = inputOf(count, edges, { direction });
    const r = layoutNow(input);
    for (let i = 0; i < count; i++) {
      expect(r.x[i]).toBeGreaterThanOrEqual(0);
      expect(r.x[i]! + input.widths[i]!).toBeLessThanOrEqual(r.width + 0.1);
      expect(r.y[i]! + input.heights[i]!).toBeLessThanOrEqual(r.height + 0.1);
    }
  });
});

describe('crossings', () => {
  test('trees, chains and residual blocks have none', () => {
    const tree = Array.from({ length: 62 }, (_, i) => [(i / 2) | 0, i + 1] as const);
    expect(crossingsOf(63, tree)).toBe(0);
    const { count, edges } = blocks(400);
    expect(crossingsOf(count, edges)).toBe(0);
  });

  test('K(3,3) in two layers has its nine', () => {
    const edges = [0, 1, 2].flatMap((a) => [3, 4, 5].map((b) => [a, b] as const));
    expect(crossingsOf(6, edges)).toBe(9);
  });

  test('a shuffled ladder is put in order', () => {
    const edges: Edge[] = [];
    for (let i = 0; i < 8; i++) edges.push([i, 8 + ((i * 3) % 8)], [8 + ((i * 3) % 8), 16 + ((i * 5) % 8)]);
    expect(crossingsOf(24, edges)).toBe(0);
  });
});

describe('layering', () => {
  test('what few read stands next to its reader, not at the top', () => {
    // 0 -> 1 -> 2 -> 3, and 4 is read by 3 alone.
    const g = acyclic(
      inputOf(5, [
        [0, 1],
        [1, 2],
        [2, 3],
        [4, 3],
      ]),
    );
    expect(Array.from(assignLayers(g).layerOf)).toEqual([0, 1, 2, 3, 2]);
  });

  test('a source with many far readers has one chain', () => {
    const edges: Edge[] = [];
    for (let i = 0; i < 20; i++) edges.push([i, i + 1], [0, i + 1]);
    const g = acyclic(inputOf(21, edges));
    const layers = layered(g, assignLayers(g));
    expect(layers.total - layers.count).toBe(19);
  });

  test('a chain beside a residual edge stays straight', () => {
    const edges: Edge[] = [
      [0, 1],
      [1, 2],
      [2, 3],
      [0, 3],
      [3, 4],
    ];
    const input = inputOf(5, edges, { widths: new Float32Array(5).fill(100) });
    const { x } = layoutNow(input);
    for (const i of [1, 2, 3, 4]) expect(x[i]).toBeCloseTo(x[0]!, 0);
  });
});

describe('odd graphs', () => {
  test.each([
    ['empty', 0, []],
    ['one node', 1, []],
    [
      'a loop',
      2,
      [
        [0, 0],
        [0, 1],
      ],
    ],
    [
      'a cycle',
      3,
      [
        [0, 1],
        [1, 2],
        [2, 0],
      ],
    ],
    [
      'parallel edges',
      2,
      [
        [0, 1],
        [0, 1],
        [0, 1],
      ],
    ],
    [
      'islands',
      6,
      [
        [0, 1],
        [2, 3],
      ],
    ],
  ] as [string, number, Edge[]][])('%s', (_, count, edges) => {
    const input = inputOf(count, edges);
    const result = layoutNow(input);
    expect(overlaps(input, result)).toEqual([]);
    expect(result.routeOffsets).toHaveLength(edges.length + 1);
    expect(Array.from(result.routes).every(Number.isFinite)).toBe(true);
    expect(Number.isFinite(result.width) && Number.isFinite(result.height)).toBe(true);
  });

  test('a deep chain needs no stack', () => {
    const count = 30_000;
    const result = layoutNow(
      inputOf(
        count,
        Array.from({ length: count - 1 }, (_, i) => [i, i + 1] as const),
      ),
    );
    expect(result.x[count - 1]).toBeCloseTo(result.x[0]!, -2);
  });
});

test('equal input gives equal output', () => {
  const edges = randomGraph(200, 300, 3);
  expect(layoutNow(inputOf(200, edges))).toEqual(layoutNow(inputOf(200, edges)));
});

test('an aborted layout rejects with the reason of its signal, between two steps', async () => {
  const { count, edges } = blocks(30_000);
  const controller = new AbortController();
  const running = layoutGraph(inputOf(count, edges), {
    signal: controller.signal,
    progress: () => controller.abort(new Error('enough')),
  });
  await expect(running).rejects.toThrow('enough');
});

test('100,000 nodes are laid out; the time is told, not judged', () => {
  const { count, edges } = blocks(100_000);
  const input = inputOf(count, edges);
  const before = process.cpuUsage();
  const result = layoutNow(input);
  const spent = process.cpuUsage(before);
  console.info(
    `layout of ${count} nodes: ${Math.round((spent.user + spent.system) / 1000)} ms CPU, ${Math.round(result.width)} wide`,
  );
  expect(result.x).toHaveLength(count);
  expect(result.width).toBeLessThan(3000);
});
