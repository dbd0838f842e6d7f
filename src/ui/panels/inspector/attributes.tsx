/** The attributes of a node: edit, add, remove. */
import { useState } from 'react';
import type { Attribute, AttributeKind } from '../../../graph-model/core/attributes.ts';
import { attributeText, setAttribute, removeAttribute } from '../../../graph-model/edit/index.ts';
import type { Node } from '../../../graph-model/core/model.ts';
import type { AttributeFormal, OperatorSchema } from '../../../graph-model/operators/operator.ts';
import { Button, IconButton } from '../../kit/button.tsx';
import { Menu, type MenuEntry } from '../../kit/menu.tsx';
import { useEdit } from '../parts/use-edit.ts';
import { AttributeEditor, Select } from './attribute-editor.tsx';
import { NEW_ATTRIBUTES } from './known-values.ts';

export interface AttributesProps {
  readonly node: Node;
  readonly schema: OperatorSchema | null;
}

export function Attributes({ node, schema }: AttributesProps) {
  const [adding, setAdding] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const edit = useEdit();
  const set = (name: string, a: Attribute) => edit((m) => setAttribute(m, node.id, name, a));
  const absent = [...(schema?.attributes.values() ?? [])].filter((f) => !node.attributes.has(f.name));
  const entries: MenuEntry[] = [
    ...absent.map((f) => addEntry(f, (a) => setProblem(set(f.name, a)))),
    ...(absent.length > 0 ? [{ id: ' sep', separator: true } as const] : []),
    { id: ' other', label: 'Another name…', run: () => setAdding(true) },
  ];
  return (
    <section className="sec" aria-label="Attributes">
      <h3>
        Attributes<span className="count">{node.attributes.size}</span>
        <span className="grow" />
        <Menu trigger={<Button kind="link">Add</Button>} entries={entries} align="end" />
      </h3>
      {node.attributes.size === 0 && !adding && <p className="muted">None{absent.length > 0 && ': all defaults'}.</p>}
      <div className="gp-attributes">
        {[...node.attributes].map(([name, attribute]) => (
          <AttributeRow
            key={name}
            node={node}
            name={name}
            attribute={attribute}
            formal={schema?.attributes.get(name)}
            known={schema !== null}
            set={(a) => set(name, a)}
            remove={() => setProblem(edit((m) => removeAttribute(m, node.id, name)))}
          />
        ))}
      </div>
      {adding && <NewAttribute taken={node.attributes} add={set} done={() => setAdding(false)} />}
      {problem && (
        <p className="field-why" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}

function addEntry(formal: AttributeFormal, add: (a: Attribute) => void): MenuEntry {
  const value = formal.default ?? NEW_ATTRIBUTES[formal.kind];
  const text = formal.default ? attributeText(formal.default) : null;
  return {
    id: formal.name,
    label: `${formal.name}${formal.required ? ' (required)' : ''}`,
    keys: text === null ? formal.kind : text.slice(0, 18),
    off: value ? false : `A ${formal.kind} cannot be made here.`,
    run: () => value && add(value),
  };
}

interface RowProps {
  readonly node: Node;
  readonly name: string;
  readonly attribute: Attribute;
  readonly formal: AttributeFormal | undefined;
  readonly known: boolean;
  readonly set: (a: Attribute) => string | null;
  readonly remove: () => void;
}

function AttributeRow({ node, name, attribute, formal, known, set, remove }: RowProps) {
  const standard = formal?.default ? attributeText(formal.default) : null;
  const changed = standard !== null && standard !== attributeText(attribute);
  const about = [
    attribute.doc,
    standard !== null && `Default ${standard || 'empty'}.`,
    formal?.required && 'Required.',
    known && !formal && 'Not an attribute of this operator.',
  ];
  return (
    <div className="gp-attribute">
      <span
        className={`ell gp-name${known && !formal ? ' warn' : ''}`}
        title={[name, ...about].filter(Boolean).join('\n')}
      >
        {name}
        {changed && <span className="sr"> (default {standard})</span>}
      </span>
      <div className="grow">
        <AttributeEditor op={known ? node.op : null} name={name} attribute={attribute} set={set} />
      </div>
      <IconButton icon="close" label={`Remove ${name}`} size="small" className="gp-remove" onClick={remove} />
    </div>
  );
}

const KINDS = Object.keys(NEW_ATTRIBUTES) as AttributeKind[];

interface NewAttributeProps {
  readonly taken: ReadonlyMap<string, Attribute>;
  readonly add: (name: string, a: Attribute) => string | null;
  readonly done: () => void;
}

function NewAttribute({ taken, add, done }: NewAttributeProps) {
  const [name, setName] = useState('');
  const [kind, setKind] = useState<AttributeKind>('int');
  const [problem, setProblem] = useState<string | null>(null);
  const submit = () => {
    const trimmed = name.trim();
    if (trimmed === '') return setProblem('An attribute needs a name.');
    if (taken.has(trimmed)) return setProblem(`The node has ${trimmed} already.`);
    const sentence = add(trimmed, NEW_ATTRIBUTES[kind]!);
    if (sentence === null) done();
    else setProblem(sentence);
  };
  return (
    <form
      className="gp-new"
      onSubmit={(e) => {
        e.preventDefault();
        submit();
      }}
      onKeyDown={(e) => e.key === 'Escape' && done()}
    >
      <span className="field grow">
        <input
          aria-label="Name of the new attribute"
          placeholder="name"
          value={name}
          autoFocus
          onChange={(e) => setName(e.target.value)}
        />
      </span>
      <Select
        label="Kind"
        value={kind}
        options={KINDS.map((k) => [k, k] as const)}
        choose={(k) => {
          setKind(k as AttributeKind);
          return null;
        }}
      />
      <Button size="small" type="submit">
        Add
      </Button>
      {problem && (
        <p className="field-why" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
