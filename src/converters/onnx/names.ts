/** Names of values in the file: their own, except where an edit left a value nameless or two with one name. */
import type { GraphId, Model, Value, ValueId } from '../../graph-model/core/model.ts';

/** Gives the name under which each value is written. */
export function assignNames(model: Model): (id: ValueId) => string {
  const namer = new Namer(model);
  namer.run();
  return (id) => namer.given.get(id) ?? model.values.at(id).name;
}

class Namer {
  readonly given = new Map<ValueId, string>();
  private readonly taken = new Set<string>();
  /** Who holds a name in a graph. */
  private readonly holders = new Map<GraphId, Map<string, ValueId>>();
  private readonly trainingRoots: ReadonlySet<GraphId | null>;

  constructor(private readonly model: Model) {
    this.trainingRoots = new Set(model.training.flatMap((t) => [t.initialization, t.algorithm]));
  }

  run(): void {
    const { model } = this;
    for (const value of model.values.values()) this.taken.add(value.name);
    const late: Value[] = [];
    // Inputs and outputs hold their names first: callers know them.
    for (const graph of model.graphs.values())
      for (const id of [...graph.inputs, ...graph.outputs]) this.hold(model.values.at(id), late);
    for (const value of model.values.values()) this.hold(value, late);
    for (const value of late) this.rename(value);
    for (const use of this.captures()) this.unshadow(use.value, use.from);
  }

  private hold(value: Value, late: Value[]): void {
    let names = this.holders.get(value.graph);
    if (!names) this.holders.set(value.graph, (names = new Map()));
    const holder = names.get(value.name);
    if (holder === value.id) return;
    if (value.name === '' || holder !== undefined) late.push(value);
    else names.set(value.name, value.id);
  }

  private rename(value: Value): void {
    if (!this.given.has(value.id)) this.given.set(value.id, this.freeName(value));
  }

  private freeName(value: Value): string {
    const base = value.name || this.describe(value);
    let name = base;
    for (let n = 1; this.taken.has(name) || name === ''; n++) name = `${base}_${n}`;
    this.taken.add(name);
    return name;
  }

  private describe(value: Value): string {
    if (value.producer === null) return value.constant || value.sparse ? 'constant' : 'value';
    const node = this.model.nodes.at(value.producer);
    return `${node.name || node.op}_output_${node.outputs.indexOf(value.id)}`;
  }

  /** Values read from a graph within the one that holds them. */
  private *captures(): IterableIterator<{ value: Value; from: GraphId }> {
    const { model } = this;
    for (const node of model.nodes.values())
      for (const id of node.inputs) {
        const value = id === null ? undefined : model.values.get(id);
        if (value && value.graph !== node.graph) yield { value, from: node.graph };
      }
    for (const graph of model.graphs.values())
      for (const id of graph.outputs) {
        const value = model.values.at(id);
        if (value.graph !== graph.id) yield { value, from: graph.id };
      }
  }

  /** Renames what would be found instead of `value` on the way out from `from`. */
  private unshadow(value: Value, from: GraphId): void {
    const name = this.given.get(value.id) ?? value.name;
    for (let at: GraphId | null = from; at !== null && at !== value.graph; at = this.outer(at)) {
      const other = this.holders.get(at)?.get(name);
      if (other !== undefined && other !== value.id) this.rename(this.model.values.at(other));
    }
  }

  private outer(id: GraphId): GraphId | null {
    const { parent } = this.model.graphs.at(id);
    if (parent !== null) return this.model.nodes.at(parent).graph;
    return this.trainingRoots.has(id) ? this.model.main : null;
  }
}
