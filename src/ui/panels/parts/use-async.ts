import { useEffect, useState } from 'react';

export type Async<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'done'; readonly value: T }
  | { readonly state: 'failed'; readonly message: string };

const LOADING = { state: 'loading' } as const;

/**
 * The result of an abortable job that depends on `key` alone: it starts anew when the key changes and is stopped when the
 * component goes. Errors become their sentence.
 */
export function useAsync<T>(key: unknown, job: (signal: AbortSignal) => Promise<T>): Async<T> {
  const [result, setResult] = useState<{ key: unknown; value: Async<T> }>({ key, value: LOADING });
  useEffect(() => {
    const stop = new AbortController();
    const set = (value: Async<T>) => stop.signal.aborted || setResult({ key, value });
    job(stop.signal).then(
      (value) => set({ state: 'done', value }),
      (error: unknown) => set({ state: 'failed', message: error instanceof Error ? error.message : String(error) }),
    );
    return () => stop.abort();
    // The key says when the job is another one; the closure is new at every render.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  return result.key === key ? result.value : LOADING;
}
