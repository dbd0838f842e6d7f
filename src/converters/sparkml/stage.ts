/** What the converter knows of one class of Spark ML: a row of the table in stages.ts. */
import type { Attribute } from '../../graph-model/core/attributes.ts';
import type { Node, ValueId } from '../../graph-model/core/model.ts';
import { tensorType } from '../../graph-model/core/types.ts';
import { FormatError, type DiagnosticCode, type Params as Texts } from '../../graph-model/diagnostics.ts';
import type { JobContext } from '../../graph-model/job.ts';
import type { Metadata, ModelFolder } from './folder.ts';
import type { Ops } from './lower/ops.ts';
import type { Params } from './params.ts';

/**
 * number: a double in each row; id: a whole number; vector: doubles; any: a number or vector; text: a string; tokens: a list of
 * strings in each row.
 */
export type Kind = 'number' | 'id' | 'vector' | 'any' | 'text' | 'tokens';

/** What an output means; `column`: what a transformer makes. */
export type Role = 'label' | 'probabilities' | 'predictions' | 'decision_function' | 'raw' | 'column';

export interface InPort {
  readonly column: string;
  readonly kind: Kind;
  /** Its texts may be numbers as Java writes them: where another stage reads the column as numbers, it holds numbers. */
  readonly numerals?: boolean;
}

export interface OutPort {
  readonly column: string;
  readonly kind: Kind;
  readonly role: Role;
}

/** A column while it is lowered. */
export interface Column {
  readonly kind: 'number' | 'vector' | 'text' | 'tokens';
  /** number [N, 1], vector [N, width], text [N, 1] strings, tokens [N, M] strings, '' where a row has fewer. */
  readonly value: ValueId;
  readonly dtype: 'float' | 'double' | 'int64' | 'string';
  /** Of a vector, where known; 1 for a number. */
  readonly width: number | null;
  /** Of tokens: [N, M] bool, where one is. */
  readonly mask?: ValueId;
  /** Some of it is category codes, which Interaction expands. */
  readonly nominal?: boolean;
  /** Of codes: how many categories there are, one for unknown values among them where those are kept. */
  readonly categories?: number;
  /** Put together from inputs of unknown width and `known` further columns. */
  readonly open?: { readonly inputs: readonly ValueId[]; readonly known: number };
  /** The texts that the codes stand for. */
  readonly labels?: readonly string[];
}

/** Why a stage has no ONNX form; becomes `sparkml.refused`. */
export class Refusal extends Error {}

export function refuse(why: string): never {
  throw new Refusal(why);
}

export class Lowering {
  constructor(
    readonly o: Ops,
    readonly p: Params,
    readonly node: Node,
    readonly inputs: readonly Column[],
    private readonly job: JobContext,
    private readonly report: (code: DiagnosticCode, texts: Texts) => void,
  ) {}

  get signal(): AbortSignal {
    return this.job.signal;
  }

  /** Input `i` in double; a vector or a number alike. */
  x(i = 0): ValueId {
    const c = this.inputs[i]!;
    if (c.dtype === 'string') return refuse(`its input is text where numbers are wanted`);
    return c.dtype === 'double' ? c.value : this.o.cast(c.value, 'double');
  }

  /** The same, checked against the number of features that was learned. */
  features(count: number, i = 0): ValueId {
    const { width, open } = this.inputs[i]!;
    // As many columns are left as there are inputs of unknown width: each is one number.
    if (open && count - open.known === open.inputs.length)
      for (const v of open.inputs) this.o.draft.patchValue(v, { type: tensorType('float', ['N', 1]) });
    if (width !== null && width !== count) refuse(`it was trained on ${count} features and is given ${width}`);
    return this.x(i);
  }

  /** Says that rows which Spark drops, or stops at, give NaN here. */
  invalid(mode: string): void {
    const act = mode === 'skip' ? 'drops the row of' : 'stops at';
    this.report('sparkml.invalid-rows', { stage: this.node.name, act });
  }

  leftOut(column: string, why: string): void {
    this.report('sparkml.left-out', { stage: this.node.name, column, why });
  }
}

export type Attributes = Readonly<Record<string, Attribute>>;

export interface StageRow {
  /** Names of the class, the newest first. */
  readonly ops: readonly string[];
  readonly family: string;
  /** For the support table: what is done as Spark does it, and what is not. */
  readonly notes: string;
  inputs(p: Params): InPort[];
  outputs(p: Params): OutPort[];
  /** Learned data as attributes. Absent where the params are all. */
  data?(folder: ModelFolder, metadata: Metadata): Promise<Attributes>;
  /** One column for each output; null leaves it out. Absent: refused for the reason in `notes`. */
  lower?(c: Lowering): (Column | null)[];
}

export const number = (value: ValueId, more: Partial<Column> = {}): Column => ({
  kind: 'number',
  dtype: 'double',
  width: 1,
  ...more,
  value,
});

export const vector = (value: ValueId, width: number | null, more: Partial<Column> = {}): Column => ({
  kind: 'vector',
  dtype: 'double',
  ...more,
  value,
  width,
});

/** Ports of transformers: each input column gives an output column. */
export const columnsIn = (kind: Kind) => (p: Params) => p.inputColumns().map((column) => ({ column, kind }));
export const columnsOut = (kind: Kind) => (p: Params) =>
  p.outputColumns().map((column) => ({ column, kind, role: 'column' as const }));

export const featuresIn = (p: Params): InPort[] => [{ column: p.text('featuresCol', 'features'), kind: 'vector' }];

/** A column is left out of the model where its name is empty. */
function named(column: string, kind: Kind, role: Role): OutPort[] {
  return column === '' ? [] : [{ column, kind, role }];
}

export const labelOut = (p: Params): OutPort[] => named(p.text('predictionCol', 'prediction'), 'number', 'label');
export const predictionOut = (p: Params): OutPort[] =>
  named(p.text('predictionCol', 'prediction'), 'number', 'predictions');

/** Raw prediction and label, in this order; then probabilities where the class has them. */
export const classifierOut =
  (probabilistic: boolean) =>
  (p: Params): OutPort[] => [
    ...named(p.text('rawPredictionCol', 'rawPrediction'), 'vector', probabilistic ? 'raw' : 'decision_function'),
    ...labelOut(p),
    ...(probabilistic ? named(p.text('probabilityCol', 'probability'), 'vector', 'probabilities') : []),
  ];

/** The columns of a classifier by the ports that it has. */
export function classified(c: Lowering, made: { raw: Column; label: Column; probabilities?: Column }): Column[] {
  const ports = classifierOut(made.probabilities !== undefined)(c.p);
  return ports.map((port) =>
    port.role === 'label' ? made.label : port.role === 'probabilities' ? made.probabilities! : made.raw,
  );
}

/** Turns a refusal into the diagnostic that names the stage. */
export function refusal(stage: string, why: string): FormatError {
  return new FormatError('sparkml.refused', { stage, why });
}
