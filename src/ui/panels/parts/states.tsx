/** What a panel shows while it waits, when something failed, and over something old. */
import type { ReactNode } from 'react';
import type { Change } from '../../../graph-model/core/draft.ts';
import type { Model } from '../../../graph-model/core/model.ts';
import { formatShare } from '../../../graph-model/format.ts';
import { Button } from '../../kit/button.tsx';
import { Icon } from '../../kit/icon.tsx';
import { Progress } from '../../kit/progress.tsx';
import type { JobView } from '../../store/state.ts';

/** A running job: its step, how far it is, and a way to stop it. */
export function JobProgress({ job }: { job: JobView }) {
  const share = job.total > 0 ? Math.min(1, job.done / job.total) : null;
  return (
    <div className="gp-job">
      <Icon name="clock" small />
      <span className="ell gp-job-label" role="status">
        {job.label}
      </span>
      <Progress label={job.label} done={job.done} total={job.total} />
      {share !== null && <span className="mono muted gp-job-share">{formatShare(share)}</span>}
      <Button size="small" onClick={() => job.cancel()}>
        Cancel
      </Button>
    </div>
  );
}

/** The sentence over a result that an edit has made old, or null while it is current. */
export function staleness(shown: Model, present: Model | null, history: readonly Change[], at: number): string | null {
  if (present === null || shown === present) return null;
  const edit = history.slice(0, at).find((c) => c.before === shown);
  if (edit) return `Measured before “${edit.label}”.`;
  const undone = history.slice(at).find((c) => c.after === shown);
  return undone
    ? `Belongs to the model after “${undone.label}”, which is undone.`
    : 'Belongs to another version of the model.';
}

export function StaleNote({ text, action }: { text: string; action?: ReactNode }) {
  return (
    <div className="gp-stale" role="status">
      <Icon name="clock" small />
      <span className="grow ell">{text}</span>
      {action}
    </div>
  );
}

/** A sentence about what went wrong, and what to do about it. */
export function Problem({ message, help }: { message: string; help?: string }) {
  return (
    <div className="gp-problem" role="alert">
      <Icon name="err" small />
      <span className="grow">
        {message}
        {help && <span className="dim"> {help}</span>}
      </span>
    </div>
  );
}
