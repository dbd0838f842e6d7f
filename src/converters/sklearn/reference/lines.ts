/** np.interp. */

/** Through points with rising abscissae, constant beyond; of equal abscissae the last counts. */
export function lineThrough(xs: ArrayLike<number>, ys: ArrayLike<number>): (v: number) => number {
  const n = xs.length;
  return (v) => {
    if (Number.isNaN(v)) return v;
    if (v < xs[0]!) return ys[0]!;
    if (v >= xs[n - 1]!) return ys[n - 1]!;
    let at = 0;
    while (xs[at + 1]! <= v) at++;
    return ys[at]! + ((ys[at + 1]! - ys[at]!) / (xs[at + 1]! - xs[at]!)) * (v - xs[at]!);
  };
}
