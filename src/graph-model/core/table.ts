/**
 * An immutable table of records addressed by small integer ids, stored in pages so that an edit copies one page and
 * everything else keeps its identity. Ids are never reused within a table's history.
 */

const PAGE_BITS = 8;
const PAGE_SIZE = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_SIZE - 1;

type Page<V> = readonly (V | undefined)[];

export class Table<K extends number, V> {
  /** Use {@link Table.empty} or a draft's `commit`. */
  constructor(
    /** Pages of 256 records; equal pages of two versions of a table are the same object. */
    readonly pages: readonly Page<V>[],
    /** Number of records. */
    readonly size: number,
    /** The id that the next added record will get. */
    readonly nextId: number,
  ) {}

  static empty<K extends number, V>(): Table<K, V> {
    return new Table<K, V>([], 0, 0);
  }

  /** A table whose ids are the entries' own; later entries win. */
  static from<K extends number, V>(entries: Iterable<readonly [K, V]>): Table<K, V> {
    const draft = Table.empty<K, V>().edit();
    for (const [id, value] of entries) draft.set(id, value);
    return draft.commit();
  }

  get(id: K): V | undefined {
    return this.pages[id >>> PAGE_BITS]?.[id & PAGE_MASK];
  }

  /** The record, which must exist; a missing one is a bug in the caller. */
  at(id: K): V {
    const value = this.get(id);
    if (value === undefined) throw new Error(`Table: no record ${id}`);
    return value;
  }

  has(id: K): boolean {
    return this.get(id) !== undefined;
  }

  *entries(): IterableIterator<[K, V]> {
    for (let p = 0; p < this.pages.length; p++) {
      const page = this.pages[p]!;
      for (let i = 0; i < page.length; i++) {
        const value = page[i];
        if (value !== undefined) yield [((p << PAGE_BITS) | i) as K, value];
      }
    }
  }

  *keys(): IterableIterator<K> {
    for (const [id] of this.entries()) yield id;
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  edit(): TableDraft<K, V> {
    return new TableDraft(this);
  }
}

/** The ids whose records differ between two versions of one table; cost follows the pages that differ, not the size. */
export function* changedIds<K extends number, V>(before: Table<K, V>, after: Table<K, V>): IterableIterator<K> {
  const pages = Math.max(before.pages.length, after.pages.length);
  for (let p = 0; p < pages; p++) {
    const a = before.pages[p];
    const b = after.pages[p];
    if (a === b) continue;
    for (let i = 0; i < PAGE_SIZE; i++) if (a?.[i] !== b?.[i]) yield ((p << PAGE_BITS) | i) as K;
  }
}

/** A private, mutable copy of a {@link Table}: reads see the edits, the base never changes. */
export class TableDraft<K extends number, V> {
  private readonly pages: (V | undefined)[][];
  private readonly owned = new Set<number>();
  private count: number;
  private next: number;

  constructor(private readonly base: Table<K, V>) {
    this.pages = base.pages.slice() as (V | undefined)[][];
    this.count = base.size;
    this.next = base.nextId;
  }

  get size(): number {
    return this.count;
  }

  get(id: K): V | undefined {
    return this.pages[id >>> PAGE_BITS]?.[id & PAGE_MASK];
  }

  at(id: K): V {
    const value = this.get(id);
    if (value === undefined) throw new Error(`Table: no record ${id}`);
    return value;
  }

  has(id: K): boolean {
    return this.get(id) !== undefined;
  }

  /** Reserves an id, so that a record may hold its own id. */
  reserve(): K {
    return this.next++ as K;
  }

  /** Makes sure that the next reserved id is `next` or above. */
  reserveUpTo(next: number): void {
    if (next > this.next) this.next = next;
  }

  set(id: K, value: V): void {
    const page = this.ownPage(id >>> PAGE_BITS);
    if (page[id & PAGE_MASK] === undefined) this.count++;
    page[id & PAGE_MASK] = value;
    if (id >= this.next) this.next = id + 1;
  }

  delete(id: K): void {
    if (!this.has(id)) return;
    this.ownPage(id >>> PAGE_BITS)[id & PAGE_MASK] = undefined;
    this.count--;
  }

  /** The new table, or the base itself when nothing was written. */
  commit(): Table<K, V> {
    if (this.owned.size === 0 && this.next === this.base.nextId) return this.base;
    this.owned.clear();
    return new Table<K, V>(this.pages.slice(), this.count, this.next);
  }

  private ownPage(index: number): (V | undefined)[] {
    if (this.owned.has(index)) return this.pages[index]!;
    while (this.pages.length < index) this.pages.push([]);
    const page = this.pages[index]?.slice() ?? [];
    this.pages[index] = page;
    this.owned.add(index);
    return page;
  }
}
