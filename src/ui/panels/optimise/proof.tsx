/** Whether the optimised model gives the same numbers: by running both, never by trust. */
import type { Model } from '../../../graph-model/core/model.ts';
import type { PlanResult } from '../../../optimizer/rule.ts';
import type { OutputDifference } from '../../../runtime/types.ts';
import type { Proof } from '../../../workers/protocol.ts';
import { formatDuration, formatNumber } from '../../../graph-model/format.ts';
import { quantile } from '../../../graph-model/stats/quantile.ts';
import { Button } from '../../kit/button.tsx';
import { Icon } from '../../kit/icon.tsx';
import { useStore } from '../../store/store.ts';
import type { RunReport } from '../../store/state.ts';
import { BoxPlots } from '../parts/charts.tsx';
import { differenceShare, toneOf, worstOf } from '../run/verdicts.ts';
import { refusalReasons, ruleLabel } from './report-rows.ts';

/**
 * The optimiser runs both models itself and undoes what changes the numbers; a run of this very model adds the times, and
 * stands in where the optimiser could not run it.
 */
export function ProofPanel({ result, model, proof }: { result: PlanResult; model: Model; proof: Proof }) {
  const run = useStore((s) => s.run);
  const timed = run !== null && run.model === model && run.original !== null ? run : null;
  const differences = proof.kind === 'verified' ? proof.differences : timed?.differences;
  return (
    <aside className="gp-proof" aria-label="Proof" tabIndex={0}>
      {differences ? (
        <Verdict differences={differences} />
      ) : (
        <div className="note">
          <Icon name="info" />
          <span>Not verified: {proof.kind === 'not verified' && proof.reason}.</span>
        </div>
      )}
      {timed ? <Latency run={timed} /> : result.before !== result.after && <Measure />}
      <Refusals result={result} />
    </aside>
  );
}

function Measure() {
  const runWith = useStore((s) => s.runWith);
  const request = useStore((s) => s.lastRun);
  return (
    <div className="row">
      <span className="muted grow">The time is not measured yet.</span>
      <Button size="small" icon="run" onClick={() => void runWith({ ...request, compare: true })}>
        Measure
      </Button>
    </div>
  );
}

const WORDS = {
  ok: 'Verified: the same numbers',
  warn: 'Near the limit',
  error: 'The outputs differ',
  '': 'Nothing to compare',
};

function Verdict({ differences }: { differences: readonly OutputDifference[] }) {
  const tone = toneOf(worstOf(differences));
  return (
    <div className={`gp-proof-verdict ${tone}`}>
      <div className={`row strong ${tone}`}>
        <Icon name={tone === 'ok' ? 'check' : tone === 'error' ? 'err' : 'warn'} />
        {WORDS[tone]}
      </div>
      {differences.slice(0, 6).map((d) => (
        <DifferenceLine key={d.name} difference={d} />
      ))}
      {differences.length > 6 && <div className="muted">and {differences.length - 6} more outputs.</div>}
    </div>
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
        width={220}
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
