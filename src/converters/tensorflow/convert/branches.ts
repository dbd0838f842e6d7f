/** An If from what its branches do. */
import { Held } from '../../../graph-model/builders/axis-orders.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import type { GraphId, ValueId } from '../../../graph-model/core/model.ts';
import { dtypeInfo } from '../../../graph-model/core/types.ts';
import type { Handling } from './handler.ts';
import { sequenceOf, stackedOf } from './lists.ts';
import { TensorList, type Thing } from './things.ts';

type Branch = (e: TypedEmitter) => readonly (Thing | null)[];

/** The things that both branches give; null where neither was asked for. */
export function makeBranches(h: Handling, condition: Held, yes: Branch, no: Branch): (Thing | null)[] {
  const known = h.numbers(condition);
  if (known) return [...(known[0] ? yes : no)(h.e)];
  const truth = truthOf(h, condition);
  const { draft } = h.e;
  const made: { graph: GraphId; inner: Handling; things: readonly (Thing | null)[] }[] = [];
  const graphs = [draft.newGraph('then_branch'), draft.newGraph('else_branch')] as const;
  try {
    for (const [i, branch] of [yes, no].entries()) {
      const inner = h.writing(h.e.within(graphs[i]!));
      made.push({ graph: graphs[i]!, inner, things: branch(inner.e) });
    }
    const [a, b] = [made[0]!, made[1]!];
    const pairs = a.things.map((t, i) => [t, b.things[i] ?? null] as const);
    const differing = pairs.flatMap(([t, u], i) => (t && u && !isSame(t, u) ? [i] : []));
    const lists = new Set(differing.filter((i) => pairs[i]!.some((t) => isSequence(t))));
    for (const { graph, inner, things } of made) {
      const given = differing.map((i) => ({ thing: things[i]!, isSequence: lists.has(i) }));
      draft.setGraphOutputs(graph, resultsOf(inner, graph, given));
    }
    h.e.origin = { dialect: 'tensorflow', op: h.node.op, name: h.scope.prefix + h.node.name };
    const bodies = { then_branch: graphAttribute(graphs[0]), else_branch: graphAttribute(graphs[1]) };
    const outputs = differing.length === 0 ? [] : h.e.ops('If', [truth], bodies, differing.length);
    if (differing.length === 0) for (const g of graphs) draft.removeGraph(g);
    return pairs.map(([t], i) =>
      differing.includes(i) ? thingOf(t!, outputs[differing.indexOf(i)]!, lists.has(i)) : t,
    );
  } catch (error) {
    for (const g of graphs) draft.removeGraph(g);
    throw error;
  }
}

const graphAttribute = (value: GraphId) => ({ kind: 'graph', value }) as const;

function isSame(a: Thing, b: Thing): boolean {
  if (a === b) return true;
  if (a instanceof Held && b instanceof Held) return a.natural !== null && a.natural === b.natural;
  if (!(a instanceof TensorList) || !(b instanceof TensorList)) return false;
  const [s, t] = [a.state, b.state];
  if (s.kind === 'sequence' && t.kind === 'sequence') return s.sequence === t.sequence;
  return s.kind === 'loop' && t.kind === 'loop' && s.loop === t.loop && s.index === t.index;
}

const isSequence = (t: Thing | null) => t instanceof TensorList && t.state.kind === 'sequence';

function thingOf(like: Thing, value: ValueId, sequence: boolean): Thing {
  if (sequence && like instanceof TensorList) return like.with({ kind: 'sequence', sequence: value });
  const held = Held.of(value);
  return like instanceof TensorList ? like.with({ kind: 'stacked', tensor: held }) : held;
}

/** What a branch gives has to be made in it. */
function resultsOf(
  inner: Handling,
  graph: GraphId,
  given: readonly { readonly thing: Thing; readonly isSequence: boolean }[],
): ValueId[] {
  const taken = new Set<ValueId>();
  return given.map(({ thing: t, isSequence }) => {
    if (!(t instanceof Held) && !(t instanceof TensorList)) inner.refuse('its branches give different tables');
    const v =
      t instanceof Held ? inner.natural(t) : isSequence ? sequenceOf(inner, t) : inner.natural(stackedOf(inner, t));
    const { graph: at, producer } = inner.e.draft.value(v);
    const own = at === graph && producer !== null && !taken.has(v) ? v : inner.e.op('Identity', [v]);
    taken.add(own);
    return own;
  });
}

/** A number is true where it is not zero. */
function truthOf(h: Handling, condition: Held): ValueId {
  const value = h.natural(condition);
  if (h.e.dtype(value) === 'string') h.refuse('its condition is a string');
  return h.e.cast(value, 'bool', dtypeInfo('bool').code);
}
