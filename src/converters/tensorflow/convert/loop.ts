/**
 * A Loop from what an iteration does. The types that its variables may keep are found by trying: the first attempt takes
 * those of the initial values, and what an iteration changes is left open in the next.
 */
import { Held } from '../../../graph-model/builders/axis-orders.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import type { GraphId, ValueId } from '../../../graph-model/core/model.ts';
import { dtypeInfo, tensorType, type Dim, type ValueType } from '../../../graph-model/core/types.ts';
import { CarryList, sequenceOf, stackedOf } from './lists.ts';
import type { Handling } from './handler.ts';
import { forBody, TensorList, type ListState, type OpenLoop, type Thing } from './things.ts';
import { countsFromZero, tripsOf, type Trips } from './trip-count.ts';

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

/** What an attempt assumes of the variables. */
interface Assumed {
  /** Dims of each tensor variable within the body. */
  readonly dims: readonly Dims[];
  /** Lists that are carried, with the dims of their elements. */
  readonly carried: ReadonlyMap<number, Dims>;
  readonly listDims: ReadonlyMap<number, Dims>;
}

/** What has been found out about a loop, and the making of its body from that. */
class Attempt implements Assumed {
  /** Dims of each tensor variable within the body. */
  readonly dims: Dims[];
  /** Lists that are carried as tensors, with the dims of their elements. */
  readonly carried = new Map<number, Dims>();
  /** Dims of those tensors within the body, where they are not what they are before the loop. */
  readonly listDims = new Map<number, Dims>();
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
      const made = new Body(this.spec, this.loop, body, this).make();
      const settled = last || this.settle(made);
      if (settled) return made.finish();
    } catch (error) {
      if (!(error instanceof CarryList) || error.loop !== this.loop || this.carried.get(error.index) === null) {
        draft.removeGraph(body);
        throw error;
      }
      this.carried.set(error.index, this.carried.has(error.index) ? null : error.element);
    }
    draft.removeGraph(body);
    this.e.release(mark);
    return null;
  }

  /** Whether every variable keeps the dims that were assumed for it; takes back what it does not. */
  private settle(made: MadeBody): boolean {
    let settled = true;
    for (const { index, input, next, list } of made.tensors) {
      if (list && !this.settleList(index, made.inner.dims(input), made.inner.dims(next))) settled = false;
      const found = agreed(this.dims[index]!, made.inner.dims(next), this.spec.declared[index]);
      if (same(found, this.dims[index]!)) continue;
      this.dims[index] = found;
      settled = false;
    }
    return settled;
  }

  /** A list may grow; elements that change their shape make a sequence of it. */
  private settleList(index: number, before: Dims, after: Dims): boolean {
    const found = agreed(before, after, undefined);
    if (same(found, before)) return true;
    this.listDims.set(index, found);
    if (found === null || !same(found.slice(1), before!.slice(1))) this.carried.set(index, null);
    return false;
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
  /** The list has one place, which every iteration writes: what the last one wrote stays. */
  readonly onlyLast: boolean;
}

/** Not even the same in every iteration, as far as is known. */
const isOpen = (dims: Dims) => dims === null || dims.includes(null);

/** Zeros of that shape cannot be made around the loop. */
const isOpenFrom = (list: TensorList, element: Dims) =>
  list.state.kind === 'empty' && !element?.every((d) => typeof d === 'number');

/** The names that a dim is made of; one that is not known has one that is nowhere else. */
const namesIn = (dim: Dim): readonly string[] =>
  typeof dim === 'number' ? [] : dim === null ? ['?'] : (dim.match(/[A-Za-z_][\w.]*\b(?!\()/g) ?? []);

/** The names in the dims of what a loop finds around it. */
function namesOutside(e: TypedEmitter, spec: LoopSpec): Set<string> {
  const { draft } = e;
  const made = draft.graph(e.graph).order.flatMap((id) => draft.node(id).outputs.filter((v) => v !== null));
  const values = [...draft.graphInputs(draft.main), ...draft.graphInputs(e.graph), ...made];
  const held = spec.initial.flatMap((t) => (t instanceof Held ? (spec.h.shape(t) ?? []) : []));
  return new Set([...values.flatMap((v) => e.dims(v) ?? []), ...held].flatMap(namesIn).filter((name) => name !== '?'));
}

const ended = (list: TensorList, value: ValueId): ListState =>
  list.state.kind === 'sequence' ? { kind: 'sequence', sequence: value } : { kind: 'stacked', tensor: Held.of(value) };

interface MadeBody {
  readonly inner: TypedEmitter;
  readonly tensors: readonly Carried[];
  /** Puts the Loop into the graph. */
  finish(): Thing[];
}

class Body {
  readonly e: TypedEmitter;
  readonly inner: TypedEmitter;
  private readonly inputs = new Map<number, ValueId>();
  private readonly initial = new Map<number, ValueId>();
  /** Names of dims that are the same in every iteration. */
  private outside: ReadonlySet<string> | null = null;

  constructor(
    private readonly spec: LoopSpec,
    private readonly loop: OpenLoop,
    private readonly graph: GraphId,
    private readonly assumed: Assumed,
  ) {
    this.e = spec.h.e;
    this.inner = this.e.within(graph);
  }

  make(): MadeBody {
    this.newInput(tensorType('int64', []));
    this.newInput(tensorType('bool', []));
    const variables = this.spec.initial.map((t, i) => this.variable(t, i));
    const next = this.spec.step(this.inner, variables);
    const tensors = [...this.inputs].map(([index, input]) => this.carried(index, input, next[index]!));
    const scanned = next.flatMap((t, index) => this.scanned(index, t, tensors));
    const goOn = this.spec.condition(this.inner, this.after(variables, next));
    return { inner: this.inner, tensors, finish: () => this.finish(goOn, tensors, scanned, next) };
  }

  /** What an iteration finds as variable `i`. */
  private variable(t: Thing, i: number): Thing {
    if (this.spec.fixed[i]) return forBody(t);
    if (t instanceof Held) return Held.of(this.input(i, this.spec.h.natural(t), this.assumed.dims[i]!));
    if (!(t instanceof TensorList)) return t;
    if (!this.assumed.carried.has(i)) return t.with({ kind: 'loop', loop: this.loop, index: i });
    const element = this.assumed.carried.get(i)!;
    const isSequence = t.state.kind === 'sequence' || isOpen(element) || isOpenFrom(t, element);
    if (isSequence || !this.isOneShape(t, element)) {
      return t.with({ kind: 'sequence', sequence: this.sequence(i, t) });
    }
    const all = this.spec.h.natural(stackedOf(this.spec.h, t, element));
    const dims = this.assumed.listDims.get(i) ?? this.e.dims(all);
    return t.with({ kind: 'stacked', tensor: Held.of(this.input(i, all, dims)) });
  }

  private input(i: number, initial: ValueId, dims: Dims): ValueId {
    const value = this.newInput(tensorType(this.e.dtype(initial), dims));
    this.inputs.set(i, value);
    this.initial.set(i, initial);
    return value;
  }

  /** The list as the body finds it, and around the loop as a sequence. */
  private sequence(i: number, list: TensorList): ValueId {
    const initial = sequenceOf(this.spec.h, list);
    const value = this.newInput({ kind: 'sequence', element: tensorType(list.dtype, null) });
    this.inputs.set(i, value);
    this.initial.set(i, initial);
    return value;
  }

  /** At once an input of the body, so that it goes with it where the attempt fails. */
  private newInput(type: ValueType): ValueId {
    const { draft } = this.e;
    const value = draft.newValue(this.graph, '', null, { type });
    draft.setGraphInputs(this.graph, [...draft.graphInputs(this.graph), value]);
    return value;
  }

  private carried(index: number, input: ValueId, thing: Thing): Carried {
    const h = this.within();
    const list = thing instanceof TensorList ? thing : null;
    const initial = this.initial.get(index)!;
    if (list && this.e.typeOf(input)?.kind === 'sequence')
      return {
        index,
        input,
        initial,
        next: sequenceOf(h, list),
        list: list.with({ kind: 'sequence', sequence: input }),
      };
    if (list?.state.kind === 'sequence') throw new CarryList(this.loop, index, null);
    const held =
      thing instanceof Held ? thing : list ? stackedOf(h, list) : this.spec.h.refuse('a variable changes its kind');
    const natural = h.natural(held);
    return { index, input, initial, next: natural, list };
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
    const inOrder = own && (state.at === null || this.countsIterations(state.at, tensors));
    const onlyLast = own && !inOrder && this.hasOnePlace(index);
    const varies = item !== null && !this.isOneShape(thing, this.inner.dims(item));
    if ((!inOrder && !onlyLast) || varies)
      throw new CarryList(this.loop, index, own ? this.inner.dims(item!) : thing.element);
    if (own && state.at !== null && this.isStacked(index)) {
      throw new CarryList(this.loop, index, this.inner.dims(item!));
    }
    return [{ index, list: thing, item: item!, onlyLast }];
  }

  /** Whether elements of these dims, put in by several iterations, are of one shape. */
  private isOneShape(list: TensorList, element: Dims): boolean {
    if (list.traits.isUniform) return true;
    this.outside ??= namesOutside(this.e, this.spec);
    return element?.every((d) => namesIn(d).every((name) => this.outside!.has(name))) ?? false;
  }

  private hasOnePlace(index: number): boolean {
    const before = this.spec.initial[index];
    const length = before instanceof TensorList && before.state.kind === 'empty' ? before.state.length : null;
    return length !== null && this.spec.h.numbers(length)?.[0] === 1;
  }

  /** A list that came in with elements is not filled, but written over. */
  private isStacked(index: number): boolean {
    const before = this.spec.initial[index];
    return before instanceof TensorList && before.state.kind !== 'empty';
  }

  /** Whether an index is a variable that begins at zero and grows by one. */
  private countsIterations(at: Held, tensors: readonly Carried[]): boolean {
    const variable = tensors.find((t) => t.input === at.natural);
    return variable !== undefined && countsFromZero(this, variable);
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
    const trips = tripsOf({ e, inner, goOn, tensors });
    const own = (v: ValueId) => {
      const made = e.draft.value(v);
      return made.producer !== null && made.graph === this.graph ? v : inner.op('Identity', [v]);
    };
    const go = trips ? inner.op('Identity', [e.numbers('bool', [1])]) : own(goOn);
    if (trips) this.countByIteration(tensors);
    // What a variable carries out anyway need not be scanned.
    const rows = scanned.filter((s) => this.carrier(s, tensors) < 0);
    const results = [...tensors.map((t) => t.next), ...rows.map((s) => s.item)];
    e.draft.setGraphOutputs(
      this.graph,
      distinct([go, ...results.map(own)], (v) => inner.op('Identity', [v])),
    );
    e.origin = { dialect: 'tensorflow', op: h.node.op, name: h.scope.prefix + h.node.name };
    const first = trips ? null : this.startCondition();
    const inputs = [trips?.count ?? null, first, ...tensors.map((t) => t.initial)];
    const outputs = e.ops('Loop', inputs, { body: { kind: 'graph', value: this.graph } }, results.length);
    const places = scanned.map((s) => (rows.includes(s) ? tensors.length + rows.indexOf(s) : this.carrier(s, tensors)));
    return this.results(outputs, tensors, { scanned, places, trips }, next);
  }

  /** Counters are the number of the iteration: what reads them reads that, and they may fall away. */
  private countByIteration(tensors: readonly Carried[]): void {
    const { e, inner } = this;
    const iteration = e.draft.graphInputs(this.graph)[0]!;
    for (const t of tensors) {
      const dtype = e.dtype(t.initial);
      if ((dtype !== 'int32' && dtype !== 'int64') || e.dims(t.initial)?.length !== 0) continue;
      if (!countsFromZero(this, t)) continue;
      this.readAsInt64(t.input, iteration);
      if (e.draft.uses(t.input).length > 1)
        e.draft.replaceUses(t.input, inner.cast(iteration, dtype, dtypeInfo(dtype).code));
    }
  }

  /** Casts of a counter to int64 are what the iteration is. */
  private readAsInt64(counter: ValueId, iteration: ValueId): void {
    const { draft } = this.e;
    for (const { node } of [...draft.uses(counter)]) {
      const reader = node === null ? null : draft.node(node);
      if (reader?.op !== 'Cast' || this.inner.dtype(reader.outputs[0]!) !== 'int64') continue;
      draft.replaceUses(reader.outputs[0]!, iteration);
      draft.removeNode(reader.id);
    }
  }

  /** Whether a loop is known to write every place of a list of this length; one of no places grows. */
  private runsThrough(length: Held, trips: Trips | null): boolean {
    const { h } = this.spec;
    const known = h.numbers(length)?.[0];
    if (known === 0) return true;
    if (trips === null) return false;
    if (known !== undefined && Number(this.e.known(trips.count)?.values[0] ?? -1) === known) return true;
    const bare = (v: ValueId): ValueId => {
      const maker = this.e.draft.producer(v);
      return maker !== null && ['Cast', 'Identity', 'Reshape'].includes(maker.op) ? bare(maker.inputs[0]!) : v;
    };
    const own = bare(h.natural(length));
    return trips.bounds.every((b) => bare(b) === own || this.sameLength(b, h.natural(length)));
  }

  private sameLength(a: ValueId, b: ValueId): boolean {
    const [x, y] = [this.e.partly(a), this.e.partly(b)];
    return x !== null && y !== null && x[0] !== null && x[0] === y[0];
  }

  /** The variable that ends as the only element of a list does; -1 where there is none. */
  private carrier(s: Scanned, tensors: readonly Carried[]): number {
    return s.onlyLast ? tensors.findIndex((t) => t.next === s.item && t.list === null) : -1;
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
    lists: { readonly scanned: readonly Scanned[]; readonly places: readonly number[]; readonly trips: Trips | null },
    next: readonly Thing[],
  ): Thing[] {
    const out: Thing[] = next.map((t, i) => (this.spec.fixed[i] ? this.spec.initial[i]! : t));
    for (const [i, t] of this.spec.initial.entries()) {
      const state = out[i] instanceof TensorList ? out[i].state : null;
      if (state?.kind === 'loop' && state.loop === this.loop) out[i] = t;
    }
    tensors.forEach((t, k) => {
      const held = Held.of(outputs[k]!);
      out[t.index] = t.list ? t.list.with(ended(t.list, outputs[k]!)) : held;
    });
    lists.scanned.forEach((s, k) => {
      const place = lists.places[k]!;
      out[s.index] = this.filled(s, outputs[place]!, place < tensors.length, lists.trips);
    });
    return out;
  }

  /** The list after a loop that put one element into it an iteration. */
  private filled({ index, list, onlyLast }: Scanned, rows: ValueId, isItem: boolean, trips: Trips | null): TensorList {
    if (onlyLast) {
      const one = isItem ? this.e.unsqueeze(rows, [0]) : this.e.slice(rows, [-1], [2 ** 31 - 1], [0]);
      return list.with({ kind: 'stacked', tensor: Held.of(one) });
    }
    const before = this.spec.initial[index] as TensorList;
    const { h } = this.spec;
    if (before.state.kind !== 'stacked') {
      const length = before.state.kind === 'empty' ? before.state.length : null;
      const all = length === null || this.runsThrough(length, trips) ? rows : padded(h, rows, length);
      return list.with({ kind: 'stacked', tensor: Held.of(all) });
    }
    const both = this.e.op('Concat', [h.natural(before.state.tensor), rows], { axis: 0 });
    return list.with({ kind: 'stacked', tensor: Held.of(both) });
  }
}

/** Zeros behind the rows, up to a length. */
function padded(h: Handling, rows: ValueId, length: Held): ValueId {
  const { e } = h;
  const rank = e.dims(rows)?.length;
  if (rank === undefined) return rows;
  const want = e.reshape(h.int64(length), [1]);
  const have = e.slice(e.op('Shape', [rows]), [0], [1], [0]);
  const more = e.op('Max', [e.op('Sub', [want, have]), e.ints([0])]);
  const zeros = (n: number) => e.ints(new Array<number>(n).fill(0));
  const pads = e.op('Concat', [zeros(rank), more, ...(rank > 1 ? [zeros(rank - 1)] : [])], { axis: 0 });
  return e.op('Pad', [rows, pads]);
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
