import { isOnnx, opsetVersion } from '../../graph-model/core/model.ts';
import { useCommand } from '../commands/use-commands.ts';
import { formatLabel } from '../files/files.ts';
import { Button, IconButton } from '../kit/button.tsx';
import { Chip } from '../kit/chip.tsx';
import { Icon, Logo } from '../kit/icon.tsx';
import { Menu } from '../kit/menu.tsx';
import type { IconName } from '../kit/icons.ts';
import { useStore } from '../store/store.ts';

/** `open`: the bar of a model, which must be there. */
export function TopBar({ open }: { open: boolean }) {
  return (
    <header className="top">
      {open ? <ModelBar /> : <PlainBar />}
      <ThemeMenu />
    </header>
  );
}

function PlainBar() {
  const keyboard = useCommand('keyboard');
  const palette = useCommand('palette');
  return (
    <>
      <span className="brand">
        <Logo />
        Graphwright
      </span>
      <span className="grow" />
      <Button kind="ghost" keys={palette.keys} onClick={palette.press}>
        Commands
      </Button>
      <Button kind="ghost" keys={keyboard.keys} onClick={keyboard.press}>
        {keyboard.label}
      </Button>
      <span className="sep" />
    </>
  );
}

function ModelBar() {
  return (
    <>
      <div className="top-side">
        <FileMenu />
        <span className="sep" />
        <FileName />
        <span className="sep" />
        <CommandIcon id="undo" />
        <CommandIcon id="redo" />
      </div>
      <PaletteButton />
      <div className="top-side end">
        <ConvertButton />
        <CommandButton id="optimise" icon="wand" busy="optimise" />
        <CommandButton id="run" icon="run" busy="run" />
        <span className="sep" />
        <DownloadButton />
      </div>
    </>
  );
}

function FileMenu() {
  const commands = [useCommand('open'), useCommand('open-folder'), useCommand('new'), useCommand('keyboard')];
  const close = useCommand('close');
  const entries = [
    ...commands.map((c) => ({ id: c.label, label: c.label, keys: c.keys, off: c.off, run: c.press })),
    { id: 'line', separator: true as const },
    { id: 'close', label: close.label, off: close.off, run: close.press },
  ];
  const trigger = (
    <button type="button" className="brand" aria-label="Graphwright: file menu">
      <Logo />
    </button>
  );
  return <Menu trigger={trigger} entries={entries} />;
}

function FileName() {
  const name = useStore((s) => s.fileName);
  const model = useStore((s) => s.model)!;
  const edited = useStore((s) => s.at !== s.savedAt);
  const opset = opsetVersion(model.opsets, '');
  return (
    <>
      <h1 className="file-name">
        <Icon name="file" />
        <span className="ell" title={name}>
          {name}
        </span>
      </h1>
      <Chip>
        {formatLabel(model.source.format)}
        {opset !== null && ` · opset ${opset}`}
      </Chip>
      {edited && (
        <>
          <span className="dot-edit" />
          <span className="muted">edited</span>
        </>
      )}
    </>
  );
}

function CommandIcon({ id }: { id: 'undo' | 'redo' }) {
  const c = useCommand(id);
  return <IconButton icon={id} label={c.label} keys={c.keys} off={c.off} onClick={c.press} />;
}

function CommandButton({ id, icon, busy }: { id: string; icon: IconName; busy: string }) {
  const c = useCommand(id);
  const running = useStore((s) => s.jobs.some((j) => j.kind === busy));
  return (
    <Button kind="ghost" icon={icon} off={c.off} aria-busy={running} className={running ? 'on' : ''} onClick={c.press}>
      {c.label}
    </Button>
  );
}

/** Only for models of another framework: the first thing to do with them. */
function ConvertButton() {
  const convert = useCommand('convert');
  const running = useStore((s) => s.jobs.some((j) => j.kind === 'convert'));
  const foreign = useStore((s) => s.model !== null && !isOnnx(s.model));
  const options = useCommand('convert-options');
  if (!foreign) return null;
  const more = (
    <button type="button" className="btn primary split" aria-label="More ways to convert">
      <Icon name="down" tiny />
    </button>
  );
  const label = running ? 'Converting…' : convert.label;
  return (
    <div className="split-button">
      <Button
        kind="primary"
        icon="graph"
        aria-busy={running}
        aria-disabled={running}
        onClick={running ? undefined : convert.press}
      >
        {label}
      </Button>
      <Menu
        trigger={more}
        entries={[{ id: options.label, label: options.label, off: running && label, run: options.press }]}
        align="end"
      />
    </div>
  );
}

function PaletteButton() {
  const c = useCommand('palette');
  return (
    <button type="button" className="cmd" onClick={c.press}>
      <Icon name="search" small />
      <span className="grow ell">{c.label}</span>
      <span className="kbd">{c.keys}</span>
    </button>
  );
}

function DownloadButton() {
  const download = useCommand('download');
  const others = [useCommand('save-as'), useCommand('download-external')];
  const entries = others.map((c) => ({ id: c.label, label: c.label, keys: c.keys, off: c.off, run: c.press }));
  const more = (
    <button type="button" className="btn primary split" aria-label="More ways to save">
      <Icon name="down" tiny />
    </button>
  );
  return (
    <div className="split-button">
      <Button kind="primary" icon="download" off={download.off} onClick={download.press}>
        {download.label}
      </Button>
      <Menu trigger={more} entries={entries} align="end" />
    </div>
  );
}

const THEMES = [
  { id: 'light', label: 'Light', icon: 'sun' },
  { id: 'dark', label: 'Dark', icon: 'moon' },
  { id: 'system', label: 'As the system', icon: 'monitor' },
] as const;

function ThemeMenu() {
  const theme = useStore((s) => s.theme);
  const setTheme = useStore((s) => s.setTheme);
  const entries = THEMES.map((t) => ({ ...t, checked: t.id === theme, run: () => setTheme(t.id) }));
  const trigger = (
    <button type="button" className="btn ghost icon" aria-label="Theme">
      <Icon name="theme" />
    </button>
  );
  return <Menu trigger={trigger} entries={entries} align="end" />;
}
