/** Text of a field to an attribute's value, and back. A sentence where the text is not one. */
import { float, floats, int, ints, type Attribute, type AttributeKind } from '../../../graph-model/core/attributes.ts';

const LARGEST = 2n ** 63n;

/** null: not a whole number of 64 bits. */
export function parseInteger(text: string): bigint | null {
  const clean = text.trim().replace('−', '-').replaceAll(',', '');
  if (!/^[+-]?\d+$/.test(clean)) return null;
  const value = BigInt(clean.replace('+', ''));
  return value >= -LARGEST && value < LARGEST ? value : null;
}

/** null: not a number. `inf` and `nan` are numbers. */
export function parseNumber(text: string): number | null {
  const clean = text.trim().replace('−', '-').toLowerCase();
  if (/^[+-]?(inf|infinity|∞)$/.test(clean)) return clean.startsWith('-') ? -Infinity : Infinity;
  if (clean === 'nan') return NaN;
  return clean !== '' && Number.isFinite(Number(clean)) ? Number(clean) : null;
}

const items = (text: string): string[] =>
  text
    .replace(/^\s*\[|\]\s*$/g, '')
    .split(/[\s,;×]+/u)
    .filter(Boolean);

/** A new value of the same kind as `like` from text, or a sentence. Lists are numbers with commas or spaces between. */
export function parseAttribute(like: Attribute, text: string): Attribute | string {
  const keep = { ...(like.doc ? { doc: like.doc } : {}) };
  switch (like.kind) {
    case 'int': {
      const value = parseInteger(text);
      return value === null ? `“${text}” is not a whole number.` : { ...int(value), ...keep };
    }
    case 'float': {
      const value = parseNumber(text);
      return value === null ? `“${text}” is not a number.` : { ...float(value), ...keep };
    }
    case 'string':
      return { kind: 'string', value: text, ...keep };
    case 'ints':
      return parseList(text, parseInteger, 'whole number', (v) => ({ ...ints(v), ...keep }));
    case 'floats':
      return parseList(text, parseNumber, 'number', (v) => ({ ...floats(v), ...keep }));
    case 'strings':
      return { kind: 'strings', value: text.split(/\s*,\s*/), ...keep };
    default:
      return 'This kind of attribute is not written as text.';
  }
}

function parseList<T>(
  text: string,
  parse: (item: string) => T | null,
  word: string,
  make: (values: T[]) => Attribute,
): Attribute | string {
  const values: T[] = [];
  for (const item of items(text)) {
    const value = parse(item);
    if (value === null) return `“${item}” is not a ${word}.`;
    values.push(value);
  }
  return make(values);
}

/** The shortest text that reads back as the same float32: 0.1, not 0.10000000149011612. */
export function floatText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  for (let digits = 1; digits <= 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === Math.fround(value)) return String(Number(text));
  }
  return String(value);
}

/** The text a field shows; null for kinds that are not written as text. */
export function attributeText(a: Attribute): string | null {
  switch (a.kind) {
    case 'int':
      return String(a.value);
    case 'float':
      return floatText(a.value);
    case 'string':
      return a.value;
    case 'ints':
      return a.value.join(', ');
    case 'floats':
      return Array.from(a.value, floatText).join(', ');
    case 'strings':
      return a.value.join(', ');
    default:
      return null;
  }
}

/** The kinds that may be added by hand, and what a new one holds. */
export const NEW_ATTRIBUTES: Partial<Record<AttributeKind, Attribute>> = {
  int: int(0),
  float: float(0),
  string: { kind: 'string', value: '' },
  ints: ints([]),
  floats: floats([]),
  strings: { kind: 'strings', value: [] },
};
