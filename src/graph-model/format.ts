/** How figures are written for people, in the page and by the command. */
import type { Shape } from './core/types.ts';

export interface NumberFormat {
  /** Significant digits, 4 where left out. */
  readonly digits?: number;
  /** The sign of negative numbers; a terminal wants '-'. */
  readonly minus?: string;
}

/**
 * A measured or stored number, short: `0.113`, `−0.41`, `3.8e-6`, `13,824`. Whole numbers below a million are written
 * whole; everything else has `digits` significant digits without trailing zeros.
 */
export function formatNumber(value: number | bigint, options: NumberFormat = {}): string {
  const { digits = 4, minus = '−' } = options;
  if (typeof value === 'bigint') return signed(group(value < 0n ? -value : value), value < 0n, minus);
  if (Number.isNaN(value)) return 'NaN';
  const size = Math.abs(value);
  return signed(unsigned(size, digits), value < 0, minus);
}

function unsigned(size: number, digits: number): string {
  if (size === Infinity) return '∞';
  if (size === 0) return '0';
  if (Number.isInteger(size) && size < 1e6) return group(size);
  if (size >= 1e6 || size < 1e-4) return exponent(size, digits);
  const text = size.toPrecision(digits);
  return text.includes('e') ? group(Math.round(size)) : trimZeros(text);
}

function exponent(size: number, digits: number): string {
  const [mantissa, power] = size.toExponential(Math.max(0, digits - 1)).split('e') as [string, string];
  return `${trimZeros(mantissa)}e${power.replace('+', '')}`;
}

const trimZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
const signed = (text: string, negative: boolean, minus: string): string => (negative ? minus + text : text);

/** A whole number with commas: `13,824`. */
export function formatCount(count: number): string {
  return formatNumber(BigInt(Math.round(count)));
}

function group(whole: number | bigint): string {
  return String(whole).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A large count with its unit: `847`, `5.58 M`, `2.03 G`. */
export function formatLarge(count: number): string {
  if (count < 1e4) return formatCount(count);
  for (const [unit, size] of LARGE) if (count >= size * 0.9995) return `${trimmed(count / size)} ${unit}`;
  return formatCount(count);
}
const LARGE = [
  ['T', 1e12],
  ['G', 1e9],
  ['M', 1e6],
  ['k', 1e3],
] as const;

/** Bytes in decimal units, as file managers and ONNX tools write them: `54 KB`, `22.4 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  for (const [unit, size] of BYTES) if (bytes >= size * 0.9995) return `${trimmed(bytes / size)} ${unit}`;
  return `${trimmed(bytes / 1e3)} KB`;
}
const BYTES = [
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
  ['KB', 1e3],
] as const;

/** Three significant digits, never an exponent. */
function trimmed(value: number): string {
  return value >= 100 ? String(Math.round(value)) : trimZeros(value.toPrecision(3));
}

/** `1×64×56×56`, `batch×3×?`, `scalar`, and `?` where even the rank is unknown. `times` is `x` on a terminal. */
export function formatShape(shape: Shape, times = '×'): string {
  if (shape === null) return '?';
  return shape.length === 0 ? 'scalar' : shape.map((d) => d ?? '?').join(times);
}

/** A share between 0 and 1: `0%`, `0.3%`, `47%`; a share that is not quite all or nothing never reads so. */
export function formatShare(share: number): string {
  if (share === 0 || share === 1) return `${share * 100}%`;
  if (share < 0.001) return '<0.1%';
  if (share > 0.999) return '>99.9%';
  return share < 0.1 || share > 0.9 ? `${(share * 100).toFixed(1)}%` : `${Math.round(share * 100)}%`;
}

/** A duration in milliseconds: `0.31 ms`, `6.9 ms`, `212 ms`, `1.4 s`. */
export function formatDuration(ms: number): string {
  if (ms >= 1000) return `${trimmed(ms / 1000)} s`;
  return `${ms >= 100 ? Math.round(ms) : ms >= 1 ? ms.toFixed(1) : trimZeros(ms.toPrecision(2))} ms`;
}

/** `1 node`, `2,184 nodes`. */
export function countOf(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`;
}
