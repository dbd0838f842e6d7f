import { expect, test } from 'vitest';
import { acyclic } from '../../src/layout/digraph.ts';
import { layered, type Layered, type Ordering } from '../../src/layout/layered.ts';
import { assignLayers } from '../../src/layout/layers.ts';
import { layoutNow, type LayoutInput } from '../../src/layout/layout.ts';
import { findOrder, totalCrossings } from '../../src/layout/ordering.ts';
import { Sifter } from '../../src/layout/sifting.ts';

type Edge = readonly [number, number];

function inputOf(count: number, edges: readonly Edge[]): LayoutInput {
  const sorted = [...edges].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const offsets = new Int32Array(count + 1);
  for (const [u] of sorted) offsets[u + 1]!++;
  for (let i = 0; i < count; i++) offsets[i + 1]! += offsets[i]!;
  return {
    count,
    offsets,
    targets: Int32Array.from(sorted, ([, v]) => v),
    widths: new Float32Array(count).fill(150),
    heights: new Float32Array(count).fill(26),
    direction: 'vertical',
    nodeGap: 24,
    layerGap: 26,
  };
}

/** Blocks in a row, each with two inputs and two outputs (a node and a pill) of its own, and a mask that all read. */
function decoder(blocks: number): { input: LayoutInput; stream: number[] } {
  const edges: Edge[] = [];
  let count = 2;
  const stream = [0];
  for (let b = 0; b < blocks; b++) {
    const [k, v, block] = [count++, count++, count++];
    edges.push([k, block], [v, block], [1, block], [stream.at(-1)!, block]);
    for (let i = 0; i < 2; i++) {
      const [node, pill] = [count++, count++];
      edges.push([block, node], [node, pill]);
    }
    stream.push(block);
  }
  return { input: inputOf(count, edges), stream };
}

test('the stream of a decoder goes straight down beside the inputs and outputs of its blocks', () => {
  const { input, stream } = decoder(32);
  const { x, width } = layoutNow(input);
  const middle = stream.slice(4, -4).map((v) => Math.round(x[v]!));
  expect(new Set(middle).size, `places of the blocks: ${middle.join(' ')}`).toBe(1);
  expect(width).toBeLessThan(4000);
});

function orderOf(g: Layered): Ordering {
  const search = findOrder(g);
  for (;;) {
    const step = search.next();
    if (step.done) return step.value;
  }
}

/** Every layer in the order of ids but for the lane, which is put last. */
function withLaneLast(g: Layered): Ordering {
  const order = orderOf(g);
  for (let l = 0; l < g.layers; l++) {
    const layer = order.sequence.subarray(order.starts[l]!, order.starts[l + 1]!);
    layer.sort((a, b) => Number(a >= g.count) - Number(b >= g.count) || a - b);
    layer.forEach((v, i) => (order.pos[v] = i));
  }
  return order;
}

test('a long line is moved as a whole to the side where it crosses least', () => {
  // A ladder of two rails with rungs; a line from its left top to the left end of every rung.
  const edges: Edge[] = [];
  const rungs = 12;
  for (let i = 0; i + 1 < rungs; i++) edges.push([2 * i, 2 * i + 2], [2 * i + 1, 2 * i + 3], [2 * i, 2 * i + 3]);
  for (let i = 2; i < rungs; i++) edges.push([0, 2 * i]);
  const g = acyclic(inputOf(2 * rungs, edges));
  const graph = layered(g, assignLayers(g));
  const order = withLaneLast(graph);
  const before = totalCrossings(graph, order);
  expect(new Sifter(graph, order).run(4)).toBe(true);
  const after = totalCrossings(graph, order);
  expect(before).toBeGreaterThan(8);
  expect(after).toBeLessThan(before / 2);
  for (let l = 0; l < graph.layers; l++) {
    const layer = [...order.sequence.subarray(order.starts[l]!, order.starts[l + 1]!)];
    expect(layer.map((v) => order.pos[v])).toEqual(layer.map((_, i) => i));
    expect(layer.every((v) => graph.layerOf[v] === l)).toBe(true);
  }
});

test('sifting leaves no order worse than it was', () => {
  let seed = 7;
  const next = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) / 2 ** 32;
  for (let round = 0; round < 20; round++) {
    const edges = Array.from({ length: 90 }, (): Edge => {
      const a = Math.floor(next() * 55);
      return [a, a + 1 + Math.floor(next() * 4)];
    });
    const g = acyclic(inputOf(60, edges));
    const graph = layered(g, assignLayers(g));
    const order = withLaneLast(graph);
    const before = totalCrossings(graph, order);
    const moved = new Sifter(graph, order).run(3);
    // Making one order of all blocks may cost something at first where chains crossed each other: none do here.
    if (moved) expect(totalCrossings(graph, order)).toBeLessThanOrEqual(before);
  }
});
