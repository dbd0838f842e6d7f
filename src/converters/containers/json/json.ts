/** JSON files and the way into them: every step says where it is, so that a damaged file is told in one sentence. */
import type { BlobLike } from '../../../graph-model/core/bytes.ts';
import { quoted, type Failure } from '../failure.ts';

/** A JavaScript string holds no more. */
const MOST = 500_000_000;

/** Reads a whole JSON document. NaN and Infinity, which Python and XGBoost write, are understood. */
export async function readJson(blob: BlobLike, failure: Failure, signal: AbortSignal): Promise<JsonCursor> {
  if (blob.size > MOST)
    failure.unreadable(`its JSON is larger than ${MOST / 1e6} MB`, 'Save it in the binary format of the framework.');
  const text = new TextDecoder().decode(await blob.slice(0, blob.size).arrayBuffer());
  signal.throwIfAborted();
  return new JsonCursor(parse(text, failure), '', failure);
}

export function parseJson(text: string, failure: Failure): JsonCursor {
  return new JsonCursor(parse(text, failure), '', failure);
}

function parse(text: string, failure: Failure): unknown {
  try {
    return JSON.parse(text);
  } catch {
    try {
      return JSON.parse(withoutSpecials(text));
    } catch (error) {
      return failure.damaged('its JSON', (error as Error).message.replace(/\s+/g, ' ').slice(0, 120));
    }
  }
}

/** 1e999 reads as infinity, null as NaN (see {@link JsonCursor.numbers}); strings are left alone. */
function withoutSpecials(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|Infinity|NaN/g, (word) =>
    word === 'Infinity' ? '1e999' : word === 'NaN' ? 'null' : word,
  );
}

type NumberList = readonly number[] | Float64Array | Float32Array | Int32Array | Uint8Array | BigInt64Array | Int8Array;

/** A place in a document. Reading what is not there, or is of another kind, fails with its path. */
export class JsonCursor {
  constructor(
    readonly value: unknown,
    readonly path: string,
    readonly failure: Failure,
  ) {}

  fail(why: string): never {
    return this.failure.damaged(this.path || 'its start', why);
  }

  maybe(key: string): JsonCursor | null {
    if (!this.isObject()) this.fail('an object should be here');
    const value = (this.value as Record<string, unknown>)[key];
    if (value === undefined || value === null || !Object.hasOwn(this.value as object, key)) return null;
    return new JsonCursor(value, this.path ? `${this.path}.${key}` : key, this.failure);
  }

  get(key: string): JsonCursor {
    return this.maybe(key) ?? this.fail(`${key} is missing`);
  }

  isObject(): boolean {
    return typeof this.value === 'object' && this.value !== null && !isList(this.value);
  }

  keys(): string[] {
    return this.isObject() ? Object.keys(this.value as object) : [];
  }

  isList(): boolean {
    return isList(this.value);
  }

  items(): JsonCursor[] {
    if (!isList(this.value)) return this.fail('a list should be here');
    return Array.from(
      this.value as ArrayLike<unknown>,
      (v, i) => new JsonCursor(v, `${this.path}[${i}]`, this.failure),
    );
  }

  text(): string {
    if (typeof this.value !== 'string')
      return this.fail(`a text should be here, not ${quoted(JSON.stringify(this.value))}`);
    return this.value;
  }

  /** A number, or a text that is one: XGBoost writes its parameters so. */
  number(): number {
    const { value } = this;
    if (typeof value === 'number') return value;
    if (typeof value === 'bigint') return Number(value);
    if (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))) return Number(value);
    return this.fail(`a number should be here, not ${quoted(JSON.stringify(value))}`);
  }

  /** A whole number from 0 to `most`. */
  count(most = 2 ** 31 - 1): number {
    const n = this.number();
    return Number.isInteger(n) && n >= 0 && n <= most ? n : this.fail(`${n} is not a count`);
  }

  flag(): boolean {
    const { value } = this;
    if (typeof value === 'boolean') return value;
    return this.number() !== 0;
  }

  /** A list of numbers; null counts as NaN, true as 1. */
  numbers(): Float64Array {
    if (!isList(this.value)) return this.fail('a list of numbers should be here');
    return Float64Array.from(this.value as ArrayLike<unknown>, (v, i) => this.element(v, i));
  }

  private element(v: unknown, i: number): number {
    if (typeof v === 'number') return v;
    if (typeof v === 'bigint' || typeof v === 'boolean') return Number(v);
    if (v === null) return NaN;
    return new JsonCursor(v, `${this.path}[${i}]`, this.failure).number();
  }

  texts(): string[] {
    return this.items().map((i) => i.text());
  }
}

function isList(value: unknown): value is NumberList | readonly unknown[] {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}
