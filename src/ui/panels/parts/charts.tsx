/** Small pictures of numbers. Each says in words what it shows; colours come from the tokens alone. */
import type { Histogram } from '../../../graph-model/stats/histogram.ts';
import type { HeatMap } from '../../../graph-model/stats/rows.ts';
import { formatCount, formatDuration, formatNumber } from '../../../graph-model/format.ts';
import { axis } from './axis.ts';
import { quantile } from '../../../graph-model/stats/quantile.ts';

/** Bars in the category colour of the surrounding element (`--cat`), or the accent. */
export function HistogramChart({ histogram, width = 192 }: { histogram: Histogram; width?: number }) {
  const { bins, low, high, below, above } = histogram;
  const most = Math.max(...bins, 1);
  const step = width / bins.length;
  const gap = step > 3 ? 0.8 : 0.3;
  const middle = low < 0 && high > 0 ? 0 : (low + high) / 2;
  const at = (middle - low) / (high - low || 1);
  const outside = below + above > 0 ? `, ${formatCount(below + above)} outside` : '';
  return (
    <figure className="gp-figure" style={{ width }}>
      <svg
        width={width}
        height="58"
        role="img"
        aria-label={`Histogram of ${formatCount(bins.reduce((a, b) => a + b, 0))} values from ${formatNumber(low)} to ${formatNumber(high)}${outside}`}
      >
        {bins.map((count, i) => {
          const h = count > 0 ? Math.max(1, (count / most) * 54) : 0;
          const title = `${formatNumber(low + ((high - low) * i) / bins.length, { digits: 3 })} … : ${formatCount(count)}`;
          return (
            <rect key={i} className="gp-bin" x={i * step} y={56 - h} width={Math.max(0.5, step - gap)} height={h}>
              <title>{title}</title>
            </rect>
          );
        })}
        <path className="gp-axis" d={`M0 56.5H${width}M${0.5 + at * (width - 1)} 56v-3`} />
      </svg>
      <figcaption className="gp-scale">
        <span>{formatNumber(low, { digits: 2 })}</span>
        {at > 0.22 && at < 0.78 && <span style={{ left: `${at * 100}%` }}>{formatNumber(middle, { digits: 2 })}</span>}
        <span>{formatNumber(high, { digits: 2 })}</span>
      </figcaption>
      {(below > 0 || above > 0) && (
        <div className="muted gp-small">
          {below > 0 && `${formatCount(below)} below`}
          {below > 0 && above > 0 && ', '}
          {above > 0 && `${formatCount(above)} above`}
        </div>
      )}
    </figure>
  );
}

/** A corner of a tensor in diverging colours: negative, around zero, positive; scaled to its largest magnitude. */
export function HeatMapPicture({ map, caption, width = 96 }: { map: HeatMap; caption: string; width?: number }) {
  const { rows, columns, values } = map;
  const finite = Array.from(values).filter(Number.isFinite);
  const scale = finite.reduce((most, v) => Math.max(most, Math.abs(v)), 0) || 1;
  const cell = width / Math.max(columns, 1);
  const height = Math.min(72, cell * rows);
  return (
    <figure className="gp-figure" style={{ width }}>
      <svg
        className="gp-heat"
        width={width}
        height={height}
        viewBox={`0 0 ${columns} ${rows}`}
        preserveAspectRatio="none"
        shapeRendering="crispEdges"
        role="img"
        aria-label={`Picture of the ${caption} values`}
      >
        {Array.from(values, (v, i) => (
          <HeatCell key={i} x={i % columns} y={Math.floor(i / columns)} value={v} share={v / scale} />
        ))}
      </svg>
      <figcaption className="gp-scale gp-centre">{caption}</figcaption>
    </figure>
  );
}

function HeatCell({ x, y, value, share }: { x: number; y: number; value: number; share: number }) {
  if (Number.isNaN(value)) return null;
  const strength = Math.round(Math.sqrt(Math.min(1, Math.abs(share))) * 100);
  const colour = share < 0 ? 'var(--div-neg)' : 'var(--div-pos)';
  return (
    <rect
      x={x}
      y={y}
      width="1.02"
      height="1.02"
      style={{ fill: `color-mix(in oklab, ${colour} ${strength}%, var(--div-mid))` }}
    />
  );
}

export interface BoxRow {
  readonly label: string;
  /** Milliseconds of each run. */
  readonly runs: readonly number[];
  readonly now: boolean;
}

/** Timings as boxes on one axis: box is the middle half, the bar the median, the line 5 to 95%. */
export function BoxPlots({ rows, width = 280 }: { rows: readonly BoxRow[]; width?: number }) {
  const all = rows.flatMap((r) => r.runs);
  if (all.length === 0) return null;
  const { low, high, ticks } = axis(Math.min(...all), Math.max(...all));
  const left = 62;
  const x = (ms: number) => left + ((ms - low) / (high - low)) * (width - left - 16);
  const bottom = rows.length * 26 + 4;
  const words = rows.map((r) => `${r.label} median ${formatDuration(quantile(r.runs, 0.5))}`).join(', ');
  return (
    <svg className="gp-box" width={width} height={bottom + 18} role="img" aria-label={`Time of each run: ${words}`}>
      {ticks.map((t) => (
        <g key={t}>
          <path className="gp-grid" d={`M${x(t)} 2V${bottom}`} />
          <text x={x(t)} y={bottom + 13} textAnchor="middle">
            {t === ticks[ticks.length - 1] ? `${formatNumber(t)} ms` : formatNumber(t)}
          </text>
        </g>
      ))}
      <path className="gp-grid" d={`M${left} ${bottom + 0.5}H${width}`} />
      {rows.map((row, i) => (
        <BoxLine key={row.label} row={row} y={16 + i * 26} x={x} />
      ))}
    </svg>
  );
}

function BoxLine({ row, y, x }: { row: BoxRow; y: number; x: (ms: number) => number }) {
  const at = (q: number) => x(quantile(row.runs, q));
  const wide = Math.max(2, at(0.75) - at(0.25));
  return (
    <g className={row.now ? 'gp-box-now' : 'gp-box-was'}>
      <text className="gp-box-label" x="0" y={y + 4}>
        {row.label}
      </text>
      <path d={`M${at(0.05)} ${y}H${Math.max(at(0.05) + 1, at(0.95))}`} />
      <rect x={at(0.25)} y={y - 6} width={wide} height="12" rx="2" />
      <path className="gp-box-median" d={`M${at(0.5)} ${y - 7}v14`} />
    </g>
  );
}

/** Each run as a bar, in order; runs over 1.5 times the median are marked. */
export function RunBars({ runs, width = 280 }: { runs: readonly number[]; width?: number }) {
  const most = Math.max(...runs, 0);
  const median = quantile(runs, 0.5);
  const step = Math.min(12, width / runs.length);
  const y = (ms: number) => 38 - (ms / (most || 1)) * 34;
  return (
    <svg
      className="gp-runs"
      width={width}
      height="40"
      role="img"
      aria-label={`Time of each of ${runs.length} runs, longest ${formatDuration(most)}`}
    >
      {runs.map((ms, i) => (
        <rect
          key={i}
          className={ms > 1.5 * median ? 'gp-slow' : 'gp-fast'}
          x={i * step}
          y={y(ms)}
          width={Math.max(0.6, step - 1)}
          height={38 - y(ms)}
        >
          <title>{`Run ${i + 1}: ${formatDuration(ms)}`}</title>
        </rect>
      ))}
      <path className="gp-grid" d={`M0 38.5H${width}`} />
      <path className="gp-median" d={`M0 ${y(median)}H${Math.max(step * runs.length, 20)}`} />
    </svg>
  );
}

/** A share as a bar of fixed width. `tone` is a verdict's class. */
export function ShareBar({ share, tone = '' }: { share: number; tone?: string }) {
  const width = Math.max(0, Math.min(1, share)) * 100;
  return (
    <span className={`gp-share ${tone}`} aria-hidden="true">
      <i style={{ width: `${width > 0 ? Math.max(2, width) : 0}%` }} />
    </span>
  );
}
