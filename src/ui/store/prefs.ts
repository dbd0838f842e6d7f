import type { PrefsSlice } from './state.ts';
import type { PrefStorage, SetState } from './slice.ts';

const KEY = 'graphwright.theme';

export function prefsSlice(set: SetState, storage: PrefStorage | null): PrefsSlice {
  return {
    theme: readTheme(storage),
    setTheme: (theme) => {
      storage?.setItem(KEY, theme);
      set({ theme });
    },
  };
}

export function readTheme(storage: PrefStorage | null): PrefsSlice['theme'] {
  const kept = storage?.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

/** Storage that throws (private windows, blocked cookies) is no storage. */
export function pageStorage(): PrefStorage | null {
  try {
    window.localStorage.getItem(KEY);
    return window.localStorage;
  } catch {
    return null;
  }
}
