/** What an estimator is given: a matrix, or columns that differ in type. */
import type { Builder, Val } from './builder.ts';

export class Table {
  private constructor(
    private readonly o: Builder,
    private readonly whole: Val | null,
    private readonly parts: readonly Val[] | null,
    /** Number of columns; null where it is not known. */
    readonly width: number | null,
    private readonly exact = false,
  ) {}

  static matrix(o: Builder, x: Val, width: number | null): Table {
    return new Table(o, x, null, width);
  }
  /** Whole numbers, [N], that go out as they are: codes of labels. */
  static vector(o: Builder, x: Val): Table {
    return new Table(o, x, null, 1, true);
  }
  /** Columns of [N, 1] each. */
  static columns(o: Builder, parts: readonly Val[]): Table {
    return new Table(o, null, parts, parts.length);
  }

  /** True where all elements are text. */
  get isText(): boolean {
    return this.whole ? this.whole.t === 'string' : this.parts!.every((p) => p.t === 'string');
  }
  get isMixed(): boolean {
    return this.parts !== null && new Set(this.parts.map((p) => p.t === 'string')).size > 1;
  }

  column(index: number): Val {
    return this.parts ? this.parts[index]! : this.o.columns(this.whole!, [index]);
  }

  pick(indices: readonly number[]): Table {
    if (this.whole) return new Table(this.o, this.o.columns(this.whole, indices), null, indices.length);
    return Table.columns(
      this.o,
      indices.map((i) => this.parts![i]!),
    );
  }

  /** One matrix: text where all columns are text, else doubles. Mixed columns have none. */
  matrix(): Val {
    const { o } = this;
    if (this.whole) return this.whole.t === 'string' || this.exact ? this.whole : o.double(this.whole);
    const text = this.parts!.every((p) => p.t === 'string');
    return o.concat(this.parts!.map((p) => (text ? p : o.double(p))));
  }

  /** Side by side. */
  static join(o: Builder, tables: readonly Table[]): Table {
    const known = tables.every((t) => t.width !== null);
    const width = known ? tables.reduce((n, t) => n + t.width!, 0) : null;
    const text = tables.filter((t) => t.isText).length;
    const simple = tables.every((t) => !t.isMixed) && (text === 0 || text === tables.length);
    if (simple || !known) return new Table(o, o.concat(tables.map((t) => t.matrix())), null, width);
    return Table.columns(
      o,
      tables.flatMap((t) => Array.from({ length: t.width! }, (_, i) => t.column(i))),
    );
  }
}
