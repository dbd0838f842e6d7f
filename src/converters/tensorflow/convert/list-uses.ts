/** What becomes of a list of the source, followed through loops, branches and calls: elements that are stacked have one shape. */
import { getString, getStrings } from '../../../graph-model/core/attributes.ts';
import type { GraphId, Node, ValueId } from '../../../graph-model/core/model.ts';
import type { SourceModel } from './source.ts';

/** Makes one tensor [length, ...] of a whole list. */
const STACKS = /^(TensorListStack|TensorArray(Gather|Pack)(V\d)?)$/;
/** Gives a list on, changed or not, as its first output. */
const CHANGES =
  /^(TensorList(SetItem|PushBack|PopBack|Resize|ScatterIntoExistingList)|TensorArray(Write|Scatter|Split)(V\d)?)$/;
const PASSES = /^(Identity|Enter|Exit|Merge|Switch|NextIteration|RefEnter|RefExit)$/;

export class ListUses {
  private readonly known = new Map<number, boolean>();
  private callers: ReadonlyMap<GraphId, readonly Node[]> | null = null;

  constructor(private readonly source: SourceModel) {}

  /** Whether the list that a node makes is stacked anywhere. */
  isStacked(maker: Node): boolean {
    const known = this.known.get(maker.id);
    if (known !== undefined) return known;
    const found = this.follow(maker.outputs.filter((v) => v !== null));
    this.known.set(maker.id, found);
    return found;
  }

  private follow(from: readonly ValueId[]): boolean {
    const waiting = [...from];
    const seen = new Set(waiting);
    while (waiting.length > 0) {
      const id = waiting.pop()!;
      for (const { node, graph, index } of this.source.model.uses.get(id) ?? []) {
        const reader = node === null ? null : this.source.model.nodes.at(node);
        if (reader && STACKS.test(reader.op)) return true;
        const next = reader ? this.through(reader, index) : this.returned(graph, index);
        for (const v of next) {
          if (v === null || seen.has(v)) continue;
          seen.add(v);
          waiting.push(v);
        }
      }
    }
    return false;
  }

  /** Where a list is that a node reads as input `index`. */
  private through(node: Node, index: number): readonly (ValueId | null)[] {
    if (CHANGES.test(node.op)) return node.outputs.slice(0, 1);
    if (PASSES.test(node.op)) return node.outputs;
    if (node.op === 'IdentityN') return [node.outputs[index] ?? null];
    const passed = /While$/.test(node.op) ? [node.outputs[index] ?? null] : [];
    const called = this.calledBy(node);
    return [...passed, ...called.map(({ graph, before }) => this.inputOf(graph, index - before))];
  }

  private inputOf(graph: GraphId, index: number): ValueId | null {
    return this.source.model.graphs.at(graph).inputs[index] ?? null;
  }

  /** The functions that a node names; `before`: how many of its inputs stand before theirs. */
  private calledBy(node: Node): { readonly graph: GraphId; readonly before: number }[] {
    const keys = ['f', 'cond', 'body', 'then_branch', 'else_branch'];
    const names = [node.op, ...keys.map((k) => getString(node, k, '')), ...(getStrings(node, 'branches') ?? [])];
    const before = /(If|Case)$/.test(node.op) ? 1 : 0;
    return names.flatMap((name) => {
      const called = name === '' ? null : this.source.functionNamed(name);
      return called ? [{ graph: called.graph, before }] : [];
    });
  }

  /** Where a list is that a function gives as output `index`. */
  private returned(graph: GraphId, index: number): readonly (ValueId | null)[] {
    this.callers ??= this.allCallers();
    return (this.callers.get(graph) ?? []).flatMap((node) => {
      const again = /While$/.test(node.op) ? [this.inputOf(graph, index)] : [];
      return [node.outputs[index] ?? null, ...again];
    });
  }

  private allCallers(): ReadonlyMap<GraphId, readonly Node[]> {
    const out = new Map<GraphId, Node[]>();
    for (const node of this.source.model.nodes.values())
      for (const { graph } of this.calledBy(node)) {
        const all = out.get(graph) ?? [];
        out.set(graph, all);
        all.push(node);
      }
    return out;
  }
}
