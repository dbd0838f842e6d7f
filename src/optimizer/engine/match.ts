/** Finds a pattern at a node, with backtracking over the order of commutative inputs. */
import type { Draft } from '../../graph-model/core/draft.ts';
import { normalDomain, type Node, type ValueId } from '../../graph-model/core/model.ts';
import type { OpPattern, Pattern } from './pattern.ts';

/** A pattern found: its nodes and values by the names that the pattern gives them. */
export interface Match {
  readonly root: Node;
  /** The nodes of the pattern, root first. */
  readonly nodes: readonly Node[];
  /** Nodes whose results need not vanish. */
  readonly shared: ReadonlySet<Node>;
  node(as: string): Node;
  value(as: string): ValueId;
  /** null where an optional part was left out. */
  find(as: string): ValueId | null;
}

export interface MatchScope {
  readonly draft: Draft;
  isConstant(value: ValueId): boolean;
}

interface Bindings {
  readonly nodes: readonly (readonly [OpPattern, Node])[];
  readonly values: ReadonlyMap<string, ValueId>;
}

type Continue = (found: Bindings) => boolean;

/** Calls `accept` with each way the pattern fits at `root` until it says true; false when none was accepted. */
export function matchAt(scope: MatchScope, pattern: OpPattern, root: Node, accept: (m: Match) => boolean): boolean {
  return matchNode(scope, pattern, root, { nodes: [], values: new Map() }, (found) => accept(toMatch(root, found)));
}

function toMatch(root: Node, found: Bindings): Match {
  const byName = new Map(found.nodes.map(([p, n]) => [p.as, n]));
  return {
    root,
    nodes: [...new Set(found.nodes.map(([, n]) => n))],
    shared: new Set(found.nodes.filter(([p]) => p.shared).map(([, n]) => n)),
    node: (as) => must(byName.get(as), as),
    value: (as) => must(found.values.get(as), as),
    find: (as) => found.values.get(as) ?? null,
  };
}

function must<T>(found: T | undefined, as: string): T {
  if (found === undefined) throw new Error(`The pattern names nothing ${as}`);
  return found;
}

function matchNode(scope: MatchScope, p: OpPattern, node: Node, found: Bindings, next: Continue): boolean {
  if (!fits(p, node)) return false;
  const with_ = { ...found, nodes: [...found.nodes, [p, node] as const] };
  const straight = matchInputs(scope, p.inputs, node.inputs, 0, with_, next);
  if (straight || !p.commutative) return straight;
  const [a, b, ...rest] = node.inputs;
  return matchInputs(scope, p.inputs, [b ?? null, a ?? null, ...rest], 0, with_, next);
}

function fits(p: OpPattern, node: Node): boolean {
  if (!p.ops.includes(node.op) || normalDomain(node.domain) !== p.domain) return false;
  // In a function an attribute may be the caller's: what it is cannot be known here.
  for (const a of node.attributes.values()) if (a.kind === 'reference') return false;
  for (const [name, holds] of Object.entries(p.attributes)) if (!holds(node.attributes.get(name))) return false;
  return true;
}

function matchInputs(
  scope: MatchScope,
  patterns: readonly (Pattern | null)[],
  inputs: readonly (ValueId | null)[],
  at: number,
  found: Bindings,
  next: Continue,
): boolean {
  if (at === patterns.length) return next(found);
  const rest: Continue = (more) => matchInputs(scope, patterns, inputs, at + 1, more, next);
  const value = inputs[at] ?? null;
  const pattern = patterns[at]!;
  if (pattern === null) return value === null && rest(found);
  return matchValue(scope, pattern, value, found, rest);
}

function matchValue(scope: MatchScope, p: Pattern, value: ValueId | null, found: Bindings, next: Continue): boolean {
  if (p.kind === 'optional') return value === null ? next(found) : matchValue(scope, p.pattern, value, found, next);
  if (value === null) return false;
  if (p.kind === 'op') return matchMaker(scope, p, value, found, next);
  if (p.kind === 'constant' && !scope.isConstant(value)) return false;
  const before = found.values.get(p.as);
  if (before !== undefined) return before === value && next(found);
  return next({ ...found, values: new Map(found.values).set(p.as, value) });
}

/** A maker counts only within the graph of the pattern: fusing across the border of a body would move work. */
function matchMaker(scope: MatchScope, p: OpPattern, value: ValueId, found: Bindings, next: Continue): boolean {
  const maker = scope.draft.producer(value);
  if (maker === null || maker.outputs[p.output] !== value) return false;
  if (maker.graph !== found.nodes[0]![1].graph) return false;
  return matchNode(scope, p, maker, found, next);
}
