/** Where a value in a graph or function comes from, through nodes that only pass it on and out of the functions it is in. */
import type { TfFunction, TfGraph, TfNode } from './records.ts';

const nodeOf = (input: string) => input.replace(/^\^/, '').split(':')[0]!;
const PASSING = /^(Identity|RefIdentity|Enter|Cast|Reshape|StopGradient)$/;
const DEPTH_LIMIT = 12;

/** The main graph (null), or a function. */
export type Place = TfFunction | null;

export interface Origin {
  readonly node: TfNode;
  readonly index: number;
}

export class Tracer {
  private readonly nodes = new Map<Place, ReadonlyMap<string, TfNode>>();
  private readonly calls = new Map<string, { readonly place: Place; readonly node: TfNode }[]>();

  constructor(private readonly graph: TfGraph) {
    for (const place of this.places()) {
      const nodes = this.nodesIn(place);
      this.nodes.set(place, new Map(nodes.map((n) => [n.name, n])));
      for (const node of nodes) this.noteCall(place, node);
    }
  }

  places(): Place[] {
    return [null, ...this.graph.functions];
  }

  nodesIn(place: Place): readonly TfNode[] {
    return place === null ? this.graph.nodes : place.nodes;
  }

  private noteCall(place: Place, node: TfNode): void {
    const f = node.attrs.get('f');
    if (f?.kind !== 'func') return;
    const list = this.calls.get(f.value) ?? [];
    list.push({ place, node });
    this.calls.set(f.value, list);
  }

  /** What a variable that is read was given in the same graph (the path of an asset is kept so). */
  private assigned(place: Place, read: TfNode): string | undefined {
    if (read.op !== 'ReadVariableOp' || read.inputs[0] === undefined) return undefined;
    const handle = nodeOf(read.inputs[0]);
    const assigns = this.nodesIn(place).filter(
      (n) => n.op === 'AssignVariableOp' && nodeOf(n.inputs[0] ?? '') === handle,
    );
    return assigns.length === 1 ? assigns[0]!.inputs[1] : undefined;
  }

  /** What an input of a node in `place` is: one origin in the main graph, one for each call in a function. */
  originsOf(place: Place, input: string | undefined, depth = 0): Origin[] {
    if (input === undefined || depth > DEPTH_LIMIT) return [];
    const node = this.nodes.get(place)?.get(nodeOf(input));
    if (node) {
      const inner = PASSING.test(node.op) ? node.inputs[0] : this.assigned(place, node);
      if (inner !== undefined) return this.originsOf(place, inner, depth + 1);
      return [{ node, index: Number(/:(\d+)$/.exec(input)?.[1] ?? 0) }];
    }
    const arg = place?.inputs.findIndex((a) => a.name === nodeOf(input)) ?? -1;
    if (place === null || arg < 0) return [];
    return (this.calls.get(place.name) ?? []).flatMap((c) => this.originsOf(c.place, c.node.inputs[arg], depth + 1));
  }
}
