/** Run: set up on the left; timings, comparison and outputs on the right. */
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { useStore } from '../../store/store.ts';
import { JobProgress, staleness, StaleNote } from '../parts/states.tsx';
import { Comparison } from './comparison.tsx';
import { Outputs } from './outputs.tsx';
import { Profile } from './profile.tsx';
import { Setup } from './setup.tsx';
import { Timings } from './timings.tsx';

export function RunPanel() {
  return (
    <div className="gp-run">
      <Setup />
      <section className="gp-results" aria-label="Results">
        <Results />
      </section>
    </div>
  );
}

function Results() {
  const report = useStore((s) => s.run);
  const job = useStore((s) => s.jobs.find((j) => j.kind === 'run'));
  const model = useStore((s) => s.model);
  const history = useStore((s) => s.history);
  const at = useStore((s) => s.at);
  const jump = useStore((s) => s.jump);
  if (report === null && job) return <JobProgress job={job} />;
  if (report === null)
    return <EmptyState text="Nothing has run yet. An edited model is compared with the model as opened." />;
  const stale = staleness(report.model, model, history, at);
  const there = history.findIndex((c) => c.after === report.model);
  return (
    <>
      {job && <JobProgress job={job} />}
      {stale && (
        <StaleNote
          text={`${stale} Run again for the present model.`}
          action={
            there >= 0 && (
              <Button kind="link" onClick={() => jump(there + 1)}>
                Show that model
              </Button>
            )
          }
        />
      )}
      <div className={`gp-result-columns gp-run-columns${stale ? ' gp-old' : ''}`}>
        <div className="gp-result-main">
          <Timings report={report} />
          <Comparison report={report} />
        </div>
        <Outputs result={report.current} />
        <Profile nodes={report.current.nodes} />
      </div>
    </>
  );
}
