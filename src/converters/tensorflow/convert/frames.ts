/** The frames of TensorFlow 1's while loops: which nodes make one up, and what of it is needed. */
import { getString } from '../../../graph-model/core/attributes.ts';
import type { GraphId, Node, ValueId } from '../../../graph-model/core/model.ts';
import { refuse, type SourceModel } from './source.ts';

export interface FrameVariable {
  /** Before the first iteration, outside. */
  readonly initial: ValueId;
  /** What an iteration sees of it: the Merge, and what the Switch sends on. */
  readonly merged: readonly ValueId[];
  /** What the next iteration begins with. */
  readonly next: ValueId;
  readonly exits: readonly ValueId[];
  /** Every iteration gives it on as it is. */
  readonly isFixed: boolean;
}

export interface Frame {
  readonly variables: readonly FrameVariable[];
  /** What comes in and stays: the Enter's output, and what it brings in. */
  readonly constants: readonly (readonly [ValueId, ValueId])[];
  readonly condition: ValueId;
  /** What must be known outside before the loop can be made. */
  readonly needed: readonly ValueId[];
}

const isEnter = (node: Node) => node.op === 'Enter' || node.op === 'RefEnter';
const frameName = (node: Node) => getString(node, 'frame_name', '');

/** A variable before it is known whether it is needed. */
interface Variable extends FrameVariable {
  readonly enter: Node;
}

export class Frames {
  private readonly frames = new Map<string, Frame>();

  constructor(private readonly source: SourceModel) {}

  /** The frame that an Exit leaves. */
  of(exit: Node): Frame {
    const merge = this.mergeBehind(exit);
    const enter = this.source.producer(merge.inputs[0]!);
    if (enter === null || !isEnter(enter)) return refuse(exit, 'its loop has no beginning');
    const key = `${enter.graph}:${frameName(enter)}`;
    const known = this.frames.get(key);
    if (known) return known;
    const frame = this.build(enter.graph, frameName(enter), exit);
    this.frames.set(key, frame);
    return frame;
  }

  private mergeBehind(exit: Node): Node {
    const sender = this.source.producer(this.source.through(exit.inputs[0]!));
    const merge = sender && this.source.producer(this.source.through(sender.inputs[0]!));
    return merge?.op.endsWith('Merge') ? merge : refuse(exit, 'it leaves no loop');
  }

  private build(graph: GraphId, name: string, exit: Node): Frame {
    const enters = this.source.nodesOf(graph).filter((n) => isEnter(n) && frameName(n) === name);
    const variables: Variable[] = [];
    const constants: [ValueId, ValueId][] = [];
    let condition: ValueId | null = null;
    for (const enter of enters) {
      const merge = this.readers(enter.outputs[0]!).find((n) => n.op.endsWith('Merge'));
      if (!merge) {
        constants.push([enter.outputs[0]!, enter.inputs[0]!]);
        continue;
      }
      variables.push(this.variable(enter, merge));
      condition ??= this.conditionOf(merge);
    }
    if (condition === null) return refuse(exit, 'its loop has no condition');
    return this.needed(variables, constants, condition);
  }

  private readers(value: ValueId): Node[] {
    const { uses, nodes } = this.source.model;
    return (uses.get(value) ?? []).flatMap((u) => (u.node === null ? [] : [nodes.at(u.node)]));
  }

  private variable(enter: Node, merge: Node): Variable {
    const senders = this.readers(merge.outputs[0]!).filter((n) => n.op.endsWith('Switch') && this.isLoop(n));
    const back = this.source.nodeNamed(enter.graph, getString(merge, 'next_iteration', ''));
    const next = back?.inputs[0] ?? merge.outputs[0]!;
    const exits = senders.flatMap((s) =>
      this.readers(s.outputs[0]!).flatMap((x) => (x.op.endsWith('Exit') ? x.outputs : [])),
    );
    const merged = [merge.outputs[0]!, ...senders.map((s) => s.outputs[1]!)];
    const isFixed = merged.includes(this.source.through(next));
    return { enter, initial: enter.inputs[0]!, merged, next, exits: exits.filter((v) => v !== null), isFixed };
  }

  private isLoop(sender: Node): boolean {
    return this.source.producer(this.source.through(sender.inputs[1]!))?.op === 'LoopCond';
  }

  private conditionOf(merge: Node): ValueId | null {
    for (const sender of this.readers(merge.outputs[0]!)) {
      if (!sender.op.endsWith('Switch')) continue;
      const maker = this.source.producer(this.source.through(sender.inputs[1]!));
      if (maker?.op === 'LoopCond') return maker.inputs[0]!;
    }
    return null;
  }

  /** Leaves out the variables that neither an exit that is read nor the condition comes to need. */
  private needed(all: readonly Variable[], constants: readonly [ValueId, ValueId][], condition: ValueId): Frame {
    const owner = new Map(all.flatMap((v) => v.merged.map((m) => [m, v] as const)));
    const entering = new Map(constants);
    const variables = new Set<Variable>(all.filter((v) => v.exits.some((x) => this.source.isRead(x))));
    const used = new Set<ValueId>();
    const waiting = [condition, ...[...variables].map((v) => v.next)];
    const seen = new Set(waiting);
    while (waiting.length > 0) {
      const id = waiting.pop()!;
      const variable = owner.get(id);
      if (entering.has(id)) used.add(id);
      const before = variable ? [variable.next] : entering.has(id) ? [] : this.inputsOf(id);
      if (variable) variables.add(variable);
      for (const v of before) {
        if (seen.has(v)) continue;
        seen.add(v);
        waiting.push(v);
      }
    }
    const kept = all.filter((v) => variables.has(v));
    const coming = constants.filter(([enter]) => used.has(enter));
    const needed = [...kept.map((v) => v.initial), ...coming.map(([, from]) => from)];
    return { variables: kept, constants: coming, condition, needed: [...new Set(needed)] };
  }

  /** An inner loop is passed over from its exits to its entries. */
  private inputsOf(id: ValueId): readonly ValueId[] {
    const node = this.source.producer(id);
    if (node === null) return [];
    if (node.op.endsWith('Exit')) return this.of(node).needed;
    return node.inputs.filter((v) => v !== null);
  }
}
