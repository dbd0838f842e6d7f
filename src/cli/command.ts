/** What a subcommand of `graphwright` is, and what it is given. */
import type { ParseArgsConfig } from 'node:util';
import type { Diagnostic } from '../graph-model/diagnostics.ts';
import type { JobContext } from '../graph-model/job.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

export interface Command {
  readonly name: string;
  /** Behind the name: `FILE... -o OUT.onnx [--opset N]`. */
  readonly usage: string;
  /** One line for the overview. */
  readonly summary: string;
  readonly options: Options;
  /** Throws {@link UsageError}, FormatError, or {@link CommandError}; anything else is a bug. */
  run(args: Arguments, io: Io): Promise<void>;
}

export interface Arguments {
  readonly files: readonly string[];
  flag(name: string): boolean;
  text(name: string): string | undefined;
  /** A positive whole number; throws UsageError for anything else. */
  number(name: string): number | undefined;
  list(name: string): readonly string[] | undefined;
}

/** Where a command writes. Tests give one that collects. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Progress goes to stderr, only on a terminal; diagnostics are collected in `diagnostics`. */
  job(): JobContext & { readonly diagnostics: readonly Diagnostic[]; end(): void };
}

/** Wrong usage: exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** It could not be done, said in one line: exit 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** A document on stdout, the one that `--json` promises. BigInts become strings, maps objects, byte arrays lengths. */
export function printJson(io: Io, document: unknown): void {
  io.out(JSON.stringify(document, jsonValue, 2));
}

function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Uint8Array) return { bytes: value.byteLength };
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value;
}
