/** The left part of Run: what goes in, where it runs, how often. What is set is what the Run command runs. */
import { useMemo } from 'react';
import { formatDuration } from '../../../graph-model/format.ts';
import { imageOptionsOf } from '../../../graph-model/image-input.ts';
import { Button, IconButton } from '../../kit/button.tsx';
import { Segmented } from '../../kit/segmented.tsx';
import type { RunRequest } from '../../store/state.ts';
import { useStore, useStoreApi } from '../../store/store.ts';
import { convertedFrom } from '../../store/trust.ts';
import { CommitField } from '../parts/commit-field.tsx';
import { Problem } from '../parts/states.tsx';
import { InputRow } from './input-row.tsx';
import { useProviders } from './providers.ts';
import { RowsForm } from './rows-form.tsx';
import { blankRow, rowsAsInputs, rowsFromInputs, tableColumns } from './rows.ts';
import { inputsOf, MOST_RUNS, symbolicDims, withDim } from './run-request.ts';

function useRequest(): { request: RunRequest; change: (part: Partial<RunRequest>) => void } {
  const store = useStoreApi();
  const request = useStore((s) => s.lastRun);
  const change = (part: Partial<RunRequest>) => store.setState((s) => ({ lastRun: { ...s.lastRun, ...part } }));
  return { request, change };
}

export function Setup() {
  const { request } = useRequest();
  const runWith = useStore((s) => s.runWith);
  const busy = useStore((s) => s.jobs.some((j) => j.kind === 'run'));
  const missing = useStore((s) => s.missing);
  const failure = useStore((s) => s.runFailure);
  const again = useStore((s) => s.run !== null);
  const off = busy ? 'It is running.' : missing.length > 0 && `Weights are missing: open ${missing[0]} first.`;
  return (
    <section className="gp-setup" aria-label="Set up the run">
      <div className="gp-setup-body" tabIndex={0} role="group" aria-label="Inputs and provider">
        {failure && !busy && <Problem message={failure.message} help={failure.help} />}
        <Inputs />
        <Dimensions />
        <Providers />
      </div>
      <footer className="gp-setup-foot">
        <Numbers />
        <span className="grow" />
        <Button
          kind="primary"
          size="small"
          icon="run"
          title="Ctrl Enter"
          off={off}
          onClick={() => void runWith(request)}
        >
          {again ? 'Run again' : 'Run'}
        </Button>
      </footer>
    </section>
  );
}

function Inputs() {
  const model = useStore((s) => s.model)!;
  const { request, change } = useRequest();
  const inputs = inputsOf(model);
  const pictures = imageOptionsOf(model.metadata);
  const source = useStore(convertedFrom);
  const columns = useMemo(() => tableColumns(model, inputsOf(model), source), [model, source]);
  const typed = columns !== null && rowsFromInputs(columns, request.inputs) !== null;
  const generated = inputs.some((v) => (request.inputs[v.name]?.kind ?? 'generated') === 'generated');
  return (
    <div className="gp-setup-part">
      <h3 className="h3">
        Inputs<span className="count">{inputs.length}</span>
        <span className="grow" />
        {generated && <Seed />}
      </h3>
      {columns && (
        <Segmented
          label="Where the rows come from"
          options={WAYS}
          value={typed ? 'rows' : 'each'}
          onChange={(way) =>
            change({ inputs: way === 'rows' ? rowsAsInputs(columns, [blankRow(columns)], inputs) : {} })
          }
        />
      )}
      {columns && typed && (
        <RowsForm
          model={model}
          inputs={inputs}
          columns={columns}
          chosen={request.inputs}
          choose={(all) => change({ inputs: { ...request.inputs, ...all } })}
        />
      )}
      {(typed ? [] : inputs).map((value) => (
        <InputRow
          key={value.id}
          value={value}
          pictures={pictures}
          choice={request.inputs[value.name] ?? { kind: 'generated' }}
          choose={(choice) => change({ inputs: { ...request.inputs, [value.name]: choice } })}
        />
      ))}
      {inputs.length === 0 && <p className="muted">The model reads nothing.</p>}
    </div>
  );
}

const WAYS = [
  { id: 'each', label: 'Generated or files' },
  { id: 'rows', label: 'Typed rows' },
] as const;

function Seed() {
  const { request, change } = useRequest();
  const set = (text: string) => {
    const seed = Number(text);
    if (!Number.isSafeInteger(seed) || seed < 0) return 'A seed is a whole number.';
    change({ seed });
    return null;
  };
  const other = () => change({ seed: (request.seed * 48271 + 11) % 99991 });
  return (
    <span className="gp-seed">
      <span className="gp-plain">seed</span>
      <CommitField label="Seed of the generated inputs" value={String(request.seed)} commit={set} numeric centred />
      <IconButton icon="dice" label="Another seed" size="small" onClick={other} />
    </span>
  );
}

function Dimensions() {
  const model = useStore((s) => s.model)!;
  const { request, change } = useRequest();
  const names = symbolicDims(inputsOf(model));
  if (names.length === 0) return null;
  const set = (name: string) => (text: string) => {
    const dims = withDim(request.dims, name, text);
    if (typeof dims === 'string') return dims;
    change({ dims });
    return null;
  };
  return (
    <div className="gp-setup-part">
      <h3 className="h3">Dimensions</h3>
      <div className="gp-dimensions">
        {names.map((name) => (
          <div key={name} className="row">
            <span className="mono dim ell grow" title={name}>
              {name}
            </span>
            <span className="gp-short">
              <CommitField
                label={`Length of ${name}`}
                value={request.dims[name] === undefined ? '' : String(request.dims[name])}
                placeholder="auto"
                numeric
                centred
                commit={set(name)}
              />
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}

function Providers() {
  const { request, change } = useRequest();
  const choices = useProviders();
  return (
    <fieldset className="gp-setup-part gp-providers">
      <legend className="h3">Provider</legend>
      {choices.map((c) => (
        <label
          key={c.id}
          className={`gp-provider${c.id === request.provider ? ' on' : ''}${c.available ? '' : ' muted'}`}
        >
          <input
            type="radio"
            name="provider"
            checked={c.id === request.provider}
            disabled={!c.available}
            onChange={() => change({ provider: c.id })}
          />
          <span className="grow">
            <span className="row">
              <b className="grow">{c.label}</b>
              {c.available ? <Measured provider={c.id} /> : <span className="mono">not here</span>}
            </span>
            <span className="gp-provider-note">{c.note}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** The time this provider took, where the last run was on it. */
function Measured({ provider }: { provider: string }) {
  const median = useStore((s) => (s.run?.current.provider === provider ? s.run.current.timing.median : null));
  return median === null ? null : <span className="mono dim">{formatDuration(median)}</span>;
}

function Numbers() {
  const { request, change } = useRequest();
  const setRuns = (text: string) => {
    const runs = Number(text);
    if (!Number.isInteger(runs) || runs < 1 || runs > MOST_RUNS) return `1 to ${MOST_RUNS} runs.`;
    change({ runs });
    return null;
  };
  return (
    <>
      <span className="dim">Runs</span>
      <span className="gp-short">
        <CommitField label="Timed runs" value={String(request.runs)} commit={setRuns} numeric centred />
      </span>
      <label className="row gp-check">
        <input type="checkbox" checked={request.profile} onChange={(e) => change({ profile: e.target.checked })} />
        Profile
      </label>
    </>
  );
}
