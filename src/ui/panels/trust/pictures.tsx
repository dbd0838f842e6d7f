/** Differences as pictures: found over expected, and how many values differ by how much. */
import { useState } from 'react';
import { formatCount } from '../../../graph-model/format.ts';
import type { DifferenceBin, TrustOutput } from '../../../workers/protocol.ts';
import { Select } from '../inspector/attribute-editor.tsx';
import { small } from './words.ts';

export function Pictures({ outputs }: { outputs: readonly TrustOutput[] }) {
  const [chosen, setChosen] = useState('');
  const output = outputs.find((o) => o.name === chosen) ?? outputs[0]!;
  return (
    <aside className="gp-outputs" aria-label="Differences">
      <h3 className="h3 gp-flush">Differences</h3>
      {outputs.length > 1 && (
        <Select
          label="Output"
          value={output.name}
          options={outputs.map((o) => [o.name, o.name] as const)}
          choose={(name) => {
            setChosen(name);
            return null;
          }}
        />
      )}
      {output.sample && <Scatter output={output} sample={output.sample} />}
      {output.histogram && <Decades bins={output.histogram} output={output} />}
    </aside>
  );
}

const SIDE = 180;

/** Points on the diagonal agree. Those beyond the limit are crosses, so that they are seen without colour. */
function Scatter({ output, sample }: { output: TrustOutput; sample: NonNullable<TrustOutput['sample']> }) {
  const all = [...sample.expected, ...sample.found];
  if (all.length === 0) return null;
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const at = (v: number) => 6 + ((v - low) / (high - low || 1)) * (SIDE - 12);
  const points = sample.expected.map((e, i) => ({ e, f: sample.found[i]! }));
  const off = points.filter((p) => Math.abs(p.e - p.f) > output.limit);
  const words = `${output.name}: ${formatCount(points.length)} values found against expected from ${small(low)} to ${small(high)}, ${off.length} beyond the limit`;
  return (
    <figure className="gp-figure" style={{ width: SIDE }}>
      <svg width={SIDE} height={SIDE} role="img" aria-label={words} className="gp-scatter">
        <path className="gp-diagonal" d={`M6 ${SIDE - 6}L${SIDE - 6} 6`} />
        {points.map(({ e, f }, i) =>
          Math.abs(e - f) > output.limit ? (
            <path key={i} className="gp-off" d={`M${at(e) - 3} ${SIDE - at(f) - 3}l6 6m0 -6l-6 6`} />
          ) : (
            <circle key={i} cx={at(e)} cy={SIDE - at(f)} r="1.8" />
          ),
        )}
      </svg>
      <figcaption className="gp-scale">
        <span>{small(low)}</span>
        <span>expected →, found ↑</span>
        <span>{small(high)}</span>
      </figcaption>
    </figure>
  );
}

const label = (upTo: number) =>
  upTo === 0 ? '0' : upTo === Infinity ? 'more' : upTo.toExponential(0).replace('e-', 'e−');

/** Values by the power of ten that their difference stays under. */
function Decades({ bins, output }: { bins: readonly DifferenceBin[]; output: TrustOutput }) {
  const most = Math.max(...bins.map((b) => b.count), 1);
  const last = bins.findLastIndex((b) => b.count > 0);
  const shown = bins.slice(0, Math.max(last + 1, 2));
  return (
    <div className="gp-decades" role="table" aria-label={`Differences of ${output.name}`}>
      {shown.map((b) => (
        <div key={b.upTo} role="row">
          <span role="cell" className="mono dim">
            {b.upTo === 0 ? 'none' : b.upTo === Infinity ? 'more than 1' : `to ${label(b.upTo)}`}
          </span>
          <span role="cell" className={`gp-share ${toneOf(b, output)}`}>
            <i style={{ width: `${b.count > 0 ? Math.max(2, (100 * b.count) / most) : 0}%` }} />
          </span>
          <span role="cell" className="mono r">
            {formatCount(b.count)}
          </span>
        </div>
      ))}
    </div>
  );
}

function toneOf({ upTo }: DifferenceBin, { equalWithin, limit }: TrustOutput): string {
  if (upTo / 10 <= equalWithin) return 'ok';
  return upTo / 10 <= limit ? 'warn' : 'error';
}
