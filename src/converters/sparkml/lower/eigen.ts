/** Eigenvalues of a symmetric matrix by Jacobi's rotations: slow beyond a few hundred rows, and exact to the last digits. */

export interface Eigen {
  readonly values: Float64Array;
  /** Row-major; column i belongs to value i. */
  readonly vectors: Float64Array;
}

const SWEEPS = 60;

export function eigen(symmetric: Float64Array, n: number): Eigen {
  const a = symmetric.slice();
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0; sweep < SWEEPS && offDiagonal(a, n) > 0; sweep++)
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), vectors: v };
}

/** 0 once nothing is left that would change a digit. */
function offDiagonal(a: Float64Array, n: number): number {
  let [off, on] = [0, 0];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) i === j ? (on += a[i * n + j]! ** 2) : (off += a[i * n + j]! ** 2);
  return off > on * 1e-36 ? off : 0;
}

function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]!;
  if (apq === 0) return;
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cos = 1 / Math.sqrt(t * t + 1);
  const sin = t * cos;
  for (let k = 0; k < n; k++) turn(a, k * n + p, k * n + q, cos, sin);
  for (let k = 0; k < n; k++) turn(a, p * n + k, q * n + k, cos, sin);
  for (let k = 0; k < n; k++) turn(v, k * n + p, k * n + q, cos, sin);
}

function turn(m: Float64Array, i: number, j: number, cos: number, sin: number): void {
  const [x, y] = [m[i]!, m[j]!];
  m[i] = cos * x - sin * y;
  m[j] = sin * x + cos * y;
}
