/** Named numbers as bars: from the left, or from the middle where some are negative. */
import { useState } from 'react';
import { Button } from '../../kit/button.tsx';

export interface BarRow {
  readonly name: string;
  readonly value: number;
  /** How the value is written. */
  readonly text: string;
}

const SHOWN = 12;
const MOST = 400;

export function BarRows({ rows }: { rows: readonly BarRow[] }) {
  const [all, setAll] = useState(false);
  const most = rows.reduce((m, r) => Math.max(m, Math.abs(r.value)), 0) || 1;
  const signed = rows.some((r) => r.value < 0);
  const shown = rows.slice(0, all ? MOST : SHOWN);
  return (
    <>
      <dl className="gp-bar-list">
        {shown.map((r, i) => (
          <div key={`${r.name} ${i}`} title={`${r.name}: ${r.value}`}>
            <dt className="ell">{r.name}</dt>
            <dd className={signed ? 'gp-bar-signed' : 'gp-bar-plain'} aria-hidden="true">
              <i className={r.value < 0 ? 'neg' : 'pos'} style={barStyle(r.value / most, signed)} />
            </dd>
            <dd className="mono r">{r.text}</dd>
          </div>
        ))}
      </dl>
      {rows.length > SHOWN && (
        <Button kind="link" onClick={() => setAll(!all)}>
          {all ? 'Fewer' : `${Math.min(MOST, rows.length) - SHOWN} more`}
        </Button>
      )}
      {all && rows.length > MOST && (
        <p className="muted gp-small">
          The {MOST} largest of {rows.length}.
        </p>
      )}
    </>
  );
}

function barStyle(share: number, signed: boolean) {
  const width = Math.max(1, Math.abs(share) * (signed ? 50 : 100));
  return signed ? { width: `${width}%`, left: share < 0 ? `${50 - width}%` : '50%' } : { width: `${width}%`, left: 0 };
}
