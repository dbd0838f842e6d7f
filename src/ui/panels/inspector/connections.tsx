/** The inputs and outputs of a node: what is connected, of which type, and where it comes from or goes to. */
import { useState, type CSSProperties } from 'react';
import { isConstant } from '../../../graph-model/core/traverse.ts';
import { renameValue } from '../../../graph-model/edit/index.ts';
import type { Model, Node, Use, Value, ValueId } from '../../../graph-model/core/model.ts';
import { dtypeInfo, typeString, type ValueType } from '../../../graph-model/core/types.ts';
import { formatShape } from '../../../graph-model/format.ts';
import type { Formal, OperatorSchema } from '../../../graph-model/operators/operator.ts';
import { IconButton } from '../../kit/button.tsx';
import { Menu } from '../../kit/menu.tsx';
import { useStore } from '../../store/store.ts';
import { CommitField } from '../parts/commit-field.tsx';
import { PathName } from '../parts/path-name.tsx';
import { useEdit } from '../parts/use-edit.ts';
import { useReveal } from '../parts/use-reveal.ts';

export interface ConnectionsProps {
  readonly node: Node;
  readonly schema: OperatorSchema | null;
}

export function Connections({ node, schema }: ConnectionsProps) {
  const inputs = slots(node.inputs, schema?.inputs);
  const outputs = slots(node.outputs, schema?.outputs);
  const width = Math.max(2, ...[...inputs, ...outputs].map((s) => s.name.length));
  return (
    <section className="sec" aria-label="Connections" style={{ '--formal': `${width}ch` } as CSSProperties}>
      <h3>Inputs</h3>
      {node.inputs.length === 0 && <p className="muted">None.</p>}
      {inputs.map(({ name, value, optional }, i) => (
        <Port key={i} name={name} value={value} side="input" optional={optional} />
      ))}
      <h3 className="gp-second">Outputs</h3>
      {outputs.map(({ name, value }, i) => (
        <Port key={i} name={name} value={value} side="output" optional />
      ))}
    </section>
  );
}

interface Slot {
  readonly name: string;
  readonly value: ValueId | null;
  readonly optional: boolean;
}

/** Each connection with its formal parameter's name; optional inputs that are left out at the end are shown as well. */
export function slots(ids: readonly (ValueId | null)[], formals: readonly Formal[] = []): Slot[] {
  const last = formals[formals.length - 1];
  const out = ids.map((value, i): Slot => {
    const formal = formals[i] ?? (last?.option === 'variadic' ? last : undefined);
    const nth = formal?.option === 'variadic' ? ` ${i - formals.length + 1}` : '';
    return { name: formal ? formal.name + nth : String(i), value, optional: formal?.option !== 'single' };
  });
  for (const formal of formals.slice(ids.length))
    if (formal.option === 'optional') out.push({ name: formal.name, value: null, optional: true });
  return out;
}

interface PortProps {
  readonly name: string;
  readonly value: ValueId | null;
  readonly side: 'input' | 'output';
  readonly optional: boolean;
}

function Port({ name, value, side, optional }: PortProps) {
  const model = useStore((s) => s.model)!;
  if (value === null)
    return (
      <div className="gp-port muted">
        <span className="mono ell gp-formal" title={name}>
          {name}
        </span>
        <span className={optional ? '' : 'warn'}>{optional ? 'not connected' : 'missing, and required'}</span>
      </div>
    );
  return <ConnectedPort name={name} value={model.values.at(value)} side={side} />;
}

function ConnectedPort({ name, value, side }: { name: string; value: Value; side: 'input' | 'output' }) {
  const [renaming, setRenaming] = useState(false);
  const type = useStore((s) => s.types.get(value.id)) ?? value.type;
  return (
    <div className="gp-port">
      <span className="mono ell gp-formal" title={name}>
        {name}
      </span>
      {renaming ? (
        <RenameValue value={value} done={() => setRenaming(false)} />
      ) : (
        <>
          <ValueLink value={value} side={side} />
          <IconButton
            icon="pencil"
            label={`Rename ${value.name || name}`}
            size="small"
            className="gp-rename"
            onClick={() => setRenaming(true)}
          />
          <TypeCell type={typeOfValue(value, type)} />
        </>
      )}
    </div>
  );
}

function typeOfValue(value: Value, type: ValueType | null): ValueType | null {
  const { constant } = value;
  return constant ? { kind: 'tensor', dtype: constant.dtype, shape: constant.dims } : type;
}

export function TypeCell({ type }: { type: ValueType | null }) {
  if (type?.kind !== 'tensor')
    return <span className="mono muted gp-type">{type === null ? '?' : typeString(type)}</span>;
  return (
    <span className="gp-type mono" title={`${dtypeInfo(type.dtype).label} ${formatShape(type.shape)}`}>
      <span className="muted">{dtypeInfo(type.dtype).short}</span> {formatShape(type.shape)}
    </span>
  );
}

export function RenameValue({ value, done }: { value: Value; done: () => void }) {
  const edit = useEdit();
  const commit = (text: string) => {
    const sentence = edit((m) => renameValue(m, value.id, text.trim()));
    if (sentence === null) done();
    return sentence;
  };
  return (
    <span className="grow" onKeyDown={(e) => e.key === 'Escape' && done()}>
      <CommitField label="Name of the value" value={value.name} commit={commit} />
    </span>
  );
}

/** The value's name; leads to its producer (an input of a node) or its readers (an output). */
export function ValueLink({ value, side }: { value: Value; side: 'input' | 'output' }) {
  const model = useStore((s) => s.model)!;
  const reveal = useReveal();
  const text =
    value.name ||
    (value.producer === null ? 'unnamed' : `output of ${nodeLabel(model, model.nodes.at(value.producer))}`);
  const named = <PathName name={text} />;
  if (side === 'input') {
    const where = value.producer === null ? origin(model, value) : nodeLabel(model, model.nodes.at(value.producer));
    const go = () => (value.producer === null ? reveal([], value.id) : reveal([value.producer]));
    return (
      <button type="button" className="gp-value" title={`${text}\nfrom ${where}`} onClick={go}>
        {named}
      </button>
    );
  }
  const uses = model.uses.get(value.id) ?? [];
  if (uses.length <= 1)
    return (
      <button
        type="button"
        className="gp-value"
        title={`${text}\n${uses[0] ? `to ${labelOfUse(model, uses[0])}` : 'read by nothing'}`}
        onClick={() => (typeof uses[0]?.node === 'number' ? reveal([uses[0].node]) : reveal([], value.id))}
      >
        {named}
      </button>
    );
  const entries = uses.map((use, i) => ({
    id: String(i),
    label: labelOfUse(model, use),
    run: () => (use.node === null ? reveal([], value.id) : reveal([use.node])),
  }));
  return (
    <Menu
      trigger={
        <button type="button" className="gp-value" title={`${text}\nread ${uses.length} times`}>
          {named}
          <span className="badge">{uses.length}</span>
        </button>
      }
      entries={entries}
    />
  );
}

function origin(model: Model, value: Value): string {
  if (isConstant(model, value.id)) return 'an initializer';
  return model.graphs.at(value.graph).inputs.includes(value.id) ? 'an input of the graph' : 'nothing';
}

export function nodeLabel(_model: Model, node: Node): string {
  return node.name ? `${node.op} ${node.name}` : `${node.op} (node ${node.id})`;
}

export function labelOfUse(model: Model, use: Use): string {
  return use.node === null ? `output ${use.index} of the graph` : nodeLabel(model, model.nodes.at(use.node));
}
