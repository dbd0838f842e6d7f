/** Compares the outputs of two runs: the proof that a rewritten model still computes the same. */
import type { DenseTensor } from '../graph-model/core/tensor.ts';
import { toNumbers } from '../graph-model/core/tensor.ts';
import { dtypeInfo, type DType } from '../graph-model/core/types.ts';
import type { OpaqueOutput, OutputDifference } from './types.ts';

type Output = DenseTensor | OpaqueOutput;
type Outputs = ReadonlyMap<string, Output>;

/** Shares of the output's largest magnitude: up to `pass` nothing was lost, up to `limit` it is still the same result. */
export interface Tolerance {
  readonly pass: number;
  readonly limit: number;
}

const exact: Tolerance = { pass: 0, limit: 0 };

/**
 * The one table of tolerances. float32: a rewrite that only removes work stays under 1e-5 and passes; folding weights
 * (BatchNormalization into Conv) reorders sums and may reach 1e-3, which is the limit. The others follow from their
 * precision u (half the step at 1): about 10 u passes, 40 u is the limit; float64 has room for constants that were folded
 * in float32 elsewhere. Types that are not here (integers, booleans, strings, labels) must be equal.
 */
export const TOLERANCES: Partial<Record<DType, Tolerance>> = {
  float: { pass: 1e-4, limit: 1e-3 },
  double: { pass: 1e-9, limit: 1e-6 },
  float16: { pass: 5e-3, limit: 2e-2 },
  bfloat16: { pass: 4e-2, limit: 1.6e-1 },
  float8e4m3fn: { pass: 0.25, limit: 0.5 },
  float8e4m3fnuz: { pass: 0.25, limit: 0.5 },
  float8e5m2: { pass: 0.5, limit: 1 },
  float8e5m2fnuz: { pass: 0.5, limit: 1 },
  complex64: { pass: 1e-4, limit: 1e-3 },
  complex128: { pass: 1e-9, limit: 1e-6 },
};

/** Below this a magnitude counts as nothing when a relative difference is asked for. */
const TINY = 1e-12;

/**
 * Differences of `b` from the reference `a`, one per output of either, in the order of `a`. Outputs are matched by name;
 * where no name matches at all and there are as many, by position.
 */
export function compareOutputs(a: Outputs, b: Outputs): OutputDifference[] {
  const byPosition = a.size === b.size && ![...a.keys()].some((name) => b.has(name));
  const others = [...b.values()];
  const rows = [...a].map(([name, x], i) => difference(name, x, byPosition ? others[i] : b.get(name)));
  const extra = byPosition ? [] : [...b].filter(([name]) => !a.has(name));
  return [...rows, ...extra.map(([name, y]) => difference(name, undefined, y))];
}

function difference(name: string, a: Output | undefined, b: Output | undefined): OutputDifference {
  const shown = a ?? b!;
  if (!a || !b || 'opaque' in a || 'opaque' in b) return notComparable(name, shown);
  const textual = (t: DenseTensor) => t.dtype === 'string';
  if (!sameDims(a, b) || textual(a) !== textual(b)) return { ...notComparable(name, a), verdict: 'differs' };
  return textual(a) ? compareStrings(name, a, b) : compareNumbers(name, a, b);
}

const sameDims = (a: DenseTensor, b: DenseTensor) =>
  a.dims.length === b.dims.length && a.dims.every((d, i) => d === b.dims[i]);

function head(name: string, shown: DenseTensor): Pick<OutputDifference, 'name' | 'dtype' | 'dims'> {
  return { name, dtype: dtypeInfo(shown.dtype).label, dims: shown.dims };
}

function notComparable(name: string, shown: Output): OutputDifference {
  const what = 'opaque' in shown ? { name, dtype: shown.opaque, dims: [] } : head(name, shown);
  const far = Infinity;
  return { ...what, maxAbs: far, maxRel: far, mean: far, cosine: NaN, verdict: 'not comparable', limit: 0 };
}

function compareStrings(name: string, a: DenseTensor, b: DenseTensor): OutputDifference {
  const count = a.values.length;
  let unequal = 0;
  for (let i = 0; i < count; i++) if (a.values[i] !== b.values[i]) unequal++;
  const far = unequal ? Infinity : 0;
  const share = count ? unequal / count : 0;
  const verdict = unequal ? 'differs' : 'equal';
  return { ...head(name, a), maxAbs: far, maxRel: far, mean: share, cosine: 1 - share, verdict, limit: 0 };
}

/** The looser of two types' tolerances, so that a float16 copy can be held against its float32 original. */
function toleranceOf(a: DType, b: DType): Tolerance {
  const x = TOLERANCES[a] ?? exact;
  const y = TOLERANCES[b] ?? exact;
  return x.limit >= y.limit ? x : y;
}

function compareNumbers(name: string, a: DenseTensor, b: DenseTensor): OutputDifference {
  const sums =
    a.values instanceof BigInt64Array || a.values instanceof BigUint64Array ? bigSums(a, b) : floatSums(a, b);
  const { pass, limit } = toleranceOf(a.dtype, b.dtype);
  const allowed = limit * sums.scale;
  const verdict = verdictOf(sums.maxAbs, pass * sums.scale, allowed);
  const { maxAbs, maxRel, mean, cosine } = sums;
  return { ...head(name, a), maxAbs, maxRel, mean, cosine, verdict, limit: allowed };
}

function verdictOf(maxAbs: number, pass: number, limit: number): OutputDifference['verdict'] {
  if (maxAbs === 0) return 'equal';
  if (maxAbs <= pass) return 'pass';
  return maxAbs <= limit ? 'near limit' : 'differs';
}

interface Sums {
  maxAbs: number;
  maxRel: number;
  mean: number;
  cosine: number;
  /** The largest finite magnitude of the reference. */
  scale: number;
}

/** 64-bit integers are subtracted before they are rounded: beyond 2^53 their difference would be lost. */
function bigSums(a: DenseTensor, b: DenseTensor): Sums {
  const sums = floatSums(a, b);
  if (a.dtype !== b.dtype) return sums;
  const x = a.values as BigInt64Array;
  const y = b.values as BigInt64Array;
  let most = 0;
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) most = Math.max(most, Math.abs(Number(x[i]! - y[i]!)));
  return { ...sums, maxAbs: most };
}

function floatSums(a: DenseTensor, b: DenseTensor): Sums {
  const x = toNumbers(a);
  const y = toNumbers(b);
  const sums: Sums = { maxAbs: 0, maxRel: 0, mean: 0, cosine: 1, scale: 0 };
  let dot = 0;
  let xx = 0;
  let yy = 0;
  for (let i = 0; i < x.length; i++) {
    const p = x[i]!;
    const q = y[i]!;
    addDifference(sums, p, q);
    if (!Number.isFinite(p) || !Number.isFinite(q)) continue;
    dot += p * q;
    xx += p * p;
    yy += q * q;
  }
  if (x.length) sums.mean /= x.length;
  sums.cosine = xx === 0 || yy === 0 ? Number(xx === yy) : dot / Math.sqrt(xx) / Math.sqrt(yy);
  return sums;
}

/** NaN equals NaN and an infinity itself; at any other place where one of the two is not finite they are apart for good. */
function addDifference(sums: Sums, p: number, q: number): void {
  if (p === q || (Number.isNaN(p) && Number.isNaN(q))) {
    if (Number.isFinite(p)) sums.scale = Math.max(sums.scale, Math.abs(p));
    return;
  }
  const finite = Number.isFinite(p) && Number.isFinite(q);
  const d = finite ? Math.abs(p - q) : Infinity;
  if (finite) sums.scale = Math.max(sums.scale, Math.abs(p));
  sums.maxAbs = Math.max(sums.maxAbs, d);
  sums.maxRel = Math.max(sums.maxRel, finite ? d / Math.max(Math.abs(p), TINY) : Infinity);
  sums.mean += d;
}
