import { expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatLarge,
  formatNumber,
  formatShape,
  formatShare,
} from '../../src/graph-model/format.ts';

test('numbers are short, and say when they are tiny or huge', () => {
  const cases: [number | bigint, string][] = [
    [0, '0'],
    [13824, '13,824'],
    [-0.41, '−0.41'],
    [0.000799, '0.000799'],
    [3.8e-6, '3.8e-6'],
    [1234567, '1.235e6'],
    [1234.5678, '1235'],
    [12345.6, '12,346'],
    [0.5, '0.5'],
    [-Infinity, '−∞'],
    [NaN, 'NaN'],
    [9223372036854775807n, '9,223,372,036,854,775,807'],
    [-5n, '−5'],
  ];
  for (const [value, text] of cases) expect(formatNumber(value), String(value)).toBe(text);
  expect(formatNumber(-2, { minus: '-' })).toBe('-2');
  expect(formatNumber(1 / 3, { digits: 2 })).toBe('0.33');
});

test('counts, bytes, shares and durations carry their unit', () => {
  expect(formatCount(2184)).toBe('2,184');
  expect(formatLarge(5_580_000)).toBe('5.58 M');
  expect(formatLarge(999_900)).toBe('1 M');
  expect(formatLarge(847)).toBe('847');
  expect(formatBytes(0)).toBe('0 B');
  expect(formatBytes(54_100)).toBe('54.1 KB');
  expect(formatBytes(22_400_000)).toBe('22.4 MB');
  expect(formatBytes(3e9)).toBe('3 GB');
  expect(formatShare(0)).toBe('0%');
  expect(formatShare(0.00001)).toBe('<0.1%');
  expect(formatShare(0.99999)).toBe('>99.9%');
  expect(formatShare(0.47)).toBe('47%');
  expect(formatDuration(0.31)).toBe('0.31 ms');
  expect(formatDuration(6.94)).toBe('6.9 ms');
  expect(formatDuration(1412)).toBe('1.41 s');
});

test('shapes keep names and say what is unknown', () => {
  expect(formatShape([1, 'seq', null])).toBe('1×seq×?');
  expect(formatShape([])).toBe('scalar');
  expect(formatShape(null)).toBe('?');
  expect(formatShape([1, 2], 'x')).toBe('1x2');
});
