/** LightGBM's text model (`Booster.save_model`, GBDT::SaveModelToString): versions v2, v3, v4 and the one before them. */
import type { BlobLike } from '../../graph-model/core/bytes.ts';
import type { LinearLeaf } from '../../graph-model/builders/forest.ts';
import type { JobContext } from '../../graph-model/job.ts';
import type { Failure } from '../containers/failure.ts';
import { eachLine, numberOf, numbersOf } from '../containers/text/lines.ts';
import { MOST_COLUMNS, type LightgbmRecord } from './record.ts';
import { MISSING, type LightgbmSplit, type LightgbmTree } from './trees.ts';

export async function readLightgbmText(blob: BlobLike, failure: Failure, job: JobContext): Promise<LightgbmRecord> {
  const reader = new TextReader(failure);
  await eachLine(blob, job, failure, (line, number) => reader.take(line, number));
  return reader.finish();
}

type Section = 'header' | 'tree' | 'rest';

/** Collects `key=value` lines; a tree is made as soon as its last line is read. */
class TextReader {
  private section: Section = 'header';
  private readonly header = new Map<string, string>();
  private readonly parameters = new Map<string, string>();
  private readonly trees: LightgbmTree[] = [];
  private block: TreeBlock | null = null;
  private ended = false;

  constructor(private readonly failure: Failure) {}

  take(line: string, number: number): void {
    const begins = /^Tree=(\d+)\s*$/.exec(line);
    if (begins) return this.beginTree(Number(begins[1]), number);
    if (/^(end of trees|feature[_ ]importances:)/.test(line)) return this.end();
    if (this.section === 'rest') return this.takeParameter(line);
    const at = line.indexOf('=');
    const [key, value] = at < 0 ? [line.trim(), ''] : [line.slice(0, at), line.slice(at + 1)];
    if (key === '') return;
    if (this.section === 'tree') this.block!.fields.set(key, value);
    else this.header.set(key, value);
  }

  private beginTree(index: number, line: number): void {
    const where = `line ${line}`;
    if (this.section === 'rest') this.failure.damaged(where, 'a tree stands behind the end of the trees');
    this.endTree();
    if (index !== this.trees.length)
      this.failure.damaged(where, `tree ${this.trees.length} should be here, not tree ${index}`);
    this.section = 'tree';
    this.block = new TreeBlock(index, this.failure);
  }

  private endTree(): void {
    if (this.block) this.trees.push(this.block.tree());
    this.block = null;
  }

  private end(): void {
    this.endTree();
    this.section = 'rest';
    this.ended = true;
  }

  private takeParameter(line: string): void {
    const parameter = /^\[(\w+): (.+)\]$/.exec(line);
    if (parameter) this.parameters.set(parameter[1]!, parameter[2]!);
    else if (line.startsWith('pandas_categorical:') && !line.endsWith(':null'))
      this.parameters.set('pandas_categorical', line.slice('pandas_categorical:'.length));
  }

  finish(): LightgbmRecord {
    const { failure, header } = this;
    if (!this.ended) failure.truncated(`the line "end of trees" is missing behind ${this.trees.length} trees`);
    const sizes = header.get('tree_sizes')?.split(' ').filter(Boolean).length;
    if (sizes !== undefined && sizes !== this.trees.length)
      failure.damaged('its header', `it lists the sizes of ${sizes} trees and ${this.trees.length} are there`);
    const columns = this.count('max_feature_idx', null, MOST_COLUMNS) + 1;
    const numClass = this.count('num_class', 1, 1 << 20);
    return {
      version: header.get('version') ?? '',
      numClass,
      perIteration: Math.max(1, this.count('num_tree_per_iteration', numClass, 1 << 20)),
      columns,
      objective: header.get('objective') ?? null,
      averageOutput: header.has('average_output'),
      featureNames: words(header.get('feature_names')),
      featureInfos: words(header.get('feature_infos')),
      trees: this.trees,
      parameters: this.parameters,
    };
  }

  private count(key: string, otherwise: number | null, most: number): number {
    const text = this.header.get(key);
    if (text === undefined) return otherwise ?? this.failure.damaged('its header', `${key} is missing`);
    const n = Number(text);
    if (text.trim() === '' || !Number.isInteger(n) || n < 0 || n > most)
      this.failure.damaged('its header', `${key} is ${JSON.stringify(text.slice(0, 30))}`);
    return n;
  }
}

const words = (text: string | undefined) => (text ?? '').split(' ').filter((w) => w !== '');

class TreeBlock {
  readonly fields = new Map<string, string>();

  constructor(
    private readonly index: number,
    private readonly failure: Failure,
  ) {}

  private fail(why: string): never {
    return this.failure.damaged(`tree ${this.index}`, why);
  }

  /** The list `key`, which must have `count` numbers; [] where it may be absent. */
  private list(key: string, count: number, optional = false): Float64Array {
    const text = this.fields.get(key);
    if (text === undefined) return optional ? new Float64Array(0) : this.fail(`${key} is missing`);
    const numbers = numbersOf(text, (why) => this.fail(`${key}: ${why}`));
    if (numbers.length !== count && !(optional && numbers.length === 0))
      this.fail(`${key} has ${numbers.length} numbers, and ${count} are needed`);
    return numbers;
  }

  private whole(key: string, otherwise?: number): number {
    const text = this.fields.get(key);
    if (text === undefined && otherwise !== undefined) return otherwise;
    const n = numberOf(text ?? '', (why) => this.fail(`${key}: ${why}`));
    return Number.isInteger(n) && n >= 0 && n < 2 ** 31 ? n : this.fail(`${key} is ${n}`);
  }

  tree(): LightgbmTree {
    const leaves = this.whole('num_leaves');
    if (leaves === 0) this.fail('it has no leaves');
    const values = this.list('leaf_value', leaves);
    const linear = this.whole('is_linear', 0) === 1 ? { linear: this.linear(leaves) } : {};
    return { splits: leaves > 1 ? this.splits(leaves - 1) : [], leaves: values, ...linear };
  }

  private splits(count: number): LightgbmSplit[] {
    const list = (key: string) => this.list(key, count);
    const [feature, threshold, type] = [list('split_feature'), list('threshold'), list('decision_type')];
    const [left, right] = [list('left_child'), list('right_child')];
    const gain = this.list('split_gain', count, true);
    const sets = this.categories();
    return Array.from(feature, (f, i) => {
      const bits = type[i]!;
      const categorical = (bits & 1) === 1;
      return {
        feature: f,
        threshold: categorical ? null : threshold[i]!,
        ...(categorical ? { categories: sets(threshold[i]!) } : {}),
        missing: MISSING[(bits >> 2) & 3] ?? this.fail(`split ${i} has the decision type ${bits}`),
        defaultLeft: (bits & 2) !== 0,
        left: left[i]!,
        right: right[i]!,
        gain: gain[i] ?? 0,
      };
    });
  }

  /** Bit c of the words of set i: category c goes left. Before v2 a categorical split names its one category. */
  private categories(): (index: number) => number[] {
    const count = this.whole('num_cat', -1);
    if (!this.fields.has('num_cat')) return (category) => [category];
    if (count === 0) return (index) => this.fail(`the set of categories ${index} does not exist`);
    const bounds = this.list('cat_boundaries', count + 1);
    const words = this.list('cat_threshold', bounds[count]!);
    return (index) => {
      const [begin, end] = [bounds[index], bounds[index + 1]];
      if (begin === undefined || end === undefined || begin > end || begin < 0)
        return this.fail(`the set of categories ${index} does not exist`);
      return bitsOf(words.subarray(begin, end));
    };
  }

  private linear(leaves: number): LinearLeaf[] {
    const constants = this.list('leaf_const', leaves);
    const counts = this.list('num_features', leaves);
    const total = counts.reduce((a, b) => a + b, 0);
    const [columns, coefficients] = [this.list('leaf_features', total), this.list('leaf_coeff', total)];
    let at = 0;
    return Array.from(constants, (constant, i) => {
      const [begin, end] = [at, (at += counts[i]!)];
      return { constant, columns: [...columns.slice(begin, end)], coefficients: [...coefficients.slice(begin, end)] };
    });
  }
}

/** The numbers of the bits that are set in 32-bit words. */
export function bitsOf(words: ArrayLike<number>): number[] {
  const out: number[] = [];
  for (let w = 0; w < words.length; w++) {
    for (let bit = 0; bit < 32; bit++) if ((words[w]! >>> bit) & 1) out.push(w * 32 + bit);
  }
  return out;
}
