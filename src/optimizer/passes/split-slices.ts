/** Slices that cut a value into neighbouring parts are one Split. */
import { attributes } from '../../graph-model/core/attributes.ts';
import { Draft } from '../../graph-model/core/draft.ts';
import {
  opsetsOf,
  opsetVersion,
  type Graph,
  type Model,
  type Node,
  type ValueId,
} from '../../graph-model/core/model.ts';
import { int64Tensor, toNumbers } from '../../graph-model/core/tensor.ts';
import { graphsWithin } from '../../graph-model/core/traverse.ts';
import { readSmallConstants, smallElements } from '../engine/constants.ts';
import { inputsOf, placeOf, replaceValue, sweep } from '../engine/edits.ts';
import type { Applied, Pass, PassTypes } from '../rule.ts';

export const SPLIT_SLICES: Pass = {
  id: 'split-slices',
  label: 'Slices to Split',
  summary: 'Slices that together take a value apart along one axis become one Split.',
  defaults: {},
  run: async (model, _options, host, job) => {
    await readSmallConstants(model, job.signal);
    const draft = new Draft(model);
    const types = host.types(model);
    const applied: Applied[] = [];
    for (const graph of graphsWithin(model, model.main)) {
      job.signal.throwIfAborted();
      // Up to opset 12 the sizes are an attribute; such files have other passes to go through first.
      if ((opsetVersion(opsetsOf(model, graph.id), '') ?? 0) >= 13)
        applied.push(...splitIn(draft, model, graph, types));
    }
    const after = applied.length === 0 ? model : draft.commit('Split instead of Slices').after;
    return { after, applied, refused: [] };
  },
};

interface Part {
  readonly node: Node;
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

function splitIn(draft: Draft, model: Model, graph: Graph, types: PassTypes): Applied[] {
  const groups = new Map<string, Part[]>();
  for (const id of graph.order) {
    const node = model.nodes.at(id);
    const part = node.op === 'Slice' ? partOf(draft, node, types) : null;
    if (!part) continue;
    const key = `${node.inputs[0]}@${part.axis}`;
    groups.set(key, [...(groups.get(key) ?? []), part]);
  }
  const applied: Applied[] = [];
  for (const parts of groups.values()) {
    const length = lengthOf(types, parts[0]!.node.inputs[0]!, parts[0]!.axis);
    parts.sort((a, b) => a.start - b.start);
    if (parts.length > 1 && length !== null && coversAll(parts, length)) applied.push(split(draft, graph, parts));
  }
  return applied;
}

/** A Slice of one axis in steps of one with fixed bounds. */
function partOf(draft: Draft, node: Node, types: PassTypes): Part | null {
  const numbers = (v: ValueId | null) => (v === null ? null : fixedNumbers(draft, v));
  const [data = null, s = null, e = null, a = null, t = null] = node.inputs;
  const [starts, ends, axes, steps] = [numbers(s), numbers(e), numbers(a), numbers(t)];
  if (data === null || starts?.length !== 1 || ends?.length !== 1 || (a !== null && axes?.length !== 1)) return null;
  if (t !== null && steps?.[0] !== 1) return null;
  const type = types.typeOf(data);
  const rank = type?.kind === 'tensor' ? (type.shape?.length ?? null) : null;
  if (rank === null) return null;
  const axis = axes ? (axes[0]! < 0 ? axes[0]! + rank : axes[0]!) : 0;
  const length = lengthOf(types, data, axis);
  if (length === null) return null;
  const clamp = (n: number) => Math.min(length, Math.max(0, n < 0 ? n + length : n));
  return { node, axis, start: clamp(starts[0]!), end: clamp(ends[0]!) };
}

function fixedNumbers(draft: Draft, id: ValueId): number[] | null {
  const value = draft.value(id);
  if (!value.constant || inputsOf(draft, value.graph).has(id)) return null;
  const dense = smallElements(value.constant);
  return dense ? Array.from(toNumbers(dense)) : null;
}

function lengthOf(types: PassTypes, value: ValueId, axis: number): number | null {
  const type = types.typeOf(value);
  const d = type?.kind === 'tensor' ? type.shape?.[axis] : null;
  return typeof d === 'number' ? d : null;
}

function coversAll(parts: readonly Part[], length: number): boolean {
  let at = 0;
  for (const p of parts) {
    if (p.start !== at || p.end <= p.start) return false;
    at = p.end;
  }
  return at === length;
}

function split(draft: Draft, graph: Graph, parts: readonly Part[]): Applied {
  const first = parts[0]!.node;
  const place = placeOf(
    draft,
    parts.map((p) => p.node.id),
  );
  const sizes = draft.constant(graph.id, int64Tensor(parts.map((p) => p.end - p.start)));
  const node = draft.addNode(graph.id, {
    op: 'Split',
    name: first.name,
    inputs: [first.inputs[0]!, sizes],
    outputs: parts.length,
    attributes: attributes({ axis: parts[0]!.axis }),
    origin: { dialect: 'onnx', op: 'Slice', name: first.name, by: 'split-slices' },
  });
  // Moving an output leaves the node's record behind, so each is looked up anew.
  parts.forEach((p, i) => replaceValue(draft, p.node.outputs[0]!, draft.node(node.id).outputs[i]!));
  const removed = sweep(
    draft,
    parts.map((p) => p.node.id),
  );
  return { by: 'split-slices', place, removed, added: [node.id] };
}
