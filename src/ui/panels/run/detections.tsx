/** What a detector found: boxes over the picture, and beside them labels and scores. */
import { useMemo, useState } from 'react';
import type { Detection } from '../../../graph-model/detections.ts';
import { formatCount } from '../../../graph-model/format.ts';
import { useStore } from '../../store/store.ts';
import { GivenPicture } from './given-picture.tsx';
import { labelsFrom } from './labels.ts';

/** Scores below are found only by those who ask for them. */
const LIKELY = 0.5;

export function Detections({ detections }: { detections: readonly Detection[] }) {
  const metadata = useStore((s) => s.run?.model.metadata);
  const labels = useMemo(() => labelsFrom(metadata), [metadata]);
  const [least, setLeast] = useState(() => (detections.some((d) => d.score >= LIKELY) ? LIKELY : 0));
  const [chosen, setChosen] = useState<number | null>(null);
  const shown = detections.filter((d) => d.score >= least);
  const labelOf = (d: Detection) => labels?.[d.classIndex] ?? `class ${d.classIndex}`;
  return (
    <div className="gp-detections">
      <GivenPicture always>
        <Boxes shown={shown} chosen={chosen} labelOf={labelOf} />
      </GivenPicture>
      <div className="gp-detections-side">
        <label className="row gp-least">
          <span className="dim">Score from</span>
          <input
            type="range"
            min="0"
            max="0.95"
            step="0.05"
            value={least}
            aria-valuetext={percent(least)}
            onChange={(e) => setLeast(Number(e.target.value))}
          />
          <span className="mono">{percent(least)}</span>
        </label>
        <ul className="gp-box-list" aria-label="Found">
          {shown.map((d, i) => (
            <li key={i}>
              <button
                type="button"
                className={chosen === i ? 'on' : ''}
                aria-pressed={chosen === i}
                onClick={() => setChosen(chosen === i ? null : i)}
                onPointerEnter={() => setChosen(i)}
                onPointerLeave={() => setChosen(null)}
              >
                <span className="mono muted">{i + 1}</span>
                <span className="ell">{labelOf(d)}</span>
                <span className="mono r">{percent(d.score)}</span>
                <span className="bar">
                  <i style={{ width: percent(d.score) }} />
                </span>
              </button>
            </li>
          ))}
        </ul>
        {shown.length === 0 && (
          <p className="muted gp-small">
            {detections.length === 0 ? 'Nothing was found.' : `Nothing from ${percent(least)}.`}
          </p>
        )}
        {shown.length < detections.length && (
          <p className="muted gp-small">{boxes(detections.length - shown.length)} with lower scores.</p>
        )}
      </div>
    </div>
  );
}

const percent = (share: number) => `${Math.round(share * 100)}%`;
const boxes = (count: number) => (count === 1 ? '1 box' : `${formatCount(count)} boxes`);

interface BoxesProps {
  readonly shown: readonly Detection[];
  readonly chosen: number | null;
  labelOf(d: Detection): string;
}

/** Each box twice, light on dark, so that it is seen on any picture. The one chosen comes last, over the others. */
function Boxes({ shown, chosen, labelOf }: BoxesProps) {
  const order = [...shown.keys()].sort((a, b) => Number(a === chosen) - Number(b === chosen) || b - a);
  const words = shown.map((d, i) => `${i + 1}: ${labelOf(d)}, ${percent(d.score)}`).join('; ');
  return (
    <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={`Boxes. ${words || 'None.'}`}>
      {order.map((i) => {
        const [x, y, width, height] = frameOf(shown[i]!);
        return (
          <g key={i} className={chosen === null ? '' : chosen === i ? 'on' : 'off'}>
            <rect className="under" {...{ x, y, width, height }} vectorEffect="non-scaling-stroke" />
            <rect className="over" {...{ x, y, width, height }} vectorEffect="non-scaling-stroke" />
          </g>
        );
      })}
    </svg>
  );
}

/** In hundredths of the picture, and never beyond its edges. */
function frameOf({ box }: Detection): readonly [number, number, number, number] {
  const [left, top, right, bottom] = box.map((v) => Math.max(0, Math.min(1, v)) * 100) as [
    number,
    number,
    number,
    number,
  ];
  return [left, top, Math.max(0, right - left), Math.max(0, bottom - top)];
}
