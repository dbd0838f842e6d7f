/**
 * A Loop from what an iteration does. The types that its variables may keep are found by trying: the first attempt takes
 * those of the initial values, and what an iteration changes is left open in the next.
 */
import { Held } from '../../../graph-model/builders/axis-orders.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import type { GraphId, ValueId } from '../../../graph-model/core/model.ts';
import { tensorType, type Dim } from '../../../graph-model/core/types.ts';
import { CarryList, stackedOf } from './lists.ts';
import type { Handling } from './handler.ts';
import { forBody, TensorList, type OpenLoop, type Thing } from './things.ts';
import { tripCount } from './trip-count.ts';

type Dims = readonly Dim[] | null;

export interface LoopSpec {
  readonly h: Handling;
  readonly initial: readonly Thing[];
  /** Variables that every iteration gives on as they are. */
  readonly fixed: readonly boolean[];
  /** The dims that the source declares for a variable; undefined where it does not. */
  readonly declared: readonly (Dims | undefined)[];
  /** Whether to go on, a scalar bool. */
  condition(e: TypedEmitter, variables: readonly Thing[]): ValueId;
  step(e: TypedEmitter, variables: readonly Thing[]): readonly Thing[];
}

const ATTEMPTS = 6;

/** The variables when the loop has ended. */
export function makeLoop(spec: LoopSpec): Thing[] {
  const loop: OpenLoop = { name: spec.h.node.name };
  const state = new Attempt(spec, loop);
  for (let n = 0; n < ATTEMPTS; n++) {
    const made = state.run(n === ATTEMPTS - 1);
    if (made) return made;
  }
  return spec.h.refuse('the shapes of its variables do not settle');
}

/** What has been found out about a loop, and the making of its body from that. */
class Attempt {
  /** Dims of each tensor variable within the body. */
  private readonly dims: Dims[];
  /** Lists that are carried as tensors, with the dims of their elements. */
  private readonly carried = new Map<number, Dims>();
  private readonly e: TypedEmitter;

  constructor(
    private readonly spec: LoopSpec,
    private readonly loop: OpenLoop,
  ) {
    this.e = spec.h.e;
    this.dims = spec.initial.map((t) => (t instanceof Held ? this.initialDims(t) : null));
  }

  private initialDims(t: Held): Dims {
    return this.e.dims(this.spec.h.natural(t));
  }

  /** null: what was assumed did not hold; the next attempt assumes less. */
  run(last: boolean): Thing[] | null {
    const { draft } = this.e;
    const body = draft.newGraph('body');
    const mark = this.e.mark();
    try {
      const made = new Body(this.spec, this.loop, body, this.carried, this.dims).make();
      const settled = last || this.settle(made);
      if (settled) return made.finish();
    } catch (error) {
      if (!(error instanceof CarryList) || error.loop !== this.loop || this.carried.has(error.index)) {
        draft.removeGraph(body);
        throw error;
      }
      this.carried.set(error.index, error.element);
    }
    draft.removeGraph(body);
    this.e.release(mark);
    return null;
  }

  /** Whether every variable keeps the dims that were assumed for it; takes back what it does not. */
  private settle(made: MadeBody): boolean {
    let settled = true;
    for (const { index, next } of made.tensors) {
      const found = agreed(this.dims[index]!, made.inner.dims(next), this.spec.declared[index]);
      if (same(found, this.dims[index]!)) continue;
      this.dims[index] = found;
      settled = false;
    }
    return settled;
  }
}

/** What is true of a variable before and after an iteration. */
function agreed(before: Dims, after: Dims, declared: Dims | undefined): Dims {
  if (before === null) return null;
  if (after === null || after.length !== before.length) {
    return declared && declared.length === before.length ? before.map((d, i) => fixedBy(declared[i]!, d)) : null;
  }
  return before.map((d, i) => (d === after[i] || (after[i] === null && typeof declared?.[i] === 'number') ? d : null));
}

const fixedBy = (declared: Dim, dim: Dim) => (typeof declared === 'number' ? dim : null);

function same(a: Dims, b: Dims): boolean {
  return a === b || (a !== null && b !== null && a.length === b.length && a.every((d, i) => d === b[i]));
}

/** A variable that the Loop carries as a tensor. */
interface Carried {
  readonly index: number;
  readonly initial: ValueId;
  readonly input: ValueId;
  readonly next: ValueId;
  /** The list that the tensor stands for. */
  readonly list: TensorList | null;
}

interface Scanned {
  readonly index: number;
  readonly list: TensorList;
  readonly item: ValueId;
}

interface MadeBody {
  readonly inner: TypedEmitter;
  readonly tensors: readonly Carried[];
  /** Puts the Loop into the graph. */
  finish(): Thing[];
}

class Body {
  private readonly e: TypedEmitter;
  private readonly inner: TypedEmitter;
  private readonly inputs = new Map<number, ValueId>();
  private readonly initial = new Map<number, ValueId>();

  constructor(
    private readonly spec: LoopSpec,
    private readonly loop: OpenLoop,
    private readonly graph: GraphId,
    private readonly carriedLists: ReadonlyMap<number, Dims>,
    private readonly dims: readonly Dims[],
  ) {
    this.e = spec.h.e;
    this.inner = this.e.within(graph);
  }

  make(): MadeBody {
    const { draft } = this.e;
    const iteration = draft.newValue(this.graph, '', null, { type: tensorType('int64', []) });
    const going = draft.newValue(this.graph, '', null, { type: tensorType('bool', []) });
    const variables = this.spec.initial.map((t, i) => this.variable(t, i));
    draft.setGraphInputs(this.graph, [iteration, going, ...this.inputs.values()]);
    const next = this.spec.step(this.inner, variables);
    const tensors = [...this.inputs].map(([index, input]) => this.carried(index, input, next[index]!));
    const scanned = next.flatMap((t, index) => this.scanned(index, t, tensors));
    const goOn = this.spec.condition(this.inner, this.after(variables, next));
    return { inner: this.inner, tensors, finish: () => this.finish(goOn, tensors, scanned, next) };
  }

  /** What an iteration finds as variable `i`. */
  private variable(t: Thing, i: number): Thing {
    if (this.spec.fixed[i]) return forBody(t);
    if (t instanceof Held) return Held.of(this.input(i, this.spec.h.natural(t), this.dims[i]!));
    if (!(t instanceof TensorList)) return t;
    if (!this.carriedLists.has(i)) return t.with({ kind: 'loop', loop: this.loop, index: i });
    const all = this.spec.h.natural(stackedOf(this.spec.h, t, this.carriedLists.get(i)));
    const dims = this.e.dims(all);
    return t.with({ kind: 'stacked', tensor: Held.of(this.input(i, all, dims)) });
  }

  private input(i: number, initial: ValueId, dims: Dims): ValueId {
    const type = tensorType(this.e.dtype(initial), dims);
    const value = this.e.draft.newValue(this.graph, '', null, { type });
    this.inputs.set(i, value);
    this.initial.set(i, initial);
    return value;
  }

  private carried(index: number, input: ValueId, thing: Thing): Carried {
    const h = this.within();
    const list = thing instanceof TensorList ? thing : null;
    const held =
      thing instanceof Held ? thing : list ? stackedOf(h, list) : this.spec.h.refuse('a variable changes its kind');
    const natural = h.natural(held);
    return { index, input, initial: this.initial.get(index)!, next: natural, list };
  }

  private within(): Handling {
    return this.spec.h.writing(this.inner);
  }

  private scanned(index: number, thing: Thing, tensors: readonly Carried[]): Scanned[] {
    if (!(thing instanceof TensorList) || this.inputs.has(index) || this.spec.fixed[index]) return [];
    const { state } = thing;
    if (state.kind === 'loop' && state.loop === this.loop && state.index === index) return [];
    const own = state.kind === 'written' && state.loop === this.loop && state.index === index;
    const item = own ? this.within().natural(state.item) : null;
    if (!own || (state.at !== null && !this.countsIterations(state.at, tensors))) {
      throw new CarryList(this.loop, index, own ? this.inner.dims(item!) : thing.element);
    }
    if (state.at !== null && this.isStacked(index)) throw new CarryList(this.loop, index, this.inner.dims(item!));
    return [{ index, list: thing, item: item! }];
  }

  /** A list that came in with elements is not filled, but written over. */
  private isStacked(index: number): boolean {
    const before = this.spec.initial[index];
    return before instanceof TensorList && before.state.kind !== 'empty';
  }

  /** Whether an index is a variable that begins at zero and grows by one. */
  private countsIterations(at: Held, tensors: readonly Carried[]): boolean {
    const variable = tensors.find((t) => t.input === at.natural);
    if (!variable) return false;
    const { e, inner } = this;
    if (Number(e.known(variable.initial)?.values[0]) !== 0) return false;
    const add = e.draft.producer(variable.next);
    if (add?.op !== 'Add') return false;
    const [a, b] = add.inputs;
    const one = a === variable.input ? b : b === variable.input ? a : null;
    return one !== null && one !== undefined && Number(inner.known(one)?.values[0]) === 1;
  }

  /** The variables as the next iteration's condition sees them. */
  private after(before: readonly Thing[], next: readonly Thing[]): Thing[] {
    return next.map((t, i) => (this.spec.fixed[i] ? before[i]! : t));
  }

  private finish(
    goOn: ValueId,
    tensors: readonly Carried[],
    scanned: readonly Scanned[],
    next: readonly Thing[],
  ): Thing[] {
    const { e, inner, spec } = this;
    const { h } = spec;
    const trips = tripCount({ e, inner, goOn, tensors });
    const own = (v: ValueId) => {
      const made = e.draft.value(v);
      return made.producer !== null && made.graph === this.graph ? v : inner.op('Identity', [v]);
    };
    const go = trips ? inner.op('Identity', [e.numbers('bool', [1])]) : own(goOn);
    const results = [...tensors.map((t) => t.next), ...scanned.map((s) => s.item)];
    e.draft.setGraphOutputs(
      this.graph,
      distinct([go, ...results.map(own)], (v) => inner.op('Identity', [v])),
    );
    e.origin = { dialect: 'tensorflow', op: h.node.op, name: h.scope.prefix + h.node.name };
    const first = trips ? null : this.startCondition();
    const inputs = [trips, first, ...tensors.map((t) => t.initial)];
    const outputs = e.ops('Loop', inputs, { body: { kind: 'graph', value: this.graph } }, results.length);
    return this.results(outputs, tensors, scanned, next);
  }

  /** Absent where the loop is known to begin. */
  private startCondition(): ValueId | null {
    const { e, spec } = this;
    const first = spec.condition(e, spec.initial);
    return Number(e.known(first)?.values[0] ?? 0) === 1 ? null : first;
  }

  private results(
    outputs: readonly ValueId[],
    tensors: readonly Carried[],
    scanned: readonly Scanned[],
    next: readonly Thing[],
  ): Thing[] {
    const out: Thing[] = next.map((t, i) => (this.spec.fixed[i] ? this.spec.initial[i]! : t));
    for (const [i, t] of this.spec.initial.entries()) {
      const state = out[i] instanceof TensorList ? out[i].state : null;
      if (state?.kind === 'loop' && state.loop === this.loop) out[i] = t;
    }
    tensors.forEach((t, k) => {
      const held = Held.of(outputs[k]!);
      out[t.index] = t.list ? t.list.with({ kind: 'stacked', tensor: held }) : held;
    });
    scanned.forEach((s, k) => (out[s.index] = this.filled(s, outputs[tensors.length + k]!)));
    return out;
  }

  /** The list after a loop that put one element into it an iteration. */
  private filled({ index, list }: Scanned, rows: ValueId): TensorList {
    const before = this.spec.initial[index] as TensorList;
    const { h } = this.spec;
    if (before.state.kind !== 'stacked') return list.with({ kind: 'stacked', tensor: Held.of(rows) });
    const both = this.e.op('Concat', [h.natural(before.state.tensor), rows], { axis: 0 });
    return list.with({ kind: 'stacked', tensor: Held.of(both) });
  }
}

/** Outputs of a graph must not repeat. */
function distinct(values: readonly ValueId[], copy: (v: ValueId) => ValueId): ValueId[] {
  const seen = new Set<ValueId>();
  return values.map((v) => {
    const one = seen.has(v) ? copy(v) : v;
    seen.add(one);
    return one;
  });
}
