/** How often a loop runs, where its condition is that a counter is below a bound. */
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import type { Node, ValueId } from '../../../graph-model/core/model.ts';

interface Counted {
  readonly input: ValueId;
  readonly initial: ValueId;
  readonly next: ValueId;
}

/** A loop that runs as long as counters are below bounds. */
export interface Trips {
  /** int64. */
  readonly count: ValueId;
  /** The bounds, of which the least is the count. */
  readonly bounds: readonly ValueId[];
}

export interface LoopEnds {
  /** Around the loop. */
  readonly e: TypedEmitter;
  readonly inner: TypedEmitter;
  readonly goOn: ValueId;
  readonly tensors: readonly Counted[];
}

/** null: the condition says something else. Only counters from zero by one are known: then the bound is the count. */
export function tripsOf(loop: LoopEnds): Trips | null {
  const bounds = boundsOf(loop, loop.goOn);
  return bounds && { bounds, count: countOf(loop, bounds) };
}

function countOf(loop: LoopEnds, bounds: readonly ValueId[]): ValueId {
  const { e } = loop;
  const counts = [...new Set(bounds)].map((b) => e.cast(b, 'int64', 7)).map((v) => flat(e, v));
  const known = counts.map((v) => e.known(v));
  if (known.every((k) => k !== null)) return e.numbers('int64', [Math.min(...known.map((k) => Number(k!.values[0])))]);
  const distinct = [...new Set(counts)];
  return distinct.length === 1 ? distinct[0]! : e.op('Min', distinct);
}

function flat(e: TypedEmitter, v: ValueId): ValueId {
  return e.dims(v)?.length === 0 ? v : e.op('Reshape', [v, e.numbers('int64', [], [0])]);
}

/** The bounds that all must be kept; null where there is another condition. */
function boundsOf(loop: LoopEnds, condition: ValueId): ValueId[] | null {
  const { draft } = loop.e;
  const node = draft.producer(condition);
  if (node === null || node.graph !== loop.inner.graph) return null;
  if (node.op === 'And') {
    const parts = node.inputs.map((v) => boundsOf(loop, v!));
    return parts.every((p) => p !== null) ? parts.flat() : null;
  }
  if (node.op === 'Identity') return boundsOf(loop, node.inputs[0]!);
  if (node.op !== 'Less' && node.op !== 'Greater') return null;
  const [counter, bound] = node.op === 'Less' ? [node.inputs[0]!, node.inputs[1]!] : [node.inputs[1]!, node.inputs[0]!];
  if (!isOutside(loop, bound)) return null;
  return loop.tensors.some((t) => t.next === counter && countsFromZero(loop, t)) ? [bound] : null;
}

/** A value of the graphs around, or a constant. */
function isOutside({ e, inner }: LoopEnds, v: ValueId): boolean {
  return e.draft.value(v).graph !== inner.graph;
}

export function countsFromZero({ e, inner }: Pick<LoopEnds, 'e' | 'inner'>, t: Counted): boolean {
  if (Number(e.known(t.initial)?.values[0] ?? -1) !== 0) return false;
  const add: Node | null = e.draft.producer(t.next);
  if (add?.op !== 'Add') return false;
  const [a, b] = add.inputs;
  const step = a === t.input ? b : b === t.input ? a : null;
  return step !== null && step !== undefined && Number(inner.known(step)?.values[0]) === 1;
}
