/** What a tensor holds, in figures: one pass, in chunks, never the whole tensor in memory. */
import { elementCount, readTensor, type DenseTensor, type Tensor } from '../core/tensor.ts';
import type { DType } from '../core/types.ts';
import { cutHistogram, MagnitudeCounts, type Histogram } from './histogram.ts';
import { isWhole, numbersOf } from './numbers.ts';
import { checkLength, elementBits, readTensorSlice } from './slice.ts';

export interface TensorStatistics {
  readonly dtype: DType;
  readonly dims: readonly number[];
  /** Elements of the tensor. */
  readonly count: number;
  /** Elements that were looked at; fewer than `count` for very large tensors. */
  readonly examined: number;
  /** Over the finite elements that were looked at (complex: over magnitudes); null where there are none. */
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Population standard deviation. */
  readonly std: number | null;
  readonly absMax: number | null;
  /** Share of zeros among `examined`. */
  readonly zeros: number;
  readonly nan: number;
  readonly infinite: number;
  /** Strings only: how many different ones, and the most frequent of them. */
  readonly strings: { readonly distinct: number; readonly top: readonly (readonly [string, number])[] } | null;
  readonly histogram: Histogram | null;
}

export interface StatisticsOptions {
  readonly signal?: AbortSignal;
  /** Elements to look at before sampling sets in. */
  readonly limit?: number;
  /** Elements done, of how many. */
  readonly progress?: (done: number, total: number) => void;
}

/** Above this many elements, evenly spaced blocks stand for the whole. */
export const SAMPLING_LIMIT = 32_000_000;
const CHUNK = 1 << 18;

/** Statistics of a tensor in memory. */
export function tensorStatistics(dense: DenseTensor): TensorStatistics {
  const collector = new Collector();
  collector.add(dense);
  return collector.finish(dense.dtype, dense.dims);
}

/**
 * Statistics of a tensor wherever it lives, a quarter of a million elements at a time, giving way to other work between.
 * Throws MissingFileError, a RangeError when bytes and dimensions disagree, or an AbortError.
 */
export async function tensorStatisticsOf(tensor: Tensor, options: StatisticsOptions = {}): Promise<TensorStatistics> {
  const { signal, progress, limit = SAMPLING_LIMIT } = options;
  if (elementBits(tensor) === null) return tensorStatistics(await readTensor(tensor, signal));
  checkLength(tensor);
  const collector = new Collector();
  const chunks = chunksOf(elementCount(tensor.dims), limit);
  for (let i = 0; i < chunks.length; i++) {
    const [begin, end] = chunks[i]!;
    collector.add(await readTensorSlice(tensor, begin, end, signal));
    progress?.(i + 1, chunks.length);
    if (i + 1 < chunks.length) await pause(signal);
  }
  return collector.finish(tensor.dtype, tensor.dims);
}

/** The ranges to read: all, or evenly spaced blocks of 65,536 that make up `limit`. */
function chunksOf(count: number, limit: number): [number, number][] {
  const sampled = count > limit;
  const size = sampled ? Math.min(CHUNK / 4, limit) : CHUNK;
  const pieces = sampled ? Math.max(1, Math.floor(limit / size)) : Math.ceil(count / size);
  const stride = sampled ? Math.floor((count - size) / Math.max(1, pieces - 1)) : size;
  return Array.from({ length: pieces }, (_, i) => [i * stride, Math.min(count, i * stride + size)]);
}

function pause(signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) =>
    setTimeout(() => (signal?.aborted ? reject(signal.reason as Error) : resolve()), 0),
  );
}

class Collector {
  private examined = 0;
  private finite = 0;
  private zeros = 0;
  private nan = 0;
  private infinite = 0;
  private min = Infinity;
  private max = -Infinity;
  private mean = 0;
  /** Sum of squared distances from the mean. */
  private spread = 0;
  private readonly counts = new MagnitudeCounts();
  private readonly words = new Map<string, number>();

  add(dense: DenseTensor): void {
    if (dense.dtype === 'string') this.addStrings(dense.values as readonly string[]);
    else this.addNumbers(numbersOf(dense));
  }

  private addStrings(values: readonly string[]): void {
    this.examined += values.length;
    for (const v of values) {
      if (v === '') this.zeros++;
      this.words.set(v, (this.words.get(v) ?? 0) + 1);
    }
  }

  private addNumbers(values: Float32Array | Float64Array): void {
    let sum = 0;
    let finite = 0;
    let zeros = 0;
    let nan = 0;
    let { min, max } = this;
    for (let i = 0; i < values.length; i++) {
      const v = values[i]!;
      // Only NaN and infinities differ from themselves by anything but zero: cheaper than asking for each by name.
      if (v - v !== 0) {
        if (v !== v) nan++;
        continue;
      }
      finite++;
      sum += v;
      if (v === 0) zeros++;
      if (v < min) min = v;
      if (v > max) max = v;
    }
    this.min = min;
    this.max = max;
    this.zeros += zeros;
    this.nan += nan;
    this.infinite += values.length - finite - nan;
    this.examined += values.length;
    this.counts.addAll(values);
    if (finite > 0) this.merge(values, finite, sum / finite);
  }

  /** Chan, Golub and LeVeque's update: exact for chunks of any size, no cancellation. */
  private merge(values: Float32Array | Float64Array, finite: number, mean: number): void {
    let spread = 0;
    for (let i = 0; i < values.length; i++) {
      const d = values[i]! - mean;
      if (d - d === 0) spread += d * d;
    }
    const all = this.finite + finite;
    const apart = mean - this.mean;
    this.spread += spread + (apart * apart * this.finite * finite) / all;
    this.mean += (apart * finite) / all;
    this.finite = all;
  }

  finish(dtype: DType, dims: readonly number[]): TensorStatistics {
    const { finite, min, max, examined } = this;
    const some = finite > 0;
    const whole = isWhole(dtype);
    return {
      dtype,
      dims,
      count: elementCount(dims),
      examined,
      min: some ? min : null,
      max: some ? max : null,
      mean: some ? this.mean : null,
      std: some ? Math.sqrt(this.spread / finite) : null,
      absMax: some ? Math.max(Math.abs(min), Math.abs(max)) : null,
      zeros: examined === 0 ? 0 : this.zeros / examined,
      nan: this.nan,
      infinite: this.infinite,
      strings: dtype === 'string' ? this.topStrings() : null,
      histogram: some ? cutHistogram(this.counts, { min, max, total: finite, whole }) : null,
    };
  }

  private topStrings() {
    const top = [...this.words].sort((a, b) => b[1] - a[1]).slice(0, 12);
    return { distinct: this.words.size, top };
  }
}
