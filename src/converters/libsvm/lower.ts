/**
 * LIBSVM to standard operators, in double as LIBSVM computes: ONNX's SVMClassifier works in float32, orders votes and
 * couples probabilities in its own way, so that labels near a boundary would differ.
 */
import type { Emitter } from '../../graph-model/builders/emitter.ts';
import { named } from '../../graph-model/builders/heads.ts';
import { getInt, getInts, getString } from '../../graph-model/core/attributes.ts';
import type { Node, ValueId } from '../../graph-model/core/model.ts';
import { FormatError } from '../../graph-model/diagnostics.ts';
import { doublesOf, elementsOf } from './attributes.ts';
import { coupledProbabilities } from './coupling.ts';
import { lowerLinearModel } from './lower-linear.ts';

export function lowerSvmNode(e: Emitter, node: Node, file: string): ValueId[] {
  if (node.op === 'Linear') return lowerLinearModel(e, node);
  const svm = new Svm(node, file);
  const x = e.cast(node.inputs[0]!, 'double');
  if (svm.pairs === 0) return [onlyClass(e, svm, node.inputs[0]!)];
  const decisions = e.op('Sub', [svm.decisions(e, x), e.doubles(svm.rho, [1, svm.pairs])]);
  if (svm.type === 'one_class') return oneClass(e, svm, decisions);
  if (svm.type === 'epsilon_svr' || svm.type === 'nu_svr') return [e.squeeze(e.cast(decisions, 'float'), 1)];
  if (svm.probA.length === 0 || svm.probB.length === 0)
    return [named(e, voted(e, decisions, svm.classes), svm.labels), e.cast(decisions, 'float')];
  const probabilities = coupledProbabilities(e, decisions, svm);
  const best = e.op('ArgMax', [probabilities], { axis: 1, keepdims: 0 });
  return [named(e, best, svm.labels), e.cast(probabilities, 'float')];
}

/** Numbers that a matrix of support vectors may have; the file itself is sparse. */
export const MOST_COEFFICIENTS = 250_000_000;

class Svm {
  readonly type;
  readonly labels;
  readonly rho;
  readonly probA;
  readonly probB;
  readonly marks;
  readonly pairs: number;
  readonly classes: number;
  private readonly perClass;
  private readonly columns;
  private readonly vectors: number;
  private readonly coefficients;

  constructor(
    private readonly node: Node,
    private readonly file: string,
  ) {
    this.type = getString(node, 'svm_type', '');
    this.labels = getInts(node, 'classes_int64s') ?? [];
    this.rho = doublesOf(node, 'rho');
    this.probA = doublesOf(node, 'prob_a');
    this.probB = doublesOf(node, 'prob_b');
    this.marks = doublesOf(node, 'prob_density_marks');
    this.pairs = this.rho.length;
    this.classes = this.labels.length;
    this.perClass = getInts(node, 'vectors_per_class') ?? [];
    this.columns = getInt(node, 'columns', 0);
    this.vectors = getInt(node, 'num_vectors', 0);
    this.coefficients = doublesOf(node, 'coefficients');
  }

  private refuse(why: string): never {
    throw new FormatError('classic.refused', { format: 'LIBSVM', file: this.file, why });
  }

  /** Σ coefficients·K(x, vector) for each pair: [N, pairs], double. */
  decisions(e: Emitter, x: ValueId): ValueId {
    const { columns, vectors, pairs } = this;
    const kernel = getString(this.node, 'kernel_type', '');
    const weights = this.pairWeights();
    if (kernel === 'precomputed') {
      const values = e.op('Gather', [x, e.ints(this.serials())], { axis: 1 });
      return e.op('MatMul', [values, e.doubles(weights, [vectors, pairs])]);
    }
    if (kernel === 'linear') return e.op('MatMul', [x, e.doubles(this.folded(weights), [columns, pairs])]);
    if (vectors * columns > MOST_COEFFICIENTS) this.refuse(`it has ${vectors} support vectors of ${columns} features`);
    const values = this.kernel(e, x, kernel);
    return e.op('MatMul', [values, e.doubles(weights, [vectors, pairs])]);
  }

  /** [N, vectors] */
  private kernel(e: Emitter, x: ValueId, kind: string): ValueId {
    const { columns, vectors } = this;
    const [gamma, coef0, degree] = doublesOf(this.node, 'kernel_params');
    const transposed = new Float64Array(columns * vectors);
    const squares = new Float64Array(vectors);
    this.eachEntry((vector, column, value) => {
      transposed[column * vectors + vector] = value;
      squares[vector]! += value * value;
    });
    const dot = e.op('MatMul', [x, e.doubles(transposed, [columns, vectors])]);
    if (kind === 'rbf') {
      const own = e.sum(e.op('Mul', [x, x]), 1, true);
      const both = e.op('Add', [own, e.doubles(squares, [1, vectors])]);
      const distance = e.op('Sub', [both, e.op('Mul', [dot, e.doubles([2])])]);
      return e.op('Exp', [e.op('Mul', [distance, e.doubles([-gamma!])])]);
    }
    const inner = e.op('Add', [e.op('Mul', [dot, e.doubles([gamma!])]), e.doubles([coef0!])]);
    return kind === 'sigmoid' ? tanh(e, inner) : power(e, inner, degree!);
  }

  /** Of a precomputed kernel, whose rows are kernel values with every training row: where the vectors stand among these. */
  private serials(): number[] {
    const out = new Array<number>(this.vectors).fill(-1);
    const offsets = elementsOf(this.node, 'vectors.offsets') as Int32Array;
    const columns = elementsOf(this.node, 'vectors.columns') as Int32Array;
    const values = doublesOf(this.node, 'vectors.values');
    for (let v = 0; v < this.vectors; v++)
      for (let i = offsets[v]!; i < offsets[v + 1]!; i++) if (columns[i] === -1) out[v] = values[i]! - 1;
    if (!out.every((n) => Number.isInteger(n) && n >= 0 && n < MOST_COEFFICIENTS))
      this.refuse('its kernel is precomputed, and a vector does not say which training row it is');
    return out;
  }

  private eachEntry(take: (vector: number, column: number, value: number) => void): void {
    const offsets = elementsOf(this.node, 'vectors.offsets') as Int32Array;
    const columns = elementsOf(this.node, 'vectors.columns') as Int32Array;
    const values = doublesOf(this.node, 'vectors.values');
    for (let v = 0; v < this.vectors; v++) {
      for (let i = offsets[v]!; i < offsets[v + 1]!; i++) if (columns[i]! >= 0) take(v, columns[i]!, values[i]!);
    }
  }

  /** A linear kernel's vectors and coefficients as one weight for each column and pair. */
  private folded(weights: Float64Array): Float64Array {
    const { pairs } = this;
    if (this.columns * pairs > MOST_COEFFICIENTS)
      this.refuse(`it has ${this.columns} features for ${pairs} pairs of classes`);
    const out = new Float64Array(this.columns * pairs);
    this.eachEntry((vector, column, value) => {
      for (let p = 0; p < pairs; p++) out[column * pairs + p]! += weights[vector * pairs + p]! * value;
    });
    return out;
  }

  /**
   * [vectors, pairs]: the coefficient that a vector has for a pair of classes, 0 where it belongs to neither. The file gives
   * a vector of class i one for each other class j: number j - 1 where j > i, number j where j < i.
   */
  private pairWeights(): Float64Array {
    const { vectors, pairs, classes, coefficients } = this;
    if (classes === 0) return coefficients;
    if (vectors * pairs > MOST_COEFFICIENTS)
      this.refuse(`it has ${vectors} support vectors for ${pairs} pairs of classes`);
    const out = new Float64Array(vectors * pairs);
    let vector = 0;
    this.perClass.forEach((count, i) => {
      for (const end = vector + count; vector < end; vector++) {
        for (let j = 0; j < classes; j++) {
          if (j === i) continue;
          const at = j > i ? j - 1 : j;
          out[vector * pairs + pairIndex(Math.min(i, j), Math.max(i, j), classes)] =
            coefficients[vector * (classes - 1) + at]!;
        }
      }
    });
    return out;
  }
}

/** The place of the pair i < j among (0,1), (0,2) … */
function pairIndex(i: number, j: number, classes: number): number {
  return i * classes - (i * (i + 1)) / 2 + (j - i - 1);
}

/** In double, which not every runtime's Tanh takes: 1 - 2 / (exp(2v) + 1). */
function tanh(e: Emitter, v: ValueId): ValueId {
  const above = e.op('Add', [e.op('Exp', [e.op('Mul', [v, e.doubles([2])])]), e.doubles([1])]);
  return e.op('Sub', [e.doubles([1]), e.op('Div', [e.doubles([2]), above])]);
}

/** By squaring, as LIBSVM's powi. */
function power(e: Emitter, base: ValueId, degree: number): ValueId {
  let result: ValueId | null = null;
  let square = base;
  for (let t = Math.trunc(degree); t > 0; t = Math.floor(t / 2)) {
    if (t % 2 === 1) result = result === null ? square : e.op('Mul', [result, square]);
    if (t > 1) square = e.op('Mul', [square, square]);
  }
  return result ?? e.op('Add', [e.op('Mul', [base, e.doubles([0])]), e.doubles([1])]);
}

/** The class with most votes, the first of equals: [N] int64. */
function voted(e: Emitter, decisions: ValueId, classes: number): ValueId {
  const pairs = (classes * (classes - 1)) / 2;
  const first = new Float32Array(pairs * classes);
  const second = new Float32Array(pairs * classes);
  for (let i = 0, p = 0; i < classes; i++) {
    for (let j = i + 1; j < classes; j++, p++) {
      first[p * classes + i] = 1;
      second[p * classes + j] = 1;
    }
  }
  const wins = e.op('Greater', [decisions, e.doubles([0])]);
  const votes = e.op('Add', [
    e.op('MatMul', [e.cast(wins, 'float'), e.floats(first, [pairs, classes])]),
    e.op('MatMul', [e.cast(e.op('Not', [wins]), 'float'), e.floats(second, [pairs, classes])]),
  ]);
  return e.op('ArgMax', [votes], { axis: 1, keepdims: 0 });
}

function oneClass(e: Emitter, svm: Svm, decisions: ValueId): ValueId[] {
  const inside = e.squeeze(e.op('Greater', [decisions, e.doubles([0])]), 1);
  const label = e.op('Where', [inside, e.ints([1], []), e.ints([-1], [])]);
  const values = e.cast(decisions, 'float');
  if (svm.marks.length === 0) return [label, values];
  // The number of marks that are not above the decision tells its tenth.
  const passed = e.op('GreaterOrEqual', [decisions, e.doubles(svm.marks, [1, svm.marks.length])]);
  const tenth = e.cast(e.sum(e.cast(passed, 'float'), 1, true), 'int64');
  const shares = [0.001, ...Array.from({ length: svm.marks.length - 1 }, (_, i) => (i + 1) / svm.marks.length), 0.999];
  const p = e.op('Gather', [e.floats(shares, [shares.length]), tenth], { axis: 0 });
  return [label, values, e.op('Concat', [p, e.op('Sub', [e.floats([1]), p])], { axis: 1 })];
}

/** A model of one class gives it to every row. */
function onlyClass(e: Emitter, svm: Svm, x: ValueId): ValueId {
  const rows = e.op('Gather', [e.op('Shape', [x]), e.ints([0])], { axis: 0 });
  return e.op('Expand', [e.ints([svm.labels[0] ?? 0]), rows]);
}
