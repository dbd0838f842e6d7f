/** Two scenes of one document, before and after an edit, and what both share. */
import type { NodeId, ValueId } from '../../graph-model/core/model.ts';
import type { Rect, Scene } from '../../graph-view/scene.ts';
import { groupAt, KIND, type ViewGraph } from '../../graph-view/view-graph.ts';

/** The same vertex in both: a selected one in view, else the one nearest to the middle of the view; null for none. */
export function anchorOf(
  old: Scene,
  scene: Scene,
  seen: Rect,
  selected: ReadonlySet<number>,
): readonly [number, number] | null {
  let best: [number, number] | null = null;
  let least = Infinity;
  for (const i of old.nodesIn(seen)) {
    const j = counterpart(old, scene, i);
    if (j < 0) continue;
    const r = old.rectOf(i);
    const away = Math.hypot(r.x + r.width / 2 - seen.x - seen.width / 2, r.y + r.height / 2 - seen.y - seen.height / 2);
    const cost = selected.has(j) ? -1 : away;
    if (cost < least) [best, least] = [[i, j], cost];
  }
  return best;
}

/** Adds the edges out of and into a vertex. */
export function lightVertex(scene: Scene, i: number, lit: Set<number>): void {
  for (const e of scene.edgesFrom(i)) lit.add(e);
  for (const e of scene.edgesTo(i)) lit.add(e);
}

export function contains(outer: Rect, inner: Rect): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** A rectangle with a margin on all sides, as a share of its own width and height. */
export function widened({ x, y, width, height }: Rect, margin: number): Rect {
  const dx = margin * width;
  const dy = margin * height;
  return { x: x - dx, y: y - dy, width: width + 2 * dx, height: height + 2 * dy };
}

/** The operators that meet a rectangle. */
export function nodesIn(scene: Scene, rect: Rect): NodeId[] {
  const { kinds, refs } = scene.view;
  return scene
    .nodesIn(rect)
    .filter((i) => kinds[i] === KIND.node)
    .map((i) => refs[i] as NodeId);
}

/** True for two states of one document. */
export function isVersionOf(old: Scene, scene: Scene): boolean {
  return shareGraph(old.view, scene.view);
}

export function shareGraph(a: ViewGraph, b: ViewGraph): boolean {
  return a.scope === b.scope && a.model.source === b.model.source;
}

function counterpart(old: Scene, scene: Scene, i: number): number {
  const ref = old.view.refs[i]!;
  const { view } = scene;
  switch (old.view.kinds[i]) {
    case KIND.node:
      return view.ofNode.get(ref as NodeId) ?? -1;
    case KIND.group:
      return sameGroup(old, scene, ref);
    case KIND.output:
      return view.ofOutput.get(ref as ValueId) ?? -1;
    default:
      return view.ofInput.get(ref as ValueId) ?? -1;
  }
}

function sameGroup(old: Scene, scene: Scene, ref: number): number {
  const key = old.view.tree!.groups[ref]!.key;
  for (let i = 0; i < scene.view.count; i++) if (groupAt(scene.view, i)?.key === key) return i;
  return -1;
}

/** The vertex of a node; of a folded constant, that of its first reader; -1 where neither is in the picture. */
export function visibleVertex(scene: Scene, id: NodeId): number {
  const own = scene.view.ofNode.get(id);
  if (own !== undefined) return own;
  const { model } = scene.view;
  const node = model.nodes.get(id);
  if (!node || node.graph !== scene.view.scope) return -1;
  for (const v of node.outputs) {
    for (const use of v === null ? [] : (model.uses.get(v) ?? [])) {
      const reader = use.node === null ? undefined : scene.view.ofNode.get(use.node);
      if (reader !== undefined) return reader;
    }
  }
  return -1;
}
