/**
 * Target statistics as tables: for each combination of known categories the number that CatBoost computes from its counts
 * (ctr_provider and TModelCtr::Calc, float32 arithmetic). What is not known gets the number of an empty count.
 */
import type { CtrElement, CtrFeature } from './record.ts';

/** `ids` of a category: the strings that the file knows, by place; one more stands for all others. */
export interface Category {
  readonly strings: readonly string[];
  readonly hashes: readonly number[];
}

export interface CtrNumbers {
  /** One for each element: known strings + 1, or 2 for a condition. */
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

const MAGIC = 0x4906ba494954cb65n;

/** CatBoost's CalcHash, modulo 2^64. */
function combine(a: bigint, b: bigint): bigint {
  return BigInt.asUintN(64, MAGIC * BigInt.asUintN(64, a + MAGIC * b));
}

/** The key of one category's value in a table of that category alone. */
export function singleHash(hash: number): bigint {
  return combine(0n, BigInt.asUintN(64, BigInt(hash | 0)));
}

/** A table beyond this is not written. */
const MOST = 4_000_000;

/** @param refuse is told why the statistic cannot be written down: too many combinations, or some that no known string explains */
export function ctrNumbers(
  ctr: CtrFeature,
  categories: readonly Category[],
  refuse: (why: string) => never,
): CtrNumbers {
  const hashes = ordered(ctr.elements).map((e) => elementHashes(e, categories));
  const dims = hashes.map((h) => h.length);
  const total = dims.reduce((a, b) => a * b, 1);
  if (total > MOST) refuse(`a statistic over ${ctr.elements.length} features has ${total} combinations`);
  const values = new Float32Array(total);
  const met = new Set<bigint>();
  for (let i = 0; i < total; i++) {
    const hash = hashOf(i, dims, hashes);
    const counts = hash === null ? undefined : ctr.table.counts.get(hash);
    if (counts) met.add(hash!);
    values[i] = ctrNumber(ctr, counts, refuse);
  }
  if (met.size < ctr.table.counts.size)
    refuse(
      `${ctr.table.counts.size - met.size} categories are kept as hashes alone, without their text; save it with the training pool`,
    );
  return { dims, values };
}

/** The order in which hashes are combined: categories, then conditions on floats, then on categories. */
export function ordered(elements: readonly CtrElement[]): CtrElement[] {
  const kinds = ['category', 'float', 'equals'] as const;
  return kinds.flatMap((kind) => elements.filter((e) => e.kind === kind));
}

/** For each index the number that goes into the hash; null for a category that is not known. */
function elementHashes(e: CtrElement, categories: readonly Category[]): (bigint | null)[] {
  if (e.kind !== 'category') return [0n, 1n];
  const known = (categories[e.cat]?.hashes ?? []).map((h) => BigInt.asUintN(64, BigInt(h | 0)));
  return [...known, null];
}

function hashOf(
  index: number,
  dims: readonly number[],
  hashes: readonly (readonly (bigint | null)[])[],
): bigint | null {
  const at = dims.map(() => 0);
  for (let d = dims.length - 1, rest = index; d >= 0; rest = Math.floor(rest / dims[d]!), d--) at[d] = rest % dims[d]!;
  let hash = 0n;
  for (let d = 0; d < dims.length; d++) {
    const part = hashes[d]![at[d]!]!;
    if (part === null) return null;
    hash = combine(hash, part);
  }
  return hash;
}

function ctrNumber(ctr: CtrFeature, counts: readonly number[] | undefined, refuse: (why: string) => never): number {
  const [good, total] = goodAndTotal(ctr, counts, refuse);
  const f = Math.fround;
  const share = f(f(good + f(ctr.priorNumerator)) / f(total + f(ctr.priorDenominator)));
  return f(f(share + f(ctr.shift)) * f(ctr.scale));
}

function goodAndTotal(
  { type, targetBorder, table }: CtrFeature,
  counts: readonly number[] | undefined,
  refuse: (why: string) => never,
): [number, number] {
  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
  switch (type) {
    case 'Counter':
    case 'FeatureFreq':
      return [counts?.[0] ?? 0, table.denominator];
    case 'BinarizedTargetMeanValue':
    case 'FloatTargetMeanValue':
      return [counts?.[0] ?? 0, counts?.[1] ?? 0];
    case 'Buckets':
      return counts ? [counts[targetBorder] ?? 0, sum(counts)] : [0, 0];
    case 'Borders':
      return counts ? [sum(counts.slice(targetBorder + 1)), sum(counts)] : [0, 0];
    default:
      return refuse(`statistics of the type ${String(type)} are not known`);
  }
}
