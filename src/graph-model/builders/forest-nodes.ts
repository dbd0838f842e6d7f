/**
 * A forest as the flat node lists of ai.onnx.ml's tree operators, thresholds rounded so that every float32 input goes the
 * way that the framework's float64 comparison sends it.
 */
import { floats as floatList, type Attribute } from '../core/attributes.ts';
import type { Progress } from '../job.ts';
import { tensorOf } from '../core/tensor.ts';
import type { Real } from './emitter.ts';
import { RULE, type Forest } from './forest.ts';

/** The modes that are used, by their number in TreeEnsemble 5 (ai.onnx.ml.TreeEnsemble, "nodes_modes"). */
export const MODE = { leq: 0, lt: 1, eq: 4, leaf: 255 } as const;

/** Nodes in pre-order, the false branch first as onnxruntime lays them out. A leaf's `value` is its leaf index. */
export interface TreeNodes {
  readonly count: number;
  readonly tree: Int32Array;
  readonly id: Int32Array;
  readonly feature: Int32Array;
  readonly mode: Uint8Array;
  readonly value: Float64Array;
  /** Ids within the tree. */
  readonly whenTrue: Int32Array;
  readonly whenFalse: Int32Array;
  readonly missingTrue: Uint8Array;
}

/** The largest float32 that is not above `t`: x <= t and x <= floatDown(t) say the same for every float32 x. */
export function floatDown(t: number): number {
  const f = Math.fround(t);
  return f > t ? neighbour(f, -1) : f;
}

/** The smallest float32 that is not below `t`: for x < t. */
export function floatUp(t: number): number {
  const f = Math.fround(t);
  return f < t ? neighbour(f, 1) : f;
}

const words = new Int32Array(1);
const floats = new Float32Array(words.buffer);

function neighbour(f: number, direction: 1 | -1): number {
  if (f === 0) return direction * 2 ** -149;
  floats[0] = f;
  words[0]! += f > 0 === direction > 0 ? 1 : -1;
  return floats[0]!;
}

/** Trees between two words on progress. */
const TOLD_EVERY = 16;

/**
 * A set of categories becomes a chain of equalities that share their true branch.
 * @param exact thresholds stay as they are, for rows of doubles
 */
export function treeNodes(forest: Forest, trees: Int32Array, exact = false, progress?: Progress): TreeNodes {
  const out = new NodeLists(forest.view.length + forest.setValues.length + forest.leaves.length / forest.width);
  trees.forEach((tree, i) => {
    if (i % TOLD_EVERY === 0) progress?.(i, trees.length, 'Laying out the trees');
    new TreeWriter(forest, tree, out, exact).write();
  });
  return out;
}

class NodeLists implements TreeNodes {
  count = 0;
  readonly tree;
  readonly id;
  readonly feature;
  readonly mode;
  readonly value;
  readonly whenTrue;
  readonly whenFalse;
  readonly missingTrue;

  constructor(size: number) {
    this.tree = new Int32Array(size);
    this.id = new Int32Array(size);
    this.feature = new Int32Array(size);
    this.mode = new Uint8Array(size);
    this.value = new Float64Array(size);
    this.whenTrue = new Int32Array(size);
    this.whenFalse = new Int32Array(size);
    this.missingTrue = new Uint8Array(size);
  }
}

class TreeWriter {
  private readonly begin: number;

  constructor(
    private readonly forest: Forest,
    private readonly tree: number,
    private readonly out: NodeLists,
    private readonly exact: boolean,
  ) {
    this.begin = out.count;
  }

  /** Without recursion: trees may be chains of any depth. Work is (child, where its id is to be written). */
  write(): void {
    const { out, forest } = this;
    const stack: [child: number, list: Int32Array | null, at: number][] = [[forest.roots[this.tree]!, null, 0]];
    while (stack.length > 0) {
      const [child, list, at] = stack.pop()!;
      if (list) list[at] = out.count - this.begin;
      if (child < 0) {
        this.put(MODE.leaf, 0, ~child, 0);
        continue;
      }
      const first = out.count;
      this.split(child);
      const last = out.count - 1;
      stack.push([forest.left[child]!, out.whenTrue, first], [forest.right[child]!, out.whenFalse, last]);
      // The nodes of a chain share the true branch, whose id is known only later.
      if (last > first) this.chained.push([first, last]);
    }
    for (const [first, last] of this.chained) out.whenTrue.fill(out.whenTrue[first]!, first + 1, last + 1);
  }

  private readonly chained: [number, number][] = [];

  private split(split: number): void {
    const { forest, out, exact } = this;
    const feature = forest.view[split]!;
    const missing = forest.nanLeft[split]!;
    const t = forest.threshold[split]!;
    if (forest.rule[split] === RULE.lessOrEqual) return this.put(MODE.leq, feature, exact ? t : floatDown(t), missing);
    if (forest.rule[split] === RULE.less) return this.put(MODE.lt, feature, exact ? t : floatUp(t), missing);
    const set = forest.setValues.subarray(forest.setOffsets[t]!, forest.setOffsets[t + 1]!);
    // Nothing is below minus infinity: an empty set.
    if (set.length === 0) return this.put(MODE.lt, feature, -Infinity, missing);
    set.forEach((category, i) => {
      this.put(MODE.eq, feature, category, missing);
      if (i > 0) out.whenFalse[out.count - 2] = out.count - 1 - this.begin;
    });
  }

  private put(mode: number, feature: number, value: number, missing: number): void {
    const { out } = this;
    const at = out.count++;
    out.tree[at] = this.tree;
    out.id[at] = at - this.begin;
    out.feature[at] = feature;
    out.mode[at] = mode;
    out.value[at] = value;
    out.missingTrue[at] = missing;
  }
}

/** Numbers of the older operator: a list of floats, or since ai.onnx.ml 3 a tensor of doubles. */
export function treeNumbers(name: string, values: Float64Array, type: Real): Record<string, Attribute> {
  return type === 'float'
    ? { [name]: floatList(values) }
    : {
        [`${name}_as_tensor`]: { kind: 'tensor', value: tensorOf({ dtype: 'double', dims: [values.length], values }) },
      };
}
