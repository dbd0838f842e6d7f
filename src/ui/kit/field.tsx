import { useId, useState, type ReactNode } from 'react';
import { Icon } from './icon.tsx';
import './field.css';

export interface FieldProps {
  readonly label: string;
  readonly value: string;
  /** Enter or leaving the field. Gives back a sentence where the text cannot be taken: it is shown and the field stays. */
  onCommit(text: string): string | void;
  readonly hideLabel?: boolean;
  readonly placeholder?: string;
  readonly after?: ReactNode;
  readonly readOnly?: boolean;
}

/** A text field that commits whole values: Enter takes it, Escape puts the old one back. */
export function Field({ label, value, onCommit, hideLabel, placeholder, after, readOnly }: FieldProps) {
  const id = useId();
  const [text, setText] = useState<string | null>(null);
  const [why, setWhy] = useState('');
  const commit = () => {
    if (text === null || text === value) return reset();
    const refusal = onCommit(text);
    if (refusal) setWhy(refusal);
    else reset();
  };
  const reset = () => {
    setText(null);
    setWhy('');
  };
  return (
    <div>
      <label htmlFor={id} className={hideLabel ? 'sr' : 'field-label'}>
        {label}
      </label>
      <div className={why ? 'field bad' : 'field'}>
        <input
          id={id}
          value={text ?? value}
          placeholder={placeholder}
          readOnly={readOnly}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={why !== ''}
          aria-describedby={why ? `${id}-why` : undefined}
          onChange={(e) => setText(e.target.value)}
          onBlur={commit}
          onKeyDown={(e) => {
            if (e.key === 'Enter') commit();
            else if (e.key === 'Escape') reset();
            else return;
            e.stopPropagation();
          }}
        />
        {after}
      </div>
      {why && (
        <div id={`${id}-why`} className="field-why" role="alert">
          {why}
        </div>
      )}
    </div>
  );
}

export interface SearchFieldProps {
  readonly label: string;
  readonly value: string;
  onChange(text: string): void;
  readonly keys?: string;
  readonly inputRef?: React.Ref<HTMLInputElement>;
}

export function SearchField({ label, value, onChange, keys, inputRef }: SearchFieldProps) {
  return (
    <div className="field search">
      <Icon name="search" small />
      <input
        ref={inputRef}
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        spellCheck={false}
        autoComplete="off"
        onChange={(e) => onChange(e.target.value)}
      />
      {keys && value === '' && <span className="kbd">{keys}</span>}
    </div>
  );
}
