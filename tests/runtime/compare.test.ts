import { describe, expect, it } from 'vitest';
import { elementArray, type DenseTensor, type Elements } from '../../src/graph-model/core/tensor.ts';
import type { DType } from '../../src/graph-model/core/types.ts';
import { compareOutputs } from '../../src/runtime/compare.ts';
import type { OpaqueOutput } from '../../src/runtime/types.ts';

function dense(dtype: DType, values: readonly (number | bigint | string)[], dims = [values.length]): DenseTensor {
  if (dtype === 'string') return { dtype, dims, values: values as string[] };
  const out = elementArray(dtype, values.length) as Float32Array;
  values.forEach((v, i) => (out[i] = v as number));
  return { dtype, dims, values: out as Elements };
}

const one = (a: DenseTensor, b: DenseTensor) => compareOutputs(new Map([['y', a]]), new Map([['y', b]]))[0]!;

describe('comparing outputs', () => {
  it('judges float32 by its share of the largest magnitude', () => {
    const a = dense('float', [100, -1, 0]);
    const off = (d: number) => one(a, dense('float', [100, -1 + d, 0]));
    expect(off(0)).toMatchObject({ verdict: 'equal', maxAbs: 0, maxRel: 0, mean: 0, dtype: 'float32' });
    expect(off(0.005).verdict).toBe('pass');
    expect(off(0.05)).toMatchObject({ verdict: 'near limit' });
    expect(off(0.5).verdict).toBe('differs');
    expect(off(0.5)).toMatchObject({ maxAbs: 0.5, maxRel: 0.5 });
    expect(off(0.5).limit).toBeCloseTo(0.1, 6);
    expect(off(0.5).mean).toBeCloseTo(0.5 / 3, 6);
  });

  it('asks integers, booleans and texts to be equal', () => {
    expect(one(dense('int32', [1, 2]), dense('int32', [1, 3]))).toMatchObject({
      verdict: 'differs',
      maxAbs: 1,
      limit: 0,
    });
    const big = [2n ** 60n, 1n];
    expect(one(dense('int64', big), dense('int64', big)).verdict).toBe('equal');
    expect(one(dense('int64', big), dense('int64', [2n ** 60n + 1n, 1n]))).toMatchObject({
      verdict: 'differs',
      maxAbs: 1,
    });
    expect(one(dense('bool', [1, 0]), dense('bool', [1, 1])).verdict).toBe('differs');
    expect(one(dense('string', ['a']), dense('string', ['a']))).toMatchObject({ verdict: 'equal', cosine: 1 });
    expect(one(dense('string', ['a', 'b']), dense('string', ['a', 'c']))).toMatchObject({
      verdict: 'differs',
      mean: 0.5,
    });
  });

  it('wants NaN and infinities at the same places', () => {
    const a = dense('float', [NaN, Infinity, 1]);
    expect(one(a, dense('float', [NaN, Infinity, 1])).verdict).toBe('equal');
    for (const other of [
      [0, Infinity, 1],
      [NaN, -Infinity, 1],
      [NaN, Infinity, NaN],
      [NaN, 3e38, 1],
    ])
      expect(one(a, dense('float', other))).toMatchObject({ verdict: 'differs', maxAbs: Infinity });
  });

  it('holds a float16 copy against its original', () => {
    const half = dense('float16', [0x3c00, 0x4000]);
    expect(one(dense('float', [1.004, 2]), half).verdict).toBe('pass');
    expect(one(dense('float', [1.3, 2]), half).verdict).toBe('differs');
  });

  it('measures the angle', () => {
    expect(one(dense('float', [1, 0]), dense('float', [0, 1])).cosine).toBe(0);
    expect(one(dense('float', [1, 2]), dense('float', [2, 4])).cosine).toBeCloseTo(1, 12);
    expect(one(dense('float', [0, 0]), dense('float', [0, 0])).cosine).toBe(1);
  });

  it('says what cannot be compared', () => {
    const y = dense('float', [1]);
    expect(one(y, dense('float', [1], [1, 1]))).toMatchObject({ verdict: 'differs', maxAbs: Infinity });
    expect(one(y, dense('string', ['1'])).verdict).toBe('differs');
    const rows = compareOutputs(
      new Map<string, DenseTensor | OpaqueOutput>([
        ['a', y],
        ['s', { opaque: 'seq(tensor(float))' }],
      ]),
      new Map([
        ['a', y],
        ['z', y],
        ['s', y],
      ]),
    );
    expect(rows.map((r) => [r.name, r.dtype, r.verdict])).toEqual([
      ['a', 'float32', 'equal'],
      ['s', 'seq(tensor(float))', 'not comparable'],
      ['z', 'float32', 'not comparable'],
    ]);
  });

  it('matches by position where no name is shared', () => {
    const rows = compareOutputs(new Map([['old', dense('float', [1])]]), new Map([['new', dense('float', [1])]]));
    expect(rows.map((r) => [r.name, r.verdict])).toEqual([['old', 'equal']]);
  });
});
