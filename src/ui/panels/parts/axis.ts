/** A round axis around a range: 3 to 6 ticks at 1, 2 or 5 times a power of ten. */
export function axis(min: number, max: number): { low: number; high: number; ticks: number[] } {
  const span = Math.max(max - min, max * 0.05, 1e-6);
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough)!;
  const low = Math.max(0, Math.floor(min / step) * step);
  const count = Math.max(1, Math.ceil((max - low) / step));
  const ticks = Array.from({ length: count + 1 }, (_, i) => Number((low + i * step).toPrecision(6)));
  return { low, high: low + count * step, ticks };
}
