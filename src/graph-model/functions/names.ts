/** Names for what an edit brings into a model. */

/** What holds names: a model, or a part of one. */
export interface Named {
  readonly values: { values(): Iterable<{ readonly name: string }> };
  readonly nodes: { values(): Iterable<{ readonly name: string }> };
}

/** Gives names that nothing in the model has yet, values and nodes apart. */
export class Names {
  private readonly values = new Set<string>();
  private readonly nodes = new Set<string>();

  constructor(model: Named) {
    for (const v of model.values.values()) this.values.add(v.name);
    for (const n of model.nodes.values()) this.nodes.add(n.name);
  }

  value(wanted: string): string {
    return fresh(this.values, wanted);
  }

  node(wanted: string): string {
    return fresh(this.nodes, wanted);
  }
}

function fresh(taken: Set<string>, wanted: string): string {
  let name = wanted;
  for (let i = 2; taken.has(name); i++) name = `${wanted}_${i}`;
  taken.add(name);
  return name;
}
