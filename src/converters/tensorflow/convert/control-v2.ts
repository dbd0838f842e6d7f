/** Branches and loops of TensorFlow 2: nodes that name functions. */
import { Held } from '../../../graph-model/builders/axis-orders.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import { getStrings } from '../../../graph-model/core/attributes.ts';
import type { Node, ValueId } from '../../../graph-model/core/model.ts';
import { makeBranches } from './branches.ts';
import { readPlaces, type Handler, type Handlers, type Handling } from './handler.ts';
import { makeLoop } from './loop.ts';
import { Needs } from './needs.ts';
import { forBody, TensorList, type Thing } from './things.ts';

/** Things by place, null where nothing was asked for. */
function atPlaces(count: number, places: readonly number[], things: readonly (Thing | null)[]): (Thing | null)[] {
  const out = new Array<Thing | null>(count).fill(null);
  places.forEach((p, i) => (out[p] = things[i] ?? null));
  return out;
}

function branchOf(h: Handling, name: string, args: readonly (Thing | null)[], places: readonly number[]) {
  return (e: TypedEmitter) => {
    const own = e === h.e ? args : args.map((t) => t && forBody(t));
    return h.evaluation.callFunction({ e, scope: h.scope, node: h.node }, name, own, places);
  };
}

const conditional: Handler = (h) => {
  const places = readPlaces(h);
  const args = h.inputs.slice(1);
  const yes = branchOf(h, h.text('then_branch'), args, places);
  const no = branchOf(h, h.text('else_branch'), args, places);
  return atPlaces(h.node.outputs.length, places, makeBranches(h, h.held(0), yes, no));
};

/** A chain of Ifs; an index out of range takes the last branch. */
const choice: Handler = (h) => {
  const names = getStrings(h.node, 'branches') ?? [];
  if (names.length === 0) h.refuse('it names no branches');
  const places = readPlaces(h);
  const index = h.held(0);
  const args = h.inputs.slice(1);
  const known = h.numbers(index)?.[0];
  if (known !== undefined) {
    const at = known < 0 || known >= names.length ? names.length - 1 : known;
    return atPlaces(h.node.outputs.length, places, branchOf(h, names[at]!, args, places)(h.e));
  }
  return atPlaces(h.node.outputs.length, places, chain(h, index, names, args, places, 0));
};

function chain(
  h: Handling,
  index: Held,
  names: readonly string[],
  args: readonly (Thing | null)[],
  places: readonly number[],
  from: number,
): (Thing | null)[] {
  const own = branchOf(h, names[from]!, args, places);
  if (from === names.length - 1) return own(h.e);
  const value = h.natural(index);
  const is = Held.of(h.e.op('Equal', [value, h.e.numbers(h.e.dtype(value), [from])]));
  return makeBranches(h, is, own, (e) => chain(h.writing(e), index, names, args, places, from + 1));
}

// ---- loops

/** The variables that the outputs asked for and the condition come to need. */
function neededVariables(h: Handling, condition: string, body: string): number[] {
  const { source } = h.evaluation;
  const needs = new Needs(source);
  const [c, b] = [source.functionNamed(condition), source.functionNamed(body)];
  if (!c || !b) return h.refuse(`the function ${c ? body : condition} is not in the file`);
  const found = new Set<number>([...readPlaces(h), ...needs.of(c.graph, 0)]);
  for (const place of found) for (const p of needs.of(b.graph, place)) found.add(p);
  return [...found].sort((x, y) => x - y);
}

/** Whether a body gives variable `i` on as it came. */
function givesOn(h: Handling, body: string, i: number): boolean {
  const { source } = h.evaluation;
  const { inputs, outputs } = source.model.graphs.at(source.functionNamed(body)!.graph);
  let at: ValueId | undefined = outputs[i];
  let node: Node | null = null;
  while (at !== undefined && (node = source.producer(at)) !== null) {
    if (node.op !== 'Identity') return false;
    at = node.inputs[0] ?? undefined;
  }
  return at !== undefined && at === inputs[i];
}

/** `output_shapes`: what the source says a variable's dims may be. */
function declaredShapes(h: Handling): readonly ((number | null)[] | null | undefined)[] {
  const words = getStrings(h.node, 'output_shapes') ?? [];
  return words.map((w) => {
    if (w === '?') return null;
    return w === '' ? [] : w.split(',').map((d) => (Number(d) < 0 ? null : Number(d)));
  });
}

const loop: Handler = (h) => {
  const [condition, body] = [h.text('cond'), h.text('body')];
  const places = neededVariables(h, condition, body);
  const shapes = declaredShapes(h);
  const spread = (things: readonly Thing[]) => atPlaces(h.inputs.length, places, things);
  const call = (e: TypedEmitter, name: string, things: readonly Thing[], wanted: readonly number[]) =>
    h.evaluation.callFunction({ e, scope: h.scope, node: h.node }, name, spread(things), wanted) as Thing[];
  const made = makeLoop({
    h,
    initial: places.map((p) => h.thing(p)),
    fixed: places.map((p) => givesOn(h, body, p) || !isCarried(h.thing(p))),
    declared: places.map((p) => shapes[p]),
    condition: (e, things) => scalar(h, e, call(e, condition, things, [0])[0]!),
    step: (e, things) => call(e, body, things, places),
  });
  return atPlaces(h.node.outputs.length, places, made);
};

const isCarried = (t: Thing) => t instanceof Held || t instanceof TensorList;

function scalar(h: Handling, e: TypedEmitter, thing: Thing): ValueId {
  const inner = h.writing(e);
  if (!(thing instanceof Held)) return h.refuse('its condition is no tensor');
  const value = inner.natural(thing);
  return e.cast(value, 'bool', 9);
}

export const CONTROL_HANDLERS: Handlers = {
  If: conditional,
  StatelessIf: conditional,
  Case: choice,
  StatelessCase: choice,
  While: loop,
  StatelessWhile: loop,
};
