/** Operators that go along an axis step by step, said with Scan and Loop, as their definitions have it (ONNX, Operators.md). */
import { bodiesOf, getFloat, getInt, getInts, getString, ints } from '../core/attributes.ts';
import type { GraphId, ValueId } from '../core/model.ts';
import { tensorType } from '../core/types.ts';
import { Copier } from '../functions/copy.ts';
import { codeOf, type Adapter, type Step } from './step.ts';

/** CumSum and CumProd: the axis may be computed, so the input is seen as [before, axis, behind] and scanned along its middle. */
export const cumulative =
  (op: 'Add' | 'Mul'): Adapter =>
  (s) => {
    if (s.opset < 10) return 'slices with computed bounds came with opset 10';
    const dtype = s.dtype(0);
    const start = dtype && s.scalar(dtype, op === 'Add' ? 0 : 1);
    if (!start) return 'the type of its input is not known';
    const shape = s.add('Shape', [s.input(0)]);
    const [before, length, behind] = around(s, shape);
    const flat = s.add('Reshape', [s.input(0), s.add('Concat', [before, length, behind], { axis: 0 })]);
    const first = s.add('Expand', [start, s.add('Concat', [before, behind], { axis: 0 })]);
    const exclusive = getInt(s.node, 'exclusive', 0) === 1;
    const way = [getInt(s.node, 'reverse', 0)];
    const body = s.newBody('step', 2, (inner, [sum, x]) => {
      const next = inner.add(op, [sum!, x!]);
      const out = inner.add('Identity', [exclusive ? sum! : next]);
      for (const v of [next, out]) inner.draft.declare(v, tensorType(dtype, [null, null]));
      return [next, out];
    });
    const attributes = {
      body: { kind: 'graph', value: body },
      num_scan_inputs: 1,
      scan_input_axes: [1],
      scan_output_axes: [1],
      scan_input_directions: way,
      scan_output_directions: way,
    } as const;
    const [, out] = s.addSeveral('Scan', [first, flat], attributes, 2);
    s.replaceBy(s.add('Reshape', [out!, shape]));
  };

/** The number of elements before, along and behind the axis of input 1, a vector of one element each. */
function around(s: Step, shape: ValueId): [ValueId, ValueId, ValueId] {
  const rank = s.add('Shape', [shape]);
  const given = s.cast(s.add('Reshape', [s.input(1), s.int64([-1])]), 'int64');
  const axis = s.add('Mod', [s.add('Add', [given, rank]), rank]);
  const next = s.add('Add', [axis, s.int64([1])]);
  const product = (from: ValueId, to: ValueId) => {
    const some = s.add('Slice', [shape, from, to, s.int64([0])]);
    return s.add('ReduceProd', [s.add('Concat', [s.int64([1]), some], { axis: 0 })], { keepdims: 1 });
  };
  return [product(s.int64([0]), axis), product(axis, next), product(next, s.int64([2 ** 31]))];
}

/** One state for each key head, updated at every step as `update_rule` says. */
export function linearAttention(s: Step): string | void {
  const [queries, keys] = [getInt(s.node, 'q_num_heads'), getInt(s.node, 'kv_num_heads')];
  const dtype = s.dtype(0);
  if (!queries || !keys || !dtype) return 'its heads or the type of its query are not known';
  const rule = getString(s.node, 'update_rule', 'gated_delta');
  const shape = s.add('Shape', [s.input(0)]);
  const inTurn = (index: number, heads: number, size = -1) => {
    const apart = s.add('Reshape', [s.input(index), s.int64([0, 0, heads, size])]);
    return s.add('Transpose', [apart], { perm: [1, 0, 2, 3] });
  };
  const q = inTurn(0, queries);
  const [k, v] = [inTurn(1, keys), inTurn(2, keys)];
  const decay = rule.startsWith('gated') ? inTurn(4, keys) : null;
  const beta = rule.endsWith('delta') ? inTurn(5, -1, 1) : null;
  const past = s.input(3);
  const first = past === null ? zeroState(s, q, v, keys) : s.cast(past, 'float');
  const scanned = [q, k, v, ...[decay, beta].filter((x) => x !== null)];
  const scale = scaleOf(s, q);
  const body = s.newBody('step', 1 + scanned.length, (b, [state, ...xs]) => {
    const [qt, kt, vt, ...more] = xs.map((x) => b.cast(x, 'float'));
    const dt = decay === null ? null : more[0]!;
    const bt = beta === null ? null : more[decay === null ? 0 : 1]!;
    const next = nextState(b, state!, kt!, vt!, dt, bt);
    const row = b.add('MatMul', [b.unsqueeze(qt!, [2]), shared(b, next, queries, keys)]);
    const out = b.cast(b.add('Mul', [scale, b.squeeze(row, [2])]), dtype);
    const open = (rank: number) => new Array<null>(rank).fill(null);
    b.draft.declare(next, tensorType('float', open(4)));
    b.draft.declare(out, tensorType(dtype, open(3)));
    return [next, out];
  });
  const attributes = { body: { kind: 'graph', value: body }, num_scan_inputs: scanned.length } as const;
  const [last, steps] = s.addSeveral('Scan', [first, ...scanned], attributes, 2);
  const turned = s.add('Transpose', [steps!], { perm: [1, 0, 2, 3] });
  const target = s.add('Concat', [s.slice(shape, 0, 0, 2), s.int64([-1])], { axis: 0 });
  const present = s.node.outputs[1] === undefined ? null : s.cast(last!, s.dtype(3) ?? dtype);
  s.replaceAll([s.add('Reshape', [turned, target]), present]);
}

/** exp(decay) S + beta k (v - S'k), S' being the decayed state; without beta: + k v. */
function nextState(
  b: Step,
  state: ValueId,
  k: ValueId,
  v: ValueId,
  decay: ValueId | null,
  beta: ValueId | null,
): ValueId {
  const decayed = decay === null ? state : b.add('Mul', [state, b.unsqueeze(b.add('Exp', [decay]), [3])]);
  const column = b.unsqueeze(k, [3]);
  const known = () => b.squeeze(b.add('MatMul', [b.add('Transpose', [decayed], { perm: [0, 1, 3, 2] }), column]), [3]);
  const written = beta === null ? v : b.add('Mul', [beta, b.add('Sub', [v, known()])]);
  return b.add('Add', [decayed, b.add('MatMul', [column, b.unsqueeze(written, [2])])]);
}

/** The state of each key head as often as queries share it. */
function shared(b: Step, state: ValueId, queries: number, keys: number): ValueId {
  if (queries === keys) return state;
  const shape = b.add('Shape', [state]);
  const wide = b.add('Expand', [b.unsqueeze(state, [2]), b.int64([1, 1, queries / keys, 1, 1])]);
  const target = [b.slice(shape, 0, 0, 1), b.int64([queries]), b.slice(shape, 0, 2, 4)];
  return b.add('Reshape', [wide, b.add('Concat', target, { axis: 0 })]);
}

/** [batch, key heads, key size, value size] of zeros; q and v are [length, batch, heads, size]. */
function zeroState(s: Step, q: ValueId, v: ValueId, keys: number): ValueId {
  const [a, b] = [s.add('Shape', [q]), s.add('Shape', [v])];
  const shape = s.add('Concat', [s.slice(a, 0, 1, 2), s.int64([keys]), s.slice(a, 0, 3, 4), s.slice(b, 0, 3, 4)], {
    axis: 0,
  });
  return s.add('Expand', [s.scalar('float', 0), shape]);
}

function scaleOf(s: Step, q: ValueId): ValueId {
  const given = getFloat(s.node, 'scale', 0);
  if (given !== 0) return s.scalar('float', given)!;
  const size = s.cast(s.slice(s.add('Shape', [q]), 0, 3, 4), 'float');
  return s.add('Reciprocal', [s.add('Sqrt', [size])]);
}

/** One iteration for each element of the first sequence; the results are gathered in sequences again. */
export function sequenceMap(s: Step): string | void {
  const body = bodiesOf(s.node)[0];
  if (body === undefined) return 'it has no body';
  const elements = s.node.outputs.map((_, i) => s.elementOfOutput(i));
  if (elements.some((t) => t?.kind !== 'tensor')) return 'what its results hold is not known';
  const given = s.node.inputs as readonly ValueId[];
  const empties = elements.map((t) =>
    s.add('SequenceEmpty', [], t?.kind === 'tensor' ? { dtype: codeOf(t.dtype) } : {}),
  );
  const loop = s.newBody('each', 2 + empties.length, (inner, [turn, go, ...sequences]) => {
    const results = inlined(inner, body, given, turn!);
    const grown = sequences.map((q, i) => inner.add('SequenceInsert', [q, results[i]!]));
    return [inner.add('Identity', [go!]), ...grown];
  });
  const [turn, go] = s.draft.graphInputs(loop);
  s.draft.patchValue(turn!, { type: tensorType('int64', []) });
  s.draft.patchValue(go!, { type: tensorType('bool', []) });
  s.draft
    .graphInputs(loop)
    .slice(2)
    .forEach((v, i) => {
      s.draft.patchValue(v, { type: { kind: 'sequence', element: elements[i]! } });
    });
  const count = s.add('SequenceLength', [given[0]!]);
  const attributes = { body: { kind: 'graph', value: loop } } as const;
  s.replaceAll(s.addSeveral('Loop', [count, null, ...empties], attributes, empties.length));
}

/** The body's nodes with the turn's element of every sequence in the place of its inputs. */
function inlined(inner: Step, body: GraphId, given: readonly ValueId[], turn: ValueId): (ValueId | null)[] {
  const { draft } = inner;
  const graph = draft.graph(body);
  const copier = new Copier(draft, draft, { nodeName: (n) => n.name, valueName: () => '' });
  graph.inputs.forEach((v, i) => {
    const isSequence = inner.isSequence(i);
    copier.bind(v, isSequence ? inner.add('SequenceAt', [given[i]!, turn]) : given[i]!);
  });
  copier.initializers(graph, inner.place);
  for (const n of graph.order) copier.node(n, inner.place);
  return graph.outputs.map((v) => copier.of(v));
}

/** The batched form of opset 8 as a scan over the batch of scans over the sequence. */
export function batchedScan(s: Step): string | void {
  if (s.input(0) !== null) return 'the lengths of its sequences are given';
  const scanned = getInt(s.node, 'num_scan_inputs', 1);
  const given = s.node.inputs.slice(1) as readonly ValueId[];
  const { outputs } = s.node;
  const body = s.node.attributes.get('body');
  const directions = getInts(s.node, 'directions');
  const way = directions ? { scan_input_directions: ints(directions) } : {};
  const outer = s.newBody('batch', given.length, (inner, inputs) =>
    inner.addSeveral('Scan', inputs, { body, num_scan_inputs: scanned, ...way }, outputs.length),
  );
  const attributes = { body: { kind: 'graph', value: outer }, num_scan_inputs: given.length } as const;
  s.replaceAll(s.addSeveral('Scan', given, attributes, outputs.length));
}
