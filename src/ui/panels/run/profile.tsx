/** Where the time of a profiled run goes: by category, and the slowest nodes. */
import type { Model, NodeId } from '../../../graph-model/core/model.ts';
import { formatDuration, formatShare } from '../../../graph-model/format.ts';
import { CATEGORY_LABELS } from '../../../graph-model/operators/category.ts';
import type { NodeTime } from '../../../runtime/types.ts';
import { Glyph } from '../../kit/icon.tsx';
import { useStore } from '../../store/store.ts';
import { useReveal } from '../parts/use-reveal.ts';
import { guessCategory, timeByCategory } from './time-by-category.ts';

export function Profile({ nodes }: { nodes: readonly NodeTime[] }) {
  if (nodes.length === 0) return null;
  const total = nodes.reduce((sum, n) => sum + n.ms, 0) || 1;
  const categories = timeByCategory(nodes);
  const slowest = [...nodes].sort((a, b) => b.ms - a.ms).slice(0, 6);
  return (
    <section className="gp-profile" aria-label="Profile">
      <div>
        <h3 className="h3">Where the time goes</h3>
        <div className="gp-stack" aria-hidden="true">
          {categories.map(({ category, ms }) => (
            <span key={category} className={`cat-${category}`} style={{ flexGrow: ms / total }} />
          ))}
        </div>
        {categories.slice(0, 6).map(({ category, ms }) => (
          <div key={category} className="gp-time-row">
            <Glyph name={category} />
            <span className="ell">{CATEGORY_LABELS[category]}</span>
            <span className="mono r">{formatDuration(ms)}</span>
            <span className="mono muted r">{formatShare(ms / total)}</span>
          </div>
        ))}
      </div>
      <div>
        <h3 className="h3">Slowest nodes</h3>
        {slowest.map((n, i) => (
          <SlowNode key={i} time={n} share={n.ms / total} />
        ))}
      </div>
    </section>
  );
}

function SlowNode({ time, share }: { time: NodeTime; share: number }) {
  const model = useStore((s) => s.model);
  const reveal = useReveal();
  const id = model ? nodeByName(model, time.node) : undefined;
  return (
    <button
      type="button"
      className="gp-time-row gp-value"
      disabled={id === undefined}
      title={`${time.op} ${time.node}, on ${time.provider}`}
      onClick={() => id !== undefined && reveal([id])}
    >
      <Glyph name={guessCategory(time.op)} />
      <span className="mono ell">{time.node || time.op}</span>
      <span className="mono r">{formatDuration(time.ms)}</span>
      <span className="mono muted r">{formatShare(share)}</span>
    </button>
  );
}

function nodeByName(model: Model, name: string): NodeId | undefined {
  if (name === '') return undefined;
  for (const node of model.nodes.values()) if (node.name === name) return node.id;
  return undefined;
}
