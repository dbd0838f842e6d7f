/** Several nodes at once: what they are, what they share, and what can be done with all of them. */
import { useMemo, useState } from 'react';
import type { Attribute } from '../../../graph-model/core/attributes.ts';
import { attributeText, deleteNodes } from '../../../graph-model/edit/index.ts';
import type { Node, NodeId } from '../../../graph-model/core/model.ts';
import { formatCount } from '../../../graph-model/format.ts';
import { groupOfNodes } from '../../../graph-model/groups/groups.ts';
import { Button } from '../../kit/button.tsx';
import { useStore } from '../../store/store.ts';
import { OperatorBars } from '../parts/operator-bars.tsx';
import { Problem } from '../parts/states.tsx';
import { useEdit } from '../parts/use-edit.ts';
import { useReveal } from '../parts/use-reveal.ts';
import { countOperators } from '../parts/count-operators.ts';
import { SelectionCostSection } from './cost.tsx';

export function SeveralInspector({ nodes: ids }: { nodes: readonly NodeId[] }) {
  const model = useStore((s) => s.model)!;
  const select = useStore((s) => s.select);
  const reveal = useReveal();
  const edit = useEdit();
  const [problem, setProblem] = useState<string | null>(null);
  const nodes = ids.map((id) => model.nodes.at(id));
  const operators = useMemo(() => countOperators(ids.map((id) => model.nodes.at(id))), [ids, model]);
  const group = useMemo(() => groupOfNodes(model, ids), [ids, model]);
  return (
    <section className="gp-inspector" aria-label={`${ids.length} nodes`}>
      <header className="gp-head">
        <div className="grow">
          <h2 className="ell" title={group?.scope.path}>
            {group ? group.name : `${formatCount(ids.length)} nodes`}
          </h2>
          <div className="muted">
            {group && `Group of ${formatCount(ids.length)} nodes, `}
            {operators.length} operator {operators.length === 1 ? 'type' : 'types'}
          </div>
        </div>
      </header>
      <div className="gp-body">
        <section className="sec" aria-label="Operators">
          <h3>Operators</h3>
          <OperatorBars
            operators={operators}
            pick={(o) => select(nodes.filter((n) => n.op === o.op).map((n) => n.id))}
          />
        </section>
        <SelectionCostSection nodes={ids} />
        <Common nodes={nodes} />
      </div>
      <footer className="gp-foot">
        <Button
          size="small"
          icon="trash"
          title="Inputs pass through where types allow"
          onClick={() => setProblem(edit((m, types) => deleteNodes(m, ids, { types })))}
        >
          Delete {formatCount(ids.length)}
        </Button>
        <Button size="small" icon="fit" onClick={() => reveal(ids)}>
          Show
        </Button>
        <span className="grow" />
        <Button kind="link" onClick={() => select([])}>
          Clear
        </Button>
      </footer>
      {problem && <Problem message={problem} />}
    </section>
  );
}

/** Attributes that all of them have: the value where it is the same, else how many different ones. */
export function commonAttributes(nodes: readonly Node[]): { name: string; text: string; same: boolean }[] {
  const [first, ...rest] = nodes;
  if (!first) return [];
  const textOf = (a: Attribute) => attributeText(a) ?? a.kind;
  return [...first.attributes.keys()]
    .filter((name) => rest.every((n) => n.attributes.has(name)))
    .map((name) => {
      const texts = new Set(nodes.map((n) => textOf(n.attributes.get(name)!)));
      return { name, same: texts.size === 1, text: texts.size === 1 ? [...texts][0]! : `${texts.size} different` };
    });
}

function Common({ nodes }: { nodes: readonly Node[] }) {
  const common = commonAttributes(nodes);
  if (common.length === 0) return null;
  return (
    <section className="sec" aria-label="Common attributes">
      <h3>
        Common attributes<span className="count">{common.length}</span>
      </h3>
      <dl className="kv">
        {common.map(({ name, text, same }) => (
          <div key={name} className="gp-contents">
            <dt className="ell" title={name}>
              {name}
            </dt>
            <dd className={same ? 'mono ell' : 'muted'}>{text || 'empty'}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
