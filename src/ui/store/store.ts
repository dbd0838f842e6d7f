/** The page's one store, and the hooks by which components read it. */
import { createContext, useContext } from 'react';
import { createStore, useStore as useZustand } from 'zustand';
import type { Workers } from '../../workers/client.ts';
import type { Files } from '../files/files.ts';
import { documentSlice } from './document.ts';
import { jobsSlice } from './jobs.ts';
import { prefsSlice } from './prefs.ts';
import { convertSlice } from './convert.ts';
import { reportsSlice } from './reports.ts';
import { overlaySlice } from './overlays.ts';
import { searchSlice } from './search.ts';
import { selectionSlice } from './selection.ts';
import type { Store, StoreDeps } from './slice.ts';
import { trustSlice } from './trust.ts';
import type { State } from './state.ts';
import { viewSlice } from './view.ts';

export function createAppStore(deps: StoreDeps): Store {
  return createStore<State>()((set, get) => ({
    ...documentSlice(set, get, deps),
    ...selectionSlice(set, get),
    ...searchSlice(set, get),
    ...overlaySlice(set, get),
    ...viewSlice(set, get, deps.storage),
    ...jobsSlice(set, get),
    ...reportsSlice(set, get, deps),
    ...convertSlice(set, get, deps),
    ...trustSlice(set, get, deps),
    ...prefsSlice(set, deps.storage),
    dialog: null,
    showDialog: (dialog) => set({ dialog }),
  }));
}

export type { Store, StoreDeps } from './slice.ts';

export interface Services {
  readonly store: Store;
  readonly workers: Workers;
  readonly files: Files;
}

/** Given once, at the root. */
export const ServicesContext = createContext<Services | null>(null);

function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === null) throw new Error('ServicesContext: no provider above this component');
  return services;
}

/** Subscribes to a part of the state; the component renders again only when that part is another. */
export function useStore<T>(selector: (state: State) => T): T {
  return useZustand(useServices().store, selector);
}

/** The store itself, for event handlers that read at the moment they run. */
export function useStoreApi(): Store {
  return useServices().store;
}

export function useWorkers(): Workers {
  return useServices().workers;
}

/** Opening, recent models, samples, downloading. */
export function useFiles(): Files {
  return useServices().files;
}
