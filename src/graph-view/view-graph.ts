/** From a graph of the model to what the canvas draws: vertices, sizes and edges in arrays, with constants folded away. */
import { bodiesOf } from '../graph-model/core/attributes.ts';
import {
  functionOf,
  type GraphId,
  type Model,
  type Node,
  type NodeId,
  type ValueId,
} from '../graph-model/core/model.ts';
import { typeLabel, type ValueType } from '../graph-model/core/types.ts';
import { CATEGORIES, categoryOf } from '../graph-model/operators/category.ts';
import { groupTree, type GroupTree } from '../graph-model/groups/groups.ts';
import { constantFace, constantTensor, faceOf, foldsAway, type Face } from './face.ts';
import { Insides, insidesOf } from './insides.ts';
import { KIND, type Collapsed, type ViewBox, type ViewGraph } from './view.ts';
import { countLabel, groupFace, groupName, mainCategory } from './group-face.ts';

export { insidesOf } from './insides.ts';
export { groupAt, KIND, type Collapsed, type ViewBox, type ViewGraph } from './view.ts';

const SHAPE_SOURCES = new Set(['Shape', 'Size']);
/** Operators that make a shape of shapes. */
const SHAPE_STEPS = new Set(
  `Gather Slice Concat Unsqueeze Squeeze Add Sub Mul Div Mod Cast Floor Ceil Reshape ReduceProd Min Max Where Equal Neg
  ConstantOfShape Identity Split Sqrt Range Expand`.split(/\s+/),
);

/**
 * `expanded`: nodes whose bodies, or whose function, are drawn where they stand. `unfolded`: nodes whose constants are drawn
 * by themselves.
 */
export function viewGraph(
  model: Model,
  scope: GraphId,
  collapsed: Collapsed = null,
  expanded: ReadonlySet<NodeId> = NONE,
  unfolded: ReadonlySet<NodeId> = NONE,
): ViewGraph {
  return new ViewBuilder(model, scope, collapsed, expanded, unfolded).build();
}
const NONE: ReadonlySet<NodeId> = new Set();

/** True when both can share one layout: same vertices, same sizes, same edges. */
export function sameLayout(a: ViewGraph, b: ViewGraph): boolean {
  return (
    a.scope === b.scope &&
    equal(a.kinds, b.kinds) &&
    equal(a.refs, b.refs) &&
    equal(a.widths, b.widths) &&
    equal(a.heights, b.heights) &&
    equal(a.offsets, b.offsets) &&
    equal(a.targets, b.targets) &&
    equal(a.boxOf, b.boxOf) &&
    a.boxes.length === b.boxes.length &&
    a.boxes.every((box, i) => keyOf(a, box) === keyOf(b, b.boxes[i]!))
  );
}

const keyOf = (view: ViewGraph, box: ViewBox) => view.tree!.groups[box.group]!.key;

function equal(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** What vertex `i` shows. Made anew at each call: keep it where it is shown. */
export function vertexFace(view: ViewGraph, i: number, types: ReadonlyMap<ValueId, ValueType>): Face {
  const ref = view.refs[i]!;
  if (view.kinds[i] === KIND.node) return faceOf(view.model, view.model.nodes.at(ref as NodeId));
  if (view.kinds[i] === KIND.group) return groupFace(view, i, types);
  const value = view.model.values.at(ref as ValueId);
  if (view.kinds[i] === KIND.constant) return constantFace(view.model, value.id);
  // Pills are as wide as what the file declares; inference names every unknown length, which would not fit.
  const type = value.type ?? types.get(value.id) ?? null;
  return { op: value.name || 'unnamed', telling: '', label: type === null ? '' : typeLabel(type), rows: [] };
}

class ViewBuilder {
  private readonly kinds: number[] = [];
  private readonly refs: number[] = [];
  private readonly categories: number[] = [];
  private readonly widths: number[] = [];
  private readonly heights: number[] = [];
  private readonly from: number[] = [];
  private readonly to: number[] = [];
  private readonly carried: number[] = [];
  private readonly carriesShape: boolean[] = [];
  /** Nodes that make a shape or an index. */
  private readonly shapes = new Set<NodeId>();
  private readonly tree: GroupTree | null;
  /** Graphs on show: the scope, and what is expanded in it. A graph is on show once. */
  private readonly shown = new Set<GraphId>();
  private readonly insides: Insides;
  private readonly boxes: ViewBox[] = [];
  private readonly boxOf: number[] = [];
  private readonly boxOfGroup = new Map<number, number>();
  private readonly vertexOfGroup = new Map<number, number>();
  /** Of a closed group, what has been led into it. */
  private readonly readByGroup = new Map<number, Set<ValueId>>();
  private readonly ofNode = new Map<NodeId, number>();
  /** Nodes that are expanded, with the graphs inside. */
  private readonly open = new Map<NodeId, readonly GraphId[]>();
  private readonly ofInput = new Map<ValueId, number>();
  private readonly ofOutput = new Map<ValueId, number>();
  private readonly ofConstant = new Map<ValueId, number>();

  constructor(
    private readonly model: Model,
    private readonly scope: GraphId,
    private readonly collapsed: Collapsed,
    private readonly expanded: ReadonlySet<NodeId>,
    private readonly unfolded: ReadonlySet<NodeId>,
  ) {
    const tree = collapsed === null ? null : groupTree(model, scope);
    this.insides = new Insides(model, tree, collapsed !== null);
    this.tree = expanded.size === 0 ? tree : this.insides.tree;
  }

  build(): ViewGraph {
    const graph = this.model.graphs.at(this.scope);
    this.shown.add(this.scope);
    for (const v of graph.inputs) if (this.model.values.at(v).constant === undefined) this.addPill(KIND.input, v);
    const outputs = new Set(graph.outputs);
    for (const id of graph.order) this.addNode(this.model.nodes.at(id), outputs);
    for (const id of graph.order) this.connect(this.model.nodes.at(id));
    for (const v of graph.outputs) if (!this.ofOutput.has(v)) this.addOutput(v);
    return this.finish();
  }

  private add(kind: number, ref: number, category: number, width: number, height: number): number {
    this.kinds.push(kind);
    this.refs.push(ref);
    this.categories.push(category);
    this.widths.push(width);
    this.heights.push(height);
    this.boxOf.push(-1);
    return this.kinds.length - 1;
  }

  private addPill(kind: number, v: ValueId): number {
    const value = this.model.values.at(v);
    const label = value.type === null ? '' : typeLabel(value.type);
    const width = Math.min(320, Math.max(96, 44 + 7 * value.name.length + (label === '' ? 0 : 8 + 6.1 * label.length)));
    const i = this.add(kind, v, CATEGORIES.indexOf('const'), Math.ceil(width / 2) * 2, 26);
    (kind === KIND.output ? this.ofOutput : this.ofInput).set(v, i);
    return i;
  }

  /** Constants stay visible only where they are an output of the graph. */
  private addNode(node: Node, outputs: ReadonlySet<ValueId>): void {
    if (foldsAway(this.model, node) && !node.outputs.some((v) => v !== null && outputs.has(v))) return;
    const group = this.tree?.of.get(node.id) ?? this.insides.around(node.graph);
    const closed = this.closedAround(group);
    if (closed >= 0) {
      this.ofNode.set(node.id, this.addGroup(closed));
      return;
    }
    const face = faceOf(this.model, node);
    const inside = bodiesOf(node).length > 0;
    const known = this.model.functions.length > 0 && functionOf(this.model, node) !== null;
    const category = known ? 'control' : categoryOf(node.domain, node.op);
    const index = this.add(
      KIND.node,
      node.id,
      CATEGORIES.indexOf(category),
      faceWidth(face, inside || known),
      faceHeight(face),
    );
    this.boxOf[index] = this.boxFor(group);
    this.ofNode.set(node.id, index);
    if (this.expanded.has(node.id)) this.expand(node, index, group);
  }

  /** What a node holds inside, in a box together with the node, which stands at its end. */
  private expand(node: Node, index: number, group: number): void {
    const graphs = insidesOf(this.model, node);
    if (graphs.length === 0 || graphs.some((g) => this.shown.has(g))) return;
    const { box, bodies } = this.insides.open(node, graphs, group);
    this.boxOf[index] = this.boxFor(box);
    bodies.forEach((inside, i) => {
      const graph = this.model.graphs.at(graphs[i]!);
      this.shown.add(graph.id);
      for (const v of graph.inputs) this.boxOf[this.addPill(KIND.input, v)] = this.boxFor(inside);
      const outputs = new Set(graph.outputs);
      for (const id of graph.order) this.addNode(this.model.nodes.at(id), outputs);
    });
    this.open.set(node.id, graphs);
  }

  /** Inputs lead to the formal inputs, what the bodies make to the node; inputs without a formal one to the node itself. */
  private connectInside(node: Node, target: number, graphs: readonly GraphId[]): void {
    node.inputs.forEach((v, i) => {
      const source = v === null ? -1 : this.sourceOf(v);
      if (v === null || source < 0) return;
      const formal = graphs.flatMap((g) => this.model.graphs.at(g).inputs[i] ?? []);
      for (const f of formal) this.addEdge(source, this.ofInput.get(f)!, v, this.isShape(v));
      if (formal.length === 0) this.addEdge(source, target, v, this.isShape(v));
    });
    for (const g of graphs) {
      const graph = this.model.graphs.at(g);
      for (const id of graph.order) this.connect(this.model.nodes.at(id));
      for (const v of graph.outputs) {
        const source = this.sourceOf(v);
        if (source >= 0) this.addEdge(source, target, v, this.isShape(v));
      }
    }
  }

  /** The outermost closed group around; -1 for none. */
  private closedAround(group: number): number {
    let closed = -1;
    if (this.collapsed === null) return closed;
    for (let g = group; g >= 0; g = this.tree!.groups[g]!.parent) {
      if (this.collapsed.has(this.tree!.groups[g]!.key)) closed = g;
    }
    return closed;
  }

  private addGroup(g: number): number {
    let index = this.vertexOfGroup.get(g);
    if (index !== undefined) return index;
    const group = this.tree!.groups[g]!;
    const name = groupName(group);
    const width = STEPS.find((s) => s >= 66 + 7.1 * name.length + 6.1 * countLabel(group).length) ?? 252;
    index = this.add(KIND.group, g, mainCategory(this.model, group), Math.max(220, width), GROUP_HEIGHT);
    this.boxOf[index] = this.boxFor(group.parent);
    this.vertexOfGroup.set(g, index);
    return index;
  }

  private boxFor(group: number): number {
    if (group < 0) return -1;
    let box = this.boxOfGroup.get(group);
    if (box === undefined) {
      const parent = this.boxFor(this.tree!.groups[group]!.parent);
      box = this.boxes.push({ group, parent }) - 1;
      this.boxOfGroup.set(group, box);
    }
    return box;
  }

  /** A set to remember what a vertex reads: a new one for a node, the group's for all nodes of a closed group. */
  private seenBy(target: number): Set<ValueId> {
    if (this.kinds[target] !== KIND.group) return new Set();
    let seen = this.readByGroup.get(target);
    if (!seen) this.readByGroup.set(target, (seen = new Set()));
    return seen;
  }

  private connect(node: Node): void {
    const target = this.ofNode.get(node.id);
    if (target === undefined) return;
    const inside = this.open.get(node.id);
    if (inside) return this.connectInside(node, target, inside);
    const seen = this.seenBy(target);
    const reads = SHAPE_SOURCES.has(node.op);
    let shapesOnly = SHAPE_STEPS.has(node.op);
    let any = false;
    for (const v of this.readBy(node)) {
      const source = this.sourceOf(v);
      if (source < 0) continue;
      any = true;
      if (!this.isShape(v)) shapesOnly = false;
      if (source === target || seen.has(v)) continue;
      seen.add(v);
      this.addEdge(source, target, v, reads || this.isShape(v));
    }
    if (reads || (any && shapesOnly)) this.shapes.add(node.id);
    if (this.unfolded.has(node.id) && this.kinds[target] === KIND.node) this.unfold(node, target);
  }

  /** What a node reads that never changes, each by itself; nodes that are unfolded share what both read. */
  private unfold(node: Node, target: number): void {
    for (const v of new Set(node.inputs)) {
      if (v === null || !this.isConstant(v)) continue;
      let pill = this.ofConstant.get(v);
      if (pill === undefined) {
        const { op, label } = constantFace(this.model, v);
        const width = Math.min(320, Math.max(96, 44 + 7 * op.length + 8 + 6.1 * label.length));
        pill = this.add(KIND.constant, v, CATEGORIES.indexOf('const'), Math.ceil(width / 2) * 2, 26);
        this.boxOf[pill] = this.boxOf[target]!;
        this.ofConstant.set(v, pill);
      }
      this.addEdge(pill, target, v, false);
    }
  }

  private isConstant(v: ValueId): boolean {
    if (constantTensor(this.model, v) !== null) return true;
    const { producer } = this.model.values.at(v);
    return producer !== null && foldsAway(this.model, this.model.nodes.at(producer));
  }

  private isShape(v: ValueId): boolean {
    const { producer } = this.model.values.at(v);
    return producer !== null && this.shapes.has(producer);
  }

  /** Inputs, and what the bodies inside take from this graph. */
  private *readBy(node: Node): IterableIterator<ValueId> {
    for (const v of node.inputs) if (v !== null) yield v;
    for (const body of bodiesOf(node)) yield* this.captured(body);
  }

  private *captured(body: GraphId): IterableIterator<ValueId> {
    const graph = this.model.graphs.at(body);
    for (const id of graph.order) {
      for (const v of this.readBy(this.model.nodes.at(id))) if (this.model.values.at(v).graph !== body) yield v;
    }
    for (const v of graph.outputs) if (this.model.values.at(v).graph !== body) yield v;
  }

  /** The vertex that makes a value; -1 for constants and for names that nothing makes. */
  private sourceOf(v: ValueId): number {
    const value = this.model.values.at(v);
    const made = value.producer === null ? undefined : this.ofNode.get(value.producer);
    if (made !== undefined) return made;
    const input = this.ofInput.get(v);
    if (input !== undefined) return input;
    if (this.shown.has(value.graph) || constantTensor(this.model, v) !== null) return -1;
    if (value.producer !== null && foldsAway(this.model, this.model.nodes.at(value.producer))) return -1;
    return this.addPill(KIND.outer, v);
  }

  private addOutput(v: ValueId): void {
    const source = this.sourceOf(v);
    const pill = this.addPill(KIND.output, v);
    if (source >= 0) this.addEdge(source, pill, v, this.isShape(v));
  }

  private addEdge(source: number, target: number, value: ValueId, shape: boolean): void {
    this.carriesShape.push(shape);
    this.from.push(source);
    this.to.push(target);
    this.carried.push(value);
  }

  /** A node that reads nothing stands where it is read: else its lines would run along all boxes in between. */
  private sinkSources(): void {
    const common = new Map<number, number>();
    const hasInput = new Set(this.to);
    this.from.forEach((u, k) => {
      if (this.kinds[u] !== KIND.node || hasInput.has(u)) return;
      const box = this.boxOf[this.to[k]!]!;
      const before = common.get(u);
      common.set(u, before === undefined ? box : this.commonBox(before, box));
    });
    for (const [u, box] of common) if (this.commonBox(this.boxOf[u]!, box) === this.boxOf[u]) this.boxOf[u] = box;
  }

  private commonBox(a: number, b: number): number {
    // Boxes stand behind those around them.
    while (a !== b) {
      if (a > b) a = this.boxes[a]!.parent;
      else b = this.boxes[b]!.parent;
    }
    return a;
  }

  private finish(): ViewGraph {
    if (this.boxes.length > 0) this.sinkSources();
    const count = this.kinds.length;
    const edges = this.from.length;
    const offsets = new Int32Array(count + 1);
    for (const s of this.from) offsets[s + 1]!++;
    for (let i = 0; i < count; i++) offsets[i + 1]! += offsets[i]!;
    const next = offsets.slice(0, count);
    const targets = new Int32Array(edges);
    const sources = new Int32Array(edges);
    const edgeValues = new Int32Array(edges);
    const edgeShapes = new Uint8Array(edges);
    for (let k = 0; k < edges; k++) {
      const e = next[this.from[k]!]!++;
      targets[e] = this.to[k]!;
      sources[e] = this.from[k]!;
      edgeValues[e] = this.carried[k]!;
      edgeShapes[e] = this.carriesShape[k] ? 1 : 0;
    }
    return {
      model: this.model,
      scope: this.scope,
      count,
      kinds: Uint8Array.from(this.kinds),
      refs: Int32Array.from(this.refs),
      categories: Uint8Array.from(this.categories),
      widths: Float32Array.from(this.widths),
      heights: Float32Array.from(this.heights),
      offsets,
      targets,
      sources,
      edgeValues,
      edgeShapes,
      ofNode: this.ofNode,
      ofInput: this.ofConstant.size === 0 ? this.ofInput : new Map([...this.ofInput, ...this.ofConstant]),
      ofOutput: this.ofOutput,
      tree: this.tree,
      boxes: this.boxes,
      boxOf: Int32Array.from(this.boxOf),
    };
  }
}

const HEAD = 26;
/** Head, shapes, and a line of parameters and operators. */
const GROUP_HEIGHT = HEAD + 42;
const STEPS = [124, 150, 188, 220, 252];

export function faceHeight(face: Face): number {
  return face.rows.length === 0 ? HEAD : HEAD + 9 + 17 * face.rows.length - 1;
}

/**
 * Few steps, and only a fixed room for the name: so that neither a new name nor, mostly, a new attribute moves the graph.
 * Widths of letters are averages of the fonts of the theme.
 */
function faceWidth(face: Face, inside: boolean): number {
  const body = face.rows.reduce(
    (most, r) => Math.max(most, 26 + Math.max(38, 5.6 * r.key.length) + 6.1 * r.text.length),
    0,
  );
  const name = face.label === '' ? 0 : 72;
  const head =
    36 + 7.1 * face.op.length + (face.telling === '' ? 0 : 6 + 6.1 * face.telling.length) + name + (inside ? 18 : 0);
  const wanted = Math.max(head, body, face.rows.length > 0 ? 188 : 0);
  return STEPS.find((s) => s >= wanted) ?? 252;
}
