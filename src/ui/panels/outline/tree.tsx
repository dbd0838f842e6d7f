/** The outline's tree: an ARIA tree of 100,000 rows of which only those in sight are drawn. */
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import type { NodeId } from '../../../graph-model/core/model.ts';
import { isShown } from '../../store/shown.ts';
import { useStore, useStoreApi } from '../../store/store.ts';
import { useRows } from '../parts/use-rows.ts';
import type { Row } from './rows.ts';
import { treeMove, typeAhead } from './tree-keys.ts';
import { TreeRow } from './tree-row.tsx';

const ROW = 26;
/** Letters typed within this time belong to one word. */
const TYPING_MS = 700;

export interface TreeProps {
  readonly rows: readonly Row[];
  readonly toggle: (row: Row, open: boolean) => void;
  /** Search results: no twisties, more of each name. */
  readonly flat: boolean;
  readonly empty: string;
}

export function Tree({ rows, toggle, flat, empty }: TreeProps) {
  const id = useId();
  const [active, setActive] = useState<string | null>(null);
  const act = useRowActions();
  const isSelected = useIsSelected();
  const at = rows.findIndex((r) => r.key === active);
  const { scroller, virtual } = useRows(rows.length, ROW);
  useFollowSelection(rows, (index) => virtual.scrollToIndex(index), setActive);
  const goTo = (index: number) => {
    const row = rows[index];
    if (!row) return;
    setActive(row.key);
    virtual.scrollToIndex(index);
    act.select(row);
  };
  const typed = useTyped();
  const keys = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 300) / ROW) - 1);
    const move = treeMove(rows, at, event.key, page);
    if (move?.kind === 'go') goTo(move.index);
    else if (move?.kind === 'reveal') act.reveal(rows[move.index]!);
    else if (move) toggle(rows[move.index]!, move.kind === 'open');
    else if (event.key.length === 1 && event.key !== '/' && rows.length > 0)
      goTo(typeAhead(rows, at, typed(event.key)));
    else return;
    event.preventDefault();
  };
  const items = virtual.getVirtualItems();
  const rowId = (index: number) => `${id}-${rows[index]?.key ?? ''}`;
  return (
    <div ref={scroller} className="gp-scroll">
      {rows.length === 0 && <div className="gp-none muted">{empty}</div>}
      <div
        role="tree"
        aria-label="Model"
        aria-multiselectable="true"
        tabIndex={0}
        className="gp-tree"
        style={{ height: virtual.getTotalSize() }}
        onKeyDown={keys}
        onFocus={() => active === null && rows[0] && setActive(rows[0].key)}
        {...(items.some((i) => i.index === at) ? { 'aria-activedescendant': rowId(at) } : {})}
      >
        {items.map(({ index, start }) => {
          const row = rows[index]!;
          return (
            <TreeRow
              key={row.key}
              id={rowId(index)}
              row={row}
              top={start}
              flat={flat}
              active={index === at}
              selected={isSelected(row)}
              onPick={(event) => {
                setActive(row.key);
                if (row.target.kind === 'group') toggle(row, !row.open);
                else act.pick(row, event.ctrlKey || event.metaKey);
              }}
              onToggle={() => toggle(row, !row.open)}
              onReveal={() => act.reveal(row)}
              onHover={(on) => act.hover(on ? row : null)}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Scrolls to the row of what was selected elsewhere. */
function useFollowSelection(rows: readonly Row[], scrollTo: (index: number) => void, setActive: (key: string) => void) {
  const selected = useStore((s) => s.selected);
  const last = useRef(selected);
  useEffect(() => {
    if (last.current === selected) return;
    last.current = selected;
    const only: NodeId | undefined = selected.size === 1 ? [...selected][0] : undefined;
    const index = rows.findIndex((r) => r.target.kind === 'node' && r.target.node === only);
    if (index < 0) return;
    setActive(rows[index]!.key);
    scrollTo(index);
  }, [selected, rows, scrollTo, setActive]);
}

function useTyped(): (letter: string) => string {
  const state = useRef({ text: '', at: 0 });
  return (letter) => {
    const now = performance.now();
    const { text, at } = state.current;
    const next = now - at < TYPING_MS && text !== letter ? text + letter : letter;
    state.current = { text: next, at: now };
    return next;
  };
}

function useIsSelected(): (row: Row) => boolean {
  const selected = useStore((s) => s.selected);
  const value = useStore((s) => s.selectedValue);
  return ({ target }) =>
    (target.kind === 'node' && selected.has(target.node)) || (target.kind === 'value' && target.value === value);
}

function useRowActions() {
  const selected = useStore((s) => s.selected);
  const selectNodes = useStore((s) => s.select);
  const hoverNode = useStore((s) => s.hover);
  const ask = useStore((s) => s.ask);
  const enter = useStore((s) => s.enter);
  const store = useStoreApi();
  const model = useStore((s) => s.model)!;
  const select = ({ target }: Row) => {
    if (target.kind === 'node') selectNodes([target.node]);
    else if (target.kind === 'value') selectNodes([], target.value);
  };
  /** Shows the row's thing on the canvas, in the graph that holds it. */
  const reveal = (row: Row) => {
    const { target } = row;
    if (target.kind === 'graph') return enter(target.graph);
    select(row);
    const value = target.kind === 'value' ? model.values.at(target.value) : null;
    const graph = target.kind === 'node' ? model.nodes.at(target.node).graph : value!.graph;
    if (!isShown(store.getState(), graph)) enter(graph);
    const readers = value ? (model.uses.get(value.id) ?? []).flatMap((u) => u.node ?? []) : [];
    const nodes =
      target.kind === 'node' ? [target.node] : value && value.producer !== null ? [value.producer] : readers;
    if (nodes.length > 0) ask({ kind: 'reveal', nodes });
  };
  const pick = (row: Row, add: boolean) => {
    const { target } = row;
    if (!add || target.kind !== 'node') return reveal(row);
    const next = new Set(selected);
    if (!next.delete(target.node)) next.add(target.node);
    selectNodes(next);
  };
  const hover = (row: Row | null) => hoverNode(row?.target.kind === 'node' ? row.target.node : null);
  return { select, reveal, pick, hover };
}
