/** The nearest places that keep an order. */

/**
 * Changes `wanted` into the list that never falls and is nearest to it by weighted squares (pool adjacent violators).
 * To keep distances too, take them off before and add them after.
 */
export function isotonic(wanted: Float64Array, weight: ArrayLike<number>): void {
  const n = wanted.length;
  const place = new Float64Array(n);
  const mass = new Float64Array(n);
  const size = new Int32Array(n);
  let pools = 0;
  for (let i = 0; i < n; i++) {
    place[pools] = wanted[i]!;
    mass[pools] = weight[i]!;
    size[pools++] = 1;
    while (pools > 1 && place[pools - 2]! > place[pools - 1]!) {
      pools--;
      const all = mass[pools - 1]! + mass[pools]!;
      place[pools - 1] = (place[pools - 1]! * mass[pools - 1]! + place[pools]! * mass[pools]!) / all;
      mass[pools - 1] = all;
      size[pools - 1]! += size[pools]!;
    }
  }
  for (let p = 0, i = 0; p < pools; p++) for (const end = i + size[p]!; i < end; i++) wanted[i] = place[p]!;
}
