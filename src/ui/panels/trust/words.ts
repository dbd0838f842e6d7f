/** How verdicts, kinds of rows and differences are said and toned. */
import { formatNumber } from '../../../graph-model/format.ts';
import type { IconName } from '../../kit/icons.ts';
import type { LayerLine, RowKind, RowState, TrustVerdict } from '../../../workers/protocol.ts';

export type Tone = 'ok' | 'warn' | 'error';

interface Said {
  readonly label: string;
  /** For the tab and the top bar. */
  readonly short: string;
  readonly tone: Tone;
  readonly icon: IconName;
}

export const VERDICTS: Readonly<Record<TrustVerdict, Said>> = {
  agrees: { label: 'Agrees', short: 'agrees', tone: 'ok', icon: 'check' },
  near: { label: 'Look closer', short: 'look closer', tone: 'warn', icon: 'warn' },
  differs: { label: 'Differs', short: 'differs', tone: 'error', icon: 'err' },
  plausible: { label: 'Plausible, not proved', short: 'plausible', tone: 'ok', icon: 'info' },
  unchecked: { label: 'Not checked', short: 'not checked', tone: 'warn', icon: 'warn' },
};

export const KINDS: Readonly<Record<RowKind, string>> = {
  given: 'Your rows',
  random: 'Random',
  threshold: 'On a threshold, or one step beside',
  missing: 'With missing values',
  unseen: 'With unseen categories',
};

export const STATES: Readonly<Record<RowState, { readonly label: string; readonly tone: Tone }>> = {
  equal: { label: 'equal', tone: 'ok' },
  near: { label: 'near', tone: 'warn' },
  differs: { label: 'differs', tone: 'error' },
};

export const SHAPES: Readonly<Record<LayerLine['shape'], { readonly label: string; readonly tone: Tone | '' }>> = {
  same: { label: 'as declared', tone: 'ok' },
  reordered: { label: 'reordered', tone: 'ok' },
  merged: { label: 'merged', tone: '' },
  differs: { label: 'differs', tone: 'error' },
  'not declared': { label: 'not declared', tone: '' },
};

export const small = (value: number): string =>
  Number.isFinite(value) ? formatNumber(value, { digits: 2 }) : String(value);

/** A value of a row; texts in quotes, so that an empty one is seen. */
export function cellText(value: number | string): string {
  return typeof value === 'number' ? formatNumber(value, { digits: 6 }) : `“${value}”`;
}
