/** What the trust report says of a converted model: plain data, the same in the page, in the worker's answer and as a file. */

/**
 * `agrees`: every row is the same. `near`: some rows differ within the limit, or between equally probable classes.
 * `differs`: a row differs. `plausible`: nothing to compare with, and nothing found wrong. `unchecked`: it did not run.
 */
export type TrustVerdict = 'agrees' | 'near' | 'differs' | 'plausible' | 'unchecked';

export type RowKind = 'given' | 'random' | 'threshold' | 'missing' | 'unseen';
export type RowState = 'equal' | 'near' | 'differs';

export interface TrustReport {
  readonly report: 'graphwright trust';
  readonly version: 1;
  readonly file: string;
  readonly format: string;
  readonly opsets: readonly string[];
  readonly verdict: TrustVerdict;
  /** One sentence for people. */
  readonly sentence: string;
  /** What the ONNX model was held against: `model.csv`, `its 100 trees …`, `the shapes that Keras declares`. */
  readonly against: { readonly kind: 'framework' | 'evaluator' | 'layers' | 'nothing'; readonly what: string };
  readonly seed: number;
  readonly rows: Counts | null;
  readonly groups: readonly (Counts & { readonly kind: RowKind })[];
  readonly outputs: readonly TrustOutput[];
  /** The first rows that are not equal, differing ones first. */
  readonly firstRows: readonly TrustRow[];
  readonly layers: LayersReport | null;
  /** What could not be compared, and why. */
  readonly notes: readonly string[];
  /** Milliseconds for all of it. */
  readonly ms: number;
}

export interface Counts {
  readonly rows: number;
  readonly equal: number;
  readonly near: number;
  readonly differing: number;
}

export interface TrustOutput {
  readonly name: string;
  readonly dtype: string;
  readonly width: number;
  readonly verdict: RowState;
  readonly rows: Counts;
  /** Largest absolute difference; null for labels. */
  readonly maxAbs: number | null;
  readonly meanAbs: number | null;
  /** Differences up to `equalWithin` count as rounding, up to `limit` as near. */
  readonly equalWithin: number;
  readonly limit: number;
  /** Expected and found, for a picture; numbers alone. */
  readonly sample: { readonly expected: readonly number[]; readonly found: readonly number[] } | null;
  /** How many values differ by less than each power of ten; null for labels. */
  readonly histogram: readonly DifferenceBin[] | null;
}

export interface DifferenceBin {
  /** `0`, `1e-9`, … the upper end. */
  readonly upTo: number;
  readonly count: number;
}

export interface TrustRow {
  readonly row: number;
  readonly kind: RowKind;
  readonly state: RowState;
  /** Input values, cut to the first few columns. */
  readonly inputs: readonly { readonly name: string; readonly value: number | string }[];
  readonly moreInputs: number;
  readonly outputs: readonly {
    readonly name: string;
    readonly expected: readonly (number | string)[];
    readonly found: readonly (number | string)[];
  }[];
  /** Two classes were equally probable: either label is right. */
  readonly tie: boolean;
}

export interface LayersReport {
  readonly checked: number;
  readonly layers: readonly LayerLine[];
  /** Layers whose values could not be read. */
  readonly skipped: number;
}

export interface LayerLine {
  readonly name: string;
  readonly op: string;
  readonly declared: string;
  readonly found: string;
  /**
   * `reordered`: the same lengths in another order, as channels first for channels last. `merged`: the conversion has put
   * the layer together with others, and the value is a part of that.
   */
  readonly shape: 'same' | 'reordered' | 'merged' | 'differs' | 'not declared';
  readonly nan: number;
  readonly infinite: number;
  readonly least: number | null;
  readonly greatest: number | null;
}

/** JSON has no NaN and no infinities: they become their names. For `JSON.stringify`. */
export function jsonNumber(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
