import { describe, expect, test } from 'vitest';
import { bytesOf, type BlobLike } from '../../../src/graph-model/core/bytes.ts';
import {
  elementArray,
  floatTensor,
  tensorOf,
  toNumbers,
  type DenseTensor,
  type Tensor,
} from '../../../src/graph-model/core/tensor.ts';
import { dtypeInfo, DTYPES } from '../../../src/graph-model/core/types.ts';
import { tensorStatistics, tensorStatisticsOf } from '../../../src/graph-model/stats/tensor-statistics.ts';

/** A blob that counts what is read of it. */
class CountingBlob implements BlobLike {
  static read = 0;
  constructor(
    private readonly bytes: Uint8Array,
    private readonly begin = 0,
    private readonly end = bytes.byteLength,
  ) {}
  get size() {
    return this.end - this.begin;
  }
  slice(begin: number, end: number) {
    return new CountingBlob(this.bytes, this.begin + begin, Math.min(this.begin + end, this.end));
  }
  async arrayBuffer() {
    CountingBlob.read += this.size;
    return this.bytes.slice(this.begin, this.end).buffer as ArrayBuffer;
  }
}

const dense = (dtype: DenseTensor['dtype'], values: DenseTensor['values'], dims = [values.length]): DenseTensor => ({
  dtype,
  dims,
  values,
});
const normal = (count: number) => {
  let seed = 7;
  const uniform = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  return Float32Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
};

describe('statistics of a tensor in memory', () => {
  test('moments agree with the definition, to 1e-12 relative', () => {
    const values = normal(10_000);
    const s = tensorStatistics(dense('float', values));
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const std = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
    expect(s.mean).toBeCloseTo(mean, 12);
    expect(Math.abs(s.std! - std) / std).toBeLessThan(1e-12);
    expect([s.min, s.max]).toEqual([Math.min(...values), Math.max(...values)]);
    expect(s.absMax).toBe(Math.max(...values.map(Math.abs)));
  });

  test('NaN and infinities are counted and kept out of the moments', () => {
    const s = tensorStatistics(dense('float', Float32Array.of(NaN, 1, Infinity, -Infinity, 3, 0)));
    expect(s).toMatchObject({ nan: 1, infinite: 2, min: 0, max: 3, zeros: 1 / 6, examined: 6 });
    expect(s.mean).toBeCloseTo(4 / 3, 12);
  });

  test('an empty tensor and one of NaN have no moments and no histogram', () => {
    for (const values of [new Float32Array(0), Float32Array.of(NaN, NaN)])
      expect(tensorStatistics(dense('float', values))).toMatchObject({ min: null, mean: null, histogram: null });
  });

  test('strings are counted by value', () => {
    const s = tensorStatistics(dense('string', ['a', 'b', 'a', '']));
    expect(s.strings).toEqual({
      distinct: 3,
      top: [
        ['a', 2],
        ['b', 1],
        ['', 1],
      ],
    });
    expect(s.zeros).toBe(0.25);
    expect(s.histogram).toBeNull();
  });

  test('every element type gives figures that agree with its numbers', () => {
    for (const { name, bits } of DTYPES) {
      if (bits === 0) continue;
      const values = elementArray(name, 6) as Float32Array;
      for (let i = 0; i < values.length; i++)
        (values as unknown as (number | bigint)[])[i] =
          name.includes('64') && name.includes('int') ? BigInt(i % 2) : i % 2;
      const s = tensorStatistics({ dtype: name, dims: [6], values });
      const numbers = toNumbers({ dtype: name, dims: [6], values });
      if (name.startsWith('complex')) expect(s.max).toBe(1);
      else expect([s.min, s.max], name).toEqual([Math.min(...numbers), Math.max(...numbers)]);
      expect(
        s.histogram!.bins.reduce((a, b) => a + b, 0),
        name,
      ).toBeCloseTo(6, 9);
    }
  });
});

describe('the histogram', () => {
  test('has 64 bins that hold every value, within 2% of a direct count for a uniform sample', () => {
    const values = Float32Array.from({ length: 64_000 }, (_, i) => (i + 0.5) / 64_000 - 0.5);
    const { bins, below, above } = tensorStatistics(dense('float', values)).histogram!;
    expect(bins).toHaveLength(64);
    expect(bins.reduce((a, b) => a + b, below + above)).toBeCloseTo(64_000, 6);
    for (const b of bins) expect(Math.abs(b - 1000)).toBeLessThan(20);
  });

  test('an outlier does not flatten the rest', () => {
    const values = normal(20_000);
    values[5] = 1e9;
    const h = tensorStatistics(dense('float', values)).histogram!;
    expect(h.high).toBeLessThan(10);
    expect(h.above).toBeGreaterThanOrEqual(1);
    expect(h.bins.filter((b) => b > 0).length).toBeGreaterThan(48);
  });

  test('few whole values get a bin each', () => {
    const h = tensorStatistics(dense('int8', Int8Array.of(-2, -2, 0, 1, 3, 3, 3))).histogram!;
    expect(h).toMatchObject({ low: -2.5, high: 3.5, bins: [2, 0, 1, 1, 0, 3] });
  });

  test('a constant tensor is one bin', () => {
    expect(tensorStatistics(dense('float', Float32Array.of(2, 2))).histogram).toMatchObject({
      low: 2,
      high: 2,
      bins: [2],
    });
  });
});

describe('statistics over a file', () => {
  const blobTensor = (values: Float32Array, dims = [values.length]): Tensor => {
    const blob = new CountingBlob(new Uint8Array(values.buffer));
    return { dtype: 'float', dims, storage: 'raw_data', data: { kind: 'blob', blob, begin: 0, end: blob.size } };
  };

  test('chunked reading gives what reading at once gives', async () => {
    const values = normal(700_001);
    const whole = tensorStatistics(dense('float', values));
    const chunked = await tensorStatisticsOf(blobTensor(values));
    expect({ ...chunked, mean: 0, std: 0 }).toEqual({ ...whole, mean: 0, std: 0 });
    expect(chunked.mean).toBeCloseTo(whole.mean!, 12);
    expect(chunked.std).toBeCloseTo(whole.std!, 12);
  });

  test('above the limit blocks stand for the whole, and it says so', async () => {
    CountingBlob.read = 0;
    const s = await tensorStatisticsOf(blobTensor(normal(600_000)), { limit: 65_536 * 2 });
    expect(s).toMatchObject({ count: 600_000, examined: 131_072 });
    expect(CountingBlob.read).toBe(131_072 * 4);
    expect(s.std).toBeCloseTo(1, 1);
  });

  test('4-bit and typed-field tensors are read as well', async () => {
    const packed: Tensor = {
      dtype: 'int4',
      dims: [5],
      storage: 'raw_data',
      data: bytesOf(Uint8Array.of(0x21, 0x8f, 0x07)),
    };
    expect(await tensorStatisticsOf(packed)).toMatchObject({ min: -8, max: 7, count: 5 });
    const typed: Tensor = { dtype: 'int64', dims: [3], storage: 'int64_data', data: bytesOf(Uint8Array.of(1, 2, 5)) };
    expect(await tensorStatisticsOf(typed)).toMatchObject({ min: 1, max: 5 });
    expect(dtypeInfo('int4').bits).toBe(4);
  });

  test('a declared size that the file does not have is refused before anything is read', async () => {
    const lie = { ...floatTensor([1, 2]), dims: [1_000_000, 1_000_000] };
    await expect(tensorStatisticsOf(lie)).rejects.toThrow(/dimensions ask for 4000000000000 bytes/);
  });

  test('it stops when it is told to', async () => {
    const stop = new AbortController();
    const job = tensorStatisticsOf(blobTensor(normal(600_000)), { signal: stop.signal, progress: () => stop.abort() });
    await expect(job).rejects.toThrow(/abort/i);
  });

  test('a tensor made in memory needs no file', async () => {
    expect(await tensorStatisticsOf(tensorOf(dense('bool', Uint8Array.of(0, 1, 1))))).toMatchObject({ min: 0, max: 1 });
  });
});
