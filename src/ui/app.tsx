import { lazy, Suspense } from 'react';
import { useStore } from './store/store.ts';
import { StatusBar } from './bars/status-bar.tsx';
import { TopBar } from './bars/top-bar.tsx';

// The first screen must not wait for the code of the second.
const Workspace = lazy(() => import('./workspace/workspace.tsx').then((m) => ({ default: m.Workspace })));

export function App() {
  const open = useStore((s) => s.model !== null);
  return (
    <div className="app">
      <TopBar />
      {open ? (
        <Suspense fallback={<main className="main" aria-busy="true" />}>
          <Workspace />
        </Suspense>
      ) : (
        <main className="main" />
      )}
      <StatusBar />
    </div>
  );
}
