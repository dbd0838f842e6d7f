/** What the keyboard does in the tree, as the WAI-ARIA tree pattern has it; pure, so that it can be tested. */
import type { Row } from './rows.ts';

export type TreeMove =
  | { readonly kind: 'go'; readonly index: number }
  | { readonly kind: 'open' | 'close'; readonly index: number }
  | { readonly kind: 'reveal'; readonly index: number };

/** The move for a key at row `at`, or null for a key that the tree does not use. `page` is how many rows are in sight. */
export function treeMove(rows: readonly Row[], at: number, key: string, page: number): TreeMove | null {
  const last = rows.length - 1;
  if (last < 0) return null;
  const go = (index: number): TreeMove => ({ kind: 'go', index: Math.max(0, Math.min(last, index)) });
  const row = rows[at];
  switch (key) {
    case 'ArrowDown':
      return go(at + 1);
    case 'ArrowUp':
      return go(at - 1);
    case 'PageDown':
      return go(at + page);
    case 'PageUp':
      return go(at - page);
    case 'Home':
      return go(0);
    case 'End':
      return go(last);
    case 'ArrowRight':
      if (row?.open === undefined) return null;
      return row.open ? go(at + 1) : { kind: 'open', index: at };
    case 'ArrowLeft':
      return row?.open ? { kind: 'close', index: at } : go(parentOf(rows, at));
    case 'Enter':
    case ' ':
      return row ? enterMove(row, at) : null;
    default:
      return null;
  }
}

function enterMove(row: Row, index: number): TreeMove {
  if (row.target.kind !== 'group') return { kind: 'reveal', index };
  return { kind: row.open ? 'close' : 'open', index };
}

function parentOf(rows: readonly Row[], at: number): number {
  const depth = rows[at]?.depth ?? 0;
  for (let i = at - 1; i >= 0; i--) if (rows[i]!.depth < depth) return i;
  return at;
}

/** The next row whose label begins with what was typed; typing the same letter again goes on to the next. */
export function typeAhead(rows: readonly Row[], at: number, typed: string): number {
  const text = typed.toLowerCase();
  const from = text.length > 1 ? 0 : 1;
  for (let step = from; step <= rows.length; step++) {
    const i = (Math.max(0, at) + step) % rows.length;
    if (rows[i]!.label.toLowerCase().startsWith(text)) return i;
  }
  return at;
}
