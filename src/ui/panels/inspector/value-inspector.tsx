/** A value: an input, an output, an initializer, or what runs along an edge. */
import type { Model, Value } from '../../../graph-model/core/model.ts';
import { renameValue } from '../../../graph-model/edit/index.ts';
import { dtypeInfo, typeLabel } from '../../../graph-model/core/types.ts';
import { formatShape } from '../../../graph-model/format.ts';
import { Chip } from '../../kit/chip.tsx';
import { Glyph } from '../../kit/icon.tsx';
import { useStore } from '../../store/store.ts';
import { CommitField } from '../parts/commit-field.tsx';
import { NodeGlyph } from '../parts/glyph.tsx';
import { useEdit } from '../parts/use-edit.ts';
import { useReveal } from '../parts/use-reveal.ts';
import { Annotations } from './annotations.tsx';
import { nodeLabel, labelOfUse } from './connections.tsx';
import { DimsEditor } from './dims-editor.tsx';
import { SparseView, TensorView } from './tensor-view.tsx';

export type Role = 'input' | 'output' | 'initializer' | 'input with a default' | 'value';

export function roleOf(model: Model, value: Value): Role {
  const graph = model.graphs.at(value.graph);
  const held = value.constant !== undefined || value.sparse !== undefined;
  if (graph.inputs.includes(value.id)) return held ? 'input with a default' : 'input';
  if (held) return 'initializer';
  return graph.outputs.includes(value.id) ? 'output' : 'value';
}

export function ValueInspector({ value }: { value: Value }) {
  const model = useStore((s) => s.model)!;
  const edit = useEdit();
  const role = roleOf(model, value);
  return (
    <section className="gp-inspector cat-const" aria-label={`Value ${value.name}`}>
      <header className="gp-head">
        <span className="gp-tile">
          <Glyph name="const" size={16} />
        </span>
        <div className="grow">
          <div className="row gp-title">
            <h2 className="ell mono" title={value.name}>
              {value.name || 'unnamed'}
            </h2>
          </div>
          <div className="muted">{role === 'value' ? 'Value between nodes' : `Graph ${role}`}</div>
        </div>
        <Chip>{role}</Chip>
      </header>
      <div className="gp-body">
        <div className="sec gp-name-row">
          <span className="dim">Name</span>
          <CommitField
            label="Name"
            value={value.name}
            placeholder="unnamed"
            commit={(name) => edit((m) => renameValue(m, value.id, name.trim()))}
          />
        </div>
        <ValueTypeSection value={value} role={role} />
        <Flow value={value} />
        {value.constant && <TensorView title="Values" name={value.name} tensor={value.constant} />}
        {value.sparse && <SparseView title="Values" name={value.name} sparse={value.sparse} />}
        <Annotations record={value} />
      </div>
    </section>
  );
}

function ValueTypeSection({ value, role }: { value: Value; role: Role }) {
  const inferred = useStore((s) => s.types.get(value.id));
  const { constant } = value;
  const type = inferred ?? value.type;
  const editable = role.startsWith('input') && value.type?.kind === 'tensor' && value.type.shape !== null;
  return (
    <section className="sec" aria-label="Type">
      <h3>
        Type
        <span className="grow" />
        {type && !value.type && !constant && <span className="gp-plain">inferred</span>}
      </h3>
      {constant ? (
        <p className="mono">
          {dtypeInfo(constant.dtype).label} {formatShape(constant.dims)}
        </p>
      ) : (
        <p className="mono">{typeLabel(type)}</p>
      )}
      {editable && value.type?.kind === 'tensor' && (
        <div className="gp-dims">
          <DimsEditor value={value} type={value.type} />
          <p className="muted gp-small">A number, a name for a length that varies, or nothing where it is not known.</p>
        </div>
      )}
    </section>
  );
}

function Flow({ value }: { value: Value }) {
  const model = useStore((s) => s.model)!;
  const reveal = useReveal();
  const producer = value.producer === null ? null : model.nodes.at(value.producer);
  const uses = model.uses.get(value.id) ?? [];
  return (
    <section className="sec" aria-label="Flow">
      <h3>Made by</h3>
      {producer ? (
        <button type="button" className="gp-value gp-line" onClick={() => reveal([producer.id])}>
          <NodeGlyph node={producer} />
          <span className="ell">{nodeLabel(model, producer)}</span>
        </button>
      ) : (
        <p className="muted">Nothing in the graph: {roleOf(model, value)}.</p>
      )}
      <h3 className="gp-second">
        Read by<span className="count">{uses.length}</span>
      </h3>
      {uses.length === 0 && <p className="muted">Nothing.</p>}
      {uses.slice(0, 40).map((use, i) => (
        <button
          key={i}
          type="button"
          className="gp-value gp-line"
          disabled={use.node === null}
          onClick={() => use.node !== null && reveal([use.node])}
        >
          {use.node !== null && <NodeGlyph node={model.nodes.at(use.node)} />}
          <span className="ell">{labelOfUse(model, use)}</span>
          {use.node !== null && <span className="mono muted gp-end">input {use.index}</span>}
        </button>
      ))}
      {uses.length > 40 && <p className="muted">and {uses.length - 40} more.</p>}
    </section>
  );
}
