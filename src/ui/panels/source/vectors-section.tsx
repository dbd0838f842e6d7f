/** Support vectors as a table: each with its weights and its values, by column name. */
import { useMemo } from 'react';
import type { Model, Node } from '../../../graph-model/core/model.ts';
import type { DenseTensor } from '../../../graph-model/core/tensor.ts';
import { formatCount, formatNumber } from '../../../graph-model/format.ts';
import { vectorsOf, type Vectors } from '../../../graph-model/source-view/coefficients.ts';
import { useRows } from '../parts/use-rows.ts';

export function VectorsSection({ model, node }: { model: Model; node: Node }) {
  const found = useMemo(() => vectorsOf(model, node), [model, node]);
  return found && <Section vectors={found} />;
}

function Section({ vectors }: { vectors: Vectors }) {
  const dense = useMemo(() => vectors.vectors(), [vectors]);
  return (
    <section className="sec" aria-label="Support vectors">
      <h3>
        Support vectors<span className="count">{formatCount(vectors.count)}</span>
        <span className="grow" />
        <span className="gp-plain">{vectors.kernel && `${vectors.kernel} kernel`}</span>
      </h3>
      {vectors.perClass.length > 0 && (
        <p className="muted gp-small">
          {vectors.perClass.map((c) => `${formatCount(c.count)} of ${c.label}`).join(', ')}
        </p>
      )}
      <VectorTable vectors={vectors} dense={dense} />
    </section>
  );
}

const ROW = 22;
/** More columns would make rows of thousands of cells. */
const MOST_COLUMNS = 60;

function VectorTable({ vectors, dense }: { vectors: Vectors; dense: DenseTensor }) {
  const { scroller, virtual } = useRows(vectors.count, ROW);
  const machines = vectors.weights?.dims[1] ?? 0;
  const columns = Math.min(vectors.columns, MOST_COLUMNS);
  const template = `40px repeat(${machines + columns}, 72px)`;
  return (
    <>
      <div ref={scroller} className="gp-vectors" tabIndex={0} role="group" aria-label="Table of support vectors">
        <div className="gp-vector-row head" style={{ gridTemplateColumns: template }}>
          <span>#</span>
          {Array.from({ length: machines }, (_, m) => (
            <span key={`w${m}`}>{machines === 1 ? 'weight' : `weight ${m}`}</span>
          ))}
          {vectors.names.slice(0, columns).map((n, i) => (
            <span key={i} className="ell" title={n}>
              {n}
            </span>
          ))}
        </div>
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start }) => (
            <div
              key={index}
              className="gp-vector-row"
              style={{ gridTemplateColumns: template, transform: `translateY(${start}px)` }}
            >
              <span className="muted">{index}</span>
              {Array.from({ length: machines }, (_, m) => (
                <span key={`w${m}`}>{cell(vectors.weights!, index * machines + m)}</span>
              ))}
              {Array.from({ length: columns }, (_, c) => (
                <span key={c}>{cell(dense, index * vectors.columns + c)}</span>
              ))}
            </div>
          ))}
        </div>
      </div>
      {columns < vectors.columns && (
        <p className="muted gp-small">
          The first {columns} of {formatCount(vectors.columns)} columns.
        </p>
      )}
    </>
  );
}

const cell = (t: DenseTensor, i: number) => formatNumber(Number(t.values[i]), { digits: 5 });
