/** What is said while a model is opened, when that failed, and when files are missing. */
import { useEffect, useRef } from 'react';
import { formatCount, formatShare } from '../../graph-model/format.ts';
import { Button, IconButton } from '../kit/button.tsx';
import { Icon } from '../kit/icon.tsx';
import { Progress } from '../kit/progress.tsx';
import { SLOW, useLasting } from '../kit/when-idle.ts';
import { useFiles, useStore } from '../store/store.ts';

/** Reading or failed; nothing otherwise. */
export function OpeningCard({ float }: { float?: boolean }) {
  const failure = useStore((s) => s.failure);
  const job = useStore((s) => s.jobs.find((j) => j.kind === 'open'));
  const slow = useLasting(job !== undefined, SLOW);
  if (failure) return <FailureCard float={float} />;
  if (!job || !slow) return null;
  return (
    <section className={float ? 'card float' : 'card'} aria-label={job.label}>
      <div className="card-head">
        <span className="info">
          <Icon name="clock" />
        </span>
        <span className="ell">{job.label}</span>
      </div>
      <div className="row">
        <span className="grow">
          <Progress label={job.label} done={job.done} total={job.total} />
        </span>
        {job.total > 0 && <span className="mono dim">{formatShare(job.done / job.total)}</span>}
        <Button size="small" onClick={job.cancel}>
          Cancel
        </Button>
      </div>
    </section>
  );
}

function FailureCard({ float }: { float?: boolean | undefined }) {
  const failure = useStore((s) => s.failure)!;
  const kept = useStore((s) => (s.model === null ? null : s.fileName));
  const dismiss = useStore((s) => s.dismissFailure);
  const files = useFiles();
  const card = useRef<HTMLElement>(null);
  useEffect(() => card.current?.focus(), [failure]);
  return (
    <section
      ref={card}
      tabIndex={-1}
      role="alert"
      className={float ? 'card float' : 'card'}
      aria-label="The file could not be opened"
      onKeyDown={(e) => {
        if (e.key !== 'Escape') return;
        e.stopPropagation();
        dismiss();
      }}
    >
      <div className="card-head">
        <span className="error">
          <Icon name="err" />
        </span>
        <span className="grow">This file could not be opened</span>
        <IconButton icon="close" label="Dismiss" size="small" onClick={dismiss} />
      </div>
      <p className="card-text">{failure.message}</p>
      {failure.offset !== undefined && <p className="mono muted">at byte {formatCount(failure.offset)}</p>}
      <p className="card-text">
        {failure.help} {kept !== null && `${kept} is still open.`}
      </p>
      <div className="card-foot">
        <Button size="small" onClick={() => files.openFile()}>
          Open another file…
        </Button>
        <Button size="small" kind="ghost" onClick={dismiss}>
          {kept === null ? 'Back' : `Back to ${kept}`}
        </Button>
        <span className="grow" />
        <span className="mono muted">{failure.code}</span>
      </div>
    </section>
  );
}

/** Above the graph: weights are asked for by name. */
export function MissingStrip() {
  const missing = useStore((s) => s.missing);
  const files = useFiles();
  if (missing.length === 0) return null;
  const [first] = missing;
  const it = missing.length === 1 ? 'it' : 'them';
  const what = missing.length === 1 ? 'One weight file is missing' : `${missing.length} weight files are missing`;
  return (
    <div className="strip" role="status">
      <span className="warn">
        <Icon name="link" />
      </span>
      <b>{what}</b>
      <span className="dim ell grow" title={missing.join('\n')}>
        <span className="mono">{missing.slice(0, 3).join(', ')}</span>
        {missing.length > 3 && ` and ${missing.length - 3} more`}. Editing works; running waits for {it}. Drop {it}{' '}
        anywhere here.
      </span>
      <Button size="small" onClick={() => files.openFile()}>
        Add {missing.length === 1 ? first : 'them'}…
      </Button>
    </div>
  );
}
