import { useMemo, useSyncExternalStore } from 'react';
import type { Model, ValueId } from '../../graph-model/core/model.ts';
import type { ValueType } from '../../graph-model/core/types.ts';
import { countOf, formatBytes, formatCount, formatShare } from '../../graph-model/format.ts';
import { modelSummary } from '../../graph-model/stats/model-summary.ts';
import { parametersText } from '../panels/parts/parameters-text.ts';
import { IconButton } from '../kit/button.tsx';
import { Icon } from '../kit/icon.tsx';
import { Progress } from '../kit/progress.tsx';
import { SLOW, useLasting, useOnceIdle } from '../kit/when-idle.ts';
import { useStore } from '../store/store.ts';
import type { JobView } from '../store/state.ts';
import { deviceNotes } from './device.ts';

export function StatusBar() {
  const open = useStore((s) => s.model !== null);
  const jobs = useStore((s) => s.jobs);
  return (
    <footer className="status">
      <span className="ok">
        <Icon name="lock" small />
        Nothing uploaded
      </span>
      {open && <Figures />}
      {jobs
        .filter((j) => j.kind !== 'layout')
        .slice(0, 2)
        .map((job) => (
          <JobLine key={job.id} job={job} />
        ))}
      <Announcement />
      <span className="grow" />
      {open ? <Selection /> : <span>Version {__VERSION__}</span>}
      <Device />
    </footer>
  );
}

const NO_TYPES: ReadonlyMap<ValueId, ValueType> = new Map();

function Figures() {
  const model = useStore((s) => s.model)!;
  // Counting waits for the picture.
  const ready = useOnceIdle(useStore((s) => s.graphState !== 'opening'));
  const parameters = useMemo(() => (ready ? modelSummary(model, NO_TYPES).parameters : null), [ready, model]);
  const text = parameters !== null && parametersText(model, parameters);
  return (
    <>
      <span>{countOf(model.nodes.size, 'node')}</span>
      {text && <span>{text}</span>}
    </>
  );
}

function JobLine({ job }: { job: JobView }) {
  const known = job.total > 0;
  if (!useLasting(true, SLOW)) return null;
  return (
    <span>
      {job.label}
      <span style={{ width: 72 }}>
        <Progress label={job.label} done={job.done} total={job.total} />
      </span>
      {known && <span className="mono">{formatShare(job.done / job.total)}</span>}
      <IconButton
        icon="close"
        label={`Cancel: ${job.label}`}
        size="small"
        className="status-cancel"
        onClick={job.cancel}
      />
    </span>
  );
}

/** What just happened: seen here, and read out by screen readers. */
function Announcement() {
  const text = useStore((s) => s.announcement);
  return (
    <output className="ell" aria-live="polite" title={text}>
      {text}
    </output>
  );
}

function Selection() {
  const selected = useStore((s) => s.selected.size);
  const types = useStore((s) => s.types);
  const model = useStore((s) => s.model)!;
  const analysed = useStore((s) => s.analysed);
  const known = useMemo(() => (analysed ? shapesKnown(model, types) : null), [analysed, model, types]);
  return (
    <>
      {selected > 0 && <span>{formatCount(selected)} selected</span>}
      {known !== null && <span>Shapes known {formatShare(known)}</span>}
      <span>{formatBytes(model.source.size)}</span>
    </>
  );
}

/** The part of all node outputs whose dimensions are all known. */
function shapesKnown(model: Model, types: ReadonlyMap<ValueId, ValueType>): number {
  let all = 0;
  let known = 0;
  for (const node of model.nodes.values()) {
    for (const v of node.outputs) {
      if (v === null) continue;
      all++;
      const type = types.get(v) ?? model.values.at(v).type;
      if (type && (type.kind !== 'tensor' || (type.shape !== null && type.shape.every((d) => d !== null)))) known++;
    }
  }
  return all === 0 ? 1 : known / all;
}

function Device() {
  const notes = useSyncExternalStore(deviceNotes.subscribe, deviceNotes.get);
  return (
    <>
      {notes.map((note) => (
        <span key={note}>{note}</span>
      ))}
    </>
  );
}
