/** Work that must not stand between a person and the picture. */
import { useEffect, useState } from 'react';

/** Milliseconds after which waiting work is done even in a page that is never idle. */
const PATIENCE = 150;

/** Does work when the page has a moment, at the latest after {@link PATIENCE}; the function given back calls it off. */
export function whenIdle(work: () => void): () => void {
  // Safari has no idle callbacks.
  if (!('requestIdleCallback' in window)) {
    const timer = setTimeout(work);
    return () => clearTimeout(timer);
  }
  const request = requestIdleCallback(work, { timeout: PATIENCE });
  return () => cancelIdleCallback(request);
}

/** Becomes true when `wanted` is and the page has had a moment since; false again as soon as it is not. */
export function useOnceIdle(wanted: boolean): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    if (!wanted) return;
    const stop = whenIdle(() => setIdle(true));
    return () => {
      stop();
      setIdle(false);
    };
  }, [wanted]);
  return wanted && idle;
}

/** Milliseconds after which work is worth telling of. */
export const SLOW = 400;

/** True once `wanted` has been so for that long, in milliseconds: what is over at once is not worth a word. */
export function useLasting(wanted: boolean, milliseconds: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!wanted) return;
    const timer = setTimeout(() => setLasting(true), milliseconds);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [wanted, milliseconds]);
  return wanted && lasting;
}
