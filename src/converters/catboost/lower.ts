/** CatBoost's Model to ONNX: the columns from the inputs, then the trees. */
import type { Emitter } from '../../graph-model/builders/emitter.ts';
import { headOf } from '../../graph-model/builders/dialect-model.ts';
import { forestOf } from '../../graph-model/builders/forest-attributes.ts';
import { lowerForest } from '../../graph-model/builders/forest-lower.ts';
import type { Forest } from '../../graph-model/builders/forest.ts';
import { emitHead } from '../../graph-model/builders/heads.ts';
import { getInt, getString, getStrings, ints } from '../../graph-model/core/attributes.ts';
import type { Node, ValueId } from '../../graph-model/core/model.ts';
import { tensorAtHand } from '../../graph-model/core/tensor.ts';
import { FormatError } from '../../graph-model/diagnostics.ts';
import type { ForeignInput } from '../foreign.ts';

export function lowerCatboost(e: Emitter, node: Node, file: string): ValueId[] {
  const input = (index: number) => node.inputs[index]!;
  const scores = catboostScores(e, node, { matrix: () => input(0), column: input }, file);
  return emitHead(e, scores, forestIn(node).outputs, headOf(node));
}

export function forestIn(node: Node): Forest {
  const forest = forestOf(node);
  if (!forest) throw new Error(`${node.op} holds no trees`);
  return forest;
}

/** [N, outputs], float32, before the link. */
export function catboostScores(e: Emitter, node: Node, x: ForeignInput, file: string): ValueId {
  const why = getString(node, 'refused', '');
  if (why) throw new FormatError('classic.refused', { format: 'CatBoost', file, why });
  const kinds = getStrings(node, 'columns');
  if (!kinds) return lowerForest(e, forestIn(node), x.matrix('float'));
  const make = new ColumnMaker(e, node, x);
  const columns = kinds.map((k) => make.column(k));
  // A forest without a split reads nothing; one column gives it the number of rows.
  const all = columns.length > 0 ? columns : [make.anyFloat()];
  return lowerForest(e, forestIn(node), all.length === 1 ? all[0]! : e.op('Concat', all, { axis: 1 }));
}

class ColumnMaker {
  private readonly made = new Map<string, ValueId>();

  constructor(
    private readonly e: Emitter,
    private readonly node: Node,
    private readonly x: ForeignInput,
  ) {}

  private once(key: string, make: () => ValueId): ValueId {
    let value = this.made.get(key);
    if (value === undefined) this.made.set(key, (value = make()));
    return value;
  }

  /** [N, 1], of which every element equals itself or is NaN: its number of rows is what is wanted. */
  anyFloat(): ValueId {
    const strings = getStrings(this.node, 'input_types')?.[0] === 'string';
    const first = this.x.column(0, strings ? 'string' : 'float');
    return strings ? this.e.cast(this.e.op('Equal', [first, first]), 'float') : first;
  }

  /** [N, 1] float. */
  column(kind: string): ValueId {
    const [what, index] = kind.split(':');
    if (what === 'input') return this.x.column(Number(index), 'float');
    if (what === 'category') return this.once(kind, () => this.e.cast(this.id(Number(index)), 'float'));
    return this.statistic(Number(index));
  }

  /** [N, 1] int64: the number of a category's string; the number of strings where it is not known. */
  private id(cat: number): ValueId {
    return this.once(`id:${cat}`, () => {
      const strings = getStrings(this.node, `category.${cat}.strings`) ?? [];
      const text = this.x.column(getInt(this.node, `category.${cat}.input`, 0), 'string');
      return this.e.ml('LabelEncoder', [text], {
        keys_strings: strings,
        values_int64s: ints(strings.map((_, i) => i)),
        default_int64: strings.length,
      });
    });
  }

  private statistic(ctr: number): ValueId {
    const { e } = this;
    const attribute = this.node.attributes.get(`ctr.${ctr}.table`);
    const table = attribute?.kind === 'tensor' ? tensorAtHand(attribute.value) : null;
    if (!table) throw new Error(`the statistic ${ctr} has no table`);
    const parts = (getStrings(this.node, `ctr.${ctr}.parts`) ?? []).map((p) => this.part(p));
    const index = parts.reduce((all, part, d) => e.op('Add', [e.op('Mul', [all, e.ints([table.dims[d]!], [])]), part]));
    return e.op('Gather', [e.floats(table.values as Float32Array, [table.values.length]), index], { axis: 0 });
  }

  /** [N, 1] int64: one index into a statistic's table. */
  private part(word: string): ValueId {
    const { e } = this;
    const [what, index, value, nan] = word.split(':');
    if (what === 'category') return this.id(Number(index));
    if (what === 'above') return this.once(word, () => this.above(Number(index), Number(value), nan === '1'));
    return this.once(word, () => {
      const same = value!.split('|').map((id) => e.op('Equal', [this.id(Number(index)), e.ints([Number(id)], [])]));
      return e.cast(
        same.reduce((a, b) => e.op('Or', [a, b])),
        'int64',
      );
    });
  }

  private above(input: number, border: number, nanAbove: boolean): ValueId {
    const { e } = this;
    const x = this.x.column(input, 'float');
    const above = e.op('Greater', [x, e.floats([border])]);
    return e.cast(nanAbove ? e.op('Or', [above, e.op('IsNaN', [x])]) : above, 'int64');
  }
}
