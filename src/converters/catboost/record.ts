/** What both of CatBoost's files say. */

export interface FloatFeature {
  /** The column among all features. */
  readonly flat: number;
  readonly name: string;
  readonly borders: ArrayLike<number>;
  /** A NaN is above every border (AsTrue), or above none. */
  readonly nanAbove: boolean;
}

export interface CatFeature {
  readonly flat: number;
  readonly name: string;
}

export const CTR_TYPES = [
  'Borders',
  'Buckets',
  'BinarizedTargetMeanValue',
  'FloatTargetMeanValue',
  'Counter',
  'FeatureFreq',
] as const;
export type CtrType = (typeof CTR_TYPES)[number];

/** One thing that a statistic is kept for: a category's value, or whether a split holds. */
export type CtrElement =
  | { readonly kind: 'category'; readonly cat: number }
  | { readonly kind: 'float'; readonly feature: number; readonly border: number }
  | { readonly kind: 'equals'; readonly cat: number; readonly value: number };

/** Hash of a combination of categories to its counts. */
export interface CtrTable {
  readonly counts: ReadonlyMap<bigint, readonly number[]>;
  readonly denominator: number;
}

export interface CtrFeature {
  readonly type: CtrType;
  readonly elements: readonly CtrElement[];
  readonly table: CtrTable;
  readonly priorNumerator: number;
  readonly priorDenominator: number;
  readonly shift: number;
  readonly scale: number;
  readonly targetBorder: number;
}

export type CatboostSplit =
  | { readonly kind: 'float'; readonly feature: number; readonly border: number }
  | { readonly kind: 'oneHot'; readonly cat: number; readonly value: number }
  | { readonly kind: 'ctr'; readonly ctr: number; readonly border: number }
  | { readonly kind: 'unknown'; readonly what: string };

/** `splits[k]` is bit k of the leaf's number; leaves are [2^splits × dimension]. */
export interface ObliviousTree {
  readonly splits: readonly CatboostSplit[];
  readonly leaves: ArrayLike<number>;
}

/** Nodes from the root, 0; children are nodes, or ~leaf. */
export interface FreeTree {
  readonly nodes: readonly { readonly split: CatboostSplit; readonly left: number; readonly right: number }[];
  readonly leaves: ArrayLike<number>;
}

export interface CatboostRecord {
  readonly version: string;
  readonly dimension: number;
  readonly scale: number;
  readonly bias: readonly number[];
  readonly floats: readonly FloatFeature[];
  readonly cats: readonly CatFeature[];
  readonly ctrs: readonly CtrFeature[];
  /** Features of text or embeddings, which the trees may read. */
  readonly others: number;
  readonly trees: readonly (ObliviousTree | FreeTree)[];
  /** `Logloss`, `MultiClass` …; '' where the file does not say. */
  readonly loss: string;
  readonly classNames: readonly (string | number | boolean)[];
  /** Class 1 of a binary model is chosen from this probability on. */
  readonly threshold: number;
  /** The strings that are known, by their 32-bit hash. */
  readonly strings: ReadonlyMap<number, readonly string[]>;
}

/** Columns or outputs beyond this are damage. */
export const MOST_COLUMNS = 1 << 22;
/** Leaves that one oblivious tree may have. */
export const DEEPEST_OBLIVIOUS = 20;
