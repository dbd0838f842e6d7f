/** Every change in order; any of them is a place to go back to. */
import type { Change } from '../../../graph-model/core/draft.ts';
import type { Model } from '../../../graph-model/core/model.ts';
import { countOf, formatCount } from '../../../graph-model/format.ts';
import { Chip } from '../../kit/chip.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { Icon } from '../../kit/icon.tsx';
import { useStore } from '../../store/store.ts';

export function History() {
  const history = useStore((s) => s.history);
  const original = useStore((s) => s.original);
  const fileName = useStore((s) => s.fileName);
  if (original === null || history.length === 0)
    return <EmptyState text="No changes yet. Every edit is listed here, and each is a place to go back to." />;
  return (
    <ol className="gp-history" aria-label="Changes">
      <Step index={0} label={`Opened ${fileName || original.source.fileName}`} note={nodes(original)} />
      {history.map((change, i) => (
        <Step key={i} index={i + 1} label={change.label} note={effect(change)} />
      ))}
    </ol>
  );
}

const nodes = (model: Model) => countOf(model.nodes.size, 'node');

/** What a change did to the number of nodes, or how many it touched. */
export function effect(change: Change): string {
  const difference = change.after.nodes.size - change.before.nodes.size;
  if (difference === 0) return `${formatCount(change.touched.size)} changed`;
  return `${difference < 0 ? '−' : '+'}${formatCount(Math.abs(difference))} nodes`;
}

function Step({ index, label, note }: { index: number; label: string; note: string }) {
  const at = useStore((s) => s.at);
  const savedAt = useStore((s) => s.savedAt);
  const jump = useStore((s) => s.jump);
  const state = index === at ? 'now' : index > at ? 'undone' : 'done';
  return (
    <li>
      <button
        type="button"
        className={`gp-step ${state}`}
        aria-current={index === at ? 'step' : undefined}
        onClick={() => jump(index)}
        title={index === at ? 'The model as it stands' : index > at ? 'Do it again up to here' : 'Go back to here'}
      >
        <span className="gp-step-mark">{index === at && <Icon name="check" tiny />}</span>
        <span className="mono muted gp-step-number">{index}</span>
        <span className="ell">{label}</span>
        {index === savedAt && index > 0 && <Chip tone="ok">downloaded</Chip>}
        <span className="grow" />
        <span className="mono muted">{note}</span>
        {state === 'undone' && <span className="muted">undone</span>}
      </button>
    </li>
  );
}
