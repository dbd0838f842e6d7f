import { describe, expect, test } from 'vitest';
import { floatTensor, type Tensor } from '../../src/graph-model/core/tensor.ts';
import { spreadOf } from '../../src/graph-model/stats/spread.ts';

describe('the spread of a tensor', () => {
  test('shares of the fullest bin', async () => {
    expect(await spreadOf(floatTensor([0, 0, 0, 0, 1, 2, 2, 4], [8]), 4)).toEqual([1, 0.25, 0.5, 0.25]);
  });

  test('of a large one some runs are read, from its beginning to its end', async () => {
    const values = Array.from({ length: 100_000 }, (_, i) => (i >= 99_999 ? 10 : i === 0 ? -10 : 0));
    const bins = await spreadOf(floatTensor(values, [100, 1000]), 5);
    expect(bins[2]).toBe(1);
    expect(bins[0]).toBeGreaterThan(0);
    expect(bins[4]).toBeGreaterThan(0);
  });

  test('nothing finite, nothing at all, and what would have to be read from its start', async () => {
    expect(await spreadOf(floatTensor([NaN, Infinity], [2]), 4)).toEqual([]);
    expect(await spreadOf(floatTensor([], [0]), 4)).toEqual([]);
    const varints = { ...floatTensor([1], [1]), dims: [200_000], dtype: 'int64', storage: 'int64_data' } as Tensor;
    expect(await spreadOf(varints, 4)).toEqual([]);
  });
});
