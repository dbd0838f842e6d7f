/** Configurations as Keras writes them: JSON, read without trusting that a field is what it should be. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Neither absent nor Python's None. */
export function isSet(value: Json | undefined): boolean {
  return value !== null && value !== undefined;
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Python writes NaN and Infinity as bare words, which JSON does not know: they are read as strings. */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return JSON.parse(text.replace(/([:[,]\s*)(-?Infinity|NaN)(?=\s*[,\]}])/g, '$1"$2"')) as Json;
  }
}

export function text(value: Json | undefined, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

export function numberOf(value: Json | undefined, otherwise: number): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  return value === 'Infinity' || value === '-Infinity' || value === 'NaN' ? Number(value) : otherwise;
}

export function flag(value: Json | undefined, otherwise: boolean): boolean {
  if (typeof value === 'boolean') return value;
  return typeof value === 'number' ? value !== 0 : otherwise;
}

/** A list of numbers; a single number is a list of one. */
export function numbers(value: Json | undefined): number[] | null {
  if (typeof value === 'number') return [value];
  return isList(value) && value.every((v) => typeof v === 'number') ? (value as number[]).slice() : null;
}
