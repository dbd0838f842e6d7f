/** Which columns the trees rest on: by what their splits gained, or by how many there are. */
import { useMemo, useState } from 'react';
import type { TreeList } from '../../../graph-model/source-view/trees.ts';
import { formatCount, formatShare } from '../../../graph-model/format.ts';
import { Segmented } from '../../kit/segmented.tsx';
import { useAsync } from '../parts/use-async.ts';
import { BarRows } from './bar-rows.tsx';

export function Importance({ list }: { list: TreeList }) {
  // After the picture is there: of a large forest every split is looked at.
  const found = useAsync(list, async () => {
    await new Promise((resolve) => setTimeout(resolve));
    return list.importance();
  });
  if (found.state === 'loading')
    return (
      <section className="sec" aria-label="Feature importance">
        <h3>Feature importance</h3>
        <p className="muted">Adding up the splits…</p>
      </section>
    );
  if (found.state === 'failed' || list.columns === 0) return null;
  return <Bars list={list} {...found.value} />;
}

function Bars({ list, kind, gain, splits }: { list: TreeList } & ReturnType<TreeList['importance']>) {
  const [by, setBy] = useState<'gain' | 'splits'>(kind === null ? 'splits' : 'gain');
  const values = by === 'gain' ? gain : splits;
  const total = useMemo(() => values.reduce((s, v) => s + v, 0) || 1, [values]);
  const rows = useMemo(
    () =>
      Array.from(values, (value, i) => ({ name: list.names[i] ?? `x${i}`, value, text: textOf(by, value, total) }))
        .filter((r) => r.value > 0)
        .sort((a, b) => b.value - a.value),
    [values, list, by, total],
  );
  const unused = values.length - rows.length;
  return (
    <section className="sec" aria-label="Feature importance">
      <h3>
        Feature importance
        <span className="grow" />
        {kind !== null && (
          <Segmented<'gain' | 'splits'>
            label="Count by"
            options={[
              { id: 'gain', label: kind === 'gain' ? 'Gain' : 'Impurity' },
              { id: 'splits', label: 'Splits' },
            ]}
            value={by}
            onChange={setBy}
          />
        )}
      </h3>
      <BarRows rows={rows} />
      {unused > 0 && <p className="muted gp-small">{formatCount(unused)} columns are not used.</p>}
    </section>
  );
}

const textOf = (by: 'gain' | 'splits', value: number, total: number) =>
  by === 'gain' ? formatShare(value / total) : formatCount(value);
