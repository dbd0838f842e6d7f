/** onnxruntime's messages, turned into one sentence of our catalogue. */
import { MissingFileError } from '../graph-model/core/bytes.ts';
import { FormatError, type DiagnosticCode, type Params } from '../graph-model/diagnostics.ts';
import { dtypeInfo, dtypeOfCode } from '../graph-model/core/types.ts';

interface Row {
  readonly pattern: RegExp;
  readonly code: DiagnosticCode;
  readonly params: (m: RegExpMatchArray) => Params;
}

const row = (pattern: RegExp, code: DiagnosticCode, params: (m: RegExpMatchArray) => Params = () => ({})): Row => ({
  pattern,
  code,
  params,
});

/** First match wins. The texts are those of onnxruntime 1.30. */
const ROWS: readonly Row[] = [
  row(/Unsupported model IR version: (\d+), max supported IR version: (\d+)/, 'run.ir-version', (m) => ({
    version: m[1]!,
    supported: m[2]!,
  })),
  row(/Opset (\d+) is under development[\s\S]*?support for domain (\S+) is till opset (\d+)/, 'run.opset', (m) => ({
    version: m[1]!,
    domain: m[2]!,
    supported: m[3]!,
  })),
  row(/No Op registered for (\S+) with domain_version of (\d+)/, 'run.no-operator', (m) => ({
    op: `${m[1]} in opset ${m[2]}`,
  })),
  row(/(?:Fatal error: )?(\S+?)\(-?\d*\) is not a registered function\/op/, 'run.no-operator', (m) => ({
    op: m[1]!.replace(/^:/, ''),
  })),
  row(/Could not find an implementation for (\S+?)\(\d+\) node with name '([^']*)'/, 'run.no-kernel', (m) => ({
    op: m[1]!,
    node: named(m[2]!),
  })),
  row(/Provider type for (\S+) node with name '([^']*)' is not set/, 'run.no-kernel', (m) => ({
    op: m[1]!,
    node: named(m[2]!),
  })),
  row(/unsupported data type: (\d+)/, 'run.interface-dtype', (m) => ({ dtype: labelOfCode(Number(m[1])) })),
  row(/protobuf parsing failed|Failed to load model because protobuf|No graph was found/, 'run.unreadable'),
  row(
    /Non-zero status code returned while running (\S+) node\. Name:'([^']*)' Status Message: ([\s\S]*)/,
    'run.node-failed',
    (m) => ({ op: m[1]!, node: named(m[2]!), why: clean(m[3]!) }),
  ),
  row(
    /bad_alloc|out of memory|Out of memory|memory access out of bounds|Integer overflow|Failed to allocate|Aborted\(OOM|Cannot enlarge memory|Array buffer allocation failed|Invalid typed array length/,
    'run.memory',
    (m) => ({ what: clean(m[0]) }),
  ),
  row(/failed to call OrtRun[\s\S]*?ERROR_MESSAGE: ([\s\S]*)/, 'run.failed', (m) => ({ why: clean(m[1]!) })),
  row(/ERROR_MESSAGE: ([\s\S]*)/, 'run.invalid', (m) => ({ why: clean(m[1]!) })),
];

/** What went wrong as a FormatError; errors that say it themselves are given back as they are. */
export function explainOrtError(error: unknown, during: 'create' | 'run'): Error {
  if (error instanceof FormatError || error instanceof MissingFileError) return missingAsFormat(error);
  if (error instanceof DOMException && error.name === 'AbortError') return error;
  const text = textOf(error);
  const missing = /The file (.+?) has not been opened/.exec(text);
  if (missing) return new FormatError('run.missing-weights', { file: missing[1]! });
  for (const { pattern, code, params } of ROWS) {
    const m = pattern.exec(text);
    if (m) return caused(new FormatError(code, params(m)), error);
  }
  return caused(new FormatError(during === 'create' ? 'run.invalid' : 'run.failed', { why: clean(text) }), error);
}

function caused(error: FormatError, cause: unknown): FormatError {
  error.cause = cause;
  return error;
}

/** The reason alone, without the frame of a sentence of ours, from the runtime's own error. */
export function reasonIn(cause: unknown): string {
  const text = textOf(cause);
  return clean(/ERROR_MESSAGE: ([\s\S]*)/.exec(text)?.[1] ?? text);
}

/** C++ names in an error that tell the kind of operator: `ReshapeHelper`, `onnxruntime::Concat::Compute`, `concat.cc`. */
export function mentions(cause: unknown, op: string): boolean {
  return textOf(cause)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .includes(op.toLowerCase());
}

function missingAsFormat(error: Error): Error {
  return error instanceof MissingFileError ? new FormatError('run.missing-weights', { file: error.file }) : error;
}

/** A C++ exception reaches JavaScript as a bare number where the runtime could not say what it was: memory, nearly always. */
function textOf(error: unknown): string {
  if (typeof error === 'number') return 'std::bad_alloc';
  return error instanceof Error ? error.message : String(error);
}

const named = (name: string) => (name === '' ? '(without a name)' : name);

const labelOfCode = (code: number) => {
  const dtype = dtypeOfCode(code);
  return dtype ? dtypeInfo(dtype).label : `number ${code}`;
};

/** Without the C++ file, signature and condition that go before the sentence, on one line, without its full stop. */
function clean(text: string): string {
  const flat = text
    .replace(/^\s*\S*\/onnxruntime\/\S+:\d+ .*?\)(?: const)?(?: \[with .*?\])? (?=\S)/, '')
    .replace(/^\S+\.(?:cc|h):\d+ \S+ /, '')
    .replace(/^[^.]* was false\. (?=\S)/, '')
    .replace(/^(?:Load model failed: |This is an invalid model\. |Invalid model\. )/, '')
    .replace(/\s+/g, ' ')
    .trim();
  return flat.replace(/[.\s]+$/, '').slice(0, 600) || 'no reason given';
}
