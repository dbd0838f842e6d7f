/** The normal distribution in double, for evaluators that are to be exact. */

/** Φ(z): by its series near zero, by its continued fraction in the tails; to about 1e-15. */
export function normalShare(z: number): number {
  if (Math.abs(z) > 6) return z > 0 ? 1 - tail(z) : tail(-z);
  let [term, total] = [z, z];
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(total) && n < 400; n++) total += term *= (z * z) / (2 * n + 1);
  return 0.5 + total * density(z);
}

const density = (z: number): number => Math.exp((-z * z) / 2) * 0.3989422804014327;

/** Of z > 0: 1 - Φ(z). */
function tail(z: number): number {
  let f = z;
  for (let n = 80; n > 0; n--) f = z + n / f;
  return density(z) / f;
}

/** The z of a share: halved intervals on Φ, so that it needs no fitted constants. */
export function normalPoint(share: number): number {
  if (!(share > 0)) return share === 0 ? -Infinity : NaN;
  if (share > 0.5) return -normalPoint(1 - share);
  let [low, high] = [-40, 0];
  for (let i = 0; i < 90; i++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export const errorFunction = (x: number): number => 2 * normalShare(x * Math.SQRT2) - 1;
