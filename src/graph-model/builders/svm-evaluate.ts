/** Probabilities of support vector machines as LIBSVM makes them, for evaluators (svm.cpp). */

/** sigmoid_predict: one probability a pair of classes, kept off 0 and 1. */
export function platt(decisions: readonly number[], a: ArrayLike<number>, b: ArrayLike<number>): number[] {
  return decisions.map((d, p) => {
    const f = d * a[p]! + b[p]!;
    const one = f >= 0 ? Math.exp(-f) / (1 + Math.exp(-f)) : 1 / (1 + Math.exp(f));
    return Math.min(Math.max(one, 1e-7), 1 - 1e-7);
  });
}

/** multiclass_probability: Wu, Lin and Weng's second method. @param pairs of (0,1), (0,2) … the probability of the first */
export function coupled(pairs: readonly number[], classes: number): number[] {
  const r = Array.from({ length: classes }, () => new Float64Array(classes));
  let at = 0;
  for (let i = 0; i < classes; i++)
    for (let j = i + 1; j < classes; j++, at++) {
      r[i]![j] = pairs[at]!;
      r[j]![i] = 1 - pairs[at]!;
    }
  const q = r.map((row, t) =>
    Float64Array.from(row, (_, j) =>
      t === j ? sumOf(classes, (i) => (i === t ? 0 : r[i]![t]! ** 2)) : -r[j]![t]! * row[j]!,
    ),
  );
  return iterated(q, classes);
}

const sumOf = (count: number, of: (i: number) => number) => {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += of(i);
  return sum;
};

function iterated(q: readonly Float64Array[], classes: number): number[] {
  const p = new Array<number>(classes).fill(1 / classes);
  const qp = new Array<number>(classes).fill(0);
  for (let round = 0; round < Math.max(100, classes); round++) {
    for (let t = 0; t < classes; t++) qp[t] = sumOf(classes, (j) => q[t]![j]! * p[j]!);
    let pqp = sumOf(classes, (t) => p[t]! * qp[t]!);
    if (Math.max(...qp.map((v) => Math.abs(v - pqp))) < 0.005 / classes) break;
    for (let t = 0; t < classes; t++) {
      const diff = (-qp[t]! + pqp) / q[t]![t]!;
      p[t]! += diff;
      pqp = (pqp + diff * (diff * q[t]![t]! + 2 * qp[t]!)) / (1 + diff) / (1 + diff);
      for (let j = 0; j < classes; j++) {
        qp[j] = (qp[j]! + diff * q[t]![j]!) / (1 + diff);
        p[j]! /= 1 + diff;
      }
    }
  }
  return p;
}
