/** What the colours mean: how numbers are spread and in which steps, or which classes there are. A click dims the others. */
import { formatCount } from '../../graph-model/format.ts';
import { CATEGORIES, CATEGORY_LABELS } from '../../graph-model/operators/category.ts';
import type { Aggregate } from '../../graph-view/node-data.ts';
import { placeData } from '../../graph-view/node-data-file.ts';
import { Glyph, Icon } from '../kit/icon.tsx';
import { Segmented } from '../kit/segmented.tsx';
import { isKeyOpen } from '../store/overlays.ts';
import { useStore } from '../store/store.ts';
import type { Histogram, LegendView } from '../../graph-view/overlay.ts';

const AGGREGATES: readonly { readonly id: Aggregate; readonly label: string }[] = [
  { id: 'sum', label: 'Sum' },
  { id: 'mean', label: 'Mean' },
  { id: 'max', label: 'Max' },
];

export function Legend({ legend }: { legend: LegendView | null }) {
  const overlay = useStore((s) => s.overlay);
  const open = useStore(isKeyOpen);
  const setOpen = useStore((s) => s.setKeyOpen);
  if (!open || legend === null)
    return (
      <button type="button" className="gw-float gw-key" aria-expanded="false" onClick={() => setOpen(overlay, true)}>
        <Icon name="tag" small /> Key
      </button>
    );
  const toggle = () => setOpen(overlay, false);
  return (
    <section className="gw-float gw-legend" aria-label={`Key: ${legend.title}`}>
      <header>
        <b>{legend.title}</b>
        <button type="button" className="gw-fold" aria-label="Fold the key" aria-expanded="true" onClick={toggle}>
          <Icon name="chev-up" small />
        </button>
      </header>
      {legend.note && <p className="gw-note">{legend.note}</p>}
      {legend.kind === 'number' ? <Numbers legend={legend} /> : <Classes legend={legend} />}
      <Unmatched />
    </section>
  );
}

function Numbers({ legend }: { legend: LegendView }) {
  const overlay = useStore((s) => s.overlay);
  const setAggregate = useStore((s) => s.setAggregate);
  if (!legend.histogram || !legend.range) return <p className="gw-note">No node has a value.</p>;
  return (
    <>
      <Bars histogram={legend.histogram} range={legend.range} />
      <Steps legend={legend} />
      {legend.aggregate && (
        <div className="gw-by">
          <span>Groups</span>
          <Segmented
            label="How groups are summed up"
            options={AGGREGATES}
            value={legend.aggregate}
            onChange={(by) => setAggregate(overlay, by)}
          />
        </div>
      )}
    </>
  );
}

function Bars({ histogram, range }: { histogram: Histogram; range: readonly [string, string] }) {
  const most = Math.max(...histogram.bins.map((b) => b.count));
  const total = histogram.bins.reduce((n, b) => n + b.count, 0);
  const words = `${formatCount(total)} nodes and groups with a value, from ${range[0]} to ${range[1]}`;
  return (
    <div className="gw-spread" role="img" aria-label={words} title={words}>
      <div className="gw-spread-bars">
        {histogram.bins.map((b, i) => (
          // The root keeps the few large values in sight beside the many small ones.
          <i
            key={i}
            style={{ height: `${b.count === 0 ? 0 : 8 + 92 * Math.sqrt(b.count / most)}%`, background: b.fill }}
          />
        ))}
      </div>
      <div className="gw-range">
        <span>{range[0]}</span>
        {histogram.ratio && <em>equal ratios</em>}
        <span>{range[1]}</span>
      </div>
    </div>
  );
}

function Steps({ legend }: { legend: LegendView }) {
  const picked = useStore((s) => s.pickedClass);
  const pick = useStore((s) => s.pickClass);
  return (
    <ul className="gw-steps">
      {legend.entries.map((e) => (
        <li key={e.index}>
          <button
            type="button"
            aria-pressed={picked === e.index}
            aria-label={`From ${e.label}: ${formatCount(e.count)}. Dim the others`}
            title={`${formatCount(e.count)} nodes and groups`}
            onClick={() => pick(e.index)}
          >
            <i style={{ background: e.fill }} />
            <span>{e.label}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

const CATEGORY_BY_LABEL = new Map(CATEGORIES.map((c) => [CATEGORY_LABELS[c], c]));

function Classes({ legend }: { legend: LegendView }) {
  const picked = useStore((s) => s.pickedClass);
  const pick = useStore((s) => s.pickClass);
  const byCategory = useStore((s) => s.overlay === 'category');
  if (legend.entries.length === 0) return <p className="gw-note">No node has a value.</p>;
  return (
    <ul className="gw-classes">
      {legend.entries.map((e) => {
        const category = byCategory ? CATEGORY_BY_LABEL.get(e.label) : undefined;
        return (
          <li key={e.index}>
            <button
              type="button"
              aria-pressed={picked === e.index}
              title="Dim the others"
              onClick={() => pick(e.index)}
            >
              {category ? (
                <span className={`cat-${category}`}>
                  <Glyph name={category} />
                </span>
              ) : (
                <i style={{ background: e.fill }} />
              )}
              <span className="ell">{e.label}</span>
              <span className="mono">{formatCount(e.count)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** Names of a person's own data that no node has. */
function Unmatched() {
  const model = useStore((s) => s.model);
  const own = useStore((s) => s.ownData.find((d) => d.id === s.overlay));
  if (!model || !own) return null;
  const { unmatched } = placeData(own, model);
  if (unmatched.length === 0) return null;
  return (
    <details className="gw-unmatched">
      <summary>{unmatched.length === 1 ? '1 name fits' : `${formatCount(unmatched.length)} names fit`} no node</summary>
      <ul>
        {unmatched.slice(0, 30).map((name) => (
          <li key={name} className="mono ell" title={name}>
            {name}
          </li>
        ))}
        {unmatched.length > 30 && <li>and {formatCount(unmatched.length - 30)} more</li>}
      </ul>
    </details>
  );
}
