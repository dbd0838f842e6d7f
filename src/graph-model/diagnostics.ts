/**
 * The catalogue of everything Graphwright tells its users: a stable code, how bad it is, one sentence saying what and
 * where, and what to do. `{name}` in a text is filled from the diagnostic's `params`.
 */
import type { NodeId, ValueId } from './core/ids.ts';
import { CHECK } from './diagnostics/check.ts';
import { CLASSIC } from './diagnostics/classic.ts';
import { CONVERT } from './diagnostics/convert.ts';
import { CUSTOM_VISION } from './diagnostics/custom-vision.ts';
import { EDIT } from './diagnostics/edit.ts';
import type { CatalogueEntry, Severity } from './diagnostics/entry.ts';
import { FILES } from './diagnostics/files.ts';
import { INFER } from './diagnostics/infer.ts';
import { JOBS } from './diagnostics/jobs.ts';
import { KERAS } from './diagnostics/keras.ts';
import { TENSORFLOW } from './diagnostics/tensorflow.ts';
import { TFLITE } from './diagnostics/tflite.ts';
import { OPTIMIZE } from './diagnostics/optimize.ts';
import { RUN } from './diagnostics/run.ts';
import { SKLEARN } from './diagnostics/sklearn.ts';
import { SPARKML } from './diagnostics/sparkml.ts';
import { TEXT } from './diagnostics/text.ts';
import { TRUST } from './diagnostics/trust.ts';

export type { Severity } from './diagnostics/entry.ts';

/** All codes. Each part of Graphwright keeps its own table, so that a text is found beside its neighbours. */
export const CATALOGUE = {
  ...FILES,
  ...TEXT,
  ...INFER,
  ...CHECK,
  ...CONVERT,
  ...CLASSIC,
  ...OPTIMIZE,
  ...RUN,
  ...SPARKML,
  ...EDIT,
  ...JOBS,
  ...KERAS,
  ...TENSORFLOW,
  ...TFLITE,
  ...CUSTOM_VISION,
  ...SKLEARN,
  ...TRUST,
} as const satisfies Record<string, CatalogueEntry>;

export type DiagnosticCode = keyof typeof CATALOGUE;
export type Params = Readonly<Record<string, string | number>>;

export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  readonly help: string;
  readonly node?: NodeId;
  readonly value?: ValueId;
  /** Byte offset in the file. */
  readonly offset?: number;
  /** All nodes that stand in the way of a conversion; `replace` of the conversion says what is done about each by name. */
  readonly refused?: readonly Refusal[];
}

/** A node of a source dialect that has no ONNX form. */
export interface Refusal {
  readonly node: NodeId;
  readonly name: string;
  /** Its operator or class. */
  readonly kind: string;
  readonly reason: string;
}

export interface Place {
  readonly node?: NodeId;
  readonly value?: ValueId;
  readonly offset?: number;
}

export function diagnostic(code: DiagnosticCode, params: Params = {}, place: Place = {}): Diagnostic {
  const { severity, text, help } = CATALOGUE[code];
  return { code, severity, message: fill(text, params), help: fill(help, params), ...place };
}

/** Broken input: thrown by readers, caught once at the edge of a job or command and shown as its diagnostic. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  readonly diagnostic: Diagnostic;
  /** @param what a code, or a diagnostic that was made already */
  constructor(what: DiagnosticCode | Diagnostic, params: Params = {}, place: Place = {}) {
    const d = typeof what === 'string' ? diagnostic(what, params, place) : what;
    super(d.message);
    this.diagnostic = d;
  }
}

function fill(text: string, params: Params): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => printable(String(params[name] ?? all)));
}

/** Names come from files: a control character in one must not break the line. */
const printable = (text: string) => text.replace(/[\t\n\v\f\r\u2028\u2029]+/g, ' ').replace(/\p{Cc}/gu, '\ufffd');
