/** The left part of Run: what goes in, where it runs, how often. */
import { useState } from 'react';
import { formatDuration } from '../../../graph-model/format.ts';
import { Button, IconButton } from '../../kit/button.tsx';
import { useStore } from '../../store/store.ts';
import type { ProviderChoice } from '../actions.ts';
import { useActions } from '../host.tsx';
import { CommitField } from '../parts/commit-field.tsx';
import { Problem } from '../parts/states.tsx';
import { InputRow } from './input-row.tsx';
import { chosenProvider, inputsOf, MOST_RUNS, settingsOf, symbolicDims, type RunDraft } from './run-draft.ts';

export interface SetupProps {
  readonly draft: RunDraft;
  readonly setDraft: (draft: RunDraft) => void;
}

export function Setup({ draft, setDraft }: SetupProps) {
  const { providers, run } = useActions();
  const choices = providers();
  const busy = useStore((s) => s.jobs.some((j) => j.kind === 'run'));
  const missing = useStore((s) => s.missing);
  const failure = useStore((s) => s.runFailure);
  const [problem, setProblem] = useState<string | null>(null);
  const again = useStore((s) => s.run !== null);
  const start = () => {
    const settings = settingsOf(draft, choices);
    if (typeof settings === 'string') return setProblem(settings);
    setProblem(null);
    run(settings).catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)));
  };
  const off = busy ? 'It is running.' : missing.length > 0 && `Weights are missing: open ${missing[0]} first.`;
  return (
    <section className="gp-setup" aria-label="Set up the run">
      <div className="gp-setup-body">
        <Inputs draft={draft} setDraft={setDraft} />
        <Dimensions draft={draft} setDraft={setDraft} />
        <Providers draft={draft} setDraft={setDraft} choices={choices} />
        {problem && <Problem message={problem} />}
        {failure && !busy && <Problem message={failure.message} help={failure.help} />}
      </div>
      <footer className="gp-setup-foot">
        <Numbers draft={draft} setDraft={setDraft} />
        <span className="grow" />
        <Button kind="primary" size="small" icon="run" keys="Ctrl ↵" off={off} onClick={start}>
          {again ? 'Run again' : 'Run'}
        </Button>
      </footer>
    </section>
  );
}

function Inputs({ draft, setDraft }: SetupProps) {
  const model = useStore((s) => s.model)!;
  const inputs = inputsOf(model);
  const generated = inputs.filter((v) => (draft.inputs[v.name]?.kind ?? 'generated') === 'generated').length;
  return (
    <div className="gp-setup-part">
      <h3 className="h3">
        Inputs<span className="count">{inputs.length}</span>
        <span className="grow" />
        {generated > 0 && <Seed draft={draft} setDraft={setDraft} />}
      </h3>
      {inputs.map((value) => (
        <InputRow
          key={value.id}
          value={value}
          choice={draft.inputs[value.name] ?? { kind: 'generated' }}
          choose={(choice) => setDraft({ ...draft, inputs: { ...draft.inputs, [value.name]: choice } })}
        />
      ))}
      {inputs.length === 0 && <p className="muted">The model reads nothing.</p>}
    </div>
  );
}

function Seed({ draft, setDraft }: SetupProps) {
  const set = (text: string) => {
    const seed = Number(text);
    if (!Number.isSafeInteger(seed) || seed < 0) return 'A seed is a whole number.';
    setDraft({ ...draft, seed });
    return null;
  };
  return (
    <span className="gp-seed">
      <span className="gp-plain">seed</span>
      <CommitField label="Seed of the generated inputs" value={String(draft.seed)} commit={set} numeric centred />
      <IconButton
        icon="dice"
        label="Another seed"
        size="small"
        onClick={() => setDraft({ ...draft, seed: (draft.seed * 48271 + 11) % 99991 })}
      />
    </span>
  );
}

function Dimensions({ draft, setDraft }: SetupProps) {
  const model = useStore((s) => s.model)!;
  const names = symbolicDims(inputsOf(model));
  if (names.length === 0) return null;
  return (
    <div className="gp-setup-part">
      <h3 className="h3">Dimensions</h3>
      <div className="gp-dimensions">
        {names.map((name) => (
          <label key={name} className="row">
            <span className="mono dim ell grow" title={name}>
              {name}
            </span>
            <span className="gp-short">
              <CommitField
                label={`Length of ${name}`}
                value={draft.dims[name] ?? ''}
                placeholder="auto"
                numeric
                centred
                commit={(text) => {
                  if (text.trim() !== '' && !/^\d+$/.test(text.trim())) return 'A length is a whole number.';
                  setDraft({ ...draft, dims: { ...draft.dims, [name]: text.trim() } });
                  return null;
                }}
              />
            </span>
          </label>
        ))}
      </div>
    </div>
  );
}

function Providers({ draft, setDraft, choices }: SetupProps & { choices: readonly ProviderChoice[] }) {
  const chosen = chosenProvider(draft, choices);
  return (
    <fieldset className="gp-setup-part gp-providers">
      <legend className="h3">Provider</legend>
      {choices.map((c) => (
        <label key={c.id} className={`gp-provider${c.id === chosen ? ' on' : ''}${c.available ? '' : ' muted'}`}>
          <input
            type="radio"
            name="provider"
            checked={c.id === chosen}
            disabled={!c.available}
            onChange={() => setDraft({ ...draft, provider: c.id })}
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

function Numbers({ draft, setDraft }: SetupProps) {
  const setRuns = (text: string) => {
    const runs = Number(text);
    if (!Number.isInteger(runs) || runs < 1 || runs > MOST_RUNS) return `1 to ${MOST_RUNS} runs.`;
    setDraft({ ...draft, runs });
    return null;
  };
  return (
    <>
      <span className="dim">Runs</span>
      <span className="gp-short">
        <CommitField label="Timed runs" value={String(draft.runs)} commit={setRuns} numeric centred />
      </span>
      <label className="row gp-check">
        <input
          type="checkbox"
          checked={draft.profile}
          onChange={(e) => setDraft({ ...draft, profile: e.target.checked })}
        />
        Profile
      </label>
    </>
  );
}
