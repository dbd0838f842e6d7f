/** Attention layers. Formulas: keras.layers of the same names. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { flag } from '../json.ts';
import { givenList, isHeld, type LayerCall, type Lowering } from './call.ts';
import { heldsIn } from './recurrent.ts';
import type { Held } from '../../../graph-model/builders/axis-orders.ts';

/** What Keras adds to the scores of what must not be seen. */
const HIDDEN = -1e9;
/** What Keras 3 puts in their place, a share of the least float32. */
const REPLACED = -0.7 * 3.4028234663852886e38;

/** [batch, length, in] by a kernel [in, heads, size] as [batch, heads, length, size]. */
function project(c: LayerCall, t: Held, part: string): ValueId {
  const { e } = c;
  const { dims } = c.weight(`${part}/kernel`, 3);
  const [width, heads, size] = [dims[0]!, dims[1]!, dims[2]!];
  let y = e.op('MatMul', [c.natural(t), c.permuted(`${part}/kernel`, [0, 1, 2], [width, heads * size])]);
  if (c.has(`${part}/bias`)) y = e.op('Add', [y, c.permuted(`${part}/bias`, [0, 1], [heads * size])]);
  return e.transpose(e.reshape(y, [0, 0, heads, size]), [0, 2, 1, 3]);
}

/** Queries see values; the causal mask hides the later ones. All masks are joined by "and" into [batch, 1, T, S]. */
const multiHead: Lowering = (c) => {
  const { e } = c;
  const { query, value, key, extra } = attentionInputs(c);
  if (extra > 0 || c.rank(query) !== 3) c.refuse('only tensors of [batch, length, features] are converted');
  if (c.numbers('attention_axes')?.some((a) => a !== 1)) c.refuse('its attention_axes are not converted');
  if (c.config['use_gate'] === 1) c.refuse('its gate is not converted');
  const size = c.weight('query_dense/kernel', 3).dims[2]!;
  const [q, k, v] = [project(c, query, 'query_dense'), project(c, key, 'key_dense'), project(c, value, 'value_dense')];
  const scaled = e.op('Mul', [q, e.float(1 / Math.sqrt(size))]);
  const scores = e.op('MatMul', [scaled, e.transpose(k, [0, 1, 3, 2])]);
  const mask = joined(c, multiHeadMasks(c, { query, value, key }));
  const shown = flag(argumentFlag(c, 'return_attention_scores'), false);
  const weights = e.op('Softmax', [hide(c, scores, mask, shown)], { axis: -1 });
  const seen = e.transpose(e.op('MatMul', [weights, v]), [0, 2, 1, 3]);
  const y = output(c, seen);
  return shown ? [c.keep(y, 'natural', query.mask), c.keep(weights)] : c.keep(y, 'natural', query.mask);
};

function output(c: LayerCall, seen: ValueId): ValueId {
  const { e } = c;
  const { dims } = c.weight('output_dense/kernel');
  if (dims.length !== 3) c.refuse('an output_shape of several dimensions is not converted');
  const [heads, size, width] = [dims[0]!, dims[1]!, dims[2]!];
  const kernel = c.permuted('output_dense/kernel', [0, 1, 2], [heads * size, width]);
  const y = e.op('MatMul', [e.reshape(seen, [0, 0, heads * size]), kernel]);
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
  const [from, to] = [c.length(1, query), c.length(1, value)];
  const ones = e.numbers(
    'uint8',
    new Array<number>(from * to).fill(0).map((_, i) => Number(i % to <= Math.floor(i / to))),
    [from, to],
  );
  return e.op('Cast', [ones], { to: 9 });
}

/** Keras 3 replaces hidden scores where its fused product is used, and adds to them where it is not. */
function hide(c: LayerCall, scores: ValueId, mask: ValueId | null, shown: boolean): ValueId {
  const { e } = c;
  if (mask === null) return scores;
  const fused = c.keras >= 3 && !shown && c.number('dropout', 0) === 0;
  if (fused) return e.op('Where', [mask, scores, e.float(REPLACED)]);
  return e.op('Add', [scores, added(c, mask)]);
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

export const ATTENTION: Readonly<Record<string, Lowering>> = {
  MultiHeadAttention: multiHead,
  Attention: attention,
  AdditiveAttention: additive,
};
