import { describe, expect, test } from 'vitest';
import { tensorType } from '../../../src/graph-model/core/types.ts';
import { axis } from '../../../src/ui/panels/parts/axis.ts';
import { quantile } from '../../../src/graph-model/stats/quantile.ts';
import { labelsFrom, parseLabels } from '../../../src/ui/panels/run/labels.ts';
import { inkTensor, paint } from '../../../src/ui/panels/run/ink.ts';
import {
  areProbabilities,
  imageLayout,
  imagePixels,
  scoresOf,
  topOf,
  viewsOf,
} from '../../../src/ui/panels/run/output-kinds.ts';
import { providerChoices } from '../../../src/ui/panels/run/providers.ts';
import { drawable, symbolicDims, withDim } from '../../../src/ui/panels/run/run-request.ts';
import { differenceShare, toneOf, worstOf } from '../../../src/ui/panels/run/verdicts.ts';
import { timeByCategory } from '../../../src/ui/panels/run/time-by-category.ts';

const floats = (values: number[], dims: number[]) =>
  ({ dtype: 'float', dims, values: Float32Array.from(values) }) as const;

describe('class labels', () => {
  test.each([
    ['["cat", "dog"]', ['cat', 'dog']],
    ['{"0": "cat", "1": "dog"}', ['cat', 'dog']],
    [`{0: 'person', 1: "dog's", 2: 'traffic light'}`, ['person', "dog's", 'traffic light']],
    [`['a', 'b']`, ['a', 'b']],
    ['cat\ndog\n', ['cat', 'dog']],
    ['cat, dog', ['cat', 'dog']],
    ['cat', null],
    ['{"x": 1}', null],
  ])('%s', (text, labels) => expect(parseLabels(text)).toEqual(labels));

  test('are looked up under the usual keys', () => {
    expect(labelsFrom(new Map([['names', "{0: 'a', 1: 'b'}"]]))).toEqual(['a', 'b']);
    expect(labelsFrom(undefined)).toBeNull();
  });
});

describe('outputs', () => {
  test('scores are the first list of classes', () => {
    expect([...scoresOf(floats([1, 2, 3, 4, 5, 6], [2, 3]))!]).toEqual([1, 2, 3]);
    expect([...scoresOf(floats([1, 2], [1, 2, 1, 1]))!]).toEqual([1, 2]);
    expect(scoresOf(floats([1, 2, 3, 4], [1, 2, 2]))).toBeNull();
    expect(scoresOf(floats([1], [1]))).toBeNull();
    expect(topOf([0.1, NaN, 0.9], 5)).toEqual([
      { index: 2, value: 0.9 },
      { index: 0, value: 0.1 },
    ]);
    expect(areProbabilities([0.25, 0.75])).toBe(true);
    expect(areProbabilities([2, -1])).toBe(false);
  });

  test('pictures are found in either layout and drawn in their range', () => {
    expect(imageLayout([1, 3, 20, 30])).toEqual({ height: 20, width: 30, channels: 3, strides: [600, 30, 1] });
    expect(imageLayout([1, 20, 30, 1])).toEqual({ height: 20, width: 30, channels: 1, strides: [1, 30, 1] });
    expect(imageLayout([1, 1000])).toBeNull();
    const layout = imageLayout([16, 16])!;
    const pixels = imagePixels(floats(new Array(256).fill(0.5), [16, 16]), layout);
    expect([...pixels.slice(0, 4)]).toEqual([128, 128, 128, 255]);
    expect(viewsOf(floats(new Array(256).fill(0), [1, 1, 16, 16]))).toEqual(['image', 'histogram', 'values']);
  });

  test('verdicts: the worst counts, and a difference is measured against its limit', () => {
    expect(worstOf([{ verdict: 'pass' }, { verdict: 'differs' }, { verdict: 'equal' }] as never)).toBe('differs');
    expect(worstOf([])).toBeNull();
    expect([toneOf('equal'), toneOf('near limit'), toneOf('differs'), toneOf('not comparable')]).toEqual([
      'ok',
      'warn',
      'error',
      '',
    ]);
    expect(differenceShare({ maxAbs: 5e-5, limit: 1e-4 })).toBe(0.5);
    expect(differenceShare({ maxAbs: Infinity, limit: 1 })).toBe(1);
    expect(differenceShare({ maxAbs: 0, limit: 0 })).toBe(0);
  });
});

describe('what goes in', () => {
  test('named dimensions, each once', () => {
    const inputs = [
      { type: tensorType('float', ['batch', 3, 'seq']) },
      { type: tensorType('float', ['batch', 'past + seq', null]) },
    ];
    expect(symbolicDims(inputs)).toEqual(['batch', 'seq']);
    expect(withDim({ batch: 1 }, 'seq', ' 5 ')).toEqual({ batch: 1, seq: 5 });
    expect(withDim({ batch: 1 }, 'batch', '')).toEqual({});
    expect(withDim({}, 'batch', '1e3')).toBe('“1e3” is not a length.');
  });

  test('drawing is for small square pictures of one channel', () => {
    expect(drawable(tensorType('float', ['N', 1, 28, 28]))).toMatchObject({ height: 28, dims: [1, 1, 28, 28] });
    expect(drawable(tensorType('uint8', [1, 8, 8, 1]))).toMatchObject({ height: 8 });
    expect(drawable(tensorType('float', [1, 3, 28, 28]))).toBeNull();
    expect(drawable(tensorType('float', [28, 28]))).toBeNull();
    expect(drawable(tensorType('float', [1, 1, 224, 224]))).toBeNull();
    expect(drawable(tensorType('int64', [1, 1, 8, 8]))).toBeNull();
  });

  test('ink is strongest where the pen is and never fades what is there', () => {
    const once = paint(new Float32Array(64), 8, 4.5, 4.5);
    expect(once[4 * 8 + 4]).toBe(1);
    expect(once[0]).toBe(0);
    expect(paint(once, 8, 0.5, 0.5)[4 * 8 + 4]).toBe(1);
    const bytes = inkTensor(Float32Array.of(0, 1), 'uint8', [1, 2], [0, 255]);
    expect([...bytes.values]).toEqual([0, 255]);
    const half = inkTensor(Float32Array.of(0, 0.5, 1), 'float16', [3], [-1, 1]);
    expect([...half.values]).toEqual([0xbc00, 0, 0x3c00]);
  });

  test('providers say why they are not there', () => {
    const choices = providerChoices({ threads: 1, isolated: false, gpu: 'no interface', ml: false });
    expect(choices.map((c) => [c.id, c.available])).toEqual([
      ['wasm', true],
      ['webgpu', false],
    ]);
    expect(choices[0]!.note).toContain('not cross-origin isolated');
    expect(providerChoices({ threads: 8, isolated: true, gpu: 'ready', ml: true })).toHaveLength(3);
  });
});

test('quantiles lie between neighbours by proportion', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([1], 0.95)).toBe(1);
  expect(quantile([], 0.5)).toBeNaN();
});

test('axes are round and hold their range', () => {
  for (const [min, max] of [
    [6.5, 12.1],
    [0.02, 0.31],
    [211, 212],
    [3, 3],
  ] as const) {
    const { low, high, ticks } = axis(min, max);
    expect(low).toBeLessThanOrEqual(min);
    expect(high).toBeGreaterThanOrEqual(max);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(ticks.length).toBeLessThanOrEqual(7);
  }
});

test('time by category adds up, longest first', () => {
  const node = (op: string, ms: number) => ({ node: '', op, provider: 'CPU', ms });
  expect(timeByCategory([node('Conv', 2), node('Relu', 5), node('MatMul', 1), node('FusedConv', 1)])).toEqual([
    { category: 'activation', ms: 5 },
    { category: 'conv', ms: 4 },
  ]);
});
