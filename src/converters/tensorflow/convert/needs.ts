/** Which arguments an output of a function depends on, so that what a call does not use is never worked out. */
import type { GraphId } from '../../../graph-model/core/model.ts';
import type { SourceModel } from './source.ts';

type Places = ReadonlySet<number>;

export class Needs {
  private readonly known = new Map<string, Places>();

  constructor(private readonly source: SourceModel) {}

  /** The places of the arguments that output `output` of a function's graph needs. */
  of(graph: GraphId, output: number): Places {
    const key = `${graph}:${output}`;
    const known = this.known.get(key);
    if (known) return known;
    const found = new Set<number>();
    // A function that calls itself finds what is known so far; its calls are refused later.
    this.known.set(key, found);
    this.collect(graph, output, found);
    return found;
  }

  private collect(graph: GraphId, output: number, found: Set<number>): void {
    const { inputs, outputs } = this.source.model.graphs.at(graph);
    const places = new Map(inputs.map((v, i) => [v, i]));
    const waiting = outputs.slice(output, output + 1);
    const seen = new Set(waiting);
    while (waiting.length > 0) {
      const id = waiting.pop()!;
      const place = places.get(id);
      if (place !== undefined) found.add(place);
      const node = this.source.producer(id);
      if (node === null) continue;
      const called = this.source.calledBy(node);
      const needed = called && this.of(called.graph, node.outputs.indexOf(id));
      node.inputs.forEach((v, i) => {
        if (v === null || seen.has(v) || (needed && !needed.has(i))) return;
        seen.add(v);
        waiting.push(v);
      });
    }
  }
}
