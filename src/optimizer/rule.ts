/** Rules (pattern, check, replacement) and passes, as the plan names them. */
import type { Model, NodeId, ValueId } from '../graph-model/core/model.ts';
import type { Tensor } from '../graph-model/core/tensor.ts';
import type { Dim, DType } from '../graph-model/core/types.ts';
import type { JobContext } from '../graph-model/job.ts';
import type { TypeTable } from '../graph-model/operators/operator.ts';

/** A plan is plain data: it can be saved, replayed, searched over and sent to a worker. */
export type Plan = readonly PlanStep[];
export interface PlanStep {
  readonly pass: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** One place where a rule or pass did something, or would have and was refused. */
export interface Applied {
  readonly by: string;
  /** Names of the nodes it replaced, for people; ids are in `removed` and `added`. */
  readonly place: string;
  readonly removed: readonly NodeId[];
  readonly added: readonly NodeId[];
}
export interface Refused {
  readonly by: string;
  readonly place: string;
  readonly node: NodeId | null;
  /** A sentence. */
  readonly reason: string;
}

export interface PassReport {
  readonly pass: string;
  readonly label: string;
  readonly applied: readonly Applied[];
  readonly refused: readonly Refused[];
  readonly ms: number;
  /** Set where the pass was undone because the result's outputs differed: says by how much. */
  readonly undone?: string;
}

export interface PlanResult {
  readonly before: Model;
  readonly after: Model;
  /** One report for each step of the plan, all rounds taken together. */
  readonly passes: readonly PassReport[];
  /** How many rounds over the plan until nothing changed. */
  readonly rounds: number;
}

/** Elements that are known only as expressions over dimension names, such as a shape `[batch, 12]`. */
export interface SymbolicElements {
  readonly dtype: DType;
  readonly dims: readonly number[];
  /** null: that element is not known. */
  readonly values: readonly Dim[];
}

export interface PassTypes extends TypeTable {
  /** What is known of the elements of a small value; left out where inference does not follow them. */
  elementsOf?(id: ValueId): SymbolicElements | null;
}

/** What passes may use besides the model. */
export interface PassHost {
  /** Types of a snapshot. A pass asks once, for the model it was given: values that it keeps keep their types. */
  types(model: Model): PassTypes;
  /**
   * Runs the part of the model that computes `outputs` from constants alone, in one session, and gives their tensors;
   * null for an output that could not be computed, with the reason in a diagnostic.
   */
  evaluate(model: Model, outputs: readonly ValueId[], job: JobContext): Promise<readonly (Tensor | null)[]>;
  /** What passes note from round to round of one plan; `runPlan` starts a new one. */
  readonly ledger?: PlanLedger;
}

export interface PlanLedger {
  /** Bytes by which folded constants have made the model grow so far. */
  grown: number;
}

/** What one run of a pass did. `after` is the model it was given when it changed nothing. */
export interface PassOutcome {
  readonly after: Model;
  readonly applied: readonly Applied[];
  readonly refused: readonly Refused[];
}

export type PassOptions = Readonly<Record<string, unknown>>;

/** One row of the table of passes. */
export interface Pass {
  /** Its name in plans. */
  readonly id: string;
  /** Its name for people. */
  readonly label: string;
  /** One sentence, shown beside the label. */
  readonly summary: string;
  readonly defaults: PassOptions;
  run(model: Model, options: PassOptions, host: PassHost, job: JobContext): Promise<PassOutcome>;
}
