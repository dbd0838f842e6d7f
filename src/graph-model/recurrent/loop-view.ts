/** A Loop that runs a known number of times over the rows of tensors, as the search for recurrent layers sees it. */
import type { TypedEmitter } from '../builders/typed-emitter.ts';
import { bodiesOf, getInt } from '../core/attributes.ts';
import type { GraphId, Node, ValueId } from '../core/model.ts';

/** What an iteration passes on to the next. */
export interface LoopState {
  /** Its place among the outputs of the Loop. */
  readonly index: number;
  readonly initial: ValueId;
  /** In the body: as an iteration finds it, and as it leaves it. */
  readonly input: ValueId;
  readonly next: ValueId;
  /** Outside, when the loop has ended. */
  readonly final: ValueId;
}

/** One row an iteration, all of them stacked outside. */
export interface LoopScan {
  readonly item: ValueId;
  readonly all: ValueId;
}

export class LoopView {
  private constructor(
    /** Writes around the loop. */
    readonly e: TypedEmitter,
    readonly inner: TypedEmitter,
    readonly node: Node,
    readonly states: readonly LoopState[],
    readonly scans: readonly LoopScan[],
    /** The number of iterations: an int64 scalar. */
    readonly trips: ValueId,
    private readonly indices: ReadonlySet<ValueId>,
  ) {}

  get body(): GraphId {
    return this.inner.graph;
  }

  /** null: it is no Loop, or how often it runs is found out only while it runs. */
  static of(e: TypedEmitter, node: Node): LoopView | null {
    const body = bodiesOf(node)[0];
    if (node.op !== 'Loop' || node.domain !== '' || body === undefined) return null;
    const { draft } = e;
    const inner = e.within(body);
    const { inputs, outputs } = draft.graph(body);
    if (node.outputs.some((v) => v === null)) return null;
    const states = inputs.slice(2).map((input, index) => {
      const [initial, final] = [node.inputs[index + 2]!, node.outputs[index]!];
      return { index, initial, input, next: outputs[index + 1]!, final };
    });
    const scans = node.outputs.slice(states.length).map((v, i) => ({ item: outputs[states.length + 1 + i]!, all: v! }));
    const counters = states.filter((s) => isCounter(e, inner, s));
    const trips = tripsOf(e, inner, node, outputs[0]!, counters);
    const indices = new Set([inputs[0]!, ...counters.map((c) => c.input)]);
    return trips === null ? null : new LoopView(e, inner, node, states, scans, trips, indices);
  }

  /** Whether a value of the body is the number of the iteration, from zero. */
  isIndex(v: ValueId): boolean {
    if (this.indices.has(v)) return true;
    const maker = this.inner.draft.producer(v);
    return maker !== null && /^(Identity|Cast)$/.test(maker.op) && this.isIndex(maker.inputs[0]!);
  }

  isOutside(v: ValueId): boolean {
    return this.inner.draft.value(v).graph !== this.body;
  }

  /** The tensor around the loop whose rows a value of the body is, one an iteration; null where it is none. */
  rowsOf(v: ValueId): ValueId | null {
    const maker = this.inner.draft.producer(v);
    if (maker === null || maker.graph !== this.body) return null;
    if (maker.op === 'Identity') return this.rowsOf(maker.inputs[0]!);
    const [data, index] = maker.inputs;
    if (maker.op !== 'Gather' || getInt(maker, 'axis', 0) !== 0 || !this.isOutside(data!)) return null;
    return this.isIndex(index!) ? data! : null;
  }

  /** Whether the loop is known to go once through all rows. */
  isLengthOf(rows: ValueId): boolean {
    const length = this.e.dims(rows)?.[0];
    if (typeof length === 'number') return Number(this.e.known(this.trips)?.values[0] ?? -1) === length;
    return length !== null && length !== undefined && this.e.partly(this.trips)?.[0] === length;
  }

  /** As many of the rows as the loop reads. */
  used(rows: ValueId): ValueId {
    if (this.isLengthOf(rows)) return rows;
    return this.e.op('Slice', [rows, this.e.ints([0]), this.e.reshape(this.trips, [1]), this.e.ints([0])]);
  }
}

/** From zero by one, as the iterations are counted. */
function isCounter(e: TypedEmitter, inner: TypedEmitter, state: LoopState): boolean {
  if (e.dims(state.initial)?.length !== 0 || Number(e.known(state.initial)?.values[0] ?? -1) !== 0) return false;
  const add = plain(inner, state.next);
  if (add?.op !== 'Add') return false;
  const step = add.inputs[0] === state.input ? add.inputs[1] : add.inputs[1] === state.input ? add.inputs[0] : null;
  return step !== null && step !== undefined && Number(inner.known(step)?.values[0]) === 1;
}

/** What makes a value, behind nodes that give it on. */
function plain(e: TypedEmitter, v: ValueId): Node | null {
  const maker = e.draft.producer(v);
  return maker?.op === 'Identity' ? plain(e, maker.inputs[0]!) : maker;
}

function tripsOf(
  e: TypedEmitter,
  inner: TypedEmitter,
  node: Node,
  goOn: ValueId,
  counters: readonly LoopState[],
): ValueId | null {
  const [count, first] = node.inputs;
  const begins = first === null || first === undefined || isTrue(e, first);
  if (count !== null && count !== undefined) return begins && isTrue(inner, goOn) ? count : null;
  const bound = boundOf(inner, goOn, counters);
  const known = bound === null ? NaN : Number(e.known(bound)?.values[0]);
  return known >= 1 && (begins || isBelow(e, first!, known)) ? e.numbers('int64', [known]) : null;
}

const isTrue = (e: TypedEmitter, v: ValueId) => Number(e.known(v)?.values[0] ?? 0) === 1;

/** A comparison of a number below the bound that nobody has worked out yet. */
function isBelow(e: TypedEmitter, v: ValueId, bound: number): boolean {
  const maker = plain(e, v);
  if (maker?.op !== 'Less') return false;
  const [a, b] = maker.inputs.map((i) => Number(e.known(i!)?.values[0]));
  return b === bound && a! < b;
}

/** The value below which the next number of a counter has to be. */
function boundOf(inner: TypedEmitter, goOn: ValueId, counters: readonly LoopState[]): ValueId | null {
  const less = plain(inner, goOn);
  if (less?.op !== 'Less') return null;
  const counted = plain(inner, less.inputs[0]!);
  return counted && counters.some((c) => plain(inner, c.next) === counted) ? less.inputs[1]! : null;
}
