/** What a node is put together of: the steps of a pipeline, the branches of a ColumnTransformer with their columns. */
import type { GraphId, Model, Node } from '../../../graph-model/core/model.ts';
import { bodiesAt } from '../../../graph-model/source-view/arrays.ts';
import { branchesOf, stepsOf, type Branch } from '../../../graph-model/source-view/names.ts';
import { useStore } from '../../store/store.ts';
import { useReveal } from '../parts/use-reveal.ts';

export function StepsSection({ model, node }: { model: Model; node: Node }) {
  if (node.op === 'ColumnTransformer' || node.op === 'FeatureUnion')
    return <Branches branches={branchesOf(model, node)} />;
  const body = node.op === 'Pipeline' ? bodiesAt(node, 'steps')[0] : undefined;
  return body === undefined ? null : <Steps model={model} graph={body} />;
}

/** The nodes of a graph of a source dialect, each as a step that leads to it. */
export function Steps({ model, graph }: { model: Model; graph: GraphId }) {
  const reveal = useReveal();
  const nodes = model.graphs.at(graph).order.map((id) => model.nodes.at(id));
  return (
    <section className="sec" aria-label="Steps">
      <h3>
        Steps<span className="count">{nodes.length}</span>
      </h3>
      <ol className="gp-steps">
        {nodes.map((n) => (
          <li key={n.id}>
            <button
              type="button"
              className="gp-value"
              title={[n.op, n.name].filter(Boolean).join(' ')}
              onClick={() => reveal([n.id])}
            >
              <span className="strong gp-step-op">{n.op}</span>
              {n.name && <span className="mono muted ell gp-end">{n.name}</span>}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Branches({ branches }: { branches: readonly Branch[] }) {
  const model = useStore((s) => s.model)!;
  const enter = useStore((s) => s.enter);
  return (
    <section className="sec" aria-label="Branches">
      <h3>
        Branches<span className="count">{branches.length}</span>
      </h3>
      {branches.map((b, i) => (
        <div key={i} className="gp-branch">
          <div className="row">
            <span className="strong ell grow">{b.name}</span>
            {b.body !== null && (
              <button type="button" className="btn link" onClick={() => enter(b.body!)}>
                Open
              </button>
            )}
          </div>
          <p className="dim">{(b.body === null ? b.does : stepsOf(model, b.body)).join(' → ')}</p>
          {b.columns && (
            <p className="mono muted gp-wrap">
              {b.columns.slice(0, 24).join(', ')}
              {b.columns.length > 24 && ` and ${b.columns.length - 24} more`}
            </p>
          )}
        </div>
      ))}
    </section>
  );
}
