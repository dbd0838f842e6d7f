/** Gives the panels their store and their actions, so that they can be drawn and tested without the page. */
import { createContext, use, type ReactNode } from 'react';
import { useStore, type StoreApi } from 'zustand';
import type { State } from '../store/state.ts';
import type { PanelActions } from './actions.ts';

export interface PanelHost {
  readonly store: Pick<StoreApi<State>, 'getState' | 'getInitialState' | 'subscribe'>;
  readonly actions: PanelActions;
}

const HostContext = createContext<PanelHost | null>(null);

export function PanelProvider({ host, children }: { host: PanelHost; children: ReactNode }) {
  return <HostContext value={host}>{children}</HostContext>;
}

export function useHost(): PanelHost {
  const host = use(HostContext);
  if (!host) throw new Error('Panels are drawn inside a PanelProvider.');
  return host;
}

/** A part of the page's state. */
export function usePanel<T>(selector: (state: State) => T): T {
  return useStore(useHost().store, selector);
}

export function useActions(): PanelActions {
  return useHost().actions;
}
