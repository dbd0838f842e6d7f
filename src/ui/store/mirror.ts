/** The page tells its state on `<html>`, where tests, benchmarks and styles can see it. */
import type { State } from './state.ts';
import type { Store } from './slice.ts';

/** Mirrors until the returned function is called. */
export function mirrorState(store: Store, html: HTMLElement, dark: MediaQueryList): () => void {
  const write = () => mirror(store.getState(), html, dark.matches);
  write();
  dark.addEventListener('change', write);
  const stop = store.subscribe(write);
  return () => {
    stop();
    dark.removeEventListener('change', write);
  };
}

function mirror(state: State, html: HTMLElement, systemDark: boolean): void {
  const theme = state.theme === 'system' ? (systemDark ? 'dark' : 'light') : state.theme;
  setData(html, 'theme', theme);
  setData(html, 'graphState', state.graphState);
  setData(html, 'busy', state.jobs[0]?.kind);
  const edited = state.at !== state.savedAt ? '• ' : '';
  const title = state.model === null ? 'Graphwright' : `${edited}${state.fileName} - Graphwright`;
  if (html.ownerDocument.title !== title) html.ownerDocument.title = title;
}

function setData(html: HTMLElement, key: string, value: string | undefined): void {
  if (html.dataset[key] === value) return;
  if (value === undefined) delete html.dataset[key];
  else html.dataset[key] = value;
}
