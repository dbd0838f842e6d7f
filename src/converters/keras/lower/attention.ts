/** Attention layers. Formulas: keras.layers of the same names. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { flag, isSet } from '../json.ts';
import { givenList, isHeld, type LayerCall, type Lowering } from './call.ts';
import { heldsIn } from './recurrent.ts';
import { range, type Held } from '../../../graph-model/builders/axis-orders.ts';

/** What Keras adds to the scores of what must not be seen. */
const HIDDEN = -1e9;
/** What Keras 3 puts in their place, a share of the least float32. */
const REPLACED = -0.7 * 3.4028234663852886e38;

const zeros = (count: number) => new Array<number>(count).fill(0);

/** [batch, ..., in] by a kernel [in, heads, size] as [batch, ..., heads, size]. */
function heads(c: LayerCall, t: Held, part: string): ValueId {
  const { e } = c;
  const { dims } = c.weight(`${part}/kernel`, 3);
  const [width, count, size] = [dims[0]!, dims[1]!, dims[2]!];
  let y = e.op('MatMul', [c.natural(t), c.permuted(`${part}/kernel`, [0, 1, 2], [width, count * size])]);
  if (c.has(`${part}/bias`)) y = e.op('Add', [y, c.permuted(`${part}/bias`, [0, 1], [count * size])]);
  return e.reshape(y, [...zeros(c.rank(t) - 1), count, size]);
}

/** [batch, length, in] as [batch, heads, length, size]. */
const project = (c: LayerCall, t: Held, part: string) => c.e.transpose(heads(c, t, part), [0, 2, 1, 3]);

/** Attention along other axes than the one between batch and features: they are put together, and the rest with the batch. */
function multiHeadAlong(c: LayerCall, { query, value, key }: Parts, axes: readonly number[]): Held {
  const { e } = c;
  if (multiHeadMasks(c, { query, value, key }).length > 0)
    c.refuse('masks of attention along other axes than the first after the batch are not converted');
  if (argumentFlag(c, 'return_attention_scores'))
    c.refuse('the scores of attention along several axes are not converted');
  const rank = c.rank(query);
  const rest = range(0, rank - 1).filter((a) => !axes.includes(a));
  const order = [...rest, rank - 1, ...axes, rank];
  const project = (t: Held, part: string) => {
    const { dims } = c.weight(`${part}/kernel`, 3);
    const length = axes.reduce((n, a) => n * c.length(a, t), 1);
    return e.reshape(e.transpose(heads(c, t, part), order), [-1, dims[1]!, length, dims[2]!]);
  };
  const [q, k, v] = [project(query, 'query_dense'), project(key, 'key_dense'), project(value, 'value_dense')];
  const [, count, size] = c.weight('value_dense/kernel', 3).dims;
  const scores = e.op('MatMul', [scaledBy(c, q), e.transpose(k, [0, 1, 3, 2])]);
  const seen = e.op('MatMul', [e.op('Softmax', [scores], { axis: -1 }), v]);
  const lengths = (of: readonly number[]) => of.map((a) => c.length(a, query));
  const apart = e.reshape(seen, [-1, ...lengths(rest.slice(1)), count!, ...lengths(axes), size!]);
  const back = e.transpose(
    apart,
    order.map((_, i) => order.indexOf(i)),
  );
  return c.keep(output(c, back, rank), 'natural', query.mask);
}

function scaledBy(c: LayerCall, q: ValueId): ValueId {
  const size = c.weight('query_dense/kernel', 3).dims[2]!;
  return c.e.op('Mul', [q, c.e.float(1 / Math.sqrt(size))]);
}

/** Queries see values; the causal mask hides the later ones. All masks are joined by "and" into [batch, 1, T, S]. */
const multiHead: Lowering = (c) => {
  const { e } = c;
  const { query, value, key, extra } = attentionInputs(c);
  if (extra > 0) c.refuse('it is called with more than a query, a value and a key');
  if (c.config['use_gate'] === 1) c.refuse('its gate is not converted');
  const rank = c.rank(query);
  const axes = c.numbers('attention_axes')?.map((a) => (a < 0 ? a + rank : a)) ?? range(1, rank - 1);
  if (String(axes) !== '1' || rank !== 3) return multiHeadAlong(c, { query, value, key }, axes);
  const [q, k, v] = [project(c, query, 'query_dense'), project(c, key, 'key_dense'), project(c, value, 'value_dense')];
  const scores = e.op('MatMul', [scaledBy(c, q), e.transpose(k, [0, 1, 3, 2])]);
  const mask = joined(c, multiHeadMasks(c, { query, value, key }));
  const shown = flag(argumentFlag(c, 'return_attention_scores'), false);
  const weights = shares(c, scores, mask, shown);
  const seen = e.transpose(e.op('MatMul', [weights, v]), [0, 2, 1, 3]);
  const y = output(c, seen);
  return shown ? [c.keep(y, 'natural', query.mask), c.keep(weights)] : c.keep(y, 'natural', query.mask);
};

/** [..., heads, size] of a query of that rank as [..., features]. */
function output(c: LayerCall, seen: ValueId, rank = 3): ValueId {
  const { e } = c;
  const { dims } = c.weight('output_dense/kernel');
  if (dims.length !== 3) c.refuse('an output_shape of several dimensions is not converted');
  const [heads, size, width] = [dims[0]!, dims[1]!, dims[2]!];
  const kernel = c.permuted('output_dense/kernel', [0, 1, 2], [heads * size, width]);
  const y = e.op('MatMul', [e.reshape(seen, [...zeros(rank - 1), heads * size]), kernel]);
  return c.has('output_dense/bias') ? e.op('Add', [y, c.weight('output_dense/bias').constant()]) : y;
}

interface Parts {
  readonly query: Held;
  readonly value: Held;
  readonly key: Held;
}

/** query, value and key by name or place; the key is the value where it is not given. */
function attentionInputs(c: LayerCall): Parts & { extra: number } {
  const named = (key: string) => {
    const found = c.given.kwargs[key];
    return isHeld(found) ? found : undefined;
  };
  const placed = c.given.args.flatMap(heldsIn);
  const query = named('query') ?? placed[0] ?? c.refuse('it is called without a query');
  const value = named('value') ?? placed[1] ?? c.refuse('it is called without a value');
  return { query, value, key: named('key') ?? placed[2] ?? value, extra: Math.max(0, placed.length - 3) };
}

function argumentFlag(c: LayerCall, key: string): boolean {
  const found = c.given.kwargs[key];
  return found === true || found === 1;
}

/** Masks as bool that broadcast to [batch, heads, T, S]. */
function multiHeadMasks(c: LayerCall, p: Parts): ValueId[] {
  const { e } = c;
  const out: ValueId[] = [];
  const implied = (key: string, t: Held) => {
    const named = c.given.kwargs[key];
    return isHeld(named) ? named : t.mask;
  };
  const query = implied('query_mask', p.query);
  const value = implied('value_mask', p.value);
  const key = implied('key_mask', p.key === p.value ? { ...p.key, mask: null } : p.key);
  if (query) out.push(e.unsqueeze(bool(c, query), [1, 3]));
  if (value) out.push(e.unsqueeze(bool(c, value), [1, 2]));
  if (key) out.push(e.unsqueeze(bool(c, key), [1, 2]));
  const given = c.given.kwargs['attention_mask'];
  if (isHeld(given)) out.push(c.rank(given) === 3 ? e.unsqueeze(bool(c, given), [1]) : bool(c, given));
  if (argumentFlag(c, 'use_causal_mask')) out.push(causal(c, p.query, p.value));
  return out;
}

const bool = (c: LayerCall, t: Held) => c.e.cast(c.natural(t), 'bool', 9);

function joined(c: LayerCall, masks: readonly ValueId[]): ValueId | null {
  return masks.length === 0 ? null : masks.reduce((a, b) => c.e.op('And', [a, b]));
}

/** Lower triangle of [T, S]. */
function causal(c: LayerCall, query: Held, value: Held): ValueId {
  const { e } = c;
  const [from, to] = [c.shape(query)[1], c.shape(value)[1]];
  if (typeof from !== 'number' || typeof to !== 'number') return causalOf(c, query, value);
  const ones = e.numbers(
    'uint8',
    new Array<number>(from * to).fill(0).map((_, i) => Number(i % to <= Math.floor(i / to))),
    [from, to],
  );
  return e.op('Cast', [ones], { to: 9 });
}

/** The same of lengths that only the run knows. */
function causalOf(c: LayerCall, query: Held, value: Held): ValueId {
  const { e } = c;
  const steps = (t: Held) => {
    const length = e.squeeze(e.slice(e.op('Shape', [c.natural(t)]), [1], [2], [0]), [0]);
    return e.op('Range', [e.ints([0], []), length, e.ints([1], [])]);
  };
  return e.op('LessOrEqual', [e.unsqueeze(steps(value), [0]), e.unsqueeze(steps(query), [1])]);
}

/** Keras 3 replaces hidden scores, and where it does not use its fused product leaves nothing of them; Keras 2 adds to them. */
function shares(c: LayerCall, scores: ValueId, mask: ValueId | null, shown: boolean): ValueId {
  const { e } = c;
  const softmax = (x: ValueId) => e.op('Softmax', [x], { axis: -1 });
  if (mask === null) return softmax(scores);
  if (c.keras < 3) return softmax(e.op('Add', [scores, added(c, mask)]));
  const weights = softmax(e.op('Where', [mask, scores, e.float(REPLACED)]));
  const fused = !shown && c.number('dropout', 0) === 0;
  return fused ? weights : e.op('Where', [mask, weights, e.float(0)]);
}

/** 0 where the mask says yes, -1e9 where not. */
function added(c: LayerCall, mask: ValueId): ValueId {
  return c.e.op('Where', [mask, c.e.float(0), c.e.float(HIDDEN)]);
}

/** [query, value] or [query, value, key] in a list; scores by `score`, then the weighted sum of the values. */
const dotAttention =
  (score: (c: LayerCall, q: Held, k: Held) => ValueId): Lowering =>
  (c) => {
    const { e } = c;
    const [query, value, key = value] =
      heldsIn(c.given.args[0] ?? null).length > 1 ? heldsIn(c.given.args[0]!) : c.inputs;
    if (!query || !value) return c.refuse('it is called without a value');
    if (c.rank(query) !== 3) c.refuse('only tensors of [batch, length, features] are converted');
    const scores = score(c, query, key!);
    const masks = givenMasks(c, query, value);
    const hidden: ValueId[] = masks.value ? [e.unsqueeze(bool(c, masks.value), [1])] : [];
    if (c.flag('causal') || argumentFlag(c, 'use_causal_mask')) hidden.push(causal(c, query, value));
    const mask = joined(c, hidden);
    const weights = e.op('Softmax', [mask === null ? scores : e.op('Add', [scores, added(c, mask)])], { axis: -1 });
    let y = e.op('MatMul', [weights, c.natural(value)]);
    if (masks.query) y = e.op('Mul', [y, e.unsqueeze(e.op('Cast', [c.natural(masks.query)], { to: 1 }), [2])]);
    const result = c.keep(y, 'natural', masks.query);
    return argumentFlag(c, 'return_attention_scores') ? [result, c.keep(weights)] : result;
  };

function givenMasks(c: LayerCall, query: Held, value: Held): { query: Held | null; value: Held | null } {
  const list = givenList(c.given.kwargs['mask']);
  if (!list) return { query: query.mask, value: value.mask };
  const [q, v] = list;
  return { query: isHeld(q) ? q : null, value: isHeld(v) ? v : null };
}

/** q · kᵀ, times a scale that was learnt; or summed tanh(q + k) times a weight. */
const attention = dotAttention((c, q, k) => {
  const { e } = c;
  if (c.text('score_mode', 'dot') === 'concat') return concatScores(c, q, k);
  const scores = e.op('MatMul', [c.natural(q), e.transpose(c.natural(k), [0, 2, 1])]);
  return c.has('scale') ? e.op('Mul', [scores, c.weight('scale').constant()]) : scores;
});

function concatScores(c: LayerCall, q: Held, k: Held): ValueId {
  const { e } = c;
  let sum = e.op('Add', [e.unsqueeze(c.natural(q), [2]), e.unsqueeze(c.natural(k), [1])]);
  if (c.has('scale')) sum = e.op('Mul', [sum, c.weight('scale').constant()]);
  const scores = e.reduce('ReduceSum', e.op('Tanh', [sum]), [-1], false);
  return e.op('Mul', [scores, c.weight('concat_score_weight').constant()]);
}

/** Σ scale · tanh(q + k) */
const additive = dotAttention((c, q, k) => {
  const { e } = c;
  const sum = e.op('Tanh', [e.op('Add', [e.unsqueeze(c.natural(q), [2]), e.unsqueeze(c.natural(k), [1])])]);
  if (!c.has('scale')) return e.reduce('ReduceSum', sum, [-1], false);
  return e.reduce('ReduceSum', e.op('Mul', [sum, c.weight('scale').constant()]), [-1], false);
});

/** Heads of keys and values that serve several heads of queries: each is repeated for the queries that follow it. */
const groupedQuery: Lowering = (c) => {
  const { e } = c;
  const { query, value, key } = attentionInputs(c);
  if (c.rank(query) !== 3) c.refuse('only tensors of [batch, length, features] are converted');
  if (c.flag('use_gate')) c.refuse('its gate is not converted');
  if (isSet(c.config['sliding_window'])) c.refuse('its sliding_window is not converted');
  const { dims } = c.weight('query_dense/kernel', 3);
  const times = dims[1]! / c.weight('key_dense/kernel', 3).dims[1]!;
  const q = e.op('Mul', [project(c, query, 'query_dense'), e.float(1 / Math.sqrt(dims[2]!))]);
  const k = repeatHeads(c, project(c, key, 'key_dense'), times);
  const v = repeatHeads(c, project(c, value, 'value_dense'), times);
  const scores = e.op('MatMul', [q, e.transpose(k, [0, 1, 3, 2])]);
  const shown = argumentFlag(c, 'return_attention_scores');
  const weights = shares(c, scores, joined(c, multiHeadMasks(c, { query, value, key })), shown);
  const y = output(c, e.transpose(e.op('MatMul', [weights, v]), [0, 2, 1, 3]));
  return shown ? [c.keep(y, 'natural', query.mask), c.keep(weights)] : c.keep(y, 'natural', query.mask);
};

/** [batch, heads, length, size] with every head `times` times in a row. */
function repeatHeads(c: LayerCall, x: ValueId, times: number): ValueId {
  if (times === 1) return x;
  const heads = c.e.dims(x)?.[1];
  if (typeof heads !== 'number' || !Number.isInteger(times)) return c.refuse('its heads do not fit each other');
  const order = range(0, heads * times).map((i) => Math.floor(i / times));
  return c.e.op('Gather', [x, c.e.ints(order)], { axis: 1 });
}

export const ATTENTION: Readonly<Record<string, Lowering>> = {
  MultiHeadAttention: multiHead,
  GroupQueryAttention: groupedQuery,
  GroupedQueryAttention: groupedQuery,
  Attention: attention,
  AdditiveAttention: additive,
};
