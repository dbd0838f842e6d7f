/** What is wrong with the model, each with a place to go to. */
import { useMemo, useState } from 'react';
import { repairsOf } from '../../../graph-model/check/repair.ts';
import type { Model } from '../../../graph-model/core/model.ts';
import type { Diagnostic, Severity } from '../../../graph-model/diagnostics.ts';
import { formatCount } from '../../../graph-model/format.ts';
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { Icon } from '../../kit/icon.tsx';
import type { IconName } from '../../kit/icons.ts';
import { useFiles, useStore } from '../../store/store.ts';
import { PathName } from '../parts/path-name.tsx';
import { useEdit } from '../parts/use-edit.ts';
import { useReveal } from '../parts/use-reveal.ts';
import { useRows } from '../parts/use-rows.ts';

export type SortKey = 'severity' | 'code' | 'message' | 'place';
const RANK: Record<Severity, number> = { error: 0, warning: 1, info: 2 };
const LOOK: Record<Severity, { icon: IconName; tone: string }> = {
  error: { icon: 'err', tone: 'error' },
  warning: { icon: 'warn', tone: 'warn' },
  info: { icon: 'info', tone: 'info' },
};

export function countBySeverity(problems: readonly Diagnostic[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const p of problems) counts[p.severity]++;
  return counts;
}

/** Worst first; equals stay in the order they were found. */
export function sortProblems(model: Model | null, problems: readonly Diagnostic[], by: SortKey): Diagnostic[] {
  const text = (d: Diagnostic) => (by === 'code' ? d.code : by === 'message' ? d.message : placeOf(model, d).text);
  const compare = (a: Diagnostic, b: Diagnostic) =>
    (by === 'severity' ? 0 : text(a).localeCompare(text(b))) || RANK[a.severity] - RANK[b.severity];
  return [...problems].sort(compare);
}

/** Where a problem is, in words, and whether there is a place to go to. */
export function placeOf(model: Model | null, d: Diagnostic): { text: string; there: boolean } {
  const node = d.node === undefined ? undefined : model?.nodes.get(d.node);
  if (node) return { text: node.name || `${node.op}, node ${node.id}`, there: true };
  const value = d.value === undefined ? undefined : model?.values.get(d.value);
  if (value) return { text: value.name || `value ${value.id}`, there: true };
  return { text: d.offset === undefined ? '' : `byte ${formatCount(d.offset)}`, there: false };
}

export function Problems() {
  const problems = useStore((s) => s.problems);
  const model = useStore((s) => s.model);
  const [sort, setSort] = useState<SortKey>('severity');
  const sorted = useMemo(() => sortProblems(model, problems, sort), [model, problems, sort]);
  if (problems.length === 0) return <EmptyState text="No problems found." />;
  return (
    <div className="gp-problems">
      <div className="gp-problem-row gp-problem-head">
        <SortHead by="severity" now={sort} set={setSort} text="" label="Severity" />
        <SortHead by="code" now={sort} set={setSort} text="Code" />
        <SortHead by="message" now={sort} set={setSort} text="What" />
        <SortHead by="place" now={sort} set={setSort} text="Where" />
        <span />
      </div>
      <ProblemList problems={sorted} />
    </div>
  );
}

interface SortHeadProps {
  readonly by: SortKey;
  readonly now: SortKey;
  readonly set: (key: SortKey) => void;
  readonly text: string;
  readonly label?: string;
}

function SortHead({ by, now, set, text, label = text }: SortHeadProps) {
  return (
    <button
      type="button"
      aria-pressed={now === by}
      aria-label={`Sort by ${label.toLowerCase()}`}
      onClick={() => set(by)}
    >
      {text || <Icon name="warn" small />}
      {now === by && text && <Icon name="down" tiny />}
    </button>
  );
}

function ProblemList({ problems }: { problems: readonly Diagnostic[] }) {
  const { scroller, virtual } = useRows(problems.length, 28);
  return (
    <div ref={scroller} className="gp-scroll">
      <ul style={{ height: virtual.getTotalSize(), position: 'relative' }} aria-label="Problems">
        {virtual.getVirtualItems().map(({ index, start }) => (
          <ProblemRow key={index} problem={problems[index]!} top={start} place={index + 1} count={problems.length} />
        ))}
      </ul>
    </div>
  );
}

interface ProblemRowProps {
  readonly problem: Diagnostic;
  readonly top: number;
  readonly place: number;
  readonly count: number;
}

function ProblemRow({ problem: d, top, place, count }: ProblemRowProps) {
  const model = useStore((s) => s.model);
  const reveal = useReveal();
  const files = useFiles();
  const { text, there } = placeOf(model, d);
  const producer = d.value === undefined ? null : (model?.values.get(d.value)?.producer ?? null);
  const go = () => (d.node === undefined ? reveal(producer === null ? [] : [producer], d.value) : reveal([d.node]));
  const { icon, tone } = LOOK[d.severity];
  return (
    <li
      className="gp-problem-row"
      style={{ transform: `translateY(${top}px)` }}
      aria-posinset={place}
      aria-setsize={count}
      title={`${d.message}\n${d.help}`}
      onDoubleClick={there ? go : undefined}
    >
      <span className={tone}>
        <Icon name={icon} small />
        <span className="sr">{d.severity}</span>
      </span>
      <span className="mono muted ell">{d.code}</span>
      <span className="ell">
        {d.message} <span className="muted">{d.help}</span>
      </span>
      <span className="mono muted gp-where">
        <PathName name={text} />
      </span>
      <span className="r gp-problem-do">
        {there && (
          <Button kind="link" onClick={go}>
            {d.node === undefined ? 'Show value' : 'Go to node'}
          </Button>
        )}
        <RepairButtons problem={d} />
        <SettleButton problem={d} />
        {d.code === 'file.missing' && (
          <Button kind="link" onClick={() => void files.openFile()}>
            Open the file
          </Button>
        )}
      </span>
    </li>
  );
}

/** Of a refused conversion: what is done about each node is chosen in one dialog. */
function SettleButton({ problem }: { problem: Diagnostic }) {
  const can = useStore((s) => s.refused !== null && s.refused.model === s.model && s.convertFailure === problem);
  const show = useStore((s) => s.showDialog);
  if (!can) return null;
  return (
    <Button kind="link" onClick={() => show({ kind: 'refused' })}>
      Settle all…
    </Button>
  );
}

/** A repair is an edit like any other: its label says what it does, and undo takes it back. */
function RepairButtons({ problem }: { problem: Diagnostic }) {
  const edit = useEdit();
  return repairsOf(problem).map((repair) => (
    <Button key={repair.label} kind="link" onClick={() => edit((model) => repair.make(model, problem))}>
      {repair.label}
    </Button>
  ));
}
