/** What the optimiser did: figures, rules with what they applied and refused, and the proof by running. */
import type { Model } from '../../../graph-model/core/model.ts';
import { formatBytes, formatCount } from '../../../graph-model/format.ts';
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { useStore } from '../../store/store.ts';
import { JobProgress, Problem, staleness, StaleNote } from '../parts/states.tsx';
import { ProofPanel } from './proof.tsx';
import { changeShare, metricsOf, type Metric } from './report-rows.ts';
import { RuleTable } from './rule-table.tsx';

/** The usual plan, as the Optimise command runs it. */
function useOptimise(): () => void {
  const optimiseWith = useStore((s) => s.optimiseWith);
  return () => void optimiseWith('simplify');
}

export function OptimiseReport() {
  const report = useStore((s) => s.optimise);
  const job = useStore((s) => s.jobs.find((j) => j.kind === 'optimise'));
  const failure = useStore((s) => s.optimiseFailure);
  const optimise = useOptimise();
  if (job) return <JobProgress job={job} />;
  if (failure) return <Problem message={failure.message} help={failure.help} />;
  if (report === null)
    return (
      <EmptyState text="Nothing is optimised yet. Constants are folded, what does nothing is removed, and neighbours are fused; every step can be undone.">
        <Button kind="primary" icon="wand" onClick={optimise}>
          Optimise
        </Button>
      </EmptyState>
    );
  return <Report />;
}

function Report() {
  const { result, model: shown, proof } = useStore((s) => s.optimise)!;
  const present = useStore((s) => s.model);
  const history = useStore((s) => s.history);
  const at = useStore((s) => s.at);
  const optimise = useOptimise();
  const stale = staleness(shown, present, history, at);
  const again = (
    <Button size="small" icon="wand" onClick={optimise}>
      Optimise again
    </Button>
  );
  const ms = result.passes.reduce((sum, p) => sum + p.ms, 0);
  return (
    <div className="gp-report-frame">
      {stale && <StaleNote text={stale.replace('Measured', 'Optimised')} action={again} />}
      <div className={`gp-report${stale ? ' gp-old' : ''}`}>
        <div className="gp-report-left">
          <div className="gp-cards">
            {metricsOf(result).map((m) => (
              <MetricCard key={m.label} metric={m} />
            ))}
          </div>
          <div className="gp-report-foot">
            <UndoOptimise shown={shown} />
            {!stale && again}
          </div>
          <p className="muted gp-small">
            {result.passes.length} passes, {result.rounds} {result.rounds === 1 ? 'round' : 'rounds'},{' '}
            {(ms / 1000).toFixed(1)} s. Undo restores the model exactly.
          </p>
        </div>
        <RuleTable passes={result.passes} />
        <ProofPanel result={result} model={shown} proof={proof} />
      </div>
    </div>
  );
}

function MetricCard({ metric }: { metric: Metric }) {
  const text = metric.kind === 'bytes' ? formatBytes : formatCount;
  const share = changeShare(metric);
  const percent = Math.abs(share) * 100;
  const sign = share < 0 ? '−' : share > 0 ? '+' : '';
  const tone = share <= -0.005 ? 'ok strong' : share >= 0.005 ? 'warn strong' : 'muted';
  const change = percent < 0.05 ? 'same' : `${sign}${percent < 1 ? percent.toFixed(1) : Math.round(percent)}%`;
  const most = Math.max(metric.before, metric.after, 1);
  return (
    <div className="gp-card">
      <div className="muted gp-small">{metric.label}</div>
      <div className="row gp-card-figure">
        <span className="big grow">{text(metric.after)}</span>
        <span className={tone}>{change}</span>
      </div>
      <div className="muted gp-small">was {text(metric.before)}</div>
      <span className="gp-share gp-was" aria-hidden="true">
        <b style={{ width: `${(metric.before / most) * 100}%` }} />
        <i style={{ width: `${(metric.after / most) * 100}%` }} />
      </span>
    </div>
  );
}

function UndoOptimise({ shown }: { shown: Model }) {
  const history = useStore((s) => s.history);
  const at = useStore((s) => s.at);
  const jump = useStore((s) => s.jump);
  const index = history.findIndex((c) => c.after === shown);
  if (index < 0 || index >= at) return null;
  const later = at - index - 1;
  return (
    <Button
      size="small"
      icon="undo"
      title={
        later > 0 ? `Takes back ${later} later ${later === 1 ? 'edit' : 'edits'} too; Redo brings all back` : undefined
      }
      onClick={() => jump(index)}
    >
      {later > 0 ? 'Go back to before it' : 'Undo this optimisation'}
    </Button>
  );
}
