import { createRoot } from 'react-dom/client';
import { createWorkers } from '../workers/client.ts';
import { STARTED } from '../workers/first-script.ts';
import { App, prepareWorkspace } from './app.tsx';
import { Files } from './files/files.ts';
import { openRecent } from './files/recent.ts';
import { TooltipRoot } from './kit/tooltip.tsx';
import { analyseInWorker } from './store/analysis.ts';
import { mirrorState } from './store/mirror.ts';
import { pageStorage } from './store/prefs.ts';
import { createAppStore, ServicesContext } from './store/store.ts';
import './theme/tokens.css';
import './theme/base.css';
import './theme/frame.css';
import './theme/panel.css';

const workers = createWorkers(STARTED);
const store = createAppStore({ workers, analyse: analyseInWorker(workers), storage: pageStorage() });
const files = new Files(store, openRecent(window.indexedDB), document.baseURI, document);
mirrorState(store, document.documentElement, window.matchMedia('(prefers-color-scheme: dark)'));

/** Installed as an app, the page is offered by the system for files that it can open. */
interface LaunchQueue {
  setConsumer(take: (launch: { files: readonly FileSystemHandle[] }) => void): void;
}
(window as Window & { launchQueue?: LaunchQueue }).launchQueue?.setConsumer((launch) => {
  if (launch.files.length > 0) void files.openHandles(launch.files);
});

// An edited model is only in this tab: leaving asks first.
window.addEventListener('beforeunload', (event) => {
  const { at, savedAt } = store.getState();
  if (at !== savedAt) event.preventDefault();
});

createRoot(document.getElementById('root')!).render(
  <ServicesContext.Provider value={{ store, workers, files }}>
    <TooltipRoot>
      <App />
    </TooltipRoot>
  </ServicesContext.Provider>,
);

// Whoever touches the page opens a model next; a mere look at it fetches no more than the first screen.
onFirstTouch(prepareWorkspace);

/** Calls once, at the first sign of a hand: a pointer over the page, a key, something dragged in, a file chosen. */
function onFirstTouch(then: () => void): void {
  const signs = ['pointermove', 'pointerdown', 'keydown', 'dragenter', 'change'];
  const touched = () => {
    for (const sign of signs) window.removeEventListener(sign, touched, true);
    then();
  };
  for (const sign of signs) window.addEventListener(sign, touched, true);
}
