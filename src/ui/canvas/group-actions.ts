/** Opening and closing groups: what is closed is kept in the store by key. */
import type { Model, NodeId } from '../../graph-model/core/model.ts';
import { collapsedTo, groupsAround, groupTree, nodesWithin, type Group } from '../../graph-model/groups/groups.ts';
import type { Viewport } from '../../graph-view/edge-path.ts';
import type { Rect, Scene } from '../../graph-view/scene.ts';
import { insideKey, insidesOf, nodeOfKey } from '../../graph-view/insides.ts';
import { groupAt, KIND, type ViewGraph } from '../../graph-view/view.ts';
import type { Store } from '../store/store.ts';
import type { State } from '../store/state.ts';
import { CARDS } from './paint-groups.ts';
import { anchorOf } from './scene-pairs.ts';

/** Closes an open group, opens a closed one. */
export function toggleGroup(store: Store, key: string): void {
  const node = nodeOfKey(key);
  if (node !== null) return void toggleInside(store, node);
  const { collapsed, setView } = store.getState();
  const next = new Set(collapsed);
  if (!next.delete(key)) next.add(key);
  setView({ collapsed: next });
}

/**
 * Draws what a node holds inside in place, or no longer; false for a node that holds nothing. A function is on show once:
 * opening another call of it closes the first.
 */
export function toggleInside(store: Store, id: NodeId): boolean {
  const { model, expanded, setView } = store.getState();
  const node = model?.nodes.get(id);
  if (!model || !node) return false;
  const graphs = insidesOf(model, node);
  if (graphs.length === 0) return false;
  const next = new Set(expanded);
  if (!next.delete(id)) {
    for (const other of expanded) {
      const held = model.nodes.get(other);
      if (held && insidesOf(model, held).some((g) => graphs.includes(g))) next.delete(other);
    }
    next.add(id);
  }
  setView({ expanded: next });
  return true;
}

/** True where a point of the graph is on the small sign, at the right of a head, that there is more inside. */
export function onSign({ view, layout }: Scene, i: number, [x, y]: readonly [number, number]): boolean {
  const right = layout.x[i]! + view.widths[i]!;
  if (x < right - 22 || y > layout.y[i]! + 24) return false;
  if (view.kinds[i] === KIND.group) return true;
  return view.kinds[i] === KIND.node && insidesOf(view.model, view.model.nodes.at(view.refs[i] as NodeId)).length > 0;
}

/** The key that opens and closes what a vertex holds. */
export function keyInside(view: ViewGraph, i: number): string {
  return groupAt(view, i)?.key ?? insideKey(view.refs[i] as NodeId);
}

/** Closes the groups of the graph on show that lie deeper than `depth`: 0 closes all, Infinity none. */
export function collapseTo(state: State, depth: number): void {
  const { model, scope, collapsed, setView } = state;
  if (model === null) return;
  const tree = groupTree(model, scope ?? model.main);
  const elsewhere = [...collapsed].filter((key) => !tree.byKey.has(key));
  setView({ collapsed: new Set([...elsewhere, ...collapsedTo(tree, depth)]), grouping: true });
}

/** The depth of the graph on show: how many boxes lie in each other. */
export function depthOf(state: State): number {
  if (state.model === null) return 0;
  const { groups } = groupTree(state.model, state.scope ?? state.model.main);
  return groups.reduce((most, g) => Math.max(most, g.depth + 1), 0);
}

/** Opens all groups around some nodes; false where they were open. */
export function openAround(store: Store, nodes: readonly NodeId[]): boolean {
  const { model, collapsed, setView, grouping } = store.getState();
  if (model === null || !grouping) return false;
  const next = new Set(collapsed);
  for (const id of nodes) {
    const node = model.nodes.get(id);
    if (node) for (const key of groupsAround(groupTree(model, node.graph), id)) next.delete(key);
  }
  if (next.size === collapsed.size) return false;
  setView({ collapsed: next });
  return true;
}

/** The innermost group around the selection, closed or open; null where it lies in none. */
export function groupOfSelection(state: State): Group | null {
  const { model, selected, collapsed, scope } = state;
  const first = selected.values().next().value;
  if (model === null || first === undefined) return null;
  const tree = groupTree(model, scope ?? model.main);
  const keys = groupsAround(tree, first);
  const closed = keys.find((k) => collapsed.has(k));
  const around = keys.filter((k) => holdsAll(model, tree.groups[tree.byKey.get(k)!]!, selected));
  const key = closed ?? around.at(-1) ?? keys.at(-1);
  return key === undefined ? null : tree.groups[tree.byKey.get(key)!]!;
}

function holdsAll(model: Model, group: Group, nodes: ReadonlySet<NodeId>): boolean {
  const tree = groupTree(model, model.nodes.at(nodes.values().next().value!).graph);
  for (const id of nodes) if (!groupsAround(tree, id).includes(group.key)) return false;
  return true;
}

export const nodesOf = (group: Group): NodeId[] => nodesWithin(group.scope);

/** Where a group is drawn, open or closed, or a node whose inside was; null where it is not. */
export function groupRect(scene: Scene, key: string): Rect | null {
  const { view } = scene;
  const index = view.tree?.byKey.get(key);
  const box = index === undefined ? -1 : view.boxes.findIndex((b) => b.group === index);
  if (box >= 0) return scene.boxRect(box);
  const node = nodeOfKey(key);
  const at = node === null ? undefined : view.ofNode.get(node);
  if (at !== undefined) return scene.rectOf(at);
  for (let i = 0; i < view.count; i++) if (groupAt(view, i)?.key === key) return scene.rectOf(i);
  return null;
}

type Opened = Pick<State, 'collapsed' | 'expanded'>;

/** The one group or inside that is closed in one state and open in the other; null for none and for several. */
export function toggledKey(before: Opened, after: Opened): string | null {
  const changed = [
    ...difference(before.collapsed, after.collapsed),
    ...difference(before.expanded, after.expanded).map(insideKey),
  ];
  return changed.length === 1 ? changed[0]! : null;
}

function difference<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): T[] {
  return [...[...a].filter((k) => !b.has(k)), ...[...b].filter((k) => !a.has(k))];
}

/** The open group whose title lies at a point of the stage; null for none. */
export function titleAt(scene: Scene, viewport: Viewport, x: number, y: number): Group | null {
  const { view } = scene;
  const { zoom } = viewport;
  for (let b = view.boxes.length - 1; b >= 0; b--) {
    const r = scene.boxRect(b);
    const left = r.x * zoom + viewport.x;
    const top = r.y * zoom + viewport.y;
    const near = zoom >= CARDS ? Math.abs(y - top) <= 9 : y >= top && y - top <= 20;
    const group = view.tree!.groups[view.boxes[b]!.group]!;
    const wide = Math.min(r.width * zoom, 24 + 6.4 * (group.name.length + 12));
    if (near && x >= left && x <= left + wide) return group;
  }
  return null;
}

type Place = Pick<Rect, 'x' | 'y'>;

/**
 * Where what must not move was and is: the group that was opened or closed (the middle of its upper side), else a vertex
 * in view; null where both pictures share nothing that was in view.
 */
export function anchorRects(
  old: Scene,
  scene: Scene,
  toggled: string | null,
  seen: Rect,
  selected: ReadonlySet<number>,
): [Place, Place] | null {
  const was = toggled === null ? null : groupRect(old, toggled);
  const is = toggled === null ? null : groupRect(scene, toggled);
  if (was && is)
    return [
      { x: was.x + was.width / 2, y: was.y },
      { x: is.x + is.width / 2, y: is.y },
    ];
  const anchor = anchorOf(old, scene, seen, selected);
  return anchor && [old.rectOf(anchor[0]), scene.rectOf(anchor[1])];
}
