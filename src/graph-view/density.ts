/** The graph as a picture of cells, for views so far away that nodes are smaller than pixels. */
import type { LayoutResult } from '../layout/types.ts';
import { CATEGORIES } from '../graph-model/operators/category.ts';
import type { ViewGraph } from './view.ts';

/** Occupied cells of one size, sorted by row. */
export interface CellLevel {
  readonly size: number;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  /** The category that most nodes of the cell have, or what {@link CellPaint} says. */
  readonly categories: Uint8Array;
  /** Cells of a row by binary search over `rows`. */
  readonly count: number;
}

const SMALLEST = 16;

/** What cells show instead of categories. */
export interface CellPaint {
  /** By vertex, 0 .. `kinds` - 1; a vertex below 0 is left out. */
  readonly classes: ArrayLike<number>;
  readonly kinds: number;
  /** A cell shows the highest class in it rather than the commonest. */
  readonly highest?: boolean;
  /** A vertex counts in the cell of its middle alone. */
  readonly points?: boolean;
}

/** Levels are made when first asked for: most sessions never zoom out so far. */
export class Density {
  private readonly levels: (CellLevel | undefined)[] = [];

  constructor(
    private readonly view: ViewGraph,
    private readonly layout: LayoutResult,
    private readonly paint: CellPaint = { classes: view.categories, kinds: CATEGORIES.length },
  ) {}

  /** The level whose cells are at least `size` pixels of the graph, 16 times a power of two. */
  level(size: number): CellLevel {
    const l = Math.max(0, Math.ceil(Math.log2(size / SMALLEST)));
    return (this.levels[l] ??= this.build(SMALLEST * 2 ** l));
  }

  private build(size: number): CellLevel {
    const across = Math.ceil(this.layout.width / size) + 1;
    const { kinds, highest = false } = this.paint;
    const keys = this.keys(size, across, kinds);
    keys.sort();
    const rows = new Int32Array(keys.length);
    const columns = new Int32Array(keys.length);
    const categories = new Uint8Array(keys.length);
    let n = 0;
    for (let i = 0; i < keys.length;) {
      const cell = Math.floor(keys[i]! / kinds);
      let [best, most] = [0, 0];
      while (i < keys.length && Math.floor(keys[i]! / kinds) === cell) {
        const key = keys[i]!;
        let run = 0;
        for (; i < keys.length && keys[i] === key; i++) run++;
        if (highest || run > most) [best, most] = [key % kinds, run];
      }
      rows[n] = Math.floor(cell / across);
      columns[n] = cell % across;
      categories[n++] = best;
    }
    return { size, rows: rows.slice(0, n), columns: columns.slice(0, n), categories: categories.slice(0, n), count: n };
  }

  /** One number for each cell that a node covers: cell and category. */
  private keys(size: number, across: number, kinds: number): Float64Array {
    const { view, layout, paint } = this;
    const keys: number[] = [];
    for (let i = 0; i < view.count; i++) {
      const shown = paint.classes[i]!;
      if (shown < 0) continue;
      const [w, h] = [view.widths[i]!, view.heights[i]!];
      const [x, y] = [layout.x[i]! + (paint.points ? w / 2 : 0), layout.y[i]! + (paint.points ? h / 2 : 0)];
      const first = Math.floor(x / size);
      const last = Math.floor((x + (paint.points ? 0 : w - 1)) / size);
      const top = Math.floor(y / size);
      const bottom = Math.floor((y + (paint.points ? 0 : h - 1)) / size);
      for (let r = top; r <= bottom; r++) {
        for (let c = first; c <= last; c++) keys.push((r * across + c) * kinds + shown);
      }
    }
    return Float64Array.from(keys);
  }
}

/** The first cell of a level whose row is not above `row`. */
export function firstInRow({ rows, count }: CellLevel, row: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (rows[mid]! < row) low = mid + 1;
    else high = mid;
  }
  return low;
}
