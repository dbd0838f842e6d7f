/** Chains of nodes that only move elements: two become one. */
import { getInt, getInts } from '../../graph-model/core/attributes.ts';
import { normalAxis } from '../../graph-model/core/dims.ts';
import type { Node, ValueId } from '../../graph-model/core/model.ts';
import { any, constant, op } from '../engine/pattern.ts';
import type { Match } from '../engine/match.ts';
import type { Rule } from '../engine/rules.ts';
import type { RuleScope } from '../engine/scope.ts';
import { reshapeTarget } from './shapes.ts';

const x = any('x');

/** The permutation of a Transpose; null where it is left out and the rank is not known. */
export function permOf(g: RuleScope, node: Node): number[] | null {
  const perm = getInts(node, 'perm');
  if (perm) return perm;
  const rank = g.rank(node.inputs[0]!);
  return rank === null ? null : Array.from({ length: rank }, (_, i) => rank - 1 - i);
}

/** Axes of Squeeze or Unsqueeze, input or attribute by opset; undefined where they are left out, null if not fixed. */
export function axesOf(g: RuleScope, node: Node): number[] | null | undefined {
  const attribute = getInts(node, 'axes');
  if (attribute) return attribute;
  const input = node.inputs[1] ?? null;
  return input === null ? undefined : g.numbers(input);
}

/** Squeeze and Unsqueeze take their axes as an input from opset 13 on. */
export function withAxes(g: RuleScope, name: string, value: ValueId, axes: readonly number[]): ValueId {
  return g.opset() >= 13 ? g.add(name, [value, g.ints(axes)]) : g.add(name, [value], { axes: [...axes] });
}

/** Non-negative axes of an Unsqueeze, in the result's dimensions. */
function newAxes(g: RuleScope, node: Node): number[] | null {
  const axes = axesOf(g, node);
  const rank = g.rank(node.outputs[0]!);
  if (!axes) return null;
  if (axes.every((a) => a >= 0)) return [...axes].sort((a, b) => a - b);
  if (rank === null) return null;
  return axes.map((a) => normalAxis(a, rank)!).sort((a, b) => a - b);
}

/** Where the axes of an inner Unsqueeze end up after an outer one, and the outer's own. */
function joinedAxes(g: RuleScope, m: Match): number[] | null {
  const inner = newAxes(g, m.node('inner'));
  const outer = newAxes(g, m.root);
  if (!inner || !outer) return null;
  const taken = new Set(outer);
  const moved = inner.map((axis) => {
    let free = -1;
    let at = -1;
    while (free < axis) if (!taken.has(++at)) free++;
    return at;
  });
  return [...outer, ...moved].sort((a, b) => a - b);
}

/** All readers of the inner node are of these operators, so that it vanishes once each of them is merged with it. */
function readOnlyBy(m: Match, g: RuleScope, ops: string): boolean {
  const names = ops.split('|');
  const readers = g.draft.uses(m.node('inner').outputs[0]!).map((u) => (u.node === null ? null : g.draft.node(u.node)));
  return readers.every((n) => n !== null && n.graph === m.root.graph && names.includes(n.op));
}

interface Cut {
  readonly starts: number[];
  readonly ends: number[];
  readonly axes: number[];
  readonly steps: number[];
}

function cutOf(g: RuleScope, node: Node): Cut | null {
  const [, s, e, a, t] = node.inputs;
  const starts = g.numbers(s);
  const ends = g.numbers(e);
  if (!starts || !ends) return null;
  const axes = a ? g.numbers(a) : starts.map((_, i) => i);
  const steps = t ? g.numbers(t) : starts.map(() => 1);
  const rank = g.rank(node.inputs[0]!);
  if (!axes || !steps || (axes.some((n) => n < 0) && rank === null)) return null;
  return { starts, ends, axes: axes.map((n) => (n < 0 ? n + rank! : n)), steps };
}

function disjointCuts(m: Match, g: RuleScope): boolean {
  if (g.opset() < 10 || !readOnlyBy(m, g, 'Slice')) return false;
  const a = cutOf(g, m.node('inner'));
  const b = cutOf(g, m.root);
  return a !== null && b !== null && !a.axes.some((axis) => b.axes.includes(axis));
}

function sliceBoth(m: Match, g: RuleScope): ValueId {
  const a = cutOf(g, m.node('inner'))!;
  const b = cutOf(g, m.root)!;
  const list = (name: keyof Cut) => {
    const far = (n: number) =>
      Math.abs(n) >= 2 ** 53 ? BigInt(n > 0 ? '9223372036854775807' : '-9223372036854775807') : n;
    return g.ints([...a[name], ...b[name]].map(far));
  };
  return g.add('Slice', [m.value('x'), list('starts'), list('ends'), list('axes'), list('steps')]);
}

const REDUCTIONS =
  'ReduceMean|ReduceSum|ReduceMax|ReduceMin|ReduceProd|ReduceL1|ReduceL2|ReduceLogSum|ReduceLogSumExp|ReduceSumSquare';
/** What a Gather of one index takes from a Concat of tensors that an Unsqueeze made; null where it is not one of them. */
function takenFromStack(m: Match, g: RuleScope): ValueId | null {
  const { inputs, outputs } = m.node('inner');
  const rank = g.rank(outputs[0]!);
  const index = g.rank(m.value('i')) === 0 ? g.numbers(m.value('i'))?.[0] : undefined;
  if (rank === null || index === undefined) return null;
  const axis = normalAxis(getInt(m.root, 'axis', 0), rank);
  if (axis === null || axis !== normalAxis(getInt(m.node('inner'), 'axis', 0), rank)) return null;
  if (!inputs.every((v) => v !== null && g.shape(v)?.[axis] === 1)) return null;
  const producer = g.draft.value(inputs.at(index) ?? inputs[0]!).producer;
  const node = producer === null || index >= inputs.length ? null : g.draft.node(producer);
  const isPut = node?.op === 'Unsqueeze' && node.domain === '' && String(newAxes(g, node)) === String([axis]);
  return isPut ? node.inputs[0]! : null;
}

const RESHAPERS = 'Reshape|Flatten|Squeeze|Unsqueeze';

export const MOVEMENT: readonly Rule[] = [
  {
    name: 'transpose-transpose',
    doc: 'Transpose of a Transpose is one Transpose.',
    example: {
      before: '(float[2,3,4] x) => (float[3,4,2] y) { a = Transpose<perm=[2,0,1]>(x)  y = Transpose<perm=[2,0,1]>(a) }',
      after: '(float[2,3,4] x) => (float[3,4,2] y) { y = Transpose<perm=[1,2,0]>(x) }',
    },
    match: op('Transpose', [op('Transpose', [x], { as: 'inner', shared: true })]),
    when: (m, g) => permOf(g, m.root) !== null && permOf(g, m.node('inner')) !== null,
    build: (m, g) => {
      const inner = permOf(g, m.node('inner'))!;
      const perm = permOf(g, m.root)!.map((axis) => inner[axis]!);
      return g.add('Transpose', [m.value('x')], { perm });
    },
  },
  {
    name: 'reshape-reshape',
    doc: 'A Reshape, Flatten, Squeeze or Unsqueeze of another is one Reshape.',
    example: {
      before:
        '(float[2,3,4] x) => (float[4,6] y) <int64[2] s = {6,4}, int64[2] t = {4,6}> { a = Reshape(x, s)  y = Reshape(a, t) }',
      after: '(float[2,3,4] x) => (float[4,6] y) <int64[2] t = {4,6}> { y = Reshape(x, t) }',
    },
    match: op(RESHAPERS, [op(RESHAPERS, [x], { as: 'inner', shared: true })]),
    when: (m, g) => {
      if (g.opset() < 5 || !readOnlyBy(m, g, RESHAPERS)) return false;
      if (reshapeTarget(g, m.value('x'), m.root.outputs[0]!)) return true;
      return 'More than one dimension of the result is not known, so one Reshape cannot say it.';
    },
    build: (m, g) => g.add('Reshape', [m.value('x'), g.ints(reshapeTarget(g, m.value('x'), m.root.outputs[0]!)!)]),
  },
  {
    name: 'unsqueeze-unsqueeze',
    doc: 'Unsqueeze of an Unsqueeze is one Unsqueeze.',
    example: {
      before:
        '(float[N,M,K] x) => (float[1,N,1,M,K] y) <int64[1] a = {0}, int64[1] b = {2}> { t = Unsqueeze(x, a)  y = Unsqueeze(t, b) }',
      after: '(float[N,M,K] x) => (float[1,N,1,M,K] y) <int64[2] a = {0,2}> { y = Unsqueeze(x, a) }',
    },
    match: op('Unsqueeze', [op('Unsqueeze', [x], { as: 'inner', shared: true })]),
    when: (m, g) => readOnlyBy(m, g, 'Unsqueeze') && joinedAxes(g, m) !== null,
    build: (m, g) => withAxes(g, 'Unsqueeze', m.value('x'), joinedAxes(g, m)!),
  },
  {
    name: 'squeeze-of-unsqueeze',
    doc: 'Squeeze that takes away what an Unsqueeze has put in.',
    example: {
      before:
        '(float[N,M] x) => (float[N,M] y) <int64[1] a = {0}> { t = Unsqueeze(x, a)  u = Squeeze(t, a)  y = Relu(u) }',
      after: '(float[N,M] x) => (float[N,M] y) { y = Relu(x) }',
    },
    match: op('Squeeze', [op('Unsqueeze', [x], { as: 'inner', shared: true })]),
    when: (m, g) => {
      const put = axesOf(g, m.node('inner'));
      const taken = axesOf(g, m.root);
      return !!put && !!taken && String([...put].sort()) === String([...taken].sort());
    },
    keep: 'x',
  },
  {
    name: 'gather-of-unsqueeze',
    doc: 'The only element along an axis that an Unsqueeze has put in is what it was put around.',
    example: {
      before:
        '(float[N,M] x) => (float[N,M] y) <int64[1] a = {0}, int64 i = {-1}> { t = Unsqueeze(x, a)  u = Gather<axis=0>(t, i)  y = Relu(u) }',
      after: '(float[N,M] x) => (float[N,M] y) { y = Relu(x) }',
    },
    match: op('Gather', [op('Unsqueeze', [x], { as: 'inner', shared: true }), constant('i')]),
    when: (m, g) => {
      const put = newAxes(g, m.node('inner'));
      const rank = g.rank(m.node('inner').outputs[0]!);
      const axis = getInt(m.root, 'axis', 0);
      const at = rank === null ? axis : normalAxis(axis, rank);
      return put?.length === 1 && put[0] === at && g.rank(m.value('i')) === 0;
    },
    keep: 'x',
  },
  {
    name: 'gather-of-stack',
    doc: 'One of the tensors that a Concat stacks along an axis of length 1 each is taken from where it came.',
    example: {
      before:
        '(float[N,M] x, float[N,M] z) => (float[N,M] y) <int64[1] a = {0}, int64 i = {1}> { t = Unsqueeze(x, a)  u = Unsqueeze(z, a)  v = Concat<axis=0>(t, u)  w = Gather<axis=0>(v, i)  y = Relu(w) }',
      after: '(float[N,M] x, float[N,M] z) => (float[N,M] y) { y = Relu(z) }',
    },
    match: op('Gather', [op('Concat', [x], { as: 'inner', shared: true }), constant('i')]),
    when: (m, g) => takenFromStack(m, g) !== null,
    build: (m, g) => takenFromStack(m, g)!,
  },
  {
    name: 'slice-slice',
    doc: 'Slices along different axes are one Slice.',
    example: {
      before:
        '(float[4,4] x) => (float[2,2] y) <int64[1] s = {1}, int64[1] e = {3}, int64[1] a = {0}, int64[1] b = {1}> { t = Slice(x, s, e, a)  y = Slice(t, s, e, b) }',
      after:
        '(float[4,4] x) => (float[2,2] y) <int64[2] s = {1,1}, int64[2] e = {3,3}, int64[2] a = {0,1}, int64[2] t = {1,1}> { y = Slice(x, s, e, a, t) }',
    },
    match: op('Slice', [
      op('Slice', [x, constant('s1'), constant('e1')], { as: 'inner', shared: true }),
      any('s2'),
      any('e2'),
    ]),
    when: disjointCuts,
    build: sliceBoth,
  },
  {
    name: 'concat-concat',
    doc: 'Concat of a Concat along one axis is one Concat.',
    example: {
      before: '(float[2] x, float[2] z) => (float[6] y) { a = Concat<axis=0>(x, z)  y = Concat<axis=0>(a, x) }',
      after: '(float[2] x, float[2] z) => (float[6] y) { y = Concat<axis=0>(x, z, x) }',
    },
    match: op('Concat', [x]),
    when: (m, g) => innerConcat(m, g) !== null,
    build: (m, g) => {
      const inner = innerConcat(m, g)!;
      return g.copy(
        m.root,
        m.root.inputs.flatMap((v) => (v === inner.outputs[0] ? inner.inputs : [v])),
      );
    },
  },
  {
    name: 'reduce-unsqueeze',
    doc: 'Unsqueeze of the axes that a reduction dropped: the reduction keeps them.',
    example: {
      before:
        '(float[2,3] x) => (float[2,1] y) <int64[1] a = {1}> { t = ReduceMax<axes=[1], keepdims=0>(x)  y = Unsqueeze(t, a) }',
      after: '(float[2,3] x) => (float[2,1] y) { y = ReduceMax<axes=[1], keepdims=1>(x) }',
      opset: 13,
    },
    match: op('Unsqueeze', [
      op(REDUCTIONS, [x], {
        as: 'inner',
        attributes: { keepdims: (a) => a?.kind === 'int' && a.value === 0n },
      }),
    ]),
    when: (m, g) => {
      const rank = g.rank(m.value('x'));
      const reduced = axesOf(g, m.node('inner'));
      const put = axesOf(g, m.root);
      if (!reduced || !put || rank === null) return false;
      const normal = (axes: number[]) => String(axes.map((a) => normalAxis(a, rank)).sort());
      return normal(reduced) === normal(put);
    },
    build: (m, g) => g.copy(m.node('inner'), m.node('inner').inputs, { keepdims: 1 }),
  },
  {
    name: 'transpose-reduce',
    doc: 'A reduction over a Transpose reduces the axes as they were before, where the rest keep their order.',
    example: {
      before:
        '(float[1,2,3,4] x) => (float[1,2] y) { a = Transpose<perm=[0,2,3,1]>(x)  y = ReduceMax<axes=[1,2], keepdims=0>(a) }',
      after: '(float[1,2,3,4] x) => (float[1,2] y) { y = ReduceMax<axes=[2,3], keepdims=0>(x) }',
      opset: 13,
    },
    match: op(REDUCTIONS, [op('Transpose', [x], { as: 'transpose' })], { as: 'reduce' }),
    when: (m, g) => axesBefore(m, g) !== null,
    build: (m, g) => {
      const axes = axesBefore(m, g)!;
      const asInput = (m.root.inputs[1] ?? null) !== null;
      return g.copy(m.root, asInput ? [m.value('x'), g.ints(axes)] : [m.value('x')], asInput ? {} : { axes });
    },
  },
  {
    name: 'arg-of-monotone',
    doc: 'ArgMax and ArgMin do not change when a rising function was applied first.',
    example: {
      before: '(float[2,3] x) => (int64[2,1] y) { a = Softmax<axis=1>(x)  y = ArgMax<axis=1>(a) }',
      after: '(float[2,3] x) => (int64[2,1] y) { y = ArgMax<axis=1>(x) }',
    },
    match: op('ArgMax|ArgMin', [op('Softmax|LogSoftmax', [x], { as: 'inner' })]),
    when: (m, g) => {
      const rank = g.rank(m.value('x'));
      if (rank === null || g.opset() < 13) return false;
      return normalAxis(getInt(m.root, 'axis', 0), rank) === normalAxis(getInt(m.node('inner'), 'axis', -1), rank);
    },
    build: (m, g) => g.copy(m.root, [m.value('x')]),
  },
  {
    name: 'not-in-where',
    doc: 'Where of a negated condition takes the sides in the other order.',
    example: {
      before: '(bool[2] c, float[2] x, float[2] z) => (float[2] y) { a = Not(c)  y = Where(a, x, z) }',
      after: '(bool[2] c, float[2] x, float[2] z) => (float[2] y) { y = Where(c, z, x) }',
    },
    match: op('Where', [op('Not', [any('c')]), any('a'), any('b')]),
    build: (m, g) => g.add('Where', [m.value('c'), m.value('b'), m.value('a')]),
  },
  {
    name: 'pad-into-pad',
    doc: 'Pad with zeros of a Pad with zeros is one Pad.',
    example: {
      before:
        '(float[2,3] x) => (float[3,5] y) <int64[4] p = {1,0,0,1}, int64[4] q = {0,1,0,0}> { a = Pad(x, p)  y = Pad(a, q) }',
      after: '(float[2,3] x) => (float[3,5] y) <int64[4] p = {1,1,0,1}> { y = Pad(x, p) }',
    },
    match: op('Pad', [op('Pad', [x, constant('p')], { as: 'inner' }), constant('q')]),
    when: (m, g) => {
      const plain = (n: Node) => n.inputs.length === 2 && (n.attributes.size === 0 || !n.attributes.has('mode'));
      const rising = (v: ValueId) => g.numbers(v)?.every((p) => p >= 0) ?? false;
      return plain(m.root) && plain(m.node('inner')) && rising(m.value('p')) && rising(m.value('q'));
    },
    build: (m, g) => {
      const q = g.numbers(m.value('q'))!;
      return g.add('Pad', [m.value('x'), g.ints(g.numbers(m.value('p'))!.map((p, i) => p + q[i]!))]);
    },
  },
];

function innerConcat(m: Match, g: RuleScope): Node | null {
  for (const v of m.root.inputs) {
    const maker = v === null ? null : g.draft.producer(v);
    if (maker?.op !== 'Concat' || maker.graph !== m.root.graph || g.draft.uses(v!).length !== 1) continue;
    if (maker.attributes.get('axis')?.kind !== 'int') continue;
    const rank = g.rank(m.root.outputs[0]!);
    const [a, b] = [getInt(maker, 'axis', 0), getInt(m.root, 'axis', 0)];
    if (a === b || (rank !== null && normalAxis(a, rank) === normalAxis(b, rank))) return maker;
  }
  return null;
}

/** The reduced axes of a transposed value in the order before the Transpose; null where the kept ones change order. */
function axesBefore(m: Match, g: RuleScope): number[] | null {
  const perm = permOf(g, m.node('transpose'));
  const axes = axesOf(g, m.root);
  if (!perm || !axes || axes.length === 0 || getInt(m.root, 'keepdims', 1) !== 0) return null;
  const reduced = axes.map((a) => normalAxis(a, perm.length));
  const kept = perm.filter((_, i) => !reduced.includes(i));
  if (kept.some((axis, i) => i > 0 && axis < kept[i - 1]!)) return null;
  return reduced.map((a) => perm[a!]!).sort((a, b) => a - b);
}
