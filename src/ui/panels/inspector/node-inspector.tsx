/** One node: what it is, its attributes, its connections, its weights. */
import { getTensor } from '../../../graph-model/core/attributes.ts';
import { renameNode, deleteNodes } from '../../../graph-model/edit/index.ts';
import { functionOf, normalDomain, type Model, type Node } from '../../../graph-model/core/model.ts';
import { isConstant } from '../../../graph-model/core/traverse.ts';
import { isWhole } from '../../../graph-model/stats/numbers.ts';
import { CATEGORY_LABELS } from '../../../graph-model/operators/category.ts';
import type { OperatorSchema } from '../../../graph-model/operators/operator.ts';
import { Button } from '../../kit/button.tsx';
import { Chip } from '../../kit/chip.tsx';
import { Glyph, Icon } from '../../kit/icon.tsx';
import { useStore } from '../../store/store.ts';
import { CommitField } from '../parts/commit-field.tsx';
import { useCategory } from '../parts/glyph.tsx';
import { useSchema } from '../parts/use-schema.ts';
import { useEdit } from '../parts/use-edit.ts';
import { SourceSections } from '../source/source-sections.tsx';
import { Attributes } from './attributes.tsx';
import { Connections, slots } from './connections.tsx';
import { Annotations } from './annotations.tsx';
import { NodeCostSection } from './cost.tsx';
import { SparseView, TensorView } from './tensor-view.tsx';

export function NodeInspector({ node }: { node: Node }) {
  const model = useStore((s) => s.model)!;
  const schema = useSchema(model, node);
  const category = useCategory(node);
  return (
    <section className={`gp-inspector cat-${category}`} aria-label={`Node ${node.op}`}>
      <NodeHead node={node} schema={schema} />
      <div className="gp-body">
        <NodeName node={node} />
        <NodeProblems node={node} />
        <SourceSections node={node} />
        <Attributes node={node} schema={schema} />
        <Connections node={node} schema={schema} />
        <Weights node={node} schema={schema} />
        <NodeCostSection node={node} />
        <Annotations record={node} origin={node.origin} />
      </div>
      <NodeFoot node={node} />
    </section>
  );
}

function NodeHead({ node, schema }: { node: Node; schema: OperatorSchema | null }) {
  const model = useStore((s) => s.model)!;
  const category = useCategory(node);
  const call = functionOf(model, node);
  const domain = normalDomain(node.domain) || 'ai.onnx';
  const what = call ? 'A function of this model' : CATEGORY_LABELS[category];
  return (
    <header className="gp-head">
      <span className="gp-tile">
        <Glyph name={category} size={16} />
      </span>
      <div className="grow">
        <div className="row gp-title">
          <h2 className="ell" title={node.op}>
            {node.op}
          </h2>
          <Chip>
            {domain}
            {schema && ` · since ${schema.since}`}
          </Chip>
          {schema?.deprecated && <Chip tone="warn">deprecated</Chip>}
        </div>
        <div className="muted">
          {what} · node {node.id}
        </div>
      </div>
    </header>
  );
}

function NodeName({ node }: { node: Node }) {
  const edit = useEdit();
  return (
    <div className="sec gp-name-row">
      <span className="dim">Name</span>
      <CommitField
        label="Name"
        value={node.name}
        placeholder="unnamed"
        commit={(name) => edit((m) => renameNode(m, node.id, name))}
      />
    </div>
  );
}

/** What Problems says about this node, so that it is read where it is mended. */
function NodeProblems({ node }: { node: Node }) {
  const problems = useStore((s) => s.problems);
  const own = problems.filter((p) => p.node === node.id);
  if (own.length === 0) return null;
  return (
    <div className="sec gp-own-problems">
      {own.slice(0, 5).map((p, i) => (
        <div key={i} className={`gp-own ${p.severity}`}>
          <Icon name={p.severity === 'error' ? 'err' : p.severity === 'warning' ? 'warn' : 'info'} small />
          <span>
            {p.message} <span className="muted">{p.help}</span>
          </span>
        </div>
      ))}
    </div>
  );
}

/** Initializers this node reads, and the tensor of a Constant. */
function Weights({ node, schema }: { node: Node; schema: OperatorSchema | null }) {
  const model = useStore((s) => s.model)!;
  const own = getTensor(node, 'value');
  const list = weightsOf(model, node, schema);
  return (
    <>
      {own && <TensorView title="Value" name={node.name || 'value'} tensor={own} />}
      {list.map(({ title, value, name }) => {
        if (value.sparse) return <SparseView key={value.id} title={title} name={name} sparse={value.sparse} />;
        return value.constant && <TensorView key={value.id} title={title} name={name} tensor={value.constant} />;
      })}
    </>
  );
}

/** More would fill the panel with readings of files: the others are a click away. */
const MOST_WEIGHTS = 6;

function weightsOf(model: Model, node: Node, schema: OperatorSchema | null) {
  return slots(node.inputs, schema?.inputs)
    .flatMap(({ name, value }) => {
      if (value === null || !isConstant(model, value)) return [];
      const record = model.values.at(value);
      const whole = isWhole((record.constant ?? record.sparse?.values)?.dtype ?? 'float');
      return [{ title: `${whole ? 'Constant' : 'Weight'} ${name}`, name: record.name, value: record }];
    })
    .slice(0, MOST_WEIGHTS);
}

function NodeFoot({ node }: { node: Node }) {
  const edit = useEdit();
  const model = useStore((s) => s.model)!;
  const select = useStore((s) => s.select);
  const enter = useStore((s) => s.enter);
  const announce = useStore((s) => s.announce);
  const call = functionOf(model, node);
  const alike = alikeOf(model, node);
  const remove = () => {
    const problem = edit((m, types) => deleteNodes(m, [node.id], { types }));
    if (problem) announce(problem);
  };
  return (
    <footer className="gp-foot">
      <Button size="small" icon="trash" onClick={remove} title="The input passes through where types allow">
        Delete
      </Button>
      {call && (
        <Button size="small" onClick={() => enter(call.graph)}>
          Open the function
        </Button>
      )}
      <span className="grow" />
      {alike.length > 1 && (
        <Button kind="link" onClick={() => select(alike)}>
          Select {alike.length} {node.op}
        </Button>
      )}
    </footer>
  );
}

function alikeOf(model: Model, node: Node) {
  const { order } = model.graphs.at(node.graph);
  return order.filter((id) => {
    const other = model.nodes.at(id);
    return other.op === node.op && other.domain === node.domain;
  });
}
