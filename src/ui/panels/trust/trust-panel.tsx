/** Trust: does the converted model give what its source gives? Verdict on the left; outputs, rows and layers on the right. */
import { useState } from 'react';
import type { TrustReport } from '../../../workers/protocol.ts';
import { EmptyState } from '../../kit/empty-state.tsx';
import { Button } from '../../kit/button.tsx';
import { useStore } from '../../store/store.ts';
import { convertedFrom } from '../../store/trust.ts';
import { JobProgress, staleness, StaleNote } from '../parts/states.tsx';
import { Layers } from './layers.tsx';
import { OutputsTable, RowGroups } from './outputs-table.tsx';
import { Pictures } from './pictures.tsx';
import { FirstRows } from './first-rows.tsx';
import { TrustSide } from './trust-side.tsx';
import './trust.css';

export function TrustPanel() {
  const [over, setOver] = useState(false);
  const checkTrust = useStore((s) => s.checkTrust);
  const can = useStore((s) => convertedFrom(s) !== null);
  return (
    <div
      className={`gp-run gp-trust${over ? ' gp-over' : ''}`}
      onDragOver={(e) => {
        if (!can) return;
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(e) => {
        setOver(false);
        if (!can || e.dataTransfer.files.length === 0) return;
        // The page opens what is dropped elsewhere as a model; here it is what the framework computed.
        e.preventDefault();
        e.stopPropagation();
        void checkTrust([...e.dataTransfer.files]);
      }}
    >
      <TrustSide />
      <section className="gp-results" aria-label="Trust report" tabIndex={0}>
        <Report />
      </section>
    </div>
  );
}

function Report() {
  const shown = useStore((s) => s.trust);
  const job = useStore((s) => s.jobs.find((j) => j.kind === 'trust'));
  const can = useStore((s) => convertedFrom(s) !== null);
  if (shown === null && job) return <JobProgress job={job} />;
  if (shown === null)
    return (
      <EmptyState
        text={
          can
            ? 'The converted model has not been checked yet.'
            : 'Convert a model of another framework to ONNX: it is checked against its source at once.'
        }
      />
    );
  return (
    <>
      {job && <JobProgress job={job} />}
      <Stale />
      <Body report={shown.report} />
    </>
  );
}

/** An edited or optimised model is another one than the report's. */
function Stale() {
  const shown = useStore((s) => s.trust!.model);
  const model = useStore((s) => s.model);
  const history = useStore((s) => s.history);
  const at = useStore((s) => s.at);
  const checkTrust = useStore((s) => s.checkTrust);
  const stale = staleness(shown, model, history, at);
  if (!stale) return null;
  const again = (
    <Button kind="link" onClick={() => void checkTrust()}>
      Check the present model
    </Button>
  );
  return <StaleNote text={stale.replace('Measured', 'Checked')} action={again} />;
}

function Body({ report }: { report: TrustReport }) {
  const numbers = report.outputs.filter((o) => o.histogram !== null);
  return (
    <div className={numbers.length > 0 ? 'gp-result-columns' : ''}>
      <div className="gp-result-main">
        {report.groups.length > 1 && <RowGroups groups={report.groups} />}
        {report.outputs.length > 0 && <OutputsTable outputs={report.outputs} />}
        {report.rows && <FirstRows report={report} />}
        {report.layers && report.layers.checked > 0 && <Layers layers={report.layers} />}
        {report.notes.map((note) => (
          <p key={note} className="note gp-note">
            {note}
          </p>
        ))}
      </div>
      {numbers.length > 0 && <Pictures outputs={numbers} />}
    </div>
  );
}
