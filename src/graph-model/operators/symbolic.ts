/**
 * Arithmetic on dimensions: numbers stay numbers, names make expressions (`batch*heads`, `floor((h+1)/2)`), null (not
 * known) stays null. The text of an expression is canonical, so equal expressions are equal strings. Elements of shape
 * data use the same arithmetic and may be fractions (`h/2`), which floor() ends.
 */
import type { Dim } from '../core/types.ts';
import {
  addPoly,
  asConstant,
  atLeast,
  constantPoly,
  floorDivide,
  fraction,
  fractionText,
  minMax,
  mulPoly,
  namePoly,
  namesIn,
  negate,
  ONE,
  TooComplex,
  type Fraction,
  type Poly,
} from './expression.ts';

const MOST_CACHED = 50_000;
const parsed = new Map<string, Fraction>();
const results = new Map<string, Dim>();

/** Texts that exporters write for "not known". */
const UNKNOWN = /^(\?|-1|none|unk|unknown|\s*)$/i;

/** A dimension as a file declares it, in canonical form; null for what means "unknown". */
export function declaredDim(dim: Dim): Dim {
  if (dim === null) return null;
  if (typeof dim === 'number') return dim >= 0 ? dim : null;
  if (UNKNOWN.test(dim)) return null;
  // What is too long to put in order is kept as it is, a name for itself.
  return guarded(() => toDim(toFraction(dim))) ?? dim;
}

type Lookup = (name: string) => Dim | undefined;

/** The expression with names replaced; names without an entry stay. */
export function substitute(dim: Dim, lookup: Lookup): Dim {
  if (typeof dim !== 'string') return dim;
  const direct = lookup(dim);
  if (direct !== undefined) return direct;
  return guarded(() => {
    const f = new Parser(dim, lookup).whole();
    return f === null ? dim : toDim(f);
  });
}

/** The names in a dimension. */
export function dimNames(dim: Dim): ReadonlySet<string> {
  if (typeof dim !== 'string') return new Set();
  const f = toFraction(dim);
  return namesIn(f.den, namesIn(f.num));
}

/** True for a single name (not arithmetic over names). */
export function isName(dim: Dim): dim is string {
  if (typeof dim !== 'string') return false;
  const { num, den } = toFraction(dim);
  return (
    den === ONE &&
    num.length === 1 &&
    num[0]!.atoms.length === 1 &&
    num[0]!.coefficient === 1 &&
    dimNames(dim).has(num[0]!.atoms[0]!)
  );
}

function guarded(make: () => Dim): Dim {
  try {
    return make();
  } catch (error) {
    if (error instanceof TooComplex) return null;
    throw error;
  }
}

function toFraction(value: number | string): Fraction {
  if (typeof value === 'number') return numberFraction(value);
  const known = parsed.get(value);
  if (known) return known;
  const f = parseText(value) ?? { num: namePoly(quoted(value)), den: ONE };
  if (parsed.size > MOST_CACHED) parsed.clear();
  parsed.set(value, f);
  return f;
}

function parseText(text: string): Fraction | null {
  try {
    return new Parser(text).whole();
  } catch (error) {
    if (error instanceof TooComplex) return null;
    throw error;
  }
}

/** Halves, quarters … are exact; other fractions have no exact form and are too complex. */
function numberFraction(value: number): Fraction {
  if (Number.isSafeInteger(value)) return { num: constantPoly(value), den: ONE };
  for (let den = 2; den <= 4096; den *= 2)
    if (Number.isSafeInteger(value * den)) return { num: constantPoly(value * den), den: constantPoly(den) };
  throw new TooComplex();
}

function toDim(f: Fraction | null): Dim {
  if (f === null) return null;
  const num = asConstant(f.num);
  const den = asConstant(f.den);
  if (num !== null && den !== null) return num / den;
  const text = fractionText(f);
  // A name that is not a plain word is printed bare where it stands alone, as the file has it.
  return unquoted(text);
}

const PLAIN = /^[A-Za-z_][\w.:$]*$/;
const quoted = (name: string) => (PLAIN.test(name) ? name : `"${name.replaceAll('"', "'")}"`);
const unquoted = (text: string) =>
  /^"[^"]*"$/.test(text) && parseText(text.slice(1, -1)) === null ? text.slice(1, -1) : text;

type Op = '+' | '-' | '*' | '/' | '//' | 'ceil' | 'min' | 'max';

/** Undefined counts as null: a broken model asks for dimensions behind the last. */
function combine(op: Op, a: Dim | undefined, b: Dim | undefined): Dim {
  if (a === null || b === null || a === undefined || b === undefined) return null;
  if (typeof a === 'number' && typeof b === 'number') return combineNumbers(op, a, b);
  const key = `${a} ${op} ${b}`;
  const known = results.get(key);
  if (known !== undefined) return known;
  const result = guarded(() => toDim(combineFractions(op, toFraction(a), toFraction(b))));
  if (results.size > MOST_CACHED) results.clear();
  results.set(key, result);
  return result;
}

function combineNumbers(op: Op, a: number, b: number): Dim {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? null : a / b;
    case '//':
      return b === 0 ? null : Math.floor(a / b);
    case 'ceil':
      return b === 0 ? null : Math.ceil(a / b);
    case 'min':
      return Math.min(a, b);
    case 'max':
      return Math.max(a, b);
  }
}

function combineFractions(op: Op, a: Fraction, b: Fraction): Fraction | null {
  switch (op) {
    case '+':
    case '-':
      if (a.den === ONE && b.den === ONE) return { num: addPoly(a.num, b.num, op === '+' ? 1 : -1), den: ONE };
      return fractionOf(
        addPoly(mulPoly(a.num, b.den), mulPoly(b.num, a.den), op === '+' ? 1 : -1),
        mulPoly(a.den, b.den),
      );
    case '*':
      return fractionOf(mulPoly(a.num, b.num), mulPoly(a.den, b.den));
    case '/':
      return fractionOf(mulPoly(a.num, b.den), mulPoly(a.den, b.num));
    case '//':
      return whole(floorDivide(mulPoly(a.num, b.den), mulPoly(a.den, b.num)));
    case 'ceil':
      return ceiling(mulPoly(a.num, b.den), mulPoly(a.den, b.num));
    case 'min':
    case 'max':
      return a.den === ONE && b.den === ONE ? { num: minMax(op, [a.num, b.num]), den: ONE } : null;
  }
}

function fractionOf(num: Poly, den: Poly): Fraction | null {
  const f = fraction(num, den);
  return f && asConstant(f.den) === 1 ? { num: f.num, den: ONE } : f;
}

/** ceil(n/d) = floor((n+d-1)/d) for d > 0: the one form that both round-ups take. */
function ceiling(num: Poly, den: Poly): Fraction | null {
  const d = asConstant(den);
  if (d !== null && d < 0) return ceiling(negate(num), negate(den));
  return whole(floorDivide(addPoly(addPoly(num, den), ONE, -1), den));
}

const whole = (num: Poly | null): Fraction | null => (num === null ? null : { num, den: ONE });

export const addDim = (a: Dim, b: Dim): Dim => combine('+', a, b);
export const subDim = (a: Dim, b: Dim): Dim => combine('-', a, b);
export const mulDim = (a: Dim, b: Dim): Dim => (a === 0 || b === 0 ? 0 : combine('*', a, b));
/** The true quotient, a fraction where it is not whole. */
export const divDim = (a: Dim, b: Dim): Dim => (a === b && typeof a === 'string' ? 1 : combine('/', a, b));
/** floor(a / b). */
export const floorDivDim = (a: Dim, b: Dim): Dim => (a === b && typeof a === 'string' ? 1 : combine('//', a, b));
/** ceil(a / b). */
export const ceilDivDim = (a: Dim, b: Dim): Dim => combine('ceil', a, b);
export const floorDim = (a: Dim): Dim => combine('//', a, 1);
export const ceilDim = (a: Dim): Dim => ceilDivDim(a, 1);
export const minDim = (a: Dim, b: Dim): Dim => (a === b ? a : combine('min', a, b));
export const maxDim = (a: Dim, b: Dim): Dim => (a === b ? a : combine('max', a, b));
/** a - b*floor(a/b), the sign of b. */
export const modDim = (a: Dim, b: Dim): Dim => subDim(a, mulDim(b, floorDivDim(a, b)));

export function productDim(dims: readonly Dim[]): Dim {
  if (dims.includes(0)) return 0;
  return dims.reduce<Dim>((p, d) => mulDim(p, d), 1);
}

/** True where a ≥ b for every non-negative value of the names. False also where it cannot be told. */
export function provablyAtLeast(a: Dim | undefined, b: Dim | undefined): boolean {
  if (a === null || b === null || a === undefined || b === undefined) return false;
  if (typeof a === 'number' && typeof b === 'number') return a >= b;
  if (a === b) return true;
  try {
    const x = toFraction(a);
    const y = toFraction(b);
    const xd = asConstant(x.den);
    const yd = asConstant(y.den);
    if (xd === null || yd === null || xd < 0 || yd < 0) return false;
    return atLeast(mulPoly(x.num, y.den), mulPoly(y.num, x.den));
  } catch (error) {
    if (error instanceof TooComplex) return false;
    throw error;
  }
}

/** -1, 0, 1 where the order holds for all values of the names, else null. */
export function compareDims(a: Dim | undefined, b: Dim | undefined): -1 | 0 | 1 | null {
  if (a === null || b === null || a === undefined || b === undefined) return null;
  if (a === b) return 0;
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : 1;
  if (provablyAtLeast(a, addDim(b, 1))) return 1;
  return provablyAtLeast(b, addDim(a, 1)) ? -1 : null;
}

/** The value of a dimension for given lengths of its names; null where a name has none. */
export function evaluateDim(dim: Dim, lengths: ReadonlyMap<string, number>): number | null {
  const value = substitute(dim, (name) => lengths.get(name));
  return typeof value === 'number' ? value : null;
}

/** A recursive descent over `+ - * / // % **`, floor, ceil, min, max, mod and names. */
class Parser {
  private at = 0;
  private depth = 0;
  constructor(
    private readonly text: string,
    private readonly lookup: Lookup = () => undefined,
  ) {}

  /** null: not an expression. */
  whole(): Fraction | null {
    if (this.text.length > 2000) return null;
    const f = this.sum();
    this.space();
    return f !== null && this.at === this.text.length ? f : null;
  }

  private space(): void {
    while (this.text[this.at] === ' ') this.at++;
  }

  private take(token: string): boolean {
    this.space();
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  private sum(): Fraction | null {
    if (++this.depth > 60) throw new TooComplex();
    let left = this.product();
    while (left !== null) {
      const op = this.take('+') ? '+' : this.take('-') ? '-' : null;
      if (op === null) break;
      const right = this.product();
      left = right === null ? null : combineFractions(op, left, right);
    }
    this.depth--;
    return left;
  }

  private product(): Fraction | null {
    let left = this.unary();
    while (left !== null) {
      const op = this.take('**')
        ? '**'
        : this.take('*')
          ? '*'
          : this.take('//')
            ? '//'
            : this.take('/')
              ? '/'
              : this.take('%')
                ? '%'
                : null;
      if (op === null) break;
      const right: Fraction | null = this.unary();
      if (right === null) return null;
      left = op === '**' ? power(left, right) : op === '%' ? remainder(left, right) : combineFractions(op, left, right);
    }
    return left;
  }

  private unary(): Fraction | null {
    if (!this.take('-')) return this.primary();
    const f = this.unary();
    return f === null ? null : { num: negate(f.num), den: f.den };
  }

  private primary(): Fraction | null {
    this.space();
    if (this.take('(')) {
      const f = this.sum();
      return f !== null && this.take(')') ? f : null;
    }
    if (this.take('"')) {
      const end = this.text.indexOf('"', this.at);
      if (end < 0) return null;
      const name = this.text.slice(this.at, end);
      this.at = end + 1;
      return this.name(name);
    }
    const word = /^(?:\d+(?:\.\d+)?|[A-Za-z_][\w.:$]*)/.exec(this.text.slice(this.at))?.[0];
    if (!word) return null;
    this.at += word.length;
    if (/^\d/.test(word)) return numberFraction(Number(word));
    return this.text[this.at] === '(' ? this.call(word.toLowerCase()) : this.name(word);
  }

  private name(name: string): Fraction {
    const value = this.lookup(name);
    if (value === undefined || value === null) return { num: namePoly(quoted(name)), den: ONE };
    return toFraction(value);
  }

  private call(name: string): Fraction | null {
    this.at++;
    const args: Fraction[] = [];
    do {
      const f = this.sum();
      if (f === null) return null;
      args.push(f);
    } while (this.take(','));
    return this.take(')') ? callFunction(name, args) : null;
  }
}

function power(base: Fraction, exponent: Fraction): Fraction | null {
  const n = asConstant(exponent.num);
  if (n === null || asConstant(exponent.den) !== 1 || !Number.isInteger(n) || n < 0 || n > 8) return null;
  let out: Fraction | null = { num: ONE, den: ONE };
  for (let i = 0; i < n && out; i++) out = combineFractions('*', out, base);
  return out;
}

function remainder(a: Fraction, b: Fraction): Fraction | null {
  const q = combineFractions('//', a, b);
  const back = q && combineFractions('*', q, b);
  return back && combineFractions('-', a, back);
}

function callFunction(name: string, args: readonly Fraction[]): Fraction | null {
  const [a, b] = args;
  if (!a) return null;
  switch (name) {
    case 'floor':
      return whole(floorDivide(a.num, a.den));
    case 'ceil':
    case 'ceiling':
      return ceiling(a.num, a.den);
    case 'floordiv':
    case 'cleandiv':
      return b ? combineFractions('//', a, b) : null;
    case 'mod':
    case 'pythonmod':
      return b ? remainder(a, b) : null;
    case 'min':
    case 'max':
      return args.slice(1).reduce<Fraction | null>((x, y) => x && combineFractions(name, x, y), a);
    default:
      return null;
  }
}
