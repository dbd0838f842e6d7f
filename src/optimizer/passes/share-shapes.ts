/** Shape arithmetic that comes out the same is done once, and the short way. */
import { attributes } from '../../graph-model/core/attributes.ts';
import { Draft, label } from '../../graph-model/core/draft.ts';
import {
  opsetsOf,
  opsetVersion,
  type Graph,
  type Model,
  type Node,
  type ValueId,
} from '../../graph-model/core/model.ts';
import { graphsWithin } from '../../graph-model/core/traverse.ts';
import type { Dim, Shape } from '../../graph-model/core/types.ts';
import { refusalToReplace, replaceValue, sweep } from '../engine/edits.ts';
import { Refusals } from '../engine/refusals.ts';
import type { Applied, Pass, PassTypes, SymbolicElements } from '../rule.ts';

export const SHARE_SHAPES: Pass = {
  id: 'share-shapes',
  label: 'Shared shapes',
  summary: 'Lengths that are provably equal are computed once, and straight from the shape of one value.',
  defaults: {},
  run: async (model, _options, host, job) => {
    const draft = new Draft(model);
    const work = new ShapeSharing(draft, host.types(model));
    for (const graph of graphsWithin(model, model.main)) {
      job.signal.throwIfAborted();
      work.run(model, graph);
    }
    const { applied, refusals } = work;
    const after = applied.length === 0 ? model : draft.commit('Share shapes').after;
    return { after, applied, refused: refusals.list() };
  },
};

class ShapeSharing {
  readonly applied: Applied[] = [];
  readonly refusals = new Refusals();

  constructor(
    private readonly draft: Draft,
    private readonly types: PassTypes,
  ) {}

  run(model: Model, graph: Graph): void {
    const first = new Map<string, ValueId>();
    const canSlice = (opsetVersion(opsetsOf(model, graph.id), '') ?? 0) >= 15;
    for (const id of graph.order) {
      if (!this.draft.hasNode(id)) continue;
      const node = this.draft.node(id);
      const known = this.knownResult(node);
      if (!known) continue;
      const key = `${known.dtype}[${known.dims.join()}]${known.values.join()}`;
      const twin = first.get(key);
      if (twin !== undefined && this.draft.hasValue(twin)) this.replace(node, twin);
      else first.set(key, (canSlice && this.shorten(graph, node, known)) || node.outputs[0]!);
    }
  }

  /** The elements of the one result, when all are known and not all of them are numbers (those are folded). */
  private knownResult(node: Node): SymbolicElements | null {
    const value = node.outputs[0] ?? null;
    if (node.outputs.length !== 1 || value === null) return null;
    const known = this.types.elementsOf?.(value) ?? null;
    if (!known || known.values.length === 0 || !known.dtype.includes('int')) return null;
    if (known.values.includes(null) || known.values.every((v) => typeof v === 'number')) return null;
    return known;
  }

  private replace(node: Node, by: ValueId): void {
    const value = node.outputs[0]!;
    const why = refusalToReplace(this.draft, value, by);
    if (why !== null) return this.refusals.add('share-shapes', label(node), node.id, why);
    replaceValue(this.draft, value, by);
    const removed = sweep(this.draft, [node.id]);
    this.applied.push({ by: 'share-shapes', place: label(node), removed, added: [] });
  }

  /** Reads a run of dimensions with one Shape node; gives its value, or null where no value has such a run. */
  private shorten(graph: Graph, node: Node, known: SymbolicElements): ValueId | null {
    if (node.op === 'Shape' || known.dtype !== 'int64' || known.dims.length !== 1) return null;
    for (const source of [...graph.inputs, ...this.measured(node)]) {
      const start = runStart(this.shapeOf(source), known.values);
      if (start === null) continue;
      const shape = this.draft.addNode(graph.id, {
        op: 'Shape',
        name: node.name,
        inputs: [source],
        attributes: attributes({ start, end: start + known.values.length }),
        origin: { dialect: 'onnx', op: node.op, name: node.name, by: 'share-shapes' },
      });
      const value = node.outputs[0]!;
      replaceValue(this.draft, value, shape.outputs[0]!);
      const removed = sweep(this.draft, [node.id]);
      this.applied.push({ by: 'share-shapes', place: label(node), removed, added: [shape.id] });
      return value;
    }
    return null;
  }

  private shapeOf(value: ValueId): Shape {
    const type = this.draft.hasValue(value) ? this.types.typeOf(value) : null;
    return type?.kind === 'tensor' ? type.shape : null;
  }

  /** The values whose shapes went into what the node makes: they exist before it, so a new Shape may read them. */
  private measured(node: Node): ValueId[] {
    const found = new Set<ValueId>();
    const seen = new Set<Node>();
    const visit = (n: Node) => {
      if (seen.has(n) || seen.size > 64) return;
      seen.add(n);
      for (const v of n.inputs) {
        if (v === null) continue;
        if (n.op === 'Shape') found.add(v);
        else {
          const maker = this.draft.producer(v);
          if (maker && maker.graph === node.graph && this.types.elementsOf?.(v)) visit(maker);
        }
      }
    };
    visit(node);
    return [...found];
  }
}

/** Where the dimensions stand next to each other in a shape, or null. */
function runStart(shape: Shape, wanted: readonly Dim[]): number | null {
  if (shape === null) return null;
  for (let start = 0; start + wanted.length <= shape.length; start++)
    if (wanted.every((d, i) => d === shape[start + i])) return start;
  return null;
}
