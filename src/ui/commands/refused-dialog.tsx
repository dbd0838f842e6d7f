/** All nodes without an ONNX form at once: what is done about each, and then the rest is converted. */
import { useEffect, useId, useState } from 'react';
import { countOf } from '../../graph-model/format.ts';
import type { Refusal } from '../../graph-model/diagnostics.ts';
import { Button } from '../kit/button.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { Icon } from '../kit/icon.tsx';
import { useReveal } from '../panels/parts/use-reveal.ts';
import { useStore } from '../store/store.ts';
import type { Choices, RefusalChoice, Refused } from '../store/state.ts';
import { blankChoice, refusalOfChoice, replacementsOf, WAYS } from './refused-choices.ts';
import './refused.css';

export function RefusedDialog({ onClose }: { onClose(): void }) {
  const refused = useStore((s) => s.refused);
  return refused && <Body refused={refused} onClose={onClose} />;
}

function Body({ refused, onClose }: { refused: Refused; onClose(): void }) {
  const { refusals, why, model, options } = refused;
  const types = useStore((s) => s.types);
  const keep = useStore((s) => s.choose);
  const convertWith = useStore((s) => s.convertWith);
  const [tried, setTried] = useState(false);
  const choices: Choices = new Map(
    refusals.map((r) => [r.node, refused.choices.get(r.node) ?? blankChoice(model, types, r)]),
  );
  const left = refusals.filter((r) => refusalOfChoice(choices.get(r.node)!) !== null);
  const set = (node: Refusal['node'], part: Partial<RefusalChoice>) =>
    keep(new Map([...choices, [node, { ...choices.get(node)!, ...part }]]));
  const submit = () => {
    setTried(true);
    if (left.length > 0) return document.getElementById(`refused-${left[0]!.node}`)?.focus();
    onClose();
    void convertWith({ ...options, replace: replacementsOf(refusals, choices) });
  };
  const foot = (
    <>
      <span className="muted grow" aria-live="polite">
        {left.length === 0 ? 'All settled.' : `${left.length} of ${refusals.length} to settle.`}
      </span>
      <Button onClick={onClose}>Not now</Button>
      <Button kind="primary" onClick={submit}>
        Convert the rest
      </Button>
    </>
  );
  const title = `${countOf(refusals.length, 'node')} ${refusals.length === 1 ? 'has' : 'have'} no ONNX form`;
  return (
    <Dialog title={title} open onClose={onClose} foot={foot} wide>
      <p className="card-text">
        Say what is done about {refusals.length === 1 ? 'it' : 'each'}; the rest is converted.
      </p>
      {why && (
        <p className="gw-refused-why" role="alert">
          <Icon name="err" small /> {why}
        </p>
      )}
      {refusals.length > 1 && <ForAll refusals={refusals} choices={choices} keep={keep} />}
      <ul className="gw-refused" aria-label="Nodes without an ONNX form">
        {refusals.map((r) => (
          <Row key={r.node} refusal={r} choice={choices.get(r.node)!} tried={tried} set={set} onClose={onClose} />
        ))}
      </ul>
      <Operators />
    </Dialog>
  );
}

/** The same for all that are alike, which is what one mostly wants for ten Lambdas. */
function ForAll({
  refusals,
  choices,
  keep,
}: {
  refusals: readonly Refusal[];
  choices: Choices;
  keep(c: Choices): void;
}) {
  const id = useId();
  const ways = WAYS.filter(([way]) => way === '' || way === 'cut' || way === 'cut-after' || way === 'pass');
  return (
    <div className="gw-refused-all">
      <label htmlFor={id}>For all of them</label>
      <span className="field">
        <select
          id={id}
          value=""
          onChange={(e) => {
            const way = e.target.value as RefusalChoice['way'];
            keep(new Map(refusals.map((r) => [r.node, { ...choices.get(r.node)!, way }])));
          }}
        >
          {ways.map(([way, label]) => (
            <option key={way} value={way}>
              {label}
            </option>
          ))}
        </select>
        <Icon name="down" tiny />
      </span>
    </div>
  );
}

interface RowProps {
  readonly refusal: Refusal;
  readonly choice: RefusalChoice;
  /** Somebody pressed Convert: what is missing is said. */
  readonly tried: boolean;
  set(node: Refusal['node'], part: Partial<RefusalChoice>): void;
  onClose(): void;
}

function Row({ refusal: r, choice, tried, set, onClose }: RowProps) {
  const reveal = useReveal();
  const id = `refused-${r.node}`;
  const why = refusalOfChoice(choice);
  const help = WAYS.find(([way]) => way === choice.way)![2];
  const told = why !== null && (tried || choice.way !== '') && !(choice.way !== '' && isBlank(choice) && !tried);
  return (
    <li className={told ? 'bad' : ''}>
      <div className="gw-refused-head">
        <Icon name={why === null ? 'check' : 'err'} small />
        <span className="mono strong ell" title={r.name}>
          {r.name || `node ${r.node}`}
        </span>
        <span className="mono muted">{r.kind}</span>
        <span className="grow" />
        <Button
          kind="link"
          onClick={() => {
            onClose();
            reveal([r.node]);
          }}
        >
          Show on the graph
        </Button>
      </div>
      <p className="gw-refused-reason">{sentence(r.reason)}</p>
      <div className="gw-refused-do">
        <label className="sr" htmlFor={id}>
          What is done about {r.name || `node ${r.node}`}
        </label>
        <span className="field">
          <select
            id={id}
            value={choice.way}
            aria-describedby={`${id}-help`}
            aria-invalid={told}
            onChange={(e) => set(r.node, { way: e.target.value as RefusalChoice['way'] })}
          >
            {WAYS.map(([way, label]) => (
              <option key={way} value={way}>
                {label}
              </option>
            ))}
          </select>
          <Icon name="down" tiny />
        </span>
        <Words id={id} refusal={r} choice={choice} bad={told} set={set} />
      </div>
      <p id={`${id}-help`} className={told ? 'field-why' : 'muted gw-refused-help'}>
        {told ? why : help}
      </p>
    </li>
  );
}

const isBlank = ({ way, operator, text }: RefusalChoice) =>
  (way === 'operator' && operator.trim() === '') || (way === 'text' && text.trim() === '');

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`.replace(/\.+$/, '.');

const NEW_FUNCTION = '(x) => (y) {\n  s = Sigmoid(x)\n  y = Mul(x, s)\n}';

/** What a way still needs to be told. */
function Words({ id, refusal, choice, bad, set }: Omit<RowProps, 'tried' | 'onClose'> & { id: string; bad: boolean }) {
  const about = refusal.name || `node ${refusal.node}`;
  if (choice.way === 'text')
    return (
      <textarea
        className="mono gw-refused-text"
        aria-label={`ONNX text for ${about}`}
        aria-describedby={`${id}-help`}
        rows={4}
        spellCheck={false}
        placeholder={NEW_FUNCTION}
        value={choice.text}
        onChange={(e) => set(refusal.node, { text: e.target.value })}
      />
    );
  if (choice.way !== 'cut-after' && choice.way !== 'operator') return null;
  const key = choice.way === 'operator' ? 'operator' : 'type';
  return (
    <span className={bad ? 'field grow bad' : 'field grow'}>
      <input
        aria-label={key === 'operator' ? `Operator for ${about}` : `Type of the new input after ${about}`}
        aria-describedby={`${id}-help`}
        list={key === 'operator' ? 'refused-operators' : undefined}
        placeholder={key === 'operator' ? 'LeakyRelu(alpha=0.1)' : 'float[N, 16]'}
        spellCheck={false}
        autoComplete="off"
        value={choice[key]}
        onChange={(e) => set(refusal.node, { [key]: e.target.value })}
      />
    </span>
  );
}

/** The names of ONNX's operators, once somebody may want one. */
function Operators() {
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    let wanted = true;
    void import('../../graph-model/operators/schemas.ts').then(async ({ loadOperators }) => {
      const schemas = await loadOperators();
      const usable = schemas.allOperators().filter((o) => o.domain === '' && !o.deprecated);
      if (wanted) setNames(usable.map((o) => o.op));
    });
    return () => void (wanted = false);
  }, []);
  return (
    <datalist id="refused-operators">
      {names.map((n) => (
        <option key={n} value={n} />
      ))}
    </datalist>
  );
}
