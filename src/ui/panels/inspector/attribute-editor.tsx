/** The editor of one attribute, by its kind and by what is known of its name. */
import { useState, type ReactNode } from 'react';
import { int, type Attribute } from '../../../graph-model/core/attributes.ts';
import { EditError } from '../../../graph-model/core/draft.ts';
import { attributeText, isTextKind, parseAttribute } from '../../../graph-model/edit/index.ts';
import { typeLabel } from '../../../graph-model/core/types.ts';
import { formatCount, formatShape } from '../../../graph-model/format.ts';
import { dtypeInfo } from '../../../graph-model/core/types.ts';
import type { Tensor } from '../../../graph-model/core/tensor.ts';
import { Button } from '../../kit/button.tsx';
import '../../kit/field.css';
import { Icon } from '../../kit/icon.tsx';
import { useStore } from '../../store/store.ts';
import { CommitField } from '../parts/commit-field.tsx';
import { enumOf, flagOf, isTypeCode, TYPE_OPTIONS } from './known-values.ts';

export interface AttributeEditorProps {
  /** null for an operator that is not ONNX's: what its words and numbers mean is not known. */
  readonly op: string | null;
  readonly name: string;
  readonly attribute: Attribute;
  /** Makes the edit; a sentence where it cannot be made. */
  readonly set: (attribute: Attribute) => string | null;
  readonly hint?: string;
}

/** Lists up to this length are a row of fields; longer ones are one field of text. */
const FIELDS = 8;

/** Longer lists are shown by their length: as text in a field those of a large forest would stop the page. */
const MOST_EDITED = 10_000;
/** More bodies are not listed one by one. */
const MOST_BODIES = 24;

export function AttributeEditor(props: AttributeEditorProps) {
  const { attribute: a, op, name } = props;
  if ((a.kind === 'ints' || a.kind === 'floats' || a.kind === 'strings') && a.value.length > MOST_EDITED)
    return <span className="mono gp-fixed">{`${formatCount(a.value.length)} values`}</span>;
  switch (a.kind) {
    case 'int':
      if (op !== null && isTypeCode(name)) return <TypeCode {...props} value={a.value} />;
      return op !== null && flagOf(op, name) !== null && (a.value === 0n || a.value === 1n) ? (
        <Flag {...props} op={op} value={a.value} />
      ) : (
        <TextEditor {...props} numeric />
      );
    case 'float':
      return <TextEditor {...props} numeric />;
    case 'string':
      return op !== null && enumOf(op, name) ? (
        <Choice {...props} op={op} value={a.value} />
      ) : (
        <TextEditor {...props} />
      );
    case 'ints':
    case 'floats':
      return a.value.length > 0 && a.value.length <= FIELDS ? <ListEditor {...props} /> : <TextEditor {...props} />;
    case 'strings':
      return <TextEditor {...props} />;
    default:
      return <Fixed attribute={a} />;
  }
}

/** Reads the text as a value of the same kind and sets it; a sentence where it is not one. */
function setText(like: Attribute, text: string, set: (a: Attribute) => string | null): string | null {
  if (!isTextKind(like.kind)) return 'This kind of attribute is not written as text.';
  try {
    return set({ ...parseAttribute(like.kind, text), ...(like.doc ? { doc: like.doc } : {}) });
  } catch (error) {
    if (error instanceof EditError) return error.message;
    throw error;
  }
}

function TextEditor({ attribute, name, set, hint, numeric }: AttributeEditorProps & { numeric?: boolean }) {
  const commit = (text: string) => setText(attribute, text, set);
  const length = 'value' in attribute && hasLength(attribute.value) ? attribute.value.length : 0;
  return (
    <CommitField
      label={name}
      value={attributeText(attribute) ?? ''}
      commit={commit}
      numeric={numeric ?? false}
      hint={hint ?? (length > FIELDS ? formatCount(length) : undefined)}
      placeholder={length === 0 && attribute.kind.endsWith('s') ? 'empty list' : undefined}
    />
  );
}

function hasLength(value: unknown): value is { length: number } {
  return typeof value === 'object' && value !== null && 'length' in value;
}

/** A field for each element, so that a pad or stride is changed without retyping the list. */
function ListEditor({ attribute, name, set }: AttributeEditorProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const parts = attributeText(attribute)!.split(', ');
  const commit = (index: number) => (text: string) =>
    setText(attribute, parts.map((p, i) => (i === index ? text : p)).join(', '), set);
  return (
    <div>
      <div className="gp-list" role="group" aria-label={name}>
        {parts.map((part, i) => (
          <CommitField
            key={i}
            label={`${name} ${i}`}
            value={part}
            commit={commit(i)}
            onProblem={setProblem}
            centred
            numeric
          />
        ))}
      </div>
      {problem && (
        <div className="field-why" role="alert">
          {problem}
        </div>
      )}
    </div>
  );
}

function Flag({ op, name, value, set }: AttributeEditorProps & { op: string; value: bigint }) {
  return (
    <label className="gp-flag" title={`1: ${flagOf(op, name)}`}>
      <input type="checkbox" checked={value === 1n} onChange={(e) => set(int(e.target.checked ? 1 : 0))} />
      <span className="mono">{String(value)}</span>
      <span className="muted ell">{flagOf(op, name)}</span>
    </label>
  );
}

export interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly choose: (value: string) => string | null;
}

/** A plain select in the look of a field. */
export function Select({ label, value, options, choose }: SelectProps) {
  const [problem, setProblem] = useState<string | null>(null);
  return (
    <div>
      <span className={`field gp-select${problem ? ' bad' : ''}`}>
        <select aria-label={label} value={value} onChange={(e) => setProblem(choose(e.target.value))}>
          {options.map(([id, text]) => (
            <option key={id} value={id}>
              {text}
            </option>
          ))}
        </select>
        <Icon name="down" tiny />
      </span>
      {problem && (
        <div className="field-why" role="alert">
          {problem}
        </div>
      )}
    </div>
  );
}

function Choice({ op, name, value, set }: AttributeEditorProps & { op: string; value: string }) {
  const known = enumOf(op, name)!;
  const all = known.includes(value) ? known : [value, ...known];
  const options = all.map((v) => [v, known.includes(v) ? v : `${v} (not a known value)`] as const);
  return <Select label={name} value={value} options={options} choose={(v) => set({ kind: 'string', value: v })} />;
}

function TypeCode({ name, value, set }: AttributeEditorProps & { value: bigint }) {
  const options = TYPE_OPTIONS.map((t) => [String(t.code), t.label] as const);
  const known = options.some(([code]) => code === String(value));
  const all = known ? options : [[String(value), `code ${value}`] as const, ...options];
  return <Select label={name} value={String(value)} options={all} choose={(v) => set(int(BigInt(v)))} />;
}

/** What is read here and changed elsewhere. */
function Fixed({ attribute: a }: { attribute: Attribute }) {
  const enter = useStore((s) => s.enter);
  const text = (content: ReactNode) => <span className="mono gp-fixed">{content}</span>;
  switch (a.kind) {
    case 'tensor':
      return text(tensorLabel(a.value));
    case 'tensors':
      return text(`${a.value.length} tensors`);
    case 'sparse_tensor':
      return text(`sparse ${tensorLabel({ ...a.value.values, dims: a.value.dims })}`);
    case 'graph':
      return (
        <Button kind="link" onClick={() => enter(a.value)}>
          Open the body
        </Button>
      );
    case 'graphs':
      return (
        <span className="row">
          {a.value.slice(0, MOST_BODIES).map((g, i) => (
            <Button key={g} kind="link" onClick={() => enter(g)}>
              Open {i}
            </Button>
          ))}
          {a.value.length > MOST_BODIES && <span className="muted">and {a.value.length - MOST_BODIES} more</span>}
        </span>
      );
    case 'type':
      return text(typeLabel(a.value));
    case 'reference':
      return <span className="dim">the caller’s {a.name}</span>;
    default:
      return text(a.kind);
  }
}

const tensorLabel = (t: Pick<Tensor, 'dtype' | 'dims'>) => `${dtypeInfo(t.dtype).label} ${formatShape(t.dims)}`;
