/** Seeded random numbers: the same inputs on every machine. */

/** Uniform in [0, 1). */
export type Random = () => number;

/** A generator of its own for every name, so that one input's values do not depend on the others. */
export function seeded(seed: number, name: string): Random {
  let h = 2166136261 ^ seed;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 16777619);
  return sfc32(h, h ^ 0x9e3779b9, seed | 0, 0x243f6a88);
}

/** PractRand's sfc32, 128 bits of state; the first values are thrown away because a weak seed shows in them. */
function sfc32(a: number, b: number, c: number, d: number): Random {
  const next = (): number => {
    const t = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return (t >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** Standard normal (Box and Muller). */
export function normal(random: Random): number {
  const u = 1 - random();
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * random());
}

/** An integer in [0, below). */
export const whole = (random: Random, below: number): number => Math.floor(random() * below);
