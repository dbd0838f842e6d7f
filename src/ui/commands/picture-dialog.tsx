/** What a picture of the graph shall be: format, part, theme, size, title and key. */
import { useId, useState } from 'react';
import { Button } from '../kit/button.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { Segmented } from '../kit/segmented.tsx';
import '../kit/field.css';
import { useStore, useStoreApi } from '../store/store.ts';
import type { PictureRequest } from '../store/state.ts';

const FORMATS = [
  { id: 'svg', label: 'SVG' },
  { id: 'png', label: 'PNG' },
] as const;
const PARTS = [
  { id: 'whole', label: 'The whole graph' },
  { id: 'view', label: 'What is in view' },
] as const;
const THEMES = [
  { id: 'page', label: 'As the page' },
  { id: 'light', label: 'Light' },
  { id: 'dark', label: 'Dark' },
] as const;

export function PictureChoice({ onClose }: { onClose(): void }) {
  const store = useStoreApi();
  const coloured = useStore((s) => s.overlay !== 'category');
  const [choice, setChoice] = useState<PictureRequest>({
    format: 'svg',
    part: 'whole',
    theme: 'page',
    header: coloured,
  });
  const [width, setWidth] = useState('');
  const id = useId();
  const pixels = Number(width);
  const bad = width !== '' && !(Number.isInteger(pixels) && pixels >= 16 && pixels <= 16_000);
  const save = () => {
    onClose();
    const picture = { ...choice, ...(width === '' ? {} : { width: pixels }) };
    store.getState().ask({ kind: 'picture', picture });
  };
  const foot = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button kind="primary" off={bad && 'The width is no number of pixels'} onClick={save}>
        Save
      </Button>
    </>
  );
  const pick = (part: Partial<PictureRequest>) => setChoice({ ...choice, ...part });
  return (
    <Dialog title="Save a picture" open onClose={onClose} foot={foot}>
      <div className="picture-rows">
        <span>Format</span>
        <Segmented label="Format" options={FORMATS} value={choice.format} onChange={(format) => pick({ format })} />
        <span>Part</span>
        <Segmented label="Part" options={PARTS} value={choice.part} onChange={(part) => pick({ part })} />
        <span>Theme</span>
        <Segmented label="Theme" options={THEMES} value={choice.theme} onChange={(theme) => pick({ theme })} />
        <label htmlFor={id}>Width</label>
        <div className={bad ? 'field bad' : 'field'}>
          <input
            id={id}
            inputMode="numeric"
            placeholder={choice.format === 'png' ? 'pixels; twice the size at 100 %' : 'pixels; the size at 100 %'}
            value={width}
            aria-invalid={bad}
            onChange={(e) => setWidth(e.target.value.trim())}
            onKeyDown={(e) => e.key === 'Enter' && !bad && save()}
          />
        </div>
        <span />
        <label className="picture-check">
          <input type="checkbox" checked={choice.header} onChange={(e) => pick({ header: e.target.checked })} />
          Title, and the key of the colours
        </label>
      </div>
    </Dialog>
  );
}
