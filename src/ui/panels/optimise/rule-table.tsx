/** Passes and rules with what they applied and refused, down to each match. */
import { useMemo, useState } from 'react';
import type { PassReport } from '../../../optimizer/rule.ts';
import { formatCount, formatDuration } from '../../../graph-model/format.ts';
import { Icon } from '../../kit/icon.tsx';
import { useStore } from '../../store/store.ts';
import { useReveal } from '../parts/use-reveal.ts';
import { useRows } from '../parts/use-rows.ts';
import { placesOf, reportRows, ruleLabel, type ReportRow } from './report-rows.ts';

export function RuleTable({ passes }: { passes: readonly PassReport[] }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => reportRows(passes, open), [passes, open]);
  const most = Math.max(1, ...passes.map((p) => p.applied.length));
  const { scroller, virtual } = useRows(rows.length, 26);
  const toggle = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  return (
    <div className="gp-rules">
      <div className="gp-rule gp-rule-head" aria-hidden="true">
        <span>Rule</span>
        <span />
        <span className="r">Applied</span>
        <span className="r">Refused</span>
        <span className="r">Time</span>
      </div>
      <div ref={scroller} className="gp-scroll">
        <div role="tree" aria-label="Passes and rules" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start }) => (
            <div key={rows[index]!.key} className="gp-rule-place" style={{ transform: `translateY(${start}px)` }}>
              <RuleRow row={rows[index]!} toggle={toggle} most={most} />
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

interface RuleRowProps {
  readonly row: ReportRow;
  readonly toggle: (key: string) => void;
  readonly most: number;
}

function RuleRow({ row, toggle, most }: RuleRowProps) {
  if (row.kind === 'pass') {
    const { applied, refused, label, ms } = row.pass;
    return (
      <CountRow
        label={label}
        level={1}
        open={row.open}
        applied={applied.length}
        refused={refused.length}
        most={most}
        time={formatDuration(ms)}
        toggle={() => toggle(row.key)}
      />
    );
  }
  if (row.kind === 'rule')
    return (
      <CountRow
        label={ruleLabel(row.name)}
        level={2}
        open={row.open}
        applied={row.applied}
        refused={row.refused}
        most={most}
        time=""
        toggle={() => toggle(row.key)}
      />
    );
  return <MatchRow row={row} />;
}

interface CountRowProps {
  readonly label: string;
  readonly level: number;
  readonly open: boolean;
  readonly applied: number;
  readonly refused: number;
  readonly most: number;
  readonly time: string;
  readonly toggle: () => void;
}

function CountRow({ label, level, open, applied, refused, most, time, toggle }: CountRowProps) {
  const empty = applied + refused === 0;
  return (
    <button
      type="button"
      role="treeitem"
      aria-level={level}
      aria-expanded={empty ? undefined : open}
      aria-label={`${label}: ${applied} applied, ${refused} refused`}
      className={`gp-rule${empty ? ' muted' : ''}${open ? ' strong' : ''}`}
      style={{ paddingLeft: 12 + (level - 1) * 16 }}
      onClick={empty ? undefined : toggle}
    >
      <span className="row gp-rule-name">
        {empty ? <span className="gp-none-twisty" /> : <Icon name={open ? 'down' : 'chev'} tiny />}
        <span className="ell">{label}</span>
      </span>
      <span className="gp-share">
        <i style={{ width: `${(applied / most) * 100}%` }} />
      </span>
      <span className="mono r">{formatCount(applied)}</span>
      <span className={`mono r ${refused > 0 ? 'warn' : 'muted'}`}>{formatCount(refused)}</span>
      <span className="mono r muted">{time}</span>
    </button>
  );
}

function MatchRow({ row }: { row: Extract<ReportRow, { kind: 'applied' | 'refused' }> }) {
  const model = useStore((s) => s.model);
  const reveal = useReveal();
  const places = model ? placesOf(model, row) : [];
  const refused = row.kind === 'refused';
  const note = refused ? row.match.reason : appliedNote(row.match.removed.length, row.match.added.length);
  return (
    <button
      type="button"
      role="treeitem"
      aria-level={row.depth + 1}
      className="gp-match"
      style={{ paddingLeft: 12 + row.depth * 16 }}
      disabled={places.length === 0}
      title={`${row.match.place}\n${note}${places.length === 0 ? '\nIts nodes are gone.' : ''}`}
      onClick={() => reveal(places)}
    >
      <span className={refused ? 'warn' : 'ok'}>
        <Icon name={refused ? 'minus' : 'check'} tiny />
        <span className="sr">{refused ? 'refused' : 'applied'}</span>
      </span>
      <span className="mono ell">{row.match.place}</span>
      <span className="muted ell gp-match-note">{note}</span>
    </button>
  );
}

function appliedNote(removed: number, added: number): string {
  if (removed === 0 && added === 0) return '';
  return added === 0 ? `${removed} removed` : `${removed} → ${added}`;
}
