/** The coefficients of a linear model as bars with the names of its columns, largest first. */
import { useMemo, useState } from 'react';
import type { Model, Node } from '../../../graph-model/core/model.ts';
import { formatCount, formatNumber } from '../../../graph-model/format.ts';
import { coefficientsOf, type Coefficients } from '../../../graph-model/source-view/coefficients.ts';
import { Select } from '../inspector/attribute-editor.tsx';
import { BarRows } from './bar-rows.tsx';

export function CoefficientsSection({ model, node }: { model: Model; node: Node }) {
  const found = useMemo(() => coefficientsOf(model, node), [model, node]);
  return found && <Bars found={found} />;
}

/** More classes than this are chosen by their number only up to here. */
const MOST_CHOICES = 200;

function Bars({ found }: { found: Coefficients }) {
  const [chosen, setChosen] = useState(0);
  const row = found.rows[Math.min(chosen, found.rows.length - 1)]!;
  const rows = useMemo(
    () =>
      Array.from(row.values, (value, i) => ({ name: found.names[i]!, value, text: formatNumber(value, { digits: 4 }) }))
        .filter((r) => r.value !== 0)
        .sort((a, b) => Math.abs(b.value) - Math.abs(a.value)),
    [row, found],
  );
  const zeros = row.values.length - rows.length;
  return (
    <section className="sec" aria-label="Coefficients">
      <h3>
        Coefficients<span className="count">{formatCount(row.values.length)}</span>
        <span className="grow" />
        {row.label && found.rows.length === 1 && <span className="gp-plain">{row.label}</span>}
      </h3>
      {found.rows.length > 1 && (
        <Select
          label="Class or output"
          value={String(chosen)}
          options={found.rows.slice(0, MOST_CHOICES).map((r, i) => [String(i), r.label] as const)}
          choose={(i) => {
            setChosen(Number(i));
            return null;
          }}
        />
      )}
      <BarRows rows={rows} />
      {row.intercept !== null && (
        <p className="row gp-intercept">
          <span className="dim grow">Intercept</span>
          <span className="mono">{formatNumber(row.intercept, { digits: 6 })}</span>
        </p>
      )}
      {zeros > 0 && <p className="muted gp-small">{formatCount(zeros)} coefficients are zero.</p>}
    </section>
  );
}
