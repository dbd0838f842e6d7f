import { useState } from 'react';
import { useOnceIdle } from '../kit/when-idle.ts';
import { useStore } from './store.ts';

/**
 * False until the first graph has been on the screen for a moment: what stands around it costs as much as the graph and must
 * not stand between a person and the picture. It stays when another model is opened.
 */
export function useGraphFirst(): boolean {
  const open = useStore((s) => s.model !== null);
  const drawn = useOnceIdle(useStore((s) => s.model !== null && (s.graphState !== 'opening' || s.analysed)));
  const [seen, setSeen] = useState(false);
  if (drawn && !seen) setSeen(true);
  if (!open && seen) setSeen(false);
  return open && seen;
}
