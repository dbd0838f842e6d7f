/**
 * Integer polynomials over names, with floor, min and max as atoms, and fractions of two of them. Canonical: two equal
 * polynomials print alike, so that the printed text can stand for the expression everywhere (`symbolic.ts`).
 *
 * Names stand for lengths and are taken to be non-negative.
 */

/** coefficient × product of atoms; an atom is its own canonical text. */
export interface Term {
  readonly coefficient: number;
  readonly atoms: readonly string[];
}
/** A sum of terms in canonical order; empty: zero. */
export type Poly = readonly Term[];
/** num / den, den not zero. */
export interface Fraction {
  readonly num: Poly;
  readonly den: Poly;
}

/** What an atom is made of. Atoms that are not in the registry are plain names. */
type Atom =
  | { readonly kind: 'floor'; readonly num: Poly; readonly den: Poly }
  | { readonly kind: 'min' | 'max'; readonly args: readonly Poly[] };

/** Bounds that keep hostile dimension texts from eating the machine. */
const MOST_TERMS = 48;
const MOST_TEXT = 400;
const MOST_ATOMS = 200_000;

export class TooComplex extends Error {}

const registry = new Map<string, Atom>();

export const ZERO: Poly = [];
export const ONE: Poly = [{ coefficient: 1, atoms: [] }];

export function constantPoly(value: number): Poly {
  return value === 0 ? ZERO : [{ coefficient: value, atoms: [] }];
}

export function namePoly(name: string): Poly {
  return [{ coefficient: 1, atoms: [name] }];
}

/** The number, when there are no names in it. */
export function asConstant(p: Poly): number | null {
  if (p.length === 0) return 0;
  return p.length === 1 && p[0]!.atoms.length === 0 ? p[0]!.coefficient : null;
}

export function addPoly(a: Poly, b: Poly, sign = 1): Poly {
  const sums = new Map<string, Term>();
  for (const t of a) sums.set(t.atoms.join('*'), t);
  for (const t of b) {
    const key = t.atoms.join('*');
    sums.set(key, { coefficient: (sums.get(key)?.coefficient ?? 0) + sign * t.coefficient, atoms: t.atoms });
  }
  return canonical(sums);
}

export function mulPoly(a: Poly, b: Poly): Poly {
  const sums = new Map<string, Term>();
  for (const s of a) {
    for (const t of b) {
      const atoms = s.atoms.length && t.atoms.length ? [...s.atoms, ...t.atoms].sort() : [...s.atoms, ...t.atoms];
      const key = atoms.join('*');
      sums.set(key, { coefficient: (sums.get(key)?.coefficient ?? 0) + s.coefficient * t.coefficient, atoms });
    }
  }
  return canonical(sums);
}

function canonical(sums: ReadonlyMap<string, Term>): Poly {
  const terms = [...sums.entries()].filter(([, t]) => t.coefficient !== 0);
  if (terms.length > MOST_TERMS) throw new TooComplex();
  // Positive terms first, constants last among equals: `1-x`, `past+seq-1`.
  const rank = (key: string, t: Term) => (t.coefficient < 0 ? 2 : 0) + (key === '' ? 1 : 0);
  terms.sort(([a, s], [b, t]) => rank(a, s) - rank(b, t) || (a < b ? -1 : 1));
  return terms.map(([, t]) => t);
}

export const negate = (p: Poly): Poly => addPoly(ZERO, p, -1);
export const scalePoly = (p: Poly, by: number): Poly => mulPoly(p, constantPoly(by));

export function polyText(p: Poly): string {
  if (p.length === 0) return '0';
  let out = '';
  for (const { coefficient, atoms } of p) {
    const size = Math.abs(coefficient);
    const body = [...(size === 1 && atoms.length ? [] : [numberText(size)]), ...atoms].join('*');
    out += (coefficient < 0 ? '-' : out ? '+' : '') + body;
  }
  if (out.length > MOST_TEXT) throw new TooComplex();
  return out;
}

function numberText(value: number): string {
  if (!Number.isSafeInteger(value)) throw new TooComplex();
  return String(value);
}

const grouped = (p: Poly) => (p.length > 1 || (p[0]?.coefficient ?? 0) < 0 ? `(${polyText(p)})` : polyText(p));

export function fractionText(f: Fraction): string {
  if (asConstant(f.den) === 1) return polyText(f.num);
  const den = f.den.length > 1 || f.den[0]!.atoms.length + (f.den[0]!.coefficient === 1 ? 0 : 1) > 1;
  return `${grouped(f.num)}/${den ? `(${polyText(f.den)})` : polyText(f.den)}`;
}

function atomPoly(text: string, atom: Atom): Poly {
  if (registry.size > MOST_ATOMS) throw new TooComplex();
  if (text.length > MOST_TEXT) throw new TooComplex();
  registry.set(text, atom);
  return namePoly(text);
}

// ---- division

/** num / den in lowest terms as far as this arithmetic sees them; null for a division by zero. */
export function fraction(num: Poly, den: Poly): Fraction | null {
  const d = asConstant(den);
  if (d === 0) return null;
  if (d === null) {
    const exact = divideExactly(num, den);
    return exact ? { num: exact, den: ONE } : { num, den };
  }
  const common = num.reduce((g, t) => gcd(g, t.coefficient), Math.abs(d)) * Math.sign(d);
  return { num: divideCoefficients(num, common), den: constantPoly(d / common) };
}

const divideCoefficients = (p: Poly, by: number): Poly =>
  canonical(keyed(p.map((t) => ({ ...t, coefficient: t.coefficient / by }))));
const keyed = (p: Poly) => new Map(p.map((t) => [t.atoms.join('*'), t]));

export function gcd(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y) [x, y] = [y, x % y];
  return x;
}

/** The quotient where den divides num without a remainder, else null. */
function divideExactly(num: Poly, den: Poly): Poly | null {
  const [quotient, rest] = longDivision(num, den);
  return rest.length === 0 ? quotient : null;
}

/** num = quotient × den + rest, by the first term of den. */
function longDivision(num: Poly, den: Poly): [Poly, Poly] {
  const lead = leading(den);
  let quotient: Poly = ZERO;
  let rest = num;
  for (let guard = 0; guard < MOST_TERMS; guard++) {
    const step = firstDivisible(rest, lead, den.length === 1);
    if (!step) break;
    const next = addPoly(rest, mulPoly([step], den), -1);
    // With several terms in den the rest may grow: then this division leads nowhere.
    if (next.length > rest.length + den.length) break;
    quotient = addPoly(quotient, [step]);
    rest = next;
  }
  return [quotient, rest];
}

function leading(p: Poly): Term {
  return p.reduce((best, t) => (t.atoms.length > best.atoms.length ? t : best));
}

function firstDivisible(p: Poly, by: Term, any: boolean): Term | null {
  for (const t of any ? p : [leadingOf(p)]) {
    if (!t) continue;
    const atoms = without(t.atoms, by.atoms);
    if (atoms && t.coefficient % by.coefficient === 0) return { coefficient: t.coefficient / by.coefficient, atoms };
  }
  return null;
}

const leadingOf = (p: Poly) => (p.length ? leading(p) : undefined);

function without(atoms: readonly string[], gone: readonly string[]): readonly string[] | null {
  const left = [...atoms];
  for (const g of gone) {
    const at = left.indexOf(g);
    if (at < 0) return null;
    left.splice(at, 1);
  }
  return left;
}

/** floor(num / den); null for a division by zero. */
export function floorDivide(num: Poly, den: Poly): Poly | null {
  const d = asConstant(den);
  if (d === 0) return null;
  if (d !== null) return d < 0 ? floorByNumber(negate(num), -d) : floorByNumber(num, d);
  const exact = divideExactly(num, den);
  if (exact) return exact;
  const [quotient, rest] = den.length === 1 ? longDivision(num, den) : [ZERO, num];
  return addPoly(quotient, floorAtom(rest, den));
}

function floorByNumber(num: Poly, d: number): Poly {
  if (d === 1) return num;
  const whole: Term[] = [];
  const rest: Term[] = [];
  for (const t of num) {
    // Names keep their sign (`floor((a-b)/4)`), constants become remainders.
    const quotient = t.atoms.length ? Math.trunc(t.coefficient / d) : Math.floor(t.coefficient / d);
    const left = t.coefficient - quotient * d;
    if (quotient) whole.push({ coefficient: quotient, atoms: t.atoms });
    if (left) rest.push({ coefficient: left, atoms: t.atoms });
  }
  return addPoly(canonical(keyed(whole)), floorRest(canonical(keyed(rest)), d));
}

/** floor(rest / d) with all coefficients below d: common factors leave, floors within floors become one. */
function floorRest(rest: Poly, d: number): Poly {
  const names = rest.filter((t) => t.atoms.length > 0);
  if (names.length === 0) return ZERO;
  const constant = rest.find((t) => t.atoms.length === 0)?.coefficient ?? 0;
  const common = names.reduce((g, t) => gcd(g, t.coefficient), d);
  if (common > 1) {
    const less = addPoly(divideCoefficients(names, common), constantPoly(Math.floor(constant / common)));
    return floorByNumber(less, d / common);
  }
  const inner =
    names.length === 1 && names[0]!.coefficient === 1 && names[0]!.atoms.length === 1
      ? registry.get(names[0]!.atoms[0]!)
      : undefined;
  if (inner?.kind === 'floor') {
    const den = asConstant(inner.den);
    if (den !== null) return floorByNumber(addPoly(inner.num, constantPoly(constant * den)), den * d);
  }
  return floorAtom(rest, constantPoly(d));
}

function floorAtom(num: Poly, den: Poly): Poly {
  if (num.length === 0) return ZERO;
  return atomPoly(`floor(${fractionText({ num, den })})`, { kind: 'floor', num, den });
}

// ---- order

export function minMax(kind: 'min' | 'max', polys: readonly Poly[]): Poly {
  const args = new Map<string, Poly>();
  for (const p of polys.flatMap((q) => argumentsOf(kind, q))) args.set(polyText(p), p);
  const kept = [...args.entries()].filter(([text, p]) => {
    for (const [other, q] of args) {
      if (other === text) continue;
      const beaten = kind === 'min' ? atLeast(p, q) : atLeast(q, p);
      const both = beaten && (kind === 'min' ? atLeast(q, p) : atLeast(p, q));
      if (beaten && !(both && text < other)) return false;
    }
    return true;
  });
  if (kept.length === 1) return kept[0]![1];
  kept.sort(([a], [b]) => (a < b ? -1 : 1));
  return atomPoly(`${kind}(${kept.map(([text]) => text).join(', ')})`, { kind, args: kept.map(([, p]) => p) });
}

function argumentsOf(kind: 'min' | 'max', p: Poly): readonly Poly[] {
  const only =
    p.length === 1 && p[0]!.coefficient === 1 && p[0]!.atoms.length === 1 ? registry.get(p[0]!.atoms[0]!) : undefined;
  return only?.kind === kind ? only.args : [p];
}

/** True where a ≥ b for all non-negative names, as far as it can be seen. */
export function atLeast(a: Poly, b: Poly): boolean {
  return nonNegative(addPoly(a, b, -1), 4);
}

function nonNegative(p: Poly, depth: number): boolean {
  if (p.every((t) => t.coefficient >= 0 && t.atoms.every((a) => atomNonNegative(a, depth)))) return true;
  if (depth === 0 || p.length > 8) return false;
  for (const t of p) {
    if (t.atoms.length !== 1) continue;
    const atom = registry.get(t.atoms[0]!);
    if (atom && boundedBelow(p, t, atom, depth - 1)) return true;
  }
  return false;
}

function atomNonNegative(text: string, depth: number): boolean {
  const atom = registry.get(text);
  if (!atom) return true;
  if (depth === 0) return false;
  if (atom.kind === 'floor') return nonNegative(atom.num, depth - 1) && nonNegative(atom.den, depth - 1);
  const test = (p: Poly) => nonNegative(p, depth - 1);
  return atom.kind === 'min' ? atom.args.every(test) : atom.args.some(test);
}

/** True where p ≥ 0 follows from putting a bound of the term t's atom in its place. */
function boundedBelow(p: Poly, t: Term, atom: Atom, depth: number): boolean {
  const rest = p.filter((x) => x !== t);
  const holds = (q: Poly) => nonNegative(q, depth);
  if (atom.kind === 'floor') {
    const d = asConstant(atom.den);
    if (d === null || d <= 0) return false;
    // floor(x/d) lies between (x-d+1)/d and x/d.
    const bound = t.coefficient < 0 ? atom.num : addPoly(atom.num, constantPoly(1 - d));
    return holds(addPoly(scalePoly(rest, d), scalePoly(bound, t.coefficient)));
  }
  const cases = atom.args.map((arg) => addPoly(rest, scalePoly(arg, t.coefficient)));
  // A max is at least any of its arguments; and each of min and max is one of them.
  const loose = atom.kind === 'min' ? t.coefficient < 0 : t.coefficient > 0;
  return loose ? cases.some(holds) : cases.every(holds);
}

/** Every plain name in it, those within floor, min and max too. */
export function namesIn(p: Poly, into: Set<string> = new Set()): Set<string> {
  for (const t of p) {
    for (const a of t.atoms) {
      const atom = registry.get(a);
      if (!atom) into.add(a);
      else if (atom.kind === 'floor') namesIn(atom.den, namesIn(atom.num, into));
      else for (const arg of atom.args) namesIn(arg, into);
    }
  }
  return into;
}
