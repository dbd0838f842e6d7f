import { createRoot } from 'react-dom/client';
import { createWorkers } from '../workers/client.ts';
import { App } from './app.tsx';
import { TooltipRoot } from './kit/tooltip.tsx';
import { analyseInWorker } from './store/analysis.ts';
import { mirrorState } from './store/mirror.ts';
import { pageStorage } from './store/prefs.ts';
import { createAppStore, ServicesContext } from './store/store.ts';
import './theme/tokens.css';
import './theme/base.css';
import './theme/frame.css';
import './theme/panel.css';

const workers = createWorkers();
const store = createAppStore({ workers, analyse: analyseInWorker(workers), storage: pageStorage() });
mirrorState(store, document.documentElement, window.matchMedia('(prefers-color-scheme: dark)'));

createRoot(document.getElementById('root')!).render(
  <ServicesContext.Provider value={{ store, workers }}>
    <TooltipRoot>
      <App />
    </TooltipRoot>
  </ServicesContext.Provider>,
);
