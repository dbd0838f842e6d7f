/** Which steps of a sequence count: a state that a step does not touch is chosen by Where. */
import { getInt } from '../core/attributes.ts';
import type { ValueId } from '../core/model.ts';
import type { LoopView } from './loop-view.ts';

/** Both outside the loop. */
export type Mask =
  /** Steps below a length of each sequence count: integers [batch]. */
  | { readonly kind: 'lengths'; readonly lengths: ValueId }
  /** bool [time, batch, 1]. */
  | { readonly kind: 'steps'; readonly steps: ValueId };

export interface Chosen {
  /** null: every step counts. */
  readonly mask: Mask | null;
  /** What stays where a step does not count; null where there is no mask. */
  readonly otherwise: ValueId | null;
  readonly value: ValueId;
}

export const isSameMask = (a: Mask | null, b: Mask | null): boolean =>
  a === b || (a !== null && b !== null && keyOf(a) === keyOf(b));

const keyOf = (m: Mask) => (m.kind === 'lengths' ? `l${m.lengths}` : `s${m.steps}`);

/** A value of the body as what a step makes of it, and what stays where the step does not count. */
export function chosen(view: LoopView, v: ValueId): Chosen {
  const node = view.inner.draft.producer(v);
  if (node?.op === 'Identity' && node.graph === view.body) return chosen(view, node.inputs[0]!);
  const plain = { mask: null, otherwise: null, value: v };
  if (node?.op !== 'Where' || node.graph !== view.body) return plain;
  const found = maskOf(view, node.inputs[0]!);
  if (!found) return plain;
  const [value, otherwise] = found.counts ? [node.inputs[1]!, node.inputs[2]!] : [node.inputs[2]!, node.inputs[1]!];
  return { mask: found.mask, otherwise, value };
}

interface Found {
  readonly mask: Mask;
  /** Whether true means that the step counts. */
  readonly counts: boolean;
}

const SPREADING = /^(Identity|Expand|Tile|Unsqueeze|Reshape|Squeeze)$/;

function maskOf(view: LoopView, v: ValueId): Found | null {
  const { inner } = view;
  const rows = view.rowsOf(v);
  if (rows !== null) return stepsOf(view, rows);
  const node = inner.draft.producer(v);
  if (node === null || node.graph !== view.body) return null;
  if (node.op === 'Not') {
    const found = maskOf(view, node.inputs[0]!);
    return found && { ...found, counts: !found.counts };
  }
  if (SPREADING.test(node.op)) return spreads(view, node.inputs[0]!, v) ? maskOf(view, node.inputs[0]!) : null;
  return /^(Less|Greater)(OrEqual)?$/.test(node.op)
    ? comparison(view, node.op, node.inputs[0]!, node.inputs[1]!)
    : null;
}

/** One truth for each sequence: [batch] or [batch, 1]. */
function stepsOf(view: LoopView, rows: ValueId): Found | null {
  const dims = view.e.dims(rows);
  const fits = view.e.dtype(rows) === 'bool' && dims?.length === 3 && dims[2] === 1;
  return fits ? { mask: { kind: 'steps', steps: rows }, counts: true } : null;
}

/** [batch] or [batch, 1] to that or [batch, units]. */
function spreads({ inner }: LoopView, from: ValueId, to: ValueId): boolean {
  const [before, after] = [inner.dims(from), inner.dims(to)];
  if (!before || !after || before.length > 2 || after.length > 2) return false;
  if (before.length === 2 && before[1] !== 1) return false;
  return after.length === 2 ? before.length > 0 : after.length === before.length;
}

/** The number of the step held against lengths. */
function comparison(view: LoopView, op: string, a: ValueId, b: ValueId): Found | null {
  const [left, right] = [bare(view, a), bare(view, b)];
  const flipped = view.isIndex(right);
  if (flipped === view.isIndex(left)) return null;
  const [kind, lengths] = flipped ? [MIRRORED[op], left] : [op, right];
  if ((kind !== 'Less' && kind !== 'GreaterOrEqual') || !view.isOutside(lengths)) return null;
  const dims = view.e.dims(lengths);
  const fits = dims?.length === 1 || (dims?.length === 2 && dims[1] === 1);
  return fits ? { mask: { kind: 'lengths', lengths }, counts: kind === 'Less' } : null;
}

const MIRRORED: Readonly<Record<string, string>> = {
  Less: 'Greater',
  Greater: 'Less',
  LessOrEqual: 'GreaterOrEqual',
  GreaterOrEqual: 'LessOrEqual',
};

/** Behind what only spreads a number or a length over more places. */
function bare(view: LoopView, v: ValueId): ValueId {
  if (view.isIndex(v) || view.isOutside(v)) return v;
  const node = view.inner.draft.producer(v);
  if (node === null) return v;
  if (node.op === 'Gather' && getInt(node, 'axis', 0) === 0) return v;
  return /^(Identity|Cast|Expand|Tile|Unsqueeze|Reshape)$/.test(node.op) ? bare(view, node.inputs[0]!) : v;
}
