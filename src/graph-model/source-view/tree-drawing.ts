/** A tree, or the part of it below one node, laid out as boxes and lines. */
import type { Tree, TreeNode } from './tree-list.ts';

export interface DrawnNode {
  readonly index: number;
  readonly node: TreeNode;
  readonly x: number;
  readonly y: number;
  /** Splits below it that are not drawn. */
  readonly hidden: number;
}

export interface DrawnTree {
  readonly nodes: readonly DrawnNode[];
  /** From a parent to a child, by places in `nodes`. `yes`: the way where the rule holds. */
  readonly lines: readonly { readonly from: number; readonly to: number; readonly yes: boolean }[];
  readonly width: number;
  readonly height: number;
}

export interface TreeSizes {
  readonly width: number;
  readonly height: number;
  readonly gapX: number;
  readonly gapY: number;
}

/** Leaves stand side by side in order; a split stands above the middle of what it splits. */
export function drawTree(tree: Tree, root: number, levels: number, sizes: TreeSizes): DrawnTree {
  const nodes: { -readonly [K in keyof DrawnNode]: DrawnNode[K] }[] = [];
  const lines: { from: number; to: number; yes: boolean }[] = [];
  let next = 0;
  let deepest = 0;
  const place = (index: number, level: number): number => {
    const node = tree.nodes[index]!;
    const at = nodes.push({ index, node, x: 0, y: level * (sizes.height + sizes.gapY), hidden: 0 }) - 1;
    deepest = Math.max(deepest, level);
    if (node.left < 0 || level + 1 >= levels) {
      nodes[at]!.x = next;
      nodes[at]!.hidden = node.left < 0 ? 0 : splitsBelow(tree, index);
      next += sizes.width + sizes.gapX;
      return at;
    }
    const [left, right] = [place(node.left, level + 1), place(node.right, level + 1)];
    nodes[at]!.x = (nodes[left]!.x + nodes[right]!.x) / 2;
    lines.push({ from: at, to: left, yes: true }, { from: at, to: right, yes: false });
    return at;
  };
  place(root, 0);
  return {
    nodes,
    lines,
    width: Math.max(sizes.width, next - sizes.gapX),
    height: (deepest + 1) * (sizes.height + sizes.gapY) - sizes.gapY,
  };
}

/** Splits of the part below, the node itself among them. */
export function splitsBelow(tree: Tree, index: number): number {
  let count = 0;
  const stack = [index];
  while (stack.length > 0) {
    const node = tree.nodes[stack.pop()!]!;
    if (node.left < 0) continue;
    count++;
    stack.push(node.left, node.right);
  }
  return count;
}

/** Levels of splits. */
export function depthOf(tree: Tree): number {
  let most = 0;
  const stack: [number, number][] = [[0, 0]];
  while (stack.length > 0) {
    const [index, depth] = stack.pop()!;
    const node = tree.nodes[index]!;
    most = Math.max(most, depth);
    if (node.left >= 0) stack.push([node.left, depth + 1], [node.right, depth + 1]);
  }
  return most;
}
