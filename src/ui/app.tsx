import { lazy, Suspense, useState, type ComponentType } from 'react';
import { StatusBar } from './bars/status-bar.tsx';
import { TopBar } from './bars/top-bar.tsx';
import { useShortcuts } from './commands/use-commands.ts';
import { useDrop } from './files/use-drop.ts';
import { useGraphFirst } from './store/graph-first.ts';
import { useStore } from './store/store.ts';
import { Welcome } from './welcome/welcome.tsx';

// The first screen must not wait for the code of the others.
let workspaceHere: ComponentType<{ seen: boolean }> | null = null;
const workspace = () => import('./workspace/workspace.tsx').then(({ Workspace }) => (workspaceHere = Workspace));
const WorkspaceLater = lazy(() => workspace().then((component) => ({ default: component })));
const Palette = lazy(() => import('./commands/palette.tsx').then((m) => ({ default: m.Palette })));
const Dialogs = lazy(() => import('./commands/dialogs.tsx').then((m) => ({ default: m.Dialogs })));

/** Fetches what opening a model needs, once the first screen is there. */
export const prepareWorkspace = (): void => void workspace();

/** What is here is shown at once: a fallback, however short its cause, would stay on the screen for a third of a second. */
function Workspace({ seen }: { seen: boolean }) {
  const [Shown] = useState(() => workspaceHere ?? WorkspaceLater);
  return <Shown seen={seen} />;
}

export function App() {
  const open = useStore((s) => s.model !== null);
  const palette = useStore((s) => s.paletteOpen);
  const dialog = useStore((s) => s.dialog);
  const seen = useGraphFirst();
  const over = useDrop();
  useShortcuts();
  return (
    <div className="app">
      <TopBar open={seen} />
      {open ? (
        <Suspense fallback={<main className="main" aria-busy="true" />}>
          <Workspace seen={seen} />
        </Suspense>
      ) : (
        <Welcome over={over} />
      )}
      <StatusBar />
      {over && open && <div className="drop-veil">Drop to open</div>}
      <Suspense>
        {palette && <Palette />}
        {dialog && <Dialogs dialog={dialog} />}
      </Suspense>
    </div>
  );
}
