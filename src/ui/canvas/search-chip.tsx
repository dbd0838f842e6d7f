/** The search as the canvas tells it: what is sought, where one is among the hits, and on to the next. */
import { formatCount } from '../../graph-model/format.ts';
import { IconButton } from '../kit/button.tsx';
import { Icon } from '../kit/icon.tsx';
import { hitsOf } from '../store/search.ts';
import { useStore } from '../store/store.ts';

export function SearchChip() {
  const sought = useStore((s) => s.sought);
  const count = useStore((s) => hitsOf(s).length);
  const at = useStore((s) => s.hitAt);
  const step = useStore((s) => s.stepHit);
  const setQuery = useStore((s) => s.setQuery);
  if (sought === '') return null;
  return (
    <div className="gw-search" role="group" aria-label="Search hits">
      <Icon name="search" small />
      <span className="mono ell" title={sought}>
        {sought}
      </span>
      <span className="gw-hits">{hitCount(at, count)}</span>
      {count > 0 && (
        <>
          <IconButton icon="chev-up" size="small" label="Previous hit (Shift Enter)" onClick={() => step(-1)} />
          <IconButton icon="down" size="small" label="Next hit (Enter)" onClick={() => step(1)} />
        </>
      )}
      <IconButton icon="close" size="small" label="End the search" onClick={() => setQuery('')} />
    </div>
  );
}

/** `3 of 17`, `17 hits`. */
export function hitCount(at: number, count: number): string {
  if (count === 0) return 'no hits';
  if (at >= 0) return `${formatCount(at + 1)} of ${formatCount(count)}`;
  return count === 1 ? '1 hit' : `${formatCount(count)} hits`;
}
