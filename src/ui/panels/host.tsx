/** Gives the panels the actions that are not the store's own. */
import { createContext, use, type ReactNode } from 'react';
import type { PanelActions } from './actions.ts';

const ActionsContext = createContext<PanelActions | null>(null);

export function PanelProvider({ actions, children }: { actions: PanelActions; children: ReactNode }) {
  return <ActionsContext value={actions}>{children}</ActionsContext>;
}

export function useActions(): PanelActions {
  const actions = use(ActionsContext);
  if (!actions) throw new Error('PanelProvider: none above this component');
  return actions;
}
