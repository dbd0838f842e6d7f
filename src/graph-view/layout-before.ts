/** What a drawing on the screen tells the layout of the next one: where everything stood that both show. */
import type { NodeId, ValueId } from '../graph-model/core/model.ts';
import type { Before } from '../layout/types.ts';
import type { Scene } from './scene.ts';
import { groupAt, KIND, type ViewGraph } from './view.ts';

/** `old` is a drawing of the same graph in the same direction. */
export function layoutBefore(old: Scene, view: ViewGraph): Before {
  const matches = new Matches(old, view);
  const { routeOffsets, routes, columns } = old.layout;
  const drawn = { routeOffsets, routes, ...(columns ? { columns } : {}) };
  return { ...matches.vertices(), ...drawn, edges: matches.edges(), boxes: matches.boxes() };
}

class Matches {
  private readonly oldVertex: Int32Array;
  /** By key of a group, its vertex or its box in the old drawing. */
  private readonly closed = new Map<string, number>();
  private readonly open = new Map<string, number>();

  constructor(
    private readonly old: Scene,
    private readonly view: ViewGraph,
  ) {
    for (let i = 0; old.view.tree !== null && i < old.view.count; i++) {
      const group = groupAt(old.view, i);
      if (group) this.closed.set(group.key, i);
    }
    old.view.boxes.forEach((box, b) => this.open.set(old.view.tree!.groups[box.group]!.key, b));
    this.oldVertex = Int32Array.from({ length: view.count }, (_, i) => this.find(i));
  }

  private find(i: number): number {
    const { ofNode, ofInput, ofOutput, kinds } = this.old.view;
    const ref = this.view.refs[i]!;
    switch (this.view.kinds[i]) {
      case KIND.node: {
        const at = ofNode.get(ref as NodeId) ?? -1;
        return at >= 0 && kinds[at] === KIND.node ? at : -1;
      }
      case KIND.group:
        return this.closed.get(groupAt(this.view, i)!.key) ?? -1;
      case KIND.output:
        return ofOutput.get(ref as ValueId) ?? -1;
      default:
        return ofInput.get(ref as ValueId) ?? -1;
    }
  }

  vertices(): Pick<Before, 'x' | 'y'> {
    const x = new Float32Array(this.view.count).fill(NaN);
    const y = x.slice();
    for (let i = 0; i < x.length; i++) {
      const at = this.oldVertex[i]!;
      const rect = at >= 0 ? this.old.rectOf(at) : this.boxOfClosed(i);
      if (!rect) continue;
      x[i] = rect.x + rect.width / 2;
      y[i] = rect.y + rect.height / 2;
      // Lines need not go through the middle of a box: closed, it goes where they are.
      if (at < 0) (this.old.direction === 'vertical' ? x : y)[i] = NaN;
    }
    return { x, y };
  }

  private boxOfClosed(i: number) {
    const box = this.open.get(groupAt(this.view, i)?.key ?? '');
    return box === undefined ? null : this.old.boxRect(box);
  }

  /** By edge, the one between the same two that carries the same value. */
  edges(): Int32Array {
    const { view } = this;
    const { offsets, targets, edgeValues } = this.old.view;
    const edges = new Int32Array(view.targets.length).fill(-1);
    for (let u = 0; u < view.count; u++) {
      const from = this.oldVertex[u]!;
      if (from < 0) continue;
      const known = new Map<number, number>();
      const key = (target: number, value: number) => target * 2 ** 26 + value;
      for (let e = offsets[from]!; e < offsets[from + 1]!; e++) known.set(key(targets[e]!, edgeValues[e]!), e);
      for (let e = view.offsets[u]!; e < view.offsets[u + 1]!; e++)
        edges[e] = known.get(key(this.oldVertex[view.targets[e]!]!, view.edgeValues[e]!)) ?? -1;
    }
    return edges;
  }

  boxes(): Float32Array {
    const { view, old } = this;
    const boxes = new Float32Array(4 * view.boxes.length).fill(NaN);
    const upright = old.direction === 'vertical';
    view.boxes.forEach(({ group }, b) => {
      const { key } = view.tree!.groups[group]!;
      const box = this.open.get(key);
      const vertex = this.closed.get(key);
      const rect = box !== undefined ? old.boxRect(box) : vertex !== undefined ? old.rectOf(vertex) : null;
      if (!rect) return;
      boxes.set([rect.x, rect.y, rect.width, rect.height], 4 * b);
      if (box === undefined) boxes[4 * b + (upright ? 0 : 1)] = NaN;
    });
    return boxes;
  }
}
