/** The text models of LIBSVM (svm_save_model) and LIBLINEAR (save_model): a header of `key values`, then rows. */
import type { BlobLike } from '../../graph-model/core/bytes.ts';
import type { JobContext } from '../../graph-model/job.ts';
import { quoted, type Failure } from '../containers/failure.ts';
import { eachLine, numberOf, numbersOf } from '../containers/text/lines.ts';
import {
  isClassifier,
  KERNELS,
  MOST_CLASSES,
  MOST_COLUMNS,
  SOLVERS,
  SVM_TYPES,
  type LinearRecord,
  type SvmRecord,
} from './record.ts';

export async function readSvmText(
  blob: BlobLike,
  failure: Failure,
  job: JobContext,
): Promise<SvmRecord | LinearRecord> {
  const reader = new SvmReader(failure);
  await eachLine(blob, job, failure, (line, number) => reader.take(line.trim(), number));
  return reader.finish();
}

class SvmReader {
  private readonly header = new Map<string, string>();
  private body: 'SV' | 'w' | null = null;
  private readonly offsets = [0];
  private readonly columns: number[] = [];
  private readonly values: number[] = [];
  private readonly coefficients: number[] = [];
  private most = 0;

  constructor(private readonly failure: Failure) {}

  take(line: string, number: number): void {
    if (line === '') return;
    const fail = (why: string) => this.failure.damaged(`line ${number}`, why);
    if (this.body === 'SV') return this.takeVector(line, fail);
    if (this.body === 'w') return void this.coefficients.push(...numbersOf(line, fail));
    if (line === 'SV' || line === 'w') this.body = line;
    else {
      const at = line.indexOf(' ');
      if (at < 0) return fail(`${quoted(line)} has no value`);
      this.header.set(line.slice(0, at), line.slice(at + 1));
    }
  }

  private takeVector(line: string, fail: (why: string) => never): void {
    for (const word of line.split(/\s+/)) {
      const colon = word.indexOf(':');
      if (colon < 0) {
        this.coefficients.push(numberOf(word, fail));
        continue;
      }
      const index = Number(word.slice(0, colon));
      if (!Number.isInteger(index) || index < 0 || index > MOST_COLUMNS) fail(`${quoted(word)} has no good index`);
      this.columns.push(index - 1);
      this.values.push(numberOf(word.slice(colon + 1), fail));
      this.most = Math.max(this.most, index);
    }
    this.offsets.push(this.columns.length);
  }

  finish(): SvmRecord | LinearRecord {
    if (this.body === null) this.failure.truncated('its rows are missing');
    return this.body === 'SV' ? this.svm() : this.linear();
  }

  private fail(why: string): never {
    return this.failure.damaged('its header', why);
  }

  private word<T extends string>(key: string, among: readonly T[]): T {
    const text = this.header.get(key)?.trim();
    return among.find((w) => w === text) ?? this.fail(`${key} is ${quoted(text ?? 'missing')}`);
  }

  private list(key: string): number[] {
    return [...numbersOf(this.header.get(key) ?? '', (why) => this.fail(`${key}: ${why}`))];
  }

  private number(key: string, otherwise?: number): number {
    const [n] = this.list(key);
    return n ?? otherwise ?? this.fail(`${key} is missing`);
  }

  private count(key: string, most: number, otherwise?: number): number {
    const n = this.number(key, otherwise);
    return Number.isInteger(n) && n >= 0 && n <= most ? n : this.fail(`${key} is ${n}`);
  }

  /** A list of `count` numbers, or none. */
  private some(key: string, count: number): number[] {
    const list = this.list(key);
    return list.length === 0 || list.length === count
      ? list
      : this.fail(`${key} has ${list.length} numbers, and ${count} are needed`);
  }

  private svm(): SvmRecord {
    const type = this.word('svm_type', SVM_TYPES);
    const classes = isClassifier(type) ? this.count('nr_class', MOST_CLASSES) : 2;
    const pairs = isClassifier(type) ? (classes * (classes - 1)) / 2 : 1;
    const perVector = isClassifier(type) ? classes - 1 : 1;
    const vectors = this.offsets.length - 1;
    const total = this.count('total_sv', 2 ** 31 - 1, vectors);
    if (total !== vectors) this.failure.truncated(`total_sv is ${total} and ${vectors} support vectors are there`);
    if (this.coefficients.length !== vectors * Math.max(0, perVector))
      this.fail(`${vectors} support vectors have ${this.coefficients.length} coefficients`);
    const rho = this.list('rho');
    if (rho.length !== pairs) this.fail(`rho has ${rho.length} numbers, and ${pairs} are needed`);
    const perClass = isClassifier(type) && vectors > 0 ? this.some('nr_sv', classes) : [];
    if (isClassifier(type) && vectors > 0 && perClass.reduce((a, b) => a + b, 0) !== vectors)
      this.fail('nr_sv does not add up to the support vectors');
    return {
      kind: 'svm',
      type,
      kernel: this.word('kernel_type', KERNELS),
      degree: this.number('degree', 0),
      gamma: this.number('gamma', 0),
      coef0: this.number('coef0', 0),
      classes,
      labels: isClassifier(type) ? this.labels(classes) : [],
      rho,
      probA: this.some('probA', pairs),
      probB: this.some('probB', pairs),
      densityMarks: this.some('prob_density_marks', 10),
      perClass,
      vectors: {
        offsets: Int32Array.from(this.offsets),
        columns: Int32Array.from(this.columns),
        values: Float64Array.from(this.values),
      },
      coefficients: Float64Array.from(this.coefficients),
      columns: Math.max(1, this.most),
    };
  }

  private labels(classes: number): number[] {
    const labels = this.list('label');
    if (labels.length !== classes) this.fail(`label has ${labels.length} numbers for ${classes} classes`);
    return labels.every(Number.isSafeInteger) ? labels : this.fail('a label is no whole number');
  }

  private linear(): LinearRecord {
    const solver = this.word('solver_type', Object.keys(SOLVERS));
    const use = SOLVERS[solver]!;
    const isClasses = use === 'classes' || use === 'probabilities';
    const classes = isClasses ? this.count('nr_class', MOST_CLASSES) : 2;
    const columns = this.count('nr_feature', MOST_COLUMNS);
    const bias = this.number('bias', -1);
    const outputs = classes === 2 && solver !== 'MCSVM_CS' ? 1 : classes;
    const rows = columns + (bias >= 0 ? 1 : 0);
    if (this.coefficients.length !== rows * outputs)
      this.failure.truncated(`${rows * outputs} weights are needed and ${this.coefficients.length} are there`);
    return {
      kind: 'linear',
      solver,
      classes,
      labels: isClasses ? this.labels(classes) : [],
      columns,
      bias,
      rho: this.number('rho', 0),
      weights: Float64Array.from(this.coefficients),
      outputs,
    };
  }
}
