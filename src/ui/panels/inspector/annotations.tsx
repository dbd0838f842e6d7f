/** Documentation, metadata and origin of a record, where it has them. */
import type { Carried, Origin } from '../../../graph-model/core/model.ts';

export function Annotations({ record, origin }: { record: Carried; origin?: Origin | undefined }) {
  const metadata = [...(record.metadata ?? [])];
  if (!record.doc && metadata.length === 0 && !origin) return null;
  return (
    <section className="sec" aria-label="Notes">
      {origin && (
        <p className="dim">
          From <span className="mono">{origin.op}</span> {origin.name && <span className="mono">{origin.name}</span>} of{' '}
          {origin.dialect}
          {origin.by && `, by ${origin.by}`}.
        </p>
      )}
      {record.doc && (
        <>
          <h3>Documentation</h3>
          <p className="gp-doc">{record.doc}</p>
        </>
      )}
      {metadata.length > 0 && <MetadataTable entries={metadata} />}
    </section>
  );
}

export function MetadataTable({ entries }: { entries: readonly (readonly [string, string])[] }) {
  return (
    <>
      <h3 className="gp-second">
        Metadata<span className="count">{entries.length}</span>
      </h3>
      <dl className="gp-metadata">
        {entries.map(([key, value]) => (
          <div key={key}>
            <dt className="mono" title={key}>
              {key}
            </dt>
            <dd className="mono" title={value.slice(0, 2000)}>
              {value.length > 600 ? `${value.slice(0, 600)}…` : value}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
