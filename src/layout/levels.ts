/** A graph with groups as one small graph for each group, joined by entries and exits. */
import type { CoreInput } from './core-input.ts';
import type { LayoutGroups } from './types.ts';

export interface Item {
  /** `ref` is a vertex, a group, or the source vertex whose line enters or leaves here. */
  readonly kind: 'vertex' | 'group' | 'entry' | 'exit';
  readonly ref: number;
}

/** Between items of one level; `source` is the vertex of the whole graph where the line begins. */
export interface LevelEdge {
  readonly from: number;
  readonly to: number;
  readonly source: number;
}

export interface Level {
  /** -1 for what lies around all groups. */
  readonly group: number;
  readonly items: Item[];
  /** Sorted by `from`, then `source`. */
  edges: LevelEdge[];
  /** By source vertex, the item where its line enters and where it leaves. */
  readonly entryOf: Map<number, number>;
  readonly exitOf: Map<number, number>;
  entries: number;
  exits: number;
}

export interface Levels {
  /** Level 0 is the outermost; level g + 1 is that of group g. */
  readonly all: readonly Level[];
  /** Which edges of which levels make up edge e: entries `begin[e] .. begin[e + 1]`. */
  readonly segments: {
    readonly begin: Int32Array;
    readonly level: readonly number[];
    readonly edge: readonly number[];
  };
}

export function levelsOf(core: CoreInput, groups: LayoutGroups): Levels {
  return new LevelBuilder(core, groups).build();
}

class LevelBuilder {
  private readonly all: Level[];
  private readonly depth: Int32Array;
  /** By vertex and by group, its item in the level around it. */
  private readonly itemOf: Int32Array;
  private readonly groupItem: Int32Array;
  private readonly edgeIds = new Map<number, number>();
  private readonly segmentLevel: number[] = [];
  private readonly segmentEdge: number[] = [];

  constructor(
    private readonly core: CoreInput,
    private readonly groups: LayoutGroups,
  ) {
    const empty = (group: number): Level => ({
      group,
      items: [],
      edges: [],
      entryOf: new Map(),
      exitOf: new Map(),
      entries: 0,
      exits: 0,
    });
    this.all = [empty(-1), ...Array.from(groups.parents, (_, g) => empty(g))];
    this.depth = new Int32Array(groups.parents.length + 1);
    groups.parents.forEach((p, g) => (this.depth[g + 1] = this.depth[p + 1]! + 1));
    this.itemOf = new Int32Array(core.count);
    this.groupItem = new Int32Array(groups.parents.length).fill(-1);
  }

  build(): Levels {
    for (let v = 0; v < this.core.count; v++) {
      const g = this.groups.of[v]!;
      this.openGroup(g);
      this.itemOf[v] = this.addItem(g + 1, 'vertex', v);
    }
    const { offsets, targets } = this.core;
    const begin = new Int32Array(targets.length + 1);
    for (let u = 0; u < this.core.count; u++) {
      for (let e = offsets[u]!; e < offsets[u + 1]!; e++) {
        this.addEdge(u, targets[e]!);
        begin[e + 1] = this.segmentLevel.length;
      }
    }
    const edge = this.sortEdges();
    return { all: this.all, segments: { begin, level: this.segmentLevel, edge } };
  }

  private addItem(level: number, kind: Item['kind'], ref: number): number {
    return this.all[level]!.items.push({ kind, ref }) - 1;
  }

  private openGroup(g: number): void {
    if (g < 0 || this.groupItem[g]! >= 0) return;
    const parent = this.groups.parents[g]!;
    this.openGroup(parent);
    this.groupItem[g] = this.addItem(parent + 1, 'group', g);
  }

  /** Out of the groups around `u`, over, and into those around `v`. */
  private addEdge(u: number, v: number): void {
    let [a, b] = [this.groups.of[u]!, this.groups.of[v]!];
    let [from, to] = [this.itemOf[u]!, this.itemOf[v]!];
    const inner: [level: number, to: number][] = [];
    while (a !== b) {
      if (this.depth[a + 1]! >= this.depth[b + 1]!) {
        this.segment(a + 1, from, this.exit(a + 1, u), u);
        from = this.groupItem[a]!;
        a = this.groups.parents[a]!;
      } else {
        inner.push([b + 1, to]);
        to = this.groupItem[b]!;
        b = this.groups.parents[b]!;
      }
    }
    this.segment(a + 1, from, to, u);
    for (const [level, target] of inner.reverse()) this.segment(level, this.entry(level, u), target, u);
  }

  private exit(level: number, u: number): number {
    const at = this.all[level]!;
    let item = at.exitOf.get(u);
    if (item === undefined) {
      at.exitOf.set(u, (item = this.addItem(level, 'exit', u)));
      at.exits++;
    }
    return item;
  }

  private entry(level: number, u: number): number {
    const at = this.all[level]!;
    let item = at.entryOf.get(u);
    if (item === undefined) {
      at.entryOf.set(u, (item = this.addItem(level, 'entry', u)));
      at.entries++;
    }
    return item;
  }

  /** Edges of the same source to the same item of a level run in one line. */
  private segment(level: number, from: number, to: number, source: number): void {
    const key = (source * this.all.length + level) * 2 ** 21 + to;
    let id = this.edgeIds.get(key);
    if (id === undefined) {
      id = this.all[level]!.edges.push({ from, to, source }) - 1;
      this.edgeIds.set(key, id);
    }
    this.segmentLevel.push(level);
    this.segmentEdge.push(id);
  }

  /** Sorts the edges of every level by source; gives the segments' edges by their new places. */
  private sortEdges(): number[] {
    const moved = this.all.map((level) => {
      const order = level.edges.map((_, i) => i);
      const { edges } = level;
      order.sort((i, k) => edges[i]!.from - edges[k]!.from || edges[i]!.source - edges[k]!.source || i - k);
      level.edges = order.map((i) => edges[i]!);
      const place = new Int32Array(order.length);
      order.forEach((i, at) => (place[i] = at));
      return place;
    });
    return this.segmentEdge.map((e, k) => moved[this.segmentLevel[k]!]![e]!);
  }
}
