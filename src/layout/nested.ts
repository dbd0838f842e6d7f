/**
 * Layout with boxes: every group is laid out by itself, the innermost first, and stands as one node in the drawing around
 * it. Where a line crosses the side of a box, both drawings are told the place, so that it goes on straight.
 */
import { layoutCore, type CoreResult, type LayoutStep } from './core.ts';
import { LevelCache } from './level-cache.ts';
import { levelsOf, type Level, type Levels } from './levels.ts';
import type { CoreBefore, CoreInput } from './core-input.ts';
import { isKept } from './kept-layers.ts';
import { lineAt } from './kept-places.ts';
import type { Before, LayoutGroups, LayoutResult } from './types.ts';

export { LevelCache } from './level-cache.ts';

/** Room between the sides of a box and what is in it; more where nothing but the title stands above the first layer. */
interface Padding {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const SIDE = 14;
const TITLE = 24;
/** Entries and exits stand in layers of their own, which bring their gap with them. */
const OPEN = 2;

function paddingOf(level: Level, upright: boolean): Padding {
  if (level.group < 0) return { left: 0, right: 0, top: 0, bottom: 0 };
  const top = level.entries > 0 ? OPEN : upright ? TITLE : SIDE;
  return { left: upright ? SIDE : TITLE, right: SIDE, top, bottom: level.exits > 0 ? OPEN : SIDE };
}

/** A level that has been laid out, as the level around it sees it. */
interface Laid {
  readonly result: CoreResult;
  /** Whether it was laid out now, over what stood there before: then `result.shift` tells where it stood. */
  readonly kept: boolean;
  readonly padding: Padding;
  readonly width: number;
  readonly height: number;
}

type NestedInput = CoreInput & { readonly before?: Before | undefined };

/** `core` and the result run down; `upright` says whether titles stand above the flow or beside it. */
export function* layoutNested(
  core: NestedInput,
  groups: LayoutGroups,
  upright: boolean,
  cache = new LevelCache(),
): Generator<LayoutStep, LayoutResult> {
  const levels = levelsOf(core, groups);
  const lines = core.before && linesByLevel(levels, core.before);
  const laid: Laid[] = [];
  for (let l = levels.all.length - 1; l >= 0; l--) {
    const level = levels.all[l]!;
    if (level.items.length === 0) continue;
    yield { done: (100 * (levels.all.length - l)) / (levels.all.length + 1), label: 'Placing groups' };
    const plain = inputOf(core, levels, level, laid);
    const before = core.before && beforeOf(core.before, plain, level, laid, lines![l]!);
    const input = before ? { ...plain, before } : plain;
    const known = cache.get(input);
    const result = known ?? cache.put(input, yield* layoutCore(input));
    const kept = known === undefined && before !== undefined && isKept(before, plain.ports!.pins);
    const padding = paddingOf(level, upright);
    const least = level.group < 0 ? 0 : groups.widths[level.group]!;
    laid[l] = {
      result,
      kept,
      padding,
      width: Math.max(result.width + padding.left + padding.right, upright ? least : 0),
      height: Math.max(result.height + padding.top + padding.bottom, upright ? 0 : least),
    };
  }
  cache.endRound();
  return new Assembly(core, levels, laid).build(groups.parents.length);
}

function inputOf(core: CoreInput, levels: Levels, level: Level, laid: readonly Laid[]): CoreInput {
  const n = level.items.length;
  const widths = new Float32Array(n);
  const heights = new Float32Array(n);
  const anchors = new Float32Array(n);
  const pins = new Int8Array(n);
  level.items.forEach((item, i) => {
    const inner = item.kind === 'group' ? laid[item.ref + 1] : undefined;
    widths[i] = inner ? inner.width : item.kind === 'vertex' ? core.widths[item.ref]! : 2;
    heights[i] = inner ? inner.height : item.kind === 'vertex' ? core.heights[item.ref]! : 0;
    anchors[i] = inner ? anchorOf(levels.all[item.ref + 1]!, inner) : widths[i]! / 2;
    pins[i] = item.kind === 'entry' ? -1 : item.kind === 'exit' ? 1 : 0;
  });
  const edges = level.edges.length;
  const leave = new Float32Array(edges).fill(NaN);
  const reach = new Float32Array(edges).fill(NaN);
  const lanes = new Int32Array(edges);
  const offsets = new Int32Array(n + 1);
  const targets = new Int32Array(edges);
  level.edges.forEach((edge, e) => {
    const [from, to] = [level.items[edge.from]!, level.items[edge.to]!];
    offsets[edge.from + 1]!++;
    targets[e] = edge.to;
    lanes[e] = from.kind === 'group' ? levels.all[from.ref + 1]!.exitOf.get(edge.source)! : -1;
    if (from.kind === 'group') leave[e] = portOf(levels.all[from.ref + 1]!.exitOf, laid[from.ref + 1]!, edge.source);
    if (to.kind === 'group') reach[e] = portOf(levels.all[to.ref + 1]!.entryOf, laid[to.ref + 1]!, edge.source);
  });
  for (let i = 0; i < n; i++) offsets[i + 1]! += offsets[i]!;
  const { nodeGap, layerGap } = core;
  return {
    count: n,
    offsets,
    targets,
    widths,
    heights,
    nodeGap,
    layerGap,
    ports: { anchors, pins, lanes, leave, reach },
  };
}

/** By level and by its edges, a line of the drawing before that ran there; -1 for none. */
function linesByLevel({ all, segments }: Levels, { edges }: Before): Int32Array[] {
  const lines = all.map((level) => new Int32Array(level.edges.length).fill(-1));
  for (let e = 0; e < edges.length; e++) {
    if (edges[e]! < 0) continue;
    for (let k = segments.begin[e]!; k < segments.begin[e + 1]!; k++)
      lines[segments.level[k]!]![segments.edge[k]!] = edges[e]!;
  }
  return lines;
}

/** Where the items of a level stood, in places of the whole drawing. */
function beforeOf(
  { x, y, boxes, routeOffsets, routes }: Before,
  { count, offsets, targets, ports }: CoreInput,
  level: Level,
  laid: readonly Laid[],
  edges: Int32Array,
): CoreBefore {
  const at = { x: new Float32Array(count).fill(NaN), y: new Float32Array(count).fill(NaN) };
  level.items.forEach(({ kind, ref }, i) => {
    if (kind === 'vertex') [at.x[i], at.y[i]] = [x[ref]!, y[ref]!];
    if (kind !== 'group') return;
    const inner = laid[ref + 1]!;
    // What is inside stays, whichever way its box has grown.
    const left = inner.kept ? inner.result.shift - inner.padding.left : boxes[4 * ref]!;
    at.x[i] = left + ports!.anchors[i]!;
    at.y[i] = boxes[4 * ref + 1]! + boxes[4 * ref + 3]! / 2;
  });
  // Entries and exits stood where lines crossed the sides of the box.
  const [top, bottom] = [
    boxes[4 * level.group + 1]! + 1,
    boxes[4 * level.group + 1]! + boxes[4 * level.group + 3]! - 1,
  ];
  for (let i = 0; i < count; i++) {
    for (let e = offsets[i]!; e < offsets[i + 1]!; e++) {
      if (edges[e]! < 0) continue;
      const [from, to] = [level.items[i]!.kind, level.items[targets[e]!]!.kind];
      if (from === 'entry') at.x[i] = lineAt({ routeOffsets, routes }, edges[e]!, top);
      if (to === 'exit') at.x[targets[e]!] = lineAt({ routeOffsets, routes }, edges[e]!, bottom);
    }
  }
  return { ...at, edges, routeOffsets, routes };
}

/** From the left side of the box. */
function portOf(items: ReadonlyMap<number, number>, inner: Laid, source: number): number {
  return inner.padding.left + inner.result.left[items.get(source)!]! + 1;
}

/** A box whose line leaves further aside than this would push a chain of its like ever further to one side. */
const ASIDE = 60;

/** The box hangs on the line that goes through it, where there is one; else on its middle. */
function anchorOf(level: Level, inner: Laid): number {
  const at = (items: ReadonlyMap<number, number>) => portOf(items, inner, items.keys().next().value!);
  const into = level.entries > 0 ? at(level.entryOf) : NaN;
  const outOf = level.exits > 0 ? at(level.exitOf) : NaN;
  if (Math.abs(into - outOf) > ASIDE) return inner.width / 2;
  return Number.isNaN(into) ? (Number.isNaN(outOf) ? inner.width / 2 : outOf) : into;
}

/** Puts the levels into each other. */
class Assembly {
  private readonly originX: Float64Array;
  private readonly originY: Float64Array;
  private readonly x: Float32Array;
  private readonly y: Float32Array;
  private points = new Float32Array(4096);
  private length = 0;

  constructor(
    private readonly core: CoreInput,
    private readonly levels: Levels,
    private readonly laid: readonly Laid[],
  ) {
    this.originX = new Float64Array(levels.all.length);
    this.originY = new Float64Array(levels.all.length);
    this.x = new Float32Array(core.count);
    this.y = new Float32Array(core.count);
  }

  build(groups: number): LayoutResult {
    const boxes = new Float32Array(4 * groups);
    this.levels.all.forEach((level, l) => this.placeItems(level, l, boxes));
    const routeOffsets = this.join();
    const { width = 0, height = 0 } = this.laid[0] ?? {};
    const routes = this.points.slice(0, this.length);
    return { x: this.x, y: this.y, routeOffsets, routes, width, height, boxes };
  }

  /** Levels stand before those within them: the origin is known. */
  private placeItems(level: Level, l: number, boxes: Float32Array): void {
    const laid = this.laid[l];
    if (!laid) return;
    level.items.forEach((item, i) => {
      const x = this.originX[l]! + laid.result.left[i]!;
      const y = this.originY[l]! + laid.result.top[i]!;
      if (item.kind === 'vertex') {
        this.x[item.ref] = x;
        this.y[item.ref] = y;
      } else if (item.kind === 'group') {
        const inner = this.laid[item.ref + 1]!;
        this.originX[item.ref + 1] = x + inner.padding.left;
        this.originY[item.ref + 1] = y + inner.padding.top;
        boxes.set([x, y, inner.width, inner.height], 4 * item.ref);
      }
    });
  }

  /** The line of an edge is that of its pieces, one for each level it goes through. */
  private join(): Int32Array {
    const { begin, level, edge } = this.levels.segments;
    const edges = this.core.targets.length;
    const routeOffsets = new Int32Array(edges + 1);
    for (let e = 0; e < edges; e++) {
      const start = this.length;
      for (let k = begin[e]!; k < begin[e + 1]!; k++) this.append(level[k]!, edge[k]!, start);
      routeOffsets[e + 1] = this.length / 2;
    }
    return routeOffsets;
  }

  private append(l: number, e: number, start: number): void {
    const { routeOffsets, routes } = this.laid[l]!.result;
    const [dx, dy] = [this.originX[l]!, this.originY[l]!];
    for (let k = 2 * routeOffsets[e]!; k < 2 * routeOffsets[e + 1]!; k += 2) {
      this.push(routes[k]! + dx, routes[k + 1]! + dy, start);
    }
  }

  /** Where two pieces meet in a vertical line the point between them is left out. */
  private push(x: number, y: number, start: number): void {
    const { points } = this;
    let n = this.length;
    if (n > start && Math.abs(points[n - 2]! - x) < 0.6) {
      x = points[n - 2]!;
      if (n - start >= 4 && points[n - 4] === x) n -= 2;
      else if (Math.abs(points[n - 1]! - y) < 0.1) n -= 2;
    }
    if (n + 2 > points.length) {
      this.points = new Float32Array(2 * points.length);
      this.points.set(points);
    }
    this.points[n] = x;
    this.points[n + 1] = y;
    this.length = n + 2;
  }
}
