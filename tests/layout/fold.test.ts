import { describe, expect, test } from 'vitest';
import { layoutNow, type LayoutInput } from '../../src/layout/layout.ts';

/** A chain of blocks of two branches each, with a line from the first node to every tenth block. */
function chain(blocks: number, part: Partial<LayoutInput> = {}): LayoutInput {
  const edges: [number, number][] = [];
  let x = 0;
  for (let b = 0; b < blocks; b++, x += 3) {
    edges.push([x, x + 1], [x, x + 2], [x + 1, x + 3], [x + 2, x + 3]);
    if (b % 10 === 5) edges.push([0, x + 3]);
  }
  edges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const count = x + 1;
  const offsets = new Int32Array(count + 1);
  for (const [u] of edges) offsets[u + 1]!++;
  for (let i = 0; i < count; i++) offsets[i + 1]! += offsets[i]!;
  return {
    count,
    offsets,
    targets: Int32Array.from(edges, ([, v]) => v),
    widths: new Float32Array(count).fill(120),
    heights: Float32Array.from({ length: count }, (_, i) => 26 + 20 * (i % 3)),
    direction: 'vertical',
    nodeGap: 24,
    layerGap: 26,
    ...part,
  };
}

const edgesOf = ({ count, offsets, targets }: LayoutInput) =>
  Array.from({ length: count }, (_, u) =>
    Array.from(targets.subarray(offsets[u]!, offsets[u + 1]!), (v): [number, number] => [u, v]),
  ).flat();

describe.each(['vertical', 'horizontal'] as const)('columns of a %s drawing', (direction) => {
  const input = chain(60, { direction, fold: 'on' });
  const r = layoutNow(input);
  const box = (v: number) => [r.x[v]!, r.y[v]!, r.x[v]! + input.widths[v]!, r.y[v]! + input.heights[v]!] as const;

  test('have about the form of a screen', () => {
    const [long, short] = direction === 'vertical' ? [r.width, r.height] : [r.height, r.width];
    expect(long / short).toBeGreaterThan(0.8);
    expect(long / short).toBeLessThan(3);
    const straight = layoutNow({ ...input, fold: 'off' });
    expect(Math.max(straight.width, straight.height)).toBeGreaterThan(3 * Math.max(r.width, r.height));
  });

  test('hold every node, none over another', () => {
    for (let a = 0; a < input.count; a++) {
      const [ax, ay, bx, by] = box(a);
      expect(ax >= 0 && ay >= 0 && bx <= r.width + 0.5 && by <= r.height + 0.5, `node ${a} is inside`).toBe(true);
      for (let b = 0; b < a; b++) {
        const [cx, cy, dx, dy] = box(b);
        expect(bx <= cx || dx <= ax || by <= cy || dy <= ay, `${a} is apart from ${b}`).toBe(true);
      }
    }
  });

  test('are joined by lines that begin and end at their nodes and meet no other', () => {
    edgesOf(input).forEach(([u, v], e) => {
      const points = [...r.routes.subarray(2 * r.routeOffsets[e]!, 2 * r.routeOffsets[e + 1]!)];
      const [first, last] = [points.slice(0, 2), points.slice(-2)];
      const along = direction === 'vertical' ? 1 : 0;
      expect(first[along]!).toBeCloseTo(box(u)[2 + along]!, 0);
      expect(last[along]!).toBeCloseTo(box(v)[along]!, 0);
      for (let p = 0; p + 3 < points.length; p += 2) {
        const piece = points.slice(p, p + 4);
        const through = meetsInside(piece, input.count, box, [u, v]);
        expect(through, `line ${u} to ${v} goes through ${through}`).toBe(-1);
      }
    });
  });
});

/** A node that a piece runs through, sampled along it; -1 for none. */
function meetsInside(
  [ax, ay, bx, by]: number[],
  count: number,
  box: (v: number) => readonly [number, number, number, number],
  ends: readonly number[],
): number {
  const steps = Math.ceil(Math.hypot(bx! - ax!, by! - ay!) / 8);
  if (ax !== bx && ay !== by) return -1;
  for (let v = 0; v < count; v++) {
    const [left, top, right, bottom] = box(v);
    if (ends.includes(v)) continue;
    for (let s = 0; s <= steps; s++) {
      const x = ax! + ((bx! - ax!) * s) / Math.max(1, steps);
      const y = ay! + ((by! - ay!) * s) / Math.max(1, steps);
      if (x > left + 1 && x < right - 1 && y > top + 1 && y < bottom - 1) return v;
    }
  }
  return -1;
}

test('nothing is folded that is short, or that only a box through everything could be', () => {
  const short = chain(10, { fold: 'auto' });
  expect(layoutNow(short)).toEqual(layoutNow({ ...short, fold: 'off' }));
  const boxed = chain(60, { fold: 'on' });
  const groups = {
    of: new Int32Array(boxed.count),
    parents: Int32Array.of(-1),
    widths: Float32Array.of(50),
  };
  expect(layoutNow({ ...boxed, groups })).toEqual(layoutNow({ ...boxed, groups, fold: 'off' }));
});

test('very long chains are folded without being asked', () => {
  const long = chain(400, { fold: 'auto' });
  expect(layoutNow(long).height).toBeLessThan(10_000);
});

test('a thin chain is folded where it is longer than some screens, and a wide drawing of that length is not', () => {
  const thin = chain(80, { fold: 'auto' });
  const height = (input: LayoutInput) => layoutNow({ ...input, fold: 'off' }).height;
  expect(height(thin)).toBeGreaterThan(6_000);
  expect(layoutNow(thin).height).toBeLessThan(height(thin) / 2);
  const wide = { ...thin, widths: new Float32Array(thin.count).fill(600) };
  expect(layoutNow(wide).height).toBe(height(wide));
});

test('one column stays one after an edit, but not when everything was opened at once', () => {
  const long = chain(400, { fold: 'auto' });
  const straight = layoutNow({ ...long, fold: 'off' });
  const nothing = new Float32Array(long.count).fill(NaN);
  /** The first and the last vertex of the chain stood so far apart; nothing is known of the others. */
  const before = (length: number) => ({
    x: nothing.map((v, i) => (i === 0 || i === long.count - 1 ? 100 : v)),
    y: nothing.map((v, i) => (i === 0 ? 20 : i === long.count - 1 ? length : v)),
    edges: new Int32Array(long.targets.length).fill(-1),
    routeOffsets: new Int32Array(1),
    routes: new Float32Array(0),
    boxes: new Float32Array(0),
  });
  expect(layoutNow({ ...long, before: before(straight.height / 2) }).columns).toBeUndefined();
  expect(layoutNow({ ...long, before: before(straight.height / 8) }).columns!.length).toBeGreaterThan(6);
});
