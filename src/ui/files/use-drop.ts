import { useEffect, useState } from 'react';
import { useFiles } from '../store/store.ts';

/** The whole page takes files. True while some are dragged over it. */
export function useDrop(): boolean {
  const files = useFiles();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const abort = new AbortController();
    const listen = <K extends 'dragenter' | 'dragover' | 'dragleave' | 'drop'>(type: K, act: (e: DragEvent) => void) =>
      window.addEventListener(type, act, { signal: abort.signal });
    const take = (e: DragEvent) => {
      if (!e.dataTransfer?.types.includes('Files')) return;
      e.preventDefault();
      e.dataTransfer.dropEffect = 'copy';
      setOver(true);
    };
    listen('dragenter', take);
    listen('dragover', take);
    listen('dragleave', (e) => e.relatedTarget === null && setOver(false));
    listen('drop', (e) => {
      setOver(false);
      if (!e.dataTransfer?.types.includes('Files')) return;
      e.preventDefault();
      void files.openDrop(e.dataTransfer);
    });
    return () => abort.abort();
  }, [files]);
  return over;
}
