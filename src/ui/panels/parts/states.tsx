/** What a panel shows when it has nothing, waits, failed, or shows something old. */
import type { ReactNode } from 'react';
import type { Change } from '../../../graph-model/core/draft.ts';
import type { Model } from '../../../graph-model/core/model.ts';
import type { JobView } from '../../store/state.ts';
import { formatShare } from '../../../graph-model/format.ts';
import { Icon, type IconName } from './icons.tsx';

export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="gp-empty">
      <Icon name={icon} />
      <div>
        <div className="strong">{title}</div>
        {children && <div className="gp-empty-more">{children}</div>}
      </div>
    </div>
  );
}

/** A running job: its step, how far it is, and a way to stop it. */
export function JobProgress({ job }: { job: JobView }) {
  const share = job.total > 0 ? Math.min(1, job.done / job.total) : null;
  return (
    <div className="gp-job">
      <Icon name="clock" small />
      <span className="ell grow" role="status">
        {job.label}
      </span>
      <span
        className={share === null ? 'bar gp-bar-idle' : 'bar'}
        role="progressbar"
        aria-label={job.label}
        {...(share === null ? {} : { 'aria-valuenow': Math.round(share * 100) })}
      >
        <i style={{ width: share === null ? '30%' : `${share * 100}%` }} />
      </span>
      {share !== null && <span className="mono muted gp-job-share">{formatShare(share)}</span>}
      <button type="button" className="btn small" onClick={() => job.cancel()}>
        Cancel
      </button>
    </div>
  );
}

/** The sentence over a result that an edit has made old, or null when it is current. */
export function staleness(shown: Model, present: Model | null, history: readonly Change[]): string | null {
  if (present === null || shown === present) return null;
  const made = history.find((c) => c.before === shown);
  return made ? `From before “${made.label}”.` : 'From another version of the model.';
}

export function StaleNote({ text, action }: { text: string; action: ReactNode }) {
  return (
    <div className="gp-stale" role="status">
      <Icon name="clock" small />
      <span className="grow ell">{text}</span>
      {action}
    </div>
  );
}

export function Problem({ children }: { children: ReactNode }) {
  return (
    <div className="gp-problem" role="alert">
      <Icon name="error" small />
      <span>{children}</span>
    </div>
  );
}
