/** CatBoost evaluated directly: the columns made of each row as the file says, then the trees. */
import { forestReference, plainColumns, type ForestColumns } from '../../graph-model/builders/forest-reference.ts';
import type { Probe, Reference } from '../../graph-model/builders/reference.ts';
import { getInt, getString, getStrings } from '../../graph-model/core/attributes.ts';
import type { Node } from '../../graph-model/core/model.ts';
import { tensorAtHand, type DenseTensor } from '../../graph-model/core/tensor.ts';

/** `names`: of the inputs, where the columns are read one by one; else there is one, `X`. */
export function catboostReference(node: Node, names: readonly string[]): Reference | null {
  if (getString(node, 'refused', '')) return null;
  const kinds = getStrings(node, 'columns');
  return forestReference(node, kinds ? new MadeColumns(names, node, kinds) : plainColumns);
}

type Inputs = ReadonlyMap<string, DenseTensor>;

class MadeColumns implements ForestColumns {
  private readonly ids = new Map<number, ReadonlyMap<string, number>>();
  readonly categories: readonly Probe[];

  constructor(
    private readonly names: readonly string[],
    private readonly node: Node,
    private readonly kinds: readonly string[],
  ) {
    const cats = [...node.attributes.keys()].flatMap((k) => /^category\.(\d+)\.strings$/.exec(k)?.[1] ?? []);
    this.categories = cats.map((cat): Probe => {
      const strings = getStrings(node, `category.${cat}.strings`) ?? [];
      this.ids.set(Number(cat), new Map(strings.map((s, i) => [s, i])));
      return { input: this.inputOf(Number(cat)), column: 0, values: strings.slice(0, 200), kind: 'category' };
    });
  }

  private inputOf(cat: number): string {
    return this.names[getInt(this.node, `category.${cat}.input`, 0)]!;
  }

  rows(inputs: Inputs): number {
    return inputs.get(this.names[0]!)!.dims[0]!;
  }

  source(column: number) {
    const [what, index] = (this.kinds[column] ?? '').split(':');
    return what === 'input' ? { input: this.names[Number(index)]!, column: 0 } : null;
  }

  row(inputs: Inputs, row: number): Float64Array {
    return Float64Array.from(this.kinds, (kind) => this.value(kind, inputs, row));
  }

  private number(inputs: Inputs, input: number, row: number): number {
    return Number(inputs.get(this.names[input]!)!.values[row]);
  }

  private value(kind: string, inputs: Inputs, row: number): number {
    const [what, index] = kind.split(':');
    if (what === 'input') return this.number(inputs, Number(index), row);
    if (what === 'category') return this.id(Number(index), inputs, row);
    return this.statistic(Number(index), inputs, row);
  }

  /** The number of a category's string; the number of strings where it is not known. */
  private id(cat: number, inputs: Inputs, row: number): number {
    const known = this.ids.get(cat)!;
    return known.get(String(inputs.get(this.inputOf(cat))!.values[row])) ?? known.size;
  }

  private statistic(ctr: number, inputs: Inputs, row: number): number {
    const attribute = this.node.attributes.get(`ctr.${ctr}.table`);
    const table = attribute?.kind === 'tensor' ? tensorAtHand(attribute.value) : null;
    if (!table) throw new Error(`the statistic ${ctr} has no table`);
    const parts = getStrings(this.node, `ctr.${ctr}.parts`) ?? [];
    const at = parts.reduce((all, word, d) => all * table.dims[d]! + this.part(word, inputs, row), 0);
    return Number(table.values[at]);
  }

  private part(word: string, inputs: Inputs, row: number): number {
    const [what, index, value, nan] = word.split(':');
    if (what === 'category') return this.id(Number(index), inputs, row);
    if (what === 'equals')
      return value!
        .split('|')
        .map(Number)
        .includes(this.id(Number(index), inputs, row))
        ? 1
        : 0;
    const x = this.number(inputs, Number(index), row);
    if (Number.isNaN(x)) return nan === '1' ? 1 : 0;
    return x > Math.fround(Number(value)) ? 1 : 0;
  }
}
