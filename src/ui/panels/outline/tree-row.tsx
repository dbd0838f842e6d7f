/** One row of the outline. */
import type { MouseEvent } from 'react';
import { formatCount, formatShape } from '../../../graph-model/format.ts';
import { useStore } from '../../store/store.ts';
import { NodeGlyph } from '../parts/glyph.tsx';
import { Glyph, Icon } from '../../kit/icon.tsx';
import type { IconName } from '../../kit/icons.ts';
import { PathName } from '../parts/path-name.tsx';
import type { Row } from './rows.ts';

export interface TreeRowProps {
  readonly id: string;
  readonly row: Row;
  readonly top: number;
  readonly flat: boolean;
  readonly active: boolean;
  readonly selected: boolean;
  readonly onPick: (event: MouseEvent) => void;
  readonly onToggle: () => void;
  readonly onReveal: () => void;
  readonly onHover: (on: boolean) => void;
}

const INDENT = 14;

export function TreeRow(props: TreeRowProps) {
  const { row, active, selected, flat } = props;
  const group = row.open !== undefined;
  return (
    <div
      id={props.id}
      role="treeitem"
      aria-level={row.depth + 1}
      aria-posinset={row.place}
      aria-setsize={row.siblings}
      aria-selected={selected}
      {...(group ? { 'aria-expanded': row.open } : {})}
      className={`gp-row${selected ? ' sel' : ''}${active ? ' gp-active' : ''}${row.open ? ' path' : ''}`}
      style={{ transform: `translateY(${props.top}px)`, paddingLeft: 10 + row.depth * INDENT }}
      title={row.label}
      onClick={props.onPick}
      onDoubleClick={props.onReveal}
      onPointerEnter={() => props.onHover(true)}
      onPointerLeave={() => props.onHover(false)}
    >
      {Array.from({ length: row.depth }, (_, i) => (
        <span key={i} className="guide" style={{ left: 16 + i * INDENT }} />
      ))}
      {group && !flat && <Twisty {...props} />}
      <RowIcon row={row} />
      <span className={`gp-row-label${selected ? ' strong' : ''}`}>
        {flat ? <PathName name={row.label} /> : <span className="ell">{row.label}</span>}
      </span>
      <RowNote row={row} />
    </div>
  );
}

function Twisty({ row, onToggle }: TreeRowProps) {
  return (
    <span
      className="gp-twisty"
      onClick={(event) => {
        event.stopPropagation();
        onToggle();
      }}
    >
      <Icon name={row.open ? 'down' : 'chev'} tiny />
    </span>
  );
}

const ROLE_ICONS: Record<'input' | 'output', IconName> = { input: 'in', output: 'out' };

function RowIcon({ row: { target } }: { row: Row }) {
  const model = useStore((s) => s.model)!;
  if (target.kind === 'node') {
    const node = model.nodes.get(target.node);
    return node ? <NodeGlyph node={node} /> : null;
  }
  if (target.kind !== 'value') return null;
  if (target.role === 'initializer') return <Glyph name="const" />;
  return (
    <span className="gp-role">
      <Icon name={ROLE_ICONS[target.role]} tiny />
    </span>
  );
}

function RowNote({ row: { target, count } }: { row: Row }) {
  const model = useStore((s) => s.model)!;
  const type = useStore((s) => (target.kind === 'value' ? (s.types.get(target.value) ?? null) : null));
  if (target.kind === 'node') return <span className="n">{model.nodes.get(target.node)?.op}</span>;
  if (target.kind !== 'value') return <span className="n">{formatCount(count ?? 0)}</span>;
  const value = model.values.get(target.value);
  const known = type ?? value?.type ?? null;
  const shape = value?.constant?.dims ?? (known?.kind === 'tensor' ? known.shape : null);
  return <span className="n">{known || value?.constant ? formatShape(shape) : ''}</span>;
}
