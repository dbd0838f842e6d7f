/** The verdict, what it rests on, and what can be done about it. */
import { useRef } from 'react';
import { formatCount, formatDuration } from '../../../graph-model/format.ts';
import { jsonNumber, type TrustReport } from '../../../workers/protocol.ts';
import { downloadBlob } from '../../files/download.ts';
import { Button } from '../../kit/button.tsx';
import { Icon } from '../../kit/icon.tsx';
import { useStore } from '../../store/store.ts';
import { convertedFrom } from '../../store/trust.ts';
import { Problem } from '../parts/states.tsx';
import { VERDICTS } from './words.ts';

const ACCEPT = '.csv,.tsv,.txt,.npy,.npz,.json,.pb';

export function TrustSide() {
  const report = useStore((s) => s.trust?.report ?? null);
  const failure = useStore((s) => s.trustFailure);
  const busy = useStore((s) => s.jobs.some((j) => j.kind === 'trust'));
  return (
    <section className="gp-setup" aria-label="Verdict">
      <div className="gp-setup-body" tabIndex={0} role="group" aria-label="What it rests on">
        {failure && !busy && <Problem message={failure.message} help={failure.help} />}
        {report && <Verdict report={report} />}
        {report && <Facts report={report} />}
        <p className="muted gp-small">
          Drop the rows and the outputs that the framework computed here: a CSV with the model’s columns and{' '}
          <span className="mono">label</span>, <span className="mono">probability_0</span> … or{' '}
          <span className="mono">predictions</span>, or the same as .npy or .npz.
        </p>
      </div>
      <Foot />
    </section>
  );
}

export function Verdict({ report }: { report: TrustReport }) {
  const said = VERDICTS[report.verdict];
  return (
    <div className={`gp-verdict ${said.tone}`} data-verdict={report.verdict}>
      <Icon name={said.icon} />
      <div>
        <strong>{said.label}</strong>
        <p>{report.sentence}</p>
      </div>
    </div>
  );
}

const AGAINST: Readonly<Record<TrustReport['against']['kind'], string>> = {
  framework: 'the framework’s outputs',
  evaluator: 'a direct evaluation',
  layers: 'the declared layers',
  nothing: 'nothing',
};

function Facts({ report }: { report: TrustReport }) {
  const { against, rows, seed, ms } = report;
  return (
    <dl className="kv gp-facts">
      <dt>Held against</dt>
      <dd>
        {AGAINST[against.kind]}
        {against.what && <span className="muted gp-small gp-block">{against.what}</span>}
      </dd>
      {rows && (
        <>
          <dt>Rows</dt>
          <dd className="mono">{formatCount(rows.rows)}</dd>
        </>
      )}
      {against.kind !== 'framework' && (
        <>
          <dt>Seed</dt>
          <dd className="mono">{seed}</dd>
        </>
      )}
      <dt>Took</dt>
      <dd className="mono">{formatDuration(ms)}</dd>
    </dl>
  );
}

function Foot() {
  const file = useRef<HTMLInputElement>(null);
  const report = useStore((s) => s.trust?.report ?? null);
  const can = useStore((s) => convertedFrom(s) !== null);
  const busy = useStore((s) => s.jobs.some((j) => j.kind === 'trust'));
  const checkTrust = useStore((s) => s.checkTrust);
  const off = busy ? 'It is being checked.' : !can && 'Convert a model of another framework first.';
  return (
    <footer className="gp-setup-foot">
      <Button size="small" icon="file" off={off} onClick={() => file.current?.click()}>
        Compare outputs…
      </Button>
      <span className="grow" />
      {report ? (
        <Button size="small" icon="download" onClick={() => saveReport(report)} title="The whole report as JSON">
          Save report
        </Button>
      ) : (
        <Button size="small" off={off} onClick={() => void checkTrust()}>
          Check
        </Button>
      )}
      <input
        ref={file}
        id="trust-files"
        type="file"
        multiple
        hidden
        accept={ACCEPT}
        aria-label="Rows and outputs of the framework"
        onChange={(e) => {
          const chosen = [...(e.target.files ?? [])];
          e.target.value = '';
          if (chosen.length > 0) void checkTrust(chosen);
        }}
      />
    </footer>
  );
}

function saveReport(report: TrustReport): void {
  const text = JSON.stringify(report, jsonNumber, 2);
  const base = report.file.replace(/\/+$/, '').replace(/\.[^.]*$/, '') || 'model';
  downloadBlob(new Blob([text, '\n'], { type: 'application/json' }), `${base}-trust.json`);
}
