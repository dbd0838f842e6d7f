/** Whether the optimised model gives the same numbers: by running both, never by trust. */
import type { Model } from '../../../graph-model/core/model.ts';
import type { PlanResult } from '../../../optimizer/rule.ts';
import type { OutputDifference } from '../../../runtime/types.ts';
import { formatDuration, formatNumber } from '../../../graph-model/format.ts';
import { quantile } from '../../../graph-model/stats/quantile.ts';
import { Button } from '../../kit/button.tsx';
import { Icon } from '../../kit/icon.tsx';
import { useStore } from '../../store/store.ts';
import type { RunReport } from '../../store/state.ts';
import { BoxPlots } from '../parts/charts.tsx';
import { differenceShare, toneOf, worstOf } from '../run/verdicts.ts';
import { refusalReasons, ruleLabel } from './report-rows.ts';

export function Proof({ result, model }: { result: PlanResult; model: Model }) {
  const run = useStore((s) => s.run);
  const proves = run !== null && run.model === model && run.original !== null;
  return (
    <aside className="gp-proof" aria-label="Proof">
      {proves ? <Verified run={run} /> : <Unverified />}
      <Refusals result={result} />
    </aside>
  );
}

function Unverified() {
  const runWith = useStore((s) => s.runWith);
  const request = useStore((s) => s.lastRun);
  return (
    <div className="note">
      <Icon name="info" />
      <span className="grow">
        Not measured yet. Running compares every output and the time with the model as opened.
        <span className="gp-actions">
          <Button size="small" icon="run" onClick={() => void runWith({ ...request, compare: true })}>
            Measure
          </Button>
        </span>
      </span>
    </div>
  );
}

function Verified({ run }: { run: RunReport }) {
  const worst = worstOf(run.differences);
  const tone = toneOf(worst);
  const words = {
    ok: 'Verified: the same numbers',
    warn: 'Near the limit',
    error: 'The outputs differ',
    '': 'Nothing to compare',
  };
  const icon = tone === 'ok' ? 'check' : tone === 'error' ? 'err' : 'warn';
  return (
    <>
      <div className={`gp-verdict ${tone}`}>
        <div className={`row strong ${tone}`}>
          <Icon name={icon} />
          {words[tone]}
        </div>
        {run.differences.slice(0, 6).map((d) => (
          <DifferenceLine key={d.name} difference={d} />
        ))}
      </div>
      <Latency run={run} />
    </>
  );
}

function DifferenceLine({ difference: d }: { difference: OutputDifference }) {
  return (
    <div className="gp-proof-line" title={`${d.name}: ${d.verdict}`}>
      <span className="ell">{d.name}</span>
      <span className={`gp-share ${toneOf(d.verdict)}`}>
        <i style={{ width: `${differenceShare(d) * 100}%` }} />
      </span>
      <span className="mono r">
        {formatNumber(d.maxAbs, { digits: 2 })} <span className="muted">of {formatNumber(d.limit, { digits: 2 })}</span>
      </span>
    </div>
  );
}

function Latency({ run }: { run: RunReport }) {
  const before = quantile(run.original!.timing.runs, 0.5);
  const after = quantile(run.current.timing.runs, 0.5);
  const ratio = before / after;
  const spread = Math.abs(1 - ratio) < 0.03;
  return (
    <div>
      <div className="h3">
        Measured latency
        <span className="grow" />
        <span className="gp-plain">{run.current.timing.runs.length} runs</span>
      </div>
      <div className="row gp-latency">
        <span className="big">{formatDuration(after)}</span>
        <span className="muted">from {formatDuration(before)}</span>
        <span className="grow" />
        <span className={spread ? 'muted' : ratio > 1 ? 'ok strong' : 'warn strong'}>
          {spread ? 'the same' : ratio > 1 ? `${ratio.toFixed(2)}× faster` : `${(1 / ratio).toFixed(2)}× slower`}
        </span>
      </div>
      <BoxPlots
        width={252}
        rows={[
          { label: 'before', runs: run.original!.timing.runs, now: false },
          { label: 'after', runs: run.current.timing.runs, now: true },
        ]}
      />
    </div>
  );
}

function Refusals({ result }: { result: PlanResult }) {
  const reasons = refusalReasons(result.passes);
  if (reasons.length === 0) return null;
  const total = reasons.reduce((sum, r) => sum + r.count, 0);
  return (
    <div>
      <div className="h3">
        Refused<span className="count">{total}</span>
      </div>
      {reasons.slice(0, 5).map((r) => (
        <div key={`${r.by} ${r.reason}`} className="gp-refusal" title={r.reason}>
          <span className="mono warn r">{r.count}</span>
          <span className="ell">{ruleLabel(r.by)}</span>
          <span className="muted ell">{r.reason}</span>
        </div>
      ))}
    </div>
  );
}
