/** Equal computations and equal constants are kept once. */
import type { Attribute } from '../../graph-model/core/attributes.ts';
import { bodiesOf } from '../../graph-model/core/attributes.ts';
import { Draft, label } from '../../graph-model/core/draft.ts';
import { normalDomain, type Model, type Node, type ValueId } from '../../graph-model/core/model.ts';
import { readBytes, sliceBytes } from '../../graph-model/core/bytes.ts';
import { storedByteLength, type Tensor } from '../../graph-model/core/tensor.ts';
import { graphsWithin } from '../../graph-model/core/traverse.ts';
import type { JobContext } from '../../graph-model/job.ts';
import { inputsOf, isGraphOutput, refusalToReplace, replaceValue } from '../engine/edits.ts';
import { Refusals } from '../engine/refusals.ts';
import { isRandom } from '../engine/traits.ts';
import type { Applied, Pass } from '../rule.ts';

export const SHARE: Pass = {
  id: 'share',
  label: 'Shared computations',
  summary: 'Equal nodes with equal inputs, and initializers with equal bytes, are kept once.',
  defaults: {},
  run: async (model, _options, _host, job) => {
    const draft = new Draft(model);
    const applied = await shareConstants(draft, model, job);
    const refusals = new Refusals();
    const roots = [model.main, ...model.functions.map((f) => f.graph)];
    for (const root of roots) {
      for (const graph of graphsWithin(model, root)) {
        job.signal.throwIfAborted();
        applied.push(
          ...shareNodes(
            draft,
            graph.order.map((id) => model.nodes.at(id)),
            refusals,
          ),
        );
      }
    }
    const after = applied.length === 0 ? model : draft.commit('Share equal computations').after;
    return { after, applied, refused: refusals.list() };
  },
};

/** Nodes in execution order, so that the first of equals stands before the readers of the others. */
function shareNodes(draft: Draft, nodes: readonly Node[], refusals: Refusals): Applied[] {
  const first = new Map<string, Node>();
  const applied: Applied[] = [];
  for (const { id } of nodes) {
    if (!draft.hasNode(id)) continue;
    const node = draft.node(id);
    if (bodiesOf(node).length > 0 || isRandom(node) || node.outputs.length === 0) continue;
    const key = keyOf(node);
    const twin = first.get(key);
    if (!twin || !draft.hasNode(twin.id)) first.set(key, node);
    else {
      const why = join(draft, node, draft.node(twin.id));
      if (why !== null) refusals.add('share', label(node), node.id, why);
      else applied.push({ by: 'share', place: `${label(node)} = ${label(twin)}`, removed: [node.id], added: [] });
    }
  }
  return applied;
}

/** Gives the readers of `node` what `twin` makes; gives the reason where that cannot be. */
function join(draft: Draft, node: Node, twin: Node): string | null {
  const pairs = node.outputs.flatMap((v, i) => {
    const by = twin.outputs[i] ?? null;
    return v === null || by === null ? [] : ([[v, by]] as const);
  });
  for (const [v, by] of pairs) {
    const why = refusalToReplace(draft, v, by);
    if (why !== null) return why;
  }
  for (const [v, by] of pairs) if (draft.uses(v).length > 0) replaceFrom(draft, v, by);
  draft.removeNode(node.id);
  return null;
}

function replaceFrom(draft: Draft, v: ValueId, by: ValueId): void {
  if (draft.uses(by).length > 0 || isGraphOutput(draft, v)) replaceValue(draft, v, by);
  else draft.replaceUses(v, by);
}

/** Equal for nodes that compute the same: operator, inputs, attributes by value, and which outputs there are. */
export function keyOf(node: Node): string {
  const attributes = [...node.attributes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([n, a]) => `${n}=${attributeKey(a)}`);
  const outputs = node.outputs.map((v) => (v === null ? '-' : '+')).join('');
  return [normalDomain(node.domain), node.op, node.overload, node.inputs.join(','), outputs, ...attributes].join('|');
}

function attributeKey(a: Attribute): string {
  switch (a.kind) {
    case 'tensor':
      return tensorKey(a.value);
    case 'floats':
    case 'ints':
      return `${a.kind}:${a.value.join(',')}`;
    case 'float':
      return `float:${Object.is(a.value, -0) ? '-0' : a.value}`;
    case 'int':
      return `int:${a.value}`;
    case 'string':
      return `string:${JSON.stringify(a.value)}${a.raw ? `:${a.raw.join()}` : ''}`;
    case 'strings':
      return `strings:${JSON.stringify(a.value)}${a.raw ? `:${a.raw.map((r) => r.join()).join(';')}` : ''}`;
    case 'reference':
      return `@${a.name}`;
    default:
      // Tensors in lists, types, sparse tensors: rare enough to count as different.
      return `unique:${unique(a)}`;
  }
}

const numbers = new WeakMap<object, number>();
let last = 0;
function unique(object: object): number {
  let n = numbers.get(object);
  if (n === undefined) numbers.set(object, (n = ++last));
  return n;
}

function tensorKey(t: Tensor): string {
  if (t.data.kind !== 'bytes' || t.data.bytes.length > 4096) return `unique:${unique(t)}`;
  return `${t.dtype}[${t.dims.join()}]${t.storage}:${t.data.bytes.join()}`;
}

/** Bytes of constants that are compared at a time, so that no more is held in memory. */
const COMPARE_LIMIT = 64 * 2 ** 20;

async function shareConstants(draft: Draft, model: Model, job: JobContext): Promise<Applied[]> {
  const groups = new Map<string, ValueId[]>();
  for (const value of model.values.values()) {
    const t = value.constant;
    if (!t || inputsOf(draft, value.graph).has(value.id) || isGraphOutput(draft, value.id)) continue;
    if (t.data.kind === 'missing' || storedByteLength(t) > COMPARE_LIMIT) continue;
    const key = `${value.graph}|${t.dtype}|${t.dims.join()}|${t.storage === 'external' ? 'raw_data' : t.storage}|${storedByteLength(t)}`;
    groups.set(key, [...(groups.get(key) ?? []), value.id]);
  }
  const applied: Applied[] = [];
  for (const group of groups.values()) if (group.length > 1) applied.push(...(await shareGroup(draft, group, job)));
  return applied;
}

/** Heads tell most weights apart, so that few are read whole. */
const HEAD_BYTES = 4096;

async function shareGroup(draft: Draft, group: readonly ValueId[], job: JobContext): Promise<Applied[]> {
  const tensorOf = (id: ValueId) => draft.value(id).constant!;
  const applied: Applied[] = [];
  for (const near of await grouped(group, (id) => headHash(tensorOf(id), job))) {
    for (const ids of await grouped(near, (id) => fullHash(tensorOf(id), job))) {
      for (const id of ids.slice(1)) {
        if (!(await sameBytes(tensorOf(ids[0]!), tensorOf(id), job))) continue;
        const place = `${draft.value(id).name} = ${draft.value(ids[0]!).name}`;
        draft.replaceUses(id, ids[0]!);
        draft.removeValue(id);
        applied.push({ by: 'share', place, removed: [], added: [] });
      }
    }
  }
  return applied;
}

/** Groups of two and more with an equal key. */
async function grouped(ids: readonly ValueId[], key: (id: ValueId) => Promise<string>): Promise<ValueId[][]> {
  const groups = new Map<string, ValueId[]>();
  for (const id of ids) {
    const k = await key(id);
    groups.set(k, [...(groups.get(k) ?? []), id]);
  }
  return [...groups.values()].filter((g) => g.length > 1);
}

/** Tensors are immutable, so a hash holds for all rounds. */
const heads = new WeakMap<Tensor, string>();
const hashes = new WeakMap<Tensor, string>();

async function headHash(t: Tensor, job: JobContext): Promise<string> {
  const head = sliceBytes(t.data, 0, Math.min(HEAD_BYTES, storedByteLength(t)));
  return heads.get(t) ?? remember(heads, t, hashOf(await readBytes(head, job.signal)));
}

async function fullHash(t: Tensor, job: JobContext): Promise<string> {
  if (storedByteLength(t) <= HEAD_BYTES) return headHash(t, job);
  return hashes.get(t) ?? remember(hashes, t, hashOf(await readBytes(t.data, job.signal)));
}

function remember(cache: WeakMap<Tensor, string>, t: Tensor, hash: string): string {
  cache.set(t, hash);
  return hash;
}

async function sameBytes(a: Tensor, b: Tensor, job: JobContext): Promise<boolean> {
  const [left, right] = [await readBytes(a.data, job.signal), await readBytes(b.data, job.signal)];
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}

/** FNV-1a over the bytes, two lanes: only to find candidates, which are then compared. */
function hashOf(bytes: Uint8Array): string {
  let a = 0x811c9dc5;
  let b = 0x1b873593;
  for (let i = 0; i < bytes.length; i++) {
    a = Math.imul(a ^ bytes[i]!, 0x01000193);
    b = Math.imul(b ^ bytes[i]!, 0x5bd1e995) + i;
  }
  return `${a >>> 0}:${b >>> 0}`;
}
