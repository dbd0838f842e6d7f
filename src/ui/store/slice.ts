/** What slices share: the store's own two functions, and what the store needs of the world. */
import type { StoreApi } from 'zustand';
import type { Workers } from '../../workers/client.ts';
import type { Analyse } from './analysis.ts';
import type { State } from './state.ts';

/** `localStorage`, or null where the browser forbids it. */
export type PrefStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** Tests give their own. */
export interface StoreDeps {
  readonly workers: Workers;
  readonly analyse: Analyse;
  readonly storage: PrefStorage | null;
}

export type Store = StoreApi<State>;
export type Get = Store['getState'];
export type SetState = (part: Partial<State> | ((state: State) => Partial<State>)) => void;
