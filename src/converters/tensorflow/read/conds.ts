/**
 * Which predicate a Merge of TensorFlow 1 waits for. Every node of a side hangs on a Switch of the predicate, by its inputs
 * or, a constant, by a control input; where the Merge joins, the two sides part.
 */
import type { TfNode } from './records.ts';

interface Cond {
  /** The predicate, as `node:0`. */
  readonly predicate: string;
  /** Which input of the Merge comes from the true side. */
  readonly trueInput: number;
}

/** Switches that a node hangs on, the outermost first. */
interface Context {
  readonly outer: Context | null;
  readonly predicate: string;
  readonly side: 0 | 1;
  readonly depth: number;
}

const nodeOf = (input: string) => input.replace(/^\^/, '').split(':')[0]!;
const isSwitch = (n: TfNode) => n.op === 'Switch' || n.op === 'RefSwitch';
const isMerge = (n: TfNode) => n.op === 'Merge' || n.op === 'RefMerge';

/** By the name of the Merge; those of loops are left out. */
export function condsOf(nodes: readonly TfNode[]): ReadonlyMap<string, Cond> {
  const out = new Map<string, Cond>();
  if (!nodes.some(isMerge)) return out;
  const contexts = new Contexts(nodes);
  for (const node of nodes) {
    const cond = isMerge(node) ? contexts.cond(node) : null;
    if (cond) out.set(node.name, cond);
  }
  return out;
}

class Contexts {
  private readonly byName: ReadonlyMap<string, TfNode>;
  private readonly known = new Map<TfNode, Context | null>();

  constructor(nodes: readonly TfNode[]) {
    this.byName = new Map(nodes.map((n) => [n.name, n]));
  }

  /** null: a loop's Merge. */
  cond(merge: TfNode): Cond | null {
    const data = merge.inputs.filter((i) => !i.startsWith('^'));
    if (data.some((i) => this.byName.get(nodeOf(i))?.op.endsWith('NextIteration'))) return null;
    const sides = data.map((i) => this.along(i));
    const deepest = sides.reduce<Context | null>((a, b) => ((b?.depth ?? 0) > (a?.depth ?? 0) ? b : a), null);
    if (deepest === null) return null;
    const at = sides.indexOf(deepest);
    return { predicate: deepest.predicate, trueInput: deepest.side === 1 ? at : 1 - at };
  }

  /** The context of what an input brings. */
  private along(input: string): Context | null {
    const from = this.byName.get(nodeOf(input));
    if (!from) return null;
    const own = this.of(from);
    return isSwitch(from) && !input.startsWith('^') ? this.within(from, input, own) : own;
  }

  private within(from: TfNode, input: string, outer: Context | null): Context | null {
    const pred = from.inputs[1] ?? '';
    if (this.isLoop(pred)) return outer;
    const side = /:1$/.test(input) ? 1 : 0;
    return { outer, predicate: /:\d+$/.test(pred) ? pred : `${pred}:0`, side, depth: (outer?.depth ?? 0) + 1 };
  }

  private isLoop(predicate: string): boolean {
    let at = this.byName.get(nodeOf(predicate));
    for (let n = 0; n < 10 && at?.op === 'Identity'; n++) at = this.byName.get(nodeOf(at.inputs[0] ?? ''));
    return at?.op === 'LoopCond';
  }

  /** Without recursion: chains are long. A node that is waited for twice counts as without context. */
  private of(root: TfNode): Context | null {
    const stack = [root];
    const open = new Set<TfNode>();
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      const waiting = this.known.has(node) || open.has(node) ? [] : this.unknownInputs(node, open);
      open.add(node);
      if (waiting.length > 0) {
        stack.push(...waiting);
        continue;
      }
      stack.pop();
      if (!this.known.has(node)) this.known.set(node, this.join(node));
    }
    return this.known.get(root) ?? null;
  }

  private unknownInputs(node: TfNode, open: ReadonlySet<TfNode>): TfNode[] {
    return node.inputs.flatMap((input) => {
      const from = this.byName.get(nodeOf(input));
      const isBack = from?.op.endsWith('NextIteration') && isMerge(node);
      return from && !isBack && !this.known.has(from) && !open.has(from) ? [from] : [];
    });
  }

  private join(node: TfNode): Context | null {
    let deepest: Context | null = null;
    for (const input of node.inputs) {
      const from = this.byName.get(nodeOf(input));
      if (!from || !this.known.has(from)) continue;
      const context = this.alongKnown(from, input);
      if ((context?.depth ?? 0) > (deepest?.depth ?? 0)) deepest = context;
    }
    return isMerge(node) && this.isCond(node) ? (deepest?.outer ?? null) : deepest;
  }

  private alongKnown(from: TfNode, input: string): Context | null {
    const own = this.known.get(from) ?? null;
    return isSwitch(from) && !input.startsWith('^') ? this.within(from, input, own) : own;
  }

  private isCond(merge: TfNode): boolean {
    return !merge.inputs.some((i) => this.byName.get(nodeOf(i))?.op.endsWith('NextIteration'));
  }
}
