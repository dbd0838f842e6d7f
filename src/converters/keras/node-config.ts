/**
 * A layer's configuration as the attributes of its node, and back. Numbers, texts and lists of them are attributes of
 * their own; what is nested (the cell of an RNN, the layer in a wrapper) is one JSON text. What only training uses
 * (initializers, regularizers, constraints) is left out where it says nothing.
 */
import { attributes, type Attribute, type AttributeLike } from '../../graph-model/core/attributes.ts';
import { isList, isObject, parseJson, type Json, type JsonObject } from './json.ts';

const LEFT_OUT =
  /(_initializer|_regularizer|_constraint)$|^(name|trainable|batch_input_shape|batch_shape|build_config)$/;
/** Begins a text attribute that is JSON. */
const NESTED = 'json:';

export function configAttributes(config: JsonObject): Map<string, Attribute> {
  const out: Record<string, AttributeLike | undefined> = {};
  for (const [key, value] of Object.entries(config)) {
    if (value === null || value === undefined || LEFT_OUT.test(key)) continue;
    out[key] = key === 'dtype' ? policyName(value) : attributeOf(value);
  }
  return new Map(attributes(out));
}

/** `float32` also where it is the object of a policy. */
export function policyName(value: Json | undefined): string {
  if (isObject(value)) {
    const { config } = value;
    if (!isObject(config)) return 'float32';
    if (typeof config['mode'] === 'string')
      return `${config['mode']}_from_${String(config['source_name'] ?? 'float32')}`;
    return typeof config['name'] === 'string' ? config['name'] : 'float32';
  }
  return typeof value === 'string' ? value : 'float32';
}

function attributeOf(value: Json): AttributeLike {
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number' && exact(value)) return value;
  const list = isList(value) && value.length > 0 ? value : null;
  if (list?.every((v) => typeof v === 'number' && exact(v))) return list as number[];
  if (list?.every((v) => typeof v === 'string')) return list as string[];
  return NESTED + JSON.stringify(value);
}

/** Whole numbers, and those that a float attribute (32 bits) gives back as they are written in decimal. */
function exact(value: number): boolean {
  if (Number.isInteger(value)) return Number.isSafeInteger(value);
  return Number(Math.fround(value).toPrecision(7)) === value;
}

/** The configuration that {@link configAttributes} was given, less what it left out. */
export function configOf(attrs: ReadonlyMap<string, Attribute>): JsonObject {
  const out: Record<string, Json> = {};
  for (const [key, a] of attrs) {
    const value = jsonOf(a);
    if (value !== undefined) out[key] = value;
  }
  return out;
}

function jsonOf(a: Attribute): Json | undefined {
  switch (a.kind) {
    case 'int':
      return Number(a.value);
    case 'float':
      return decimal(a.value);
    case 'string':
      return a.value.startsWith(NESTED) ? parseJson(a.value.slice(NESTED.length)) : a.value;
    case 'ints':
      return Array.from(a.value, Number);
    case 'floats':
      return Array.from(a.value, decimal);
    case 'strings':
      return [...a.value];
    default:
      return undefined;
  }
}

/** A 32-bit float as the decimal that was written: 0.001, not 0.0010000000474974513. */
function decimal(value: number): number {
  const short = Number(value.toPrecision(7));
  return Math.fround(short) === value ? short : value;
}
