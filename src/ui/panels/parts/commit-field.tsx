/** A text field that acts when its reader is done: Enter or leaving it commits, Escape takes the old text back. */
import '../../kit/field.css';
import { useId, useState, type KeyboardEvent } from 'react';

export interface CommitFieldProps {
  readonly value: string;
  /** Shown to screen readers; the visible label stands beside. */
  readonly label: string;
  /** Makes the edit; a sentence when it cannot be made. */
  readonly commit: (text: string) => string | null;
  /** Id of a datalist with what may be meant. */
  readonly list?: string;
  readonly placeholder?: string;
  readonly hint?: string;
  readonly mono?: boolean;
  readonly centred?: boolean;
  readonly numeric?: boolean;
  /** Where given, the sentence is told to the owner, who shows it under a group of fields. */
  readonly onProblem?: (problem: string | null) => void;
}

export function CommitField(props: CommitFieldProps) {
  const [text, setText] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  const tell = (sentence: string | null) => {
    setProblem(sentence);
    props.onProblem?.(sentence);
  };
  const commit = () => {
    if (text === null || text === props.value) return setText(null);
    const sentence = props.commit(text);
    tell(sentence);
    if (sentence === null) setText(null);
  };
  const keys = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter') commit();
    else if (event.key === 'Escape' && text !== null) {
      event.stopPropagation();
      setText(null);
      tell(null);
    }
  };
  const own = problem !== null && !props.onProblem;
  return (
    <span className="gp-commit">
      <span className={`field gp-field${problem ? ' gp-bad' : ''}${props.centred ? ' gp-centred' : ''}`}>
        <input
          aria-label={props.label}
          aria-invalid={problem !== null}
          {...(own ? { 'aria-describedby': id } : {})}
          value={text ?? props.value}
          placeholder={props.placeholder}
          list={props.list}
          inputMode={props.numeric ? 'numeric' : undefined}
          spellCheck={false}
          autoComplete="off"
          onChange={(e) => setText(e.target.value)}
          onBlur={commit}
          onKeyDown={keys}
        />
        {props.hint && <span className="gp-hint">{props.hint}</span>}
      </span>
      {own && (
        <span className="gp-field-problem" id={id} role="alert">
          {problem}
        </span>
      )}
    </span>
  );
}
