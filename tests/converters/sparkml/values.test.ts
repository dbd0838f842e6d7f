import { describe, expect, it } from 'vitest';
import { eigen } from '../../../src/converters/sparkml/lower/eigen.ts';
import { delimitersOf, tokenClass } from '../../../src/converters/sparkml/lower/text.ts';
import { matrixOf, vectorOf } from '../../../src/converters/sparkml/values.ts';

describe('vectors and matrices', () => {
  it('fills sparse vectors', () => {
    expect([...vectorOf({ type: 0, size: 4, indices: [1, 3], values: [5, 6] }, 'v')]).toEqual([0, 5, 0, 6]);
  });

  it('turns columns into rows, dense and sparse', () => {
    const dense = matrixOf({ type: 1, numRows: 2, numCols: 3, values: [1, 4, 2, 5, 3, 6], isTransposed: false }, 'm');
    expect([...dense.values]).toEqual([1, 2, 3, 4, 5, 6]);
    const sparse = { type: 0, numRows: 2, numCols: 2, colPtrs: [0, 1, 2], rowIndices: [1, 0], values: [7, 8] };
    expect([...matrixOf({ ...sparse, isTransposed: false }, 'm').values]).toEqual([0, 8, 7, 0]);
    expect([...matrixOf({ ...sparse, isTransposed: true }, 'm').values]).toEqual([0, 7, 8, 0]);
  });

  it('refuses indices and sizes that cannot be', () => {
    expect(() => vectorOf({ type: 0, size: 2, indices: [2], values: [1] }, 'v')).toThrow(/no size or index/);
    expect(() => vectorOf({ type: 0, size: 1e12, indices: [], values: [] }, 'v')).toThrow(/no size or index/);
    expect(() => matrixOf({ type: 1, numRows: 2, numCols: 2, values: [1] }, 'm')).toThrow(/4|2×2/);
  });
});

describe('patterns that split at plain characters', () => {
  it.each([
    ['\\s+', [' ', '\t', '\n', '\v', '\f', '\r']],
    [',', [',']],
    ['[,;]+', [',', ';']],
    ['\\|', ['|']],
    ['\\t', ['\t']],
    ['a|b', ['a', 'b']],
    [',|\\s', [',', ' ', '\t', '\n', '\v', '\f', '\r']],
  ])('%s', (pattern, expected) => expect(delimitersOf(pattern)).toEqual(expected));

  it.each(['\\W', '\\W+', 'ab', '[^a]', '[a-z]', '.', 'ab|c', '(a)', '\\d'])('not %s', (pattern) =>
    expect(delimitersOf(pattern)).toBeNull(),
  );
});

describe('the tokens of a class of characters', () => {
  it.each([
    ['\\W', true, '\\w+'],
    ['[^a-z]+', true, '[a-z]+'],
    ['[a-z]+', false, '[a-z]+'],
    ['\\w', false, '\\w'],
    ['[^\\s]', true, '[\\s\\x{0b}]+'],
  ])('%s, between tokens: %s', (pattern, gaps, expected) => expect(tokenClass(pattern, gaps)).toBe(expected));

  it.each(['a+b', '(a|b)+', '\\s*,\\s*', '[a&&b]'])('not %s', (pattern) =>
    expect(tokenClass(pattern, true)).toBeNull(),
  );
});

describe('eigenvalues', () => {
  it('are those of a known matrix, with vectors that belong to them', () => {
    const m = Float64Array.of(2, 1, 0, 1, 2, 0, 0, 0, 5);
    const { values, vectors } = eigen(m, 3);
    expect([...values].sort()).toEqual([expect.closeTo(1, 12), expect.closeTo(3, 12), expect.closeTo(5, 12)]);
    for (let k = 0; k < 3; k++)
      for (let r = 0; r < 3; r++) {
        const product = [0, 1, 2].reduce((s, j) => s + m[r * 3 + j]! * vectors[j * 3 + k]!, 0);
        expect(product).toBeCloseTo(values[k]! * vectors[r * 3 + k]!, 12);
      }
  });
});
