/** A drawing that is far longer than wide, cut across and set in columns side by side; each is read from its top. */
import { COLUMN } from './before.ts';
import type { Before, Fold, LayoutResult } from './types.ts';

/** Width to height of the drawing aimed at: that of a screen. */
const ASPECT = 1.6;
/** Automatic folding begins at one of these lengths, for what is so many times as long as wide: a mere chain is a thread on the screen. */
const LONG = [
  { length: 6_000, thin: 16 },
  { length: 24_000, thin: 8 },
];
/** Between columns, beside the lines that go over; between two of those; between them and a column. */
const GUTTER = 48;
const LINE = 10;
const STEP = 14;
/** A drawing that has become this many times as long, as when all groups are opened at once, is folded like a new one. */
const GROWN = 3;
/** The longest column to the mean one, above which kept columns are given up. */
const UNEVEN = 1.5;

interface Sizes {
  readonly widths: Float32Array;
  readonly heights: Float32Array;
}

/**
 * `r` runs down. It comes back as it is where `fold` says so, or where no cut goes through it without cutting a box. With the
 * drawing `before` it stays in columns, or in one unless it is far longer now, as that was, and is cut at the same places.
 */
export function folded(r: LayoutResult, sizes: Sizes, fold: Fold, before?: Before): LayoutResult {
  if (fold === 'off') return r;
  const gaps = gapsOf(r, sizes);
  if (before) {
    if (fold === 'auto' && !before.columns && r.height < GROWN * lengthOf(before)) return r;
    const kept = before.columns ? keptCuts(r, sizes, gaps, before.y, before.columns) : [];
    if (kept.length > 0) return new Folder(r, sizes, kept).build();
  }
  const thin = r.height / Math.max(1, r.width);
  const isLong = LONG.some((least) => r.height >= least.length && thin >= least.thin);
  if ((fold === 'auto' && !isLong) || thin < 2) return r;
  const cuts = bestCuts(r, gaps, Math.min(64, Math.round(Math.sqrt(ASPECT * thin))));
  return cuts.length === 0 ? r : new Folder(r, sizes, cuts).build();
}

/** How far down reaches what is known of a drawing. */
function lengthOf({ y, boxes }: Before): number {
  let end = 0;
  for (const middle of y) if (middle > end) end = middle;
  for (let b = 1; b < boxes.length; b += 4) if (boxes[b]! + boxes[b + 2]! > end) end = boxes[b]! + boxes[b + 2]!;
  return end;
}

/** Right below what stood last in each column; none where the columns have become too uneven. */
function keptCuts(r: LayoutResult, sizes: Sizes, gaps: Float64Array, y: Float32Array, columns: Float32Array): number[] {
  const cuts: number[] = [];
  for (let c = 0; c + COLUMN < columns.length; c += COLUMN) {
    let last = -1;
    for (let v = 0; v < y.length; v++) if (y[v]! < columns[c + 5]! && !(last >= 0 && y[v]! <= y[last]!)) last = v;
    const cut = last < 0 ? undefined : gaps[firstAt(gaps, r.y[last]! + sizes.heights[last]! + 0.5)];
    if (cut !== undefined && cut > (cuts.at(-1) ?? 0)) cuts.push(cut);
  }
  const lengths = [...cuts, r.height].map((end, c) => end - (cuts[c - 1] ?? 0));
  return Math.max(...lengths) > (UNEVEN * r.height) / lengths.length ? [] : cuts;
}

/** Places between layers where nothing but lines is cut: right below what stands above. */
function gapsOf(r: LayoutResult, { heights }: Sizes): Float64Array {
  const boxes = r.boxes.length / 4;
  const n = r.y.length;
  const top = (i: number) => (i < n ? r.y[i]! : r.boxes[4 * (i - n) + 1]!);
  const bottom = (i: number) => (i < n ? r.y[i]! + heights[i]! : top(i) + r.boxes[4 * (i - n) + 3]!);
  const order = Int32Array.from({ length: n + boxes }, (_, i) => i).sort((a, b) => top(a) - top(b));
  const gaps: number[] = [];
  let low = Infinity;
  for (const i of order) {
    // Room for the bend of a line that begins in the gap.
    if (top(i) > low + 4) gaps.push(low + 1);
    low = low === Infinity ? bottom(i) : Math.max(low, bottom(i));
  }
  return Float64Array.from(gaps);
}

/**
 * About so many columns: those that come nearest to the form of a screen and leave the least room empty. (Large boxes make
 * columns uneven.)
 */
function bestCuts(r: LayoutResult, gaps: Float64Array, columns: number): number[] {
  const over = linesOver(r, gaps);
  let best: number[] = [];
  let nearest = Infinity;
  for (let n = Math.max(2, columns - 3); n <= columns + 3; n++) {
    const cuts = chooseCuts(r, gaps, over, n);
    const ends = [0, ...cuts, r.height];
    const highest = Math.max(...ends.slice(1).map((end, c) => end - ends[c]!));
    const form = Math.abs(Math.log(((cuts.length + 1) * r.width) / highest / ASPECT));
    const empty = 1 - r.height / ((cuts.length + 1) * highest);
    if (form + 2 * empty < nearest) [nearest, best] = [form + 2 * empty, cuts];
  }
  return best;
}

/** How far from its even place a cut may be, in columns; and what a column twice as long as the mean costs, in lines cut. */
const REACH = 0.4;
const DOUBLE = 250;

/** A way to the cut at gap `gap`: what all cuts up to it cost, and the one before it. */
interface Way {
  readonly gap: number;
  readonly cost: number;
  readonly from: Way | null;
}

/** So that the columns are about equal and few lines go over: the best of all choices near the even places. */
function chooseCuts(r: LayoutResult, gaps: Float64Array, over: Int32Array, columns: number): number[] {
  const mean = r.height / columns;
  const uneven = (length: number) => DOUBLE * (length / mean - 1) ** 2;
  let ways: Way[] = [{ gap: -1, cost: 0, from: null }];
  const at = (way: Way) => (way.gap < 0 ? 0 : gaps[way.gap]!);
  for (let c = 1; c < columns; c++) {
    const near: Way[] = [];
    for (const gap of gapsNear(gaps, c * mean, REACH * mean)) {
      let best: Way | null = null;
      for (const from of ways) {
        if (from.gap >= gap) continue;
        const cost = from.cost + over[gap]! + uneven(gaps[gap]! - at(from));
        if (!best || cost < best.cost) best = { gap, cost, from };
      }
      if (best) near.push(best);
    }
    if (near.length > 0) ways = near;
  }
  // The last column may rather be short than one among the others.
  const last = (length: number) => uneven(length) * (length < mean ? 0.5 : 1);
  const total = (way: Way) => way.cost + last(r.height - at(way));
  const cuts: number[] = [];
  let way: Way | null = ways.reduce((a, b) => (total(b) < total(a) ? b : a));
  for (; way && way.gap >= 0; way = way.from) cuts.unshift(gaps[way.gap]!);
  return cuts;
}

/** Some sixty gaps around a place, spread evenly. */
function gapsNear(gaps: Float64Array, place: number, reach: number): number[] {
  const [from, end] = [firstAt(gaps, place - reach), firstAt(gaps, place + reach)];
  const step = Math.max(1, Math.floor((end - from) / 60));
  const near: number[] = [];
  for (let k = from; k < end; k += step) near.push(k);
  return near;
}

function linesOver({ routes }: LayoutResult, gaps: Float64Array): Int32Array {
  const over = new Int32Array(gaps.length + 1);
  for (let p = 0; p + 3 < routes.length; p += 2) {
    const [a, b] = [routes[p + 1]!, routes[p + 3]!];
    if (!(a < b)) continue;
    over[firstAt(gaps, a)]!++;
    over[firstAt(gaps, b)]!--;
  }
  for (let g = 1; g < over.length; g++) over[g]! += over[g - 1]!;
  return over;
}

/** The first of the sorted `list` that is not below `value`. */
function firstAt(list: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (list[mid]! < value) low = mid + 1;
    else high = mid;
  }
  return low;
}

class Folder {
  /** By cut, where lines go over it, from left to right. */
  private readonly lines: number[][];
  /** By column: what is added to the places in it, and its right side. */
  private readonly dx: number[] = [];
  private readonly dy: number[] = [];
  private readonly left: number[] = [];
  private readonly right: number[] = [];
  private readonly head: number;
  private points = new Float32Array(4096);
  private length = 0;

  constructor(
    private readonly r: LayoutResult,
    private readonly sizes: Sizes,
    private readonly cuts: readonly number[],
  ) {
    this.lines = this.findLines();
    const most = Math.max(...this.lines.map((l) => l.length));
    this.head = STEP + LINE * most + STEP;
    this.placeColumns();
  }

  build(): LayoutResult {
    const { r } = this;
    const x = r.x.map((at, v) => at + this.dx[this.column(r.y[v]!)]!);
    const y = r.y.map((at) => at + this.dy[this.column(at)]!);
    const boxes = r.boxes.slice();
    for (let b = 0; b < boxes.length; b += 4) {
      const column = this.column(boxes[b + 1]!);
      boxes[b]! += this.dx[column]!;
      boxes[b + 1]! += this.dy[column]!;
    }
    const routeOffsets = this.routeAll();
    const routes = this.points.slice(0, this.length);
    let height = 0;
    for (let c = 0; c < this.dy.length; c++) height = Math.max(height, this.bottom(c));
    return { ...r, x, y, boxes, routes, routeOffsets, width: this.right.at(-1)!, height, columns: this.columns() };
  }

  private columns(): Float32Array {
    const ends = [0, ...this.cuts, this.r.height];
    const of = (c: number) => [this.left[c]!, this.right[c]!, this.dx[c]!, this.dy[c]!, ends[c]!, ends[c + 1]!];
    return Float32Array.from(this.dx.flatMap((_, c) => of(c)));
  }

  /** What lies at a cut belongs to the column above it. */
  private column(y: number): number {
    return firstAt(this.cuts, y);
  }

  private findLines(): number[][] {
    const lines = this.cuts.map(() => new Set<number>());
    this.eachOver((cut, x) => lines[cut]!.add(x));
    return lines.map((l) => [...l].sort((a, b) => a - b));
  }

  private eachOver(visit: (cut: number, x: number) => void): void {
    const { routes, routeOffsets } = this.r;
    for (let e = 0; e + 1 < routeOffsets.length; e++) {
      for (let p = 2 * routeOffsets[e]!; p + 3 < 2 * routeOffsets[e + 1]!; p += 2) {
        const [a, b] = [routes[p + 1]!, routes[p + 3]!];
        if (Number.isNaN(a) || Number.isNaN(b)) continue;
        const end = this.column(Math.max(a, b));
        for (let c = this.column(Math.min(a, b)); c < end; c++) visit(c, routes[a <= b ? p : p + 2]!);
      }
    }
  }

  private placeColumns(): void {
    const [left, right] = this.extents();
    let at = 0;
    for (let c = 0; c < left.length; c++) {
      this.dx.push(Math.round(at - left[c]!));
      this.dy.push(Math.round(this.head - (c === 0 ? 0 : this.cuts[c - 1]!)));
      this.left.push(this.dx[c]! + left[c]!);
      this.right.push(this.dx[c]! + right[c]!);
      at = this.right[c]! + GUTTER + LINE * (this.lines[c]?.length ?? 0);
    }
  }

  private extents(): [number[], number[]] {
    const { r } = this;
    const left = [...this.cuts, 0].map(() => Infinity);
    const right = left.map(() => -Infinity);
    const add = (low: number, high: number, y: number) => {
      const c = this.column(y);
      left[c] = Math.min(left[c]!, low);
      right[c] = Math.max(right[c]!, high);
    };
    r.x.forEach((x, v) => add(x, x + this.sizes.widths[v]!, r.y[v]!));
    for (let b = 0; b < r.boxes.length; b += 4) add(r.boxes[b]!, r.boxes[b]! + r.boxes[b + 2]!, r.boxes[b + 1]!);
    for (let p = 0; p < r.routes.length; p += 2)
      if (!Number.isNaN(r.routes[p]!)) add(r.routes[p]!, r.routes[p]!, r.routes[p + 1]!);
    this.eachOver((cut, x) => {
      add(x, x, this.cuts[cut]!);
      add(x, x, this.cuts[cut]! + 0.01);
    });
    return [left, right];
  }

  /** The lowest place of a column, the lines that leave it included. */
  private bottom(c: number): number {
    const cut = this.cuts[c];
    if (cut === undefined) return this.r.height + this.dy[c]!;
    return cut + this.dy[c]! + STEP + LINE * this.lines[c]!.length;
  }

  private routeAll(): Int32Array {
    const { routes, routeOffsets } = this.r;
    const offsets = new Int32Array(routeOffsets.length);
    for (let e = 0; e + 1 < routeOffsets.length; e++) {
      for (let p = 2 * routeOffsets[e]!; p < 2 * routeOffsets[e + 1]!; p += 2) {
        const y = routes[p + 1]!;
        if (p > 2 * routeOffsets[e]!) this.goOver(routes[p - 2]!, routes[p - 1]!, routes[p]!, y);
        const c = Number.isNaN(y) ? 0 : this.column(y);
        this.push(routes[p]! + this.dx[c]!, y + this.dy[c]!);
      }
      offsets[e + 1] = this.length / 2;
    }
    return offsets;
  }

  /** The way from one column to another, where the piece between two points needs it. */
  private goOver(ax: number, ay: number, bx: number, by: number): void {
    if (Number.isNaN(ay) || Number.isNaN(by)) return;
    const [from, to] = [this.column(ay), this.column(by)];
    for (let c = from; c < to; c++) for (const [x, y] of this.bridge(c, ax)) this.push(x, y);
    for (let c = from - 1; c >= to; c--) for (const [x, y] of this.bridge(c, bx).reverse()) this.push(x, y);
  }

  /** Lines keep their order and do not cross: the rightmost turns first below the column and last above the next. */
  private bridge(c: number, x: number): [number, number][] {
    const lines = this.lines[c]!;
    const inner = lines.length - 1 - firstAt(lines, x);
    const low = this.cuts[c]! + this.dy[c]! + STEP + LINE * inner;
    const gutter = this.right[c]! + GUTTER / 2 + LINE * inner;
    const high = this.head - STEP - LINE * (lines.length - 1 - inner);
    const [from, to] = [x + this.dx[c]!, x + this.dx[c + 1]!];
    return [
      [from, low],
      [gutter, low],
      [gutter, high],
      [to, high],
      [to, this.cuts[c]! + this.dy[c + 1]!],
    ];
  }

  private push(x: number, y: number): void {
    if (this.length + 2 > this.points.length) {
      const bigger = new Float32Array(2 * this.points.length);
      bigger.set(this.points);
      this.points = bigger;
    }
    this.points[this.length++] = x;
    this.points[this.length++] = y;
  }
}
