/**
 * Control flow of TensorFlow 1. A while loop is a frame: Enter brings values in, Merge joins them with what NextIteration
 * brings back, Switch sends them on or, through Exit, out. A cond sends values by Switch into one of two sides, and Merge
 * takes the side that ran. Each becomes a Loop or an If whose body is worked out in a scope of its own over the same nodes.
 */
import { Held } from '../../../graph-model/builders/axis-orders.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import { getInt, getString } from '../../../graph-model/core/attributes.ts';
import type { Node, ValueId } from '../../../graph-model/core/model.ts';
import { makeBranches } from './branches.ts';
import { Frames, type Frame, type FrameVariable } from './frames.ts';
import type { Handling } from './handler.ts';
import { makeLoop } from './loop.ts';
import { Scope } from './scope.ts';
import { refuse, type SourceModel } from './source.ts';
import { TensorList, type Thing } from './things.ts';

const isSwitch = (node: Node) => node.op === 'Switch' || node.op === 'RefSwitch';
const isMerge = (node: Node) => node.op === 'Merge' || node.op === 'RefMerge';
const isExit = (node: Node) => node.op === 'Exit' || node.op === 'RefExit';

export class ControlV1 {
  private readonly frames: Frames;
  private readonly frontiers = new Map<number, readonly ValueId[]>();

  constructor(private readonly source: SourceModel) {
    this.frames = new Frames(source);
  }

  /** What a node of TensorFlow 1's control flow needs in its scope; null for any other node. */
  dependencies(scope: Scope, node: Node): readonly ValueId[] | null {
    if (isExit(node)) return this.frames.of(node).needed;
    if (isMerge(node)) return this.mergeDependencies(scope, node);
    if (!isSwitch(node)) return null;
    return this.assumed(scope, node.inputs[1]!) === null ? node.inputs.filter((v) => v !== null) : [node.inputs[0]!];
  }

  results(h: Handling): readonly (Thing | null)[] | null {
    if (isExit(h.node)) return this.exit(h);
    if (isMerge(h.node)) return this.merge(h);
    return isSwitch(h.node) ? this.switch(h) : null;
  }

  // ---- cond

  /** Within a side its values pass; where the predicate is known only one side is ever asked for. */
  private switch(h: Handling): readonly (Thing | null)[] {
    const side = this.assumed(h.scope, h.node.inputs[1]!) ?? h.numbers(h.held(1))?.[0];
    const thing = h.thing(0);
    if (side === undefined || side === null)
      return h.refuse('the side that it sends to is not that of a cond or while');
    return side ? [null, thing] : [thing, null];
  }

  private mergeDependencies(scope: Scope, node: Node): readonly ValueId[] {
    const pred = this.predicate(node);
    const known = this.assumed(scope, pred);
    if (known !== null) return [this.sides(node)[known]];
    const thing = scope.find(pred);
    if (!thing) return [pred];
    return [pred, ...this.frontier(node, pred)];
  }

  private assumed(scope: Scope, predicate: ValueId): 0 | 1 | null {
    return scope.assumed(this.source.through(predicate));
  }

  private predicate(node: Node): ValueId {
    const [name, index] = getString(node, 'cond', '').split(':');
    const value = name ? this.source.tensorNamed(node.graph, name, Number(index ?? 0)) : null;
    return value ?? refuse(node, 'it joins what belongs to no cond');
  }

  /** What is joined where the predicate is false, and where it is true. */
  private sides(node: Node): readonly [ValueId, ValueId] {
    const yes = getInt(node, 'true_input', 1);
    const [a, b] = [node.inputs[1 - yes], node.inputs[yes]];
    const has = (v: ValueId | null | undefined): v is ValueId => v !== null && v !== undefined;
    return has(a) && has(b) ? [a, b] : refuse(node, 'it joins other than two values');
  }

  /** What both sides take from outside by a Switch of the predicate. */
  private frontier(node: Node, pred: ValueId): readonly ValueId[] {
    const known = this.frontiers.get(node.id);
    if (known) return known;
    const found = new Set<ValueId>();
    const waiting: ValueId[] = [...this.sides(node)];
    const seen = new Set(waiting);
    while (waiting.length > 0) {
      const maker = this.source.producer(waiting.pop()!);
      if (maker === null) continue;
      if (isSwitch(maker) && this.isSame(maker.inputs[1]!, pred)) {
        found.add(maker.inputs[0]!);
        continue;
      }
      for (const v of maker.inputs) {
        if (v === null || seen.has(v)) continue;
        seen.add(v);
        waiting.push(v);
      }
    }
    const out = [...found];
    this.frontiers.set(node.id, out);
    return out;
  }

  private isSame(a: ValueId, b: ValueId): boolean {
    return this.source.through(a) === this.source.through(b);
  }

  private merge(h: Handling): readonly (Thing | null)[] {
    const { node, scope } = h;
    const pred = this.predicate(node);
    const key = this.source.through(pred);
    const sides = this.sides(node);
    const assumed = this.assumed(scope, pred);
    if (assumed !== null) return [h.evaluation.things(scope, [sides[assumed]])[0]!];
    const condition = scope.find(pred);
    if (!(condition instanceof Held)) return h.refuse('its predicate is no tensor');
    const group = this.siblings(node, pred);
    const side = (which: 0 | 1) => (e: TypedEmitter) => {
      const inner = new Scope(e, scope.graph, scope.prefix, scope, scope.depth + 1, [key, which]);
      return h.evaluation.things(
        inner,
        group.map((m) => this.sides(m)[which]),
      );
    };
    const made = makeBranches(h, condition, side(1), side(0));
    group.forEach((m, i) => made[i] && scope.set(m.outputs[0]!, made[i]));
    return [made[group.indexOf(node)] ?? null];
  }

  /** The Merges of the same cond that are read: they become outputs of one If. */
  private siblings(node: Node, pred: ValueId): readonly Node[] {
    const maker = this.source.producer(pred);
    if (maker?.op !== 'Identity' || !/(^|\/)pred_id(_\d+)?$/.test(maker.name)) return [node];
    const all = this.source.nodesOf(node.graph).filter((n) => isMerge(n) && getString(n, 'cond', '') !== '');
    const same = all.filter((n) => this.predicate(n) === pred && this.source.isRead(n.outputs[0]!));
    return same.includes(node) ? same : [node];
  }

  // ---- while

  private exit(h: Handling): readonly (Thing | null)[] {
    const frame = this.frames.of(h.node);
    const { scope } = h;
    const variables = frame.variables;
    const first = (v: FrameVariable) => scope.find(v.initial)!;
    const made = makeLoop({
      h,
      initial: variables.map(first),
      fixed: variables.map((v) => v.isFixed || !(first(v) instanceof Held || first(v) instanceof TensorList)),
      declared: variables.map(() => undefined),
      condition: (e, things) => this.condition(h, frame, e, things),
      step: (e, things) =>
        h.evaluation.things(
          this.iteration(h, frame, e, things),
          variables.map((v) => v.next),
        ),
    });
    variables.forEach((v, i) => v.exits.forEach((x) => scope.set(x, made[i]!)));
    return [scope.find(h.node.outputs[0]!)];
  }

  /** The scope of one iteration: the variables as it finds them, and what comes in unchanged. */
  private iteration(h: Handling, frame: Frame, e: TypedEmitter, things: readonly Thing[]): Scope {
    const { scope } = h;
    const inner = new Scope(e, scope.graph, scope.prefix, scope, scope.depth + 1);
    frame.variables.forEach((v, i) => v.merged.forEach((m) => inner.set(m, things[i]!)));
    for (const [enter, from] of frame.constants) inner.alias(enter, from);
    return inner;
  }

  private condition(h: Handling, frame: Frame, e: TypedEmitter, things: readonly Thing[]): ValueId {
    const scope = this.iteration(h, frame, e, things);
    const [thing] = h.evaluation.things(scope, [frame.condition]);
    if (!(thing instanceof Held)) return h.refuse('its condition is no tensor');
    return h.writing(e).natural(thing);
  }
}
