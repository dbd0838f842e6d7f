/** The columns that CatBoost's trees read, made of the inputs: floats, the numbers of known categories, statistics of them. */
import { ctrNumbers, ordered, singleHash, type Category, type CtrNumbers } from './ctr.ts';
import type { CatboostRecord, CtrElement } from './record.ts';

/** Thrown while columns are made: what cannot be said in ONNX. */
export class Refused extends Error {}

const refuse = (why: string): never => {
  throw new Refused(why);
};

/**
 * Without categories the columns are the input's own. With them each column is made when a split first asks for it, and
 * told as a word: `input:3`, `category:0`, `ctr:2`.
 */
export class Columns {
  readonly kinds: string[] = [];
  private readonly known = new Map<string, number>();
  private readonly categories: readonly Category[];
  private readonly ctrs = new Map<number, CtrNumbers & { readonly parts: readonly string[] }>();
  private readonly used = new Set<number>();

  constructor(private readonly record: CatboostRecord) {
    const strings = [...record.strings].flatMap(([hash, texts]) => texts.map((text) => ({ text, hash })));
    const all = { strings: strings.map((s) => s.text), hashes: strings.map((s) => s.hash) };
    this.categories = record.cats.map((_, cat) => narrowed(record, cat, all));
  }

  get count(): number {
    const all = [...this.record.floats, ...this.record.cats];
    return this.record.cats.length > 0 ? this.kinds.length : all.reduce((most, f) => Math.max(most, f.flat + 1), 0);
  }

  private column(kind: string): number {
    let at = this.known.get(kind);
    if (at === undefined) this.known.set(kind, (at = this.kinds.push(kind) - 1));
    return at;
  }

  float(feature: number): number {
    const flat =
      this.record.floats[feature]?.flat ?? refuse(`a split reads the float feature ${feature}, which does not exist`);
    return this.record.cats.length > 0 ? this.column(`input:${flat}`) : flat;
  }

  nanAbove(feature: number): boolean {
    return this.record.floats[feature]?.nanAbove ?? false;
  }

  category(cat: number): number {
    this.useCategory(cat);
    return this.column(`category:${cat}`);
  }

  private useCategory(cat: number): Category {
    this.used.add(cat);
    return this.categories[cat] ?? refuse(`a split reads the category ${cat}, which does not exist`);
  }

  /** The numbers of the known categories with that hash. */
  withHash(cat: number, value: number): number[] {
    const { hashes } = this.useCategory(cat);
    const found = [...hashes.keys()].filter((i) => (hashes[i]! | 0) === value);
    if (found.length === 0)
      refuse(`a split reads the category with the hash ${value >>> 0}, whose text the file does not hold`);
    return found;
  }

  ctr(index: number): number {
    const feature = this.record.ctrs[index] ?? refuse(`the statistic ${index} does not exist`);
    if (!this.ctrs.has(index)) {
      const parts = ordered(feature.elements).map((e) => this.partOf(e));
      this.ctrs.set(index, { parts, ...ctrNumbers(feature, this.categories, refuse) });
    }
    return this.column(`ctr:${index}`);
  }

  private partOf(e: CtrElement): string {
    if (e.kind === 'float') {
      const feature = this.record.floats[e.feature] ?? refuse(`the float feature ${e.feature} does not exist`);
      return `above:${feature.flat}:${e.border}:${feature.nanAbove ? 1 : 0}`;
    }
    this.useCategory(e.cat);
    return e.kind === 'category' ? `category:${e.cat}` : `equals:${e.cat}:${this.withHash(e.cat, e.value).join('|')}`;
  }

  usedCategories(): [number, { input: number; strings: readonly string[] }][] {
    const real = [...this.used].filter((cat) => this.record.cats[cat]);
    return real.map((cat) => [cat, { input: this.record.cats[cat]!.flat, strings: this.categories[cat]!.strings }]);
  }

  usedCtrs() {
    return [...this.ctrs];
  }
}

/**
 * The file lists the strings of all categories together. Where it counts the values of this one, only those that are
 * counted matter, or that a split asks for, and tables stay small.
 */
function narrowed({ ctrs, trees }: CatboostRecord, cat: number, all: Category): Category {
  const alone = ctrs.find(
    (c) => c.elements.length === 1 && c.elements[0]!.kind === 'category' && c.elements[0]!.cat === cat,
  );
  if (!alone) return all;
  const asked = new Set<number>();
  for (const t of trees) {
    const splits = 'nodes' in t ? t.nodes.map((n) => n.split) : t.splits;
    for (const s of splits) if (s.kind === 'oneHot' && s.cat === cat) asked.add(s.value);
  }
  for (const e of ctrs.flatMap((c) => c.elements)) if (e.kind === 'equals' && e.cat === cat) asked.add(e.value);
  const keep = [...all.hashes.keys()].filter((i) => {
    const hash = all.hashes[i]!;
    return asked.has(hash | 0) || alone.table.counts.has(singleHash(hash));
  });
  return { strings: keep.map((i) => all.strings[i]!), hashes: keep.map((i) => all.hashes[i]!) };
}
