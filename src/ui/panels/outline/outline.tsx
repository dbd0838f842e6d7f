/** The left panel: everything in the model by name, with a filter. */
import { useMemo, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import { countOf, formatBytes, formatCount } from '../../../graph-model/format.ts';
import type { SearchResult } from '../../../graph-model/search.ts';
import { parametersText } from '../parts/parameters-text.ts';
import { useSummary } from '../parts/use-summary.ts';
import { hitCount } from '../../canvas/search-chip.tsx';
import { IconButton } from '../../kit/button.tsx';
import { searchResult } from '../../store/search.ts';
import { useStore } from '../../store/store.ts';
import { Icon } from '../../kit/icon.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { MOST_ROWS, resultRows } from './filter.ts';
import { firstOpen, keysTo, outlineRows, type Row } from './rows.ts';
import { Tree } from './tree.tsx';
import '../../kit/field.css';
import '../panels.css';

export function Outline() {
  const model = useStore((s) => s.model);
  if (model === null)
    return (
      <section className="gp-outline" aria-label="Outline">
        <header className="phead">Outline</header>
        <EmptyState text="Nothing open. Drop a model here, or open a sample to look around." />
      </section>
    );
  return <OutlineOfModel />;
}

function OutlineOfModel() {
  const model = useStore((s) => s.model)!;
  const query = useStore((s) => s.sought);
  const result = useStore(searchResult);
  const { open, toggle } = useOpen();
  const field = useRef<HTMLInputElement>(null);
  const filtering = query.trim() !== '';
  const rows = useMemo(
    () => (filtering ? resultRows(model, result) : outlineRows(model, open)),
    [model, open, filtering, result],
  );
  return (
    <section
      className="gp-outline"
      aria-label="Outline"
      onKeyDown={(e) => {
        if (e.key !== '/' || e.target === field.current) return;
        e.preventDefault();
        field.current?.focus();
      }}
    >
      <header className="phead">
        Outline<span className="count">{countOf(model.nodes.size, 'node')}</span>
      </header>
      <Filter result={result} field={field} />
      <Tree
        rows={rows}
        toggle={toggle}
        flat={filtering}
        empty={filtering ? 'Nothing is called so.' : 'The graph is empty.'}
      />
      <Totals />
    </section>
  );
}

/** Which rows are open; a node selected elsewhere opens the way to its row. */
function useOpen() {
  const model = useStore((s) => s.model)!;
  const original = useStore((s) => s.original);
  const selected = useStore((s) => s.selected);
  const [state, setState] = useState({ original, selected, open: firstOpen(model) });
  let { open } = state;
  if (state.original !== original || state.selected !== selected) {
    if (state.original !== original) open = firstOpen(model);
    const only = selected.size === 1 ? [...selected][0]! : null;
    const missing = only === null ? [] : keysTo(model, only).filter((k) => !open.has(k));
    if (missing.length > 0) open = new Set([...open, ...missing]);
    setState({ original, selected, open });
  }
  const toggle = (row: Row, to: boolean) =>
    setState((s) => {
      const next = new Set(s.open);
      if (to) next.add(row.key);
      else next.delete(row.key);
      return { ...s, open: next };
    });
  return { open, toggle };
}

const HELP =
  'Words of the name or operator; op:Conv, dtype:float16, shape:1x64, kernel_shape:3,3, group:>1, in:name, out:name, /regular expression/, -not';

interface FilterProps {
  readonly result: SearchResult;
  readonly field: RefObject<HTMLInputElement | null>;
}

function Filter({ result, field }: FilterProps) {
  const query = useStore((s) => s.query);
  const setQuery = useStore((s) => s.setQuery);
  const step = useStore((s) => s.stepHit);
  const keys = (e: KeyboardEvent<HTMLInputElement>) => {
    if (e.key === 'Escape') return query ? setQuery('') : e.currentTarget.blur();
    if (e.key !== 'Enter' || query.trim() === '') return;
    e.preventDefault();
    step(e.shiftKey ? -1 : 1);
  };
  return (
    <div className="gp-filter">
      <div className="field search">
        <Icon name="search" small />
        <input
          ref={field}
          type="search"
          value={query}
          placeholder="op:Conv kernel_shape:3,3"
          aria-label={`Find in the model. ${HELP}`}
          title={HELP}
          spellCheck={false}
          onChange={(e) => setQuery(e.target.value)}
          onKeyDown={keys}
        />
        {query.trim() !== '' ? (
          <button type="button" className="gp-clear" aria-label="Clear" onClick={() => setQuery('')}>
            <Icon name="close" small />
          </button>
        ) : (
          <span className="kbd" aria-hidden="true">
            /
          </span>
        )}
      </div>
      {query.trim() !== '' && <Found result={result} />}
    </div>
  );
}

/** How many there are, and the way from one to the next. */
function Found({ result }: { result: SearchResult }) {
  const at = useStore((s) => s.hitAt);
  const step = useStore((s) => s.stepHit);
  const count = result.nodes.length + result.values.length;
  return (
    <div className="gp-found" role="status">
      {result.problem ? <span className="warn">{result.problem}</span> : hitCount(at, count)}
      {count > 0 && (
        <span className="gp-hit-steps">
          <IconButton icon="chev-up" size="small" label="Previous hit (Shift Enter)" onClick={() => step(-1)} />
          <IconButton icon="down" size="small" label="Next hit (Enter)" onClick={() => step(1)} />
        </span>
      )}
      {count > MOST_ROWS && <span className="muted">first {formatCount(MOST_ROWS)} listed</span>}
      {result.nodes.length > 1 && <SelectAll result={result} />}
    </div>
  );
}

function SelectAll({ result }: { result: SearchResult }) {
  const select = useStore((s) => s.select);
  return (
    <button type="button" className="gp-link" onClick={() => select(result.nodes)}>
      Select {formatCount(result.nodes.length)} nodes
    </button>
  );
}

function Totals() {
  const model = useStore((s) => s.model)!;
  const { parameters, weightBytes } = useSummary();
  const text = parametersText(model, parameters);
  if (text === '') return null;
  return (
    <footer className="gp-totals">
      <span>{text}</span>
      <span className="mono">{formatBytes(weightBytes)}</span>
    </footer>
  );
}
