/** How a weight's values are spread, as small as a word: read when nothing else is to do, one after the other. */
import { useEffect, useState } from 'react';
import type { Tensor } from '../../graph-model/core/tensor.ts';
import { spreadOf } from '../../graph-model/stats/spread.ts';
import { whenIdle } from '../kit/when-idle.ts';

const BINS = 16;
const SIZE = { width: 32, height: 11 };

/** null: it cannot be read (the file of weights is not there). */
const known = new WeakMap<Tensor, readonly number[] | null>();
let last: Promise<unknown> = Promise.resolve();

function queued(tensor: Tensor, signal: AbortSignal): Promise<readonly number[] | null> {
  const read = async () => {
    await new Promise<void>((done) => whenIdle(done));
    if (signal.aborted) return null;
    const bins = await spreadOf(tensor, BINS, signal).catch(() => null);
    if (!signal.aborted) known.set(tensor, bins);
    return bins;
  };
  const next = last.then(read);
  last = next;
  return next;
}

export function WeightSpread({ tensor }: { tensor: Tensor }) {
  const [, redraw] = useState(0);
  const bins = known.get(tensor);
  useEffect(() => {
    if (known.has(tensor) || tensor.data.kind === 'missing') return;
    const stop = new AbortController();
    void queued(tensor, stop.signal).then(() => stop.signal.aborted || redraw((n) => n + 1));
    return () => stop.abort();
  }, [tensor]);
  if (!bins || bins.length === 0) return null;
  const step = SIZE.width / BINS;
  const path = bins
    .map((share, i) => (share === 0 ? '' : `M${i * step} ${SIZE.height}v${-Math.max(1, share * SIZE.height)}`))
    .join('');
  return (
    <svg className="spread" {...SIZE} viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} aria-hidden="true">
      <path d={path} transform={`translate(${step / 2} 0)`} strokeWidth={step - 0.5} />
    </svg>
  );
}
