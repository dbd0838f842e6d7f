/**
 * A histogram made in one pass without knowing the range: values are counted by sign, exponent and the first 8 bits of
 * their float32 mantissa, which keeps 0.4% resolution over all magnitudes; even bins (64, fewer for small tensors) are cut from that at the end.
 */

export interface Histogram {
  /** The range of the bins; the bins are of equal width. */
  readonly low: number;
  readonly high: number;
  /** Values in each bin. Whole when every value was looked at and falls clear of the borders; else near whole. */
  readonly bins: readonly number[];
  /** Finite values left of `low` and right of `high`: outliers that would flatten the picture. */
  readonly below: number;
  readonly above: number;
}

const SHIFT = 15;
const KEYS = 1 << (32 - SHIFT);
const HALF = KEYS >>> 1;
const LARGEST_KEY = (0x7f7fffff >>> SHIFT) | 0;
const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

export class MagnitudeCounts {
  private readonly counts = new Uint32Array(KEYS);

  /** Counts the finite ones. What is beyond float32 is counted with its largest numbers. */
  addAll(values: Float32Array | Float64Array): void {
    const counts = this.counts;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value - value !== 0) continue;
      float[0] = value;
      const key = bits[0]! >>> SHIFT;
      const size = key & (HALF - 1);
      counts[size > LARGEST_KEY ? (key & HALF) | LARGEST_KEY : key]!++;
    }
  }

  /** The counted values in ascending order: the borders of each bucket (towards zero first) and how many it holds. */
  *ascending(): IterableIterator<{ from: number; to: number; count: number }> {
    for (let k = KEYS - 1; k >= HALF; k--)
      if (this.counts[k]) yield { from: -edge(k - HALF + 1), to: -edge(k - HALF), count: this.counts[k]! };
    for (let k = 0; k < HALF; k++) if (this.counts[k]) yield { from: edge(k), to: edge(k + 1), count: this.counts[k]! };
  }
}

/** The smallest magnitude of a bucket. */
function edge(key: number): number {
  bits[0] = key << SHIFT;
  return Number.isFinite(float[0]!) ? float[0]! : 3.4028234663852886e38;
}

export interface HistogramOptions {
  readonly min: number;
  readonly max: number;
  readonly total: number;
  /** Values are whole: where few different ones fit, each gets a bin of its own. */
  readonly whole: boolean;
  readonly bins?: number;
}

/** Cuts even bins. The range leaves out the last 0.1% of values on a side where keeping them would double the width. */
export function cutHistogram(counts: MagnitudeCounts, options: HistogramOptions): Histogram {
  const { low, high } = range(counts, options);
  const wanted = options.bins ?? Math.max(8, Math.min(64, Math.round(2 * Math.sqrt(options.total))));
  if (options.whole && high - low < wanted) return wholeBins(counts, low, high);
  if (low === high) return { low, high, bins: [options.total], below: 0, above: 0 };
  const bins = new Array<number>(wanted).fill(0);
  let below = 0;
  let above = 0;
  for (const bucket of counts.ascending()) {
    const from = Math.max(bucket.from, options.min);
    const to = Math.min(bucket.to, options.max);
    if (to < low) below += bucket.count;
    else if (from > high) above += bucket.count;
    else spread(bins, ((from - low) / (high - low)) * wanted, ((to - low) / (high - low)) * wanted, bucket.count);
  }
  return { low, high, bins, below, above };
}

/** Shares a bucket's values evenly among the bins it covers; what sticks out of the range goes to the border bin. */
function spread(bins: number[], from: number, to: number, count: number): void {
  const last = bins.length - 1;
  const first = Math.max(0, Math.min(last, Math.floor(from)));
  const end = Math.max(0, Math.min(last, Math.floor(to)));
  if (first === end) {
    bins[first]! += count;
    return;
  }
  const width = to - from;
  for (let b = first; b <= end; b++) {
    const left = b === first ? from : b;
    const right = b === end ? to : b + 1;
    bins[b]! += (count * (right - left)) / width;
  }
}

function wholeBins(counts: MagnitudeCounts, low: number, high: number): Histogram {
  const bins = new Array<number>(high - low + 1).fill(0);
  let below = 0;
  let above = 0;
  for (const { from, to, count } of counts.ascending()) {
    const value = Math.abs(from) < Math.abs(to) ? from : to;
    if (value < low) below += count;
    else if (value > high) above += count;
    else bins[Math.round(value) - low]! += count;
  }
  return { low: low - 0.5, high: high + 0.5, bins, below, above };
}

function range(counts: MagnitudeCounts, options: HistogramOptions): { low: number; high: number } {
  const { min, max, total } = options;
  const tail = total / 1000;
  let seen = 0;
  let inner: [number, number] | null = null;
  for (const { from, to, count } of counts.ascending()) {
    if (inner === null && seen + count > tail) inner = [from, to];
    seen += count;
    if (inner !== null) inner[1] = to;
    if (seen >= total - tail) break;
  }
  const [low, high] = inner ?? [min, max];
  const width = Math.max(high - low, Number.MIN_VALUE);
  const far = (distance: number) => total >= 1000 && distance > width;
  const rough = { low: far(low - min) ? low : min, high: far(max - high) ? high : max };
  return options.whole ? { low: Math.floor(rough.low), high: Math.ceil(rough.high) } : rough;
}
