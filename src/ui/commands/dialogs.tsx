/** The dialogs that commands ask for. */
import { lazy, Suspense, useContext, useId, useMemo, useState } from 'react';
import { formatBytes } from '../../graph-model/format.ts';
import { weightBytes } from '../../graph-model/stats/weight-bytes.ts';
import { download, downloadName, errorsOf, LARGEST_SINGLE_FILE } from '../files/download.ts';
import { Button, Keys } from '../kit/button.tsx';
import { Dialog } from '../kit/dialog.tsx';
import '../kit/field.css';
import { ServicesContext, useStore } from '../store/store.ts';
import type { DialogView } from '../store/state.ts';
import { COMMANDS } from './commands.ts';
import { CANVAS_KEYS, showKeys } from './keys.ts';
import { PictureChoice } from './picture-dialog.tsx';
import './palette.css';

const ConvertDialog = lazy(() => import('./convert-dialog.tsx').then((m) => ({ default: m.ConvertDialog })));
const RefusedDialog = lazy(() => import('./refused-dialog.tsx').then((m) => ({ default: m.RefusedDialog })));

export function Dialogs({ dialog }: { dialog: DialogView }) {
  const show = useStore((s) => s.showDialog);
  const close = () => show(null);
  if (dialog.kind === 'keyboard') return <KeyboardList onClose={close} />;
  if (dialog.kind === 'download') return <DownloadChoice onClose={close} />;
  if (dialog.kind === 'picture') return <PictureChoice onClose={close} />;
  if (dialog.kind === 'convert' || dialog.kind === 'refused') {
    const Asked = dialog.kind === 'convert' ? ConvertDialog : RefusedDialog;
    return (
      <Suspense>
        <Asked onClose={close} />
      </Suspense>
    );
  }
  if (dialog.kind === 'download-invalid') return <DownloadInvalid proceed={dialog.proceed} onClose={close} />;
  return <Prompt key={dialog.title} dialog={dialog} onClose={close} />;
}

function Prompt({ dialog, onClose }: { dialog: Extract<DialogView, { kind: 'prompt' }>; onClose(): void }) {
  const [text, setText] = useState(dialog.value);
  const [why, setWhy] = useState('');
  const id = useId();
  const submit = () => {
    const refusal = dialog.submit(text);
    if (refusal) setWhy(refusal);
    else onClose();
  };
  const foot = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button kind="primary" onClick={submit}>
        {dialog.action}
      </Button>
    </>
  );
  return (
    <Dialog title={dialog.title} open onClose={onClose} foot={foot}>
      <label className="field-label" htmlFor={id}>
        {dialog.label}
      </label>
      <div className={why ? 'field bad' : 'field'}>
        <input
          id={id}
          autoFocus
          spellCheck={false}
          autoComplete="off"
          value={text}
          aria-invalid={why !== ''}
          aria-describedby={why ? `${id}-why` : undefined}
          onFocus={(e) => e.target.select()}
          onChange={(e) => setText(e.target.value)}
          onKeyDown={(e) => e.key === 'Enter' && submit()}
        />
      </div>
      {why && (
        <p id={`${id}-why`} className="field-why" role="alert">
          {why}
        </p>
      )}
    </Dialog>
  );
}

function KeyboardList({ onClose }: { onClose(): void }) {
  const groups = [...new Set(COMMANDS.map((c) => c.group))];
  return (
    <Dialog title="Keyboard" open onClose={onClose} wide>
      <div className="keys-grid">
        {groups.map((group) => (
          <KeyGroup
            key={group}
            title={group}
            rows={COMMANDS.filter((c) => c.group === group && c.keys).map((c) => ({
              label: c.label,
              keys: c.keys!.map((k) => showKeys(k)),
            }))}
          />
        ))}
        <KeyGroup title="In the graph" rows={CANVAS_KEYS.map((k) => ({ label: k.label, keys: [k.keys] }))} />
      </div>
    </Dialog>
  );
}

function KeyGroup({ title, rows }: { title: string; rows: readonly { label: string; keys: readonly string[] }[] }) {
  if (rows.length === 0) return null;
  return (
    <ul className="keys-group" aria-label={title}>
      <li className="muted strong">{title}</li>
      {rows.map((row) => (
        <li key={row.label}>
          <span className="grow">{row.label}</span>
          {row.keys.map((k) => (
            <Keys key={k} text={k} />
          ))}
        </li>
      ))}
    </ul>
  );
}

function DownloadChoice({ onClose }: { onClose(): void }) {
  const services = useContext(ServicesContext)!;
  const model = useStore((s) => s.model);
  const size = useMemo(() => (model ? weightBytes(model) : 0), [model]);
  const name = useStore(downloadName);
  const tooLarge = size > LARGEST_SINGLE_FILE;
  const start = (weights: 'inside' | 'external') => {
    onClose();
    void download(services.store, services.workers, { weights });
  };
  const foot = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button
        kind={tooLarge ? 'plain' : 'primary'}
        off={tooLarge && 'An ONNX file can hold 2 GB at most'}
        onClick={() => start('inside')}
      >
        One file
      </Button>
      <Button kind={tooLarge ? 'primary' : 'plain'} onClick={() => start('external')}>
        Two files
      </Button>
    </>
  );
  return (
    <Dialog title={`Download ${name}`} open onClose={onClose} foot={foot}>
      <p className="card-text">
        {tooLarge
          ? `${formatBytes(size)} is more than one ONNX file can hold. The weights go beside the model, in `
          : `${formatBytes(size)}. One file holds structure and weights together; two files keep the weights beside the model, in `}
        <span className="mono">{name}_data</span>; both must stay in one folder.
      </p>
    </Dialog>
  );
}

/** As many errors as can be read at a glance; the panel has the rest. */
const LISTED = 6;

function DownloadInvalid({ proceed, onClose }: { proceed(): void; onClose(): void }) {
  const problems = useStore((s) => s.problems);
  const name = useStore(downloadName);
  const showPanel = useStore((s) => s.setView);
  const errors = errorsOf({ problems });
  const few = errors.slice(0, LISTED);
  const foot = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button
        onClick={() => {
          onClose();
          proceed();
        }}
      >
        Download anyway
      </Button>
      <Button
        kind="primary"
        onClick={() => {
          onClose();
          showPanel({ bottomOpen: true, bottomTab: 'problems' });
        }}
      >
        Show problems
      </Button>
    </>
  );
  return (
    <Dialog
      title={`${name} has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}`}
      open
      onClose={onClose}
      foot={foot}
    >
      <p className="card-text">Runtimes will refuse this model, or read it otherwise than it is meant.</p>
      <ul className="error-list" aria-label="Errors">
        {few.map((p, i) => (
          <li key={i}>{p.message}</li>
        ))}
        {errors.length > few.length && <li className="muted">and {errors.length - few.length} more</li>}
      </ul>
    </Dialog>
  );
}
