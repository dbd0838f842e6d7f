/**
 * Which tensor of the checkpoint each variable of a graph is. The graph's own restoring says it: RestoreV2 reads keys, and
 * what it gives is assigned to variables, in the main graph or in a function that is called with their handles.
 */
import { tensorAtHand, type Tensor } from '../../../graph-model/core/tensor.ts';
import { WireReader } from '../../containers/protobuf/wire-reader.ts';
import type { Checkpoint } from './bundle.ts';
import type { TfGraph, TfNode } from './records.ts';
import { parseSliceSpec, type Slice } from './slice.ts';
import { message, text, walk } from './walk.ts';

const VARIABLE = /^(Variable|VariableV2|VarHandleOp|TemporaryVariable|AutoReloadVariable)$/;
const OBJECT_GRAPH = '_CHECKPOINTABLE_OBJECT_GRAPH';

export const isVariable = (node: Pick<TfNode, 'op'>) => VARIABLE.test(node.op);

/** Where a variable's value lies in a checkpoint. */
interface Place {
  readonly key: string;
  readonly slice: Slice | null;
}

/** The values that a checkpoint has for the variables of the main graph, by the name of their node. */
export async function variablesOf(
  graph: TfGraph,
  checkpoint: Checkpoint,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Tensor>> {
  const variables = graph.nodes.filter(isVariable);
  const restored = restoredPlaces(graph);
  const objects = await objectKeys(checkpoint, signal);
  const out = new Map<string, Tensor>();
  for (const node of variables) {
    const place = restored.get(node.name) ?? named(node, checkpoint, objects);
    const tensor = place && (await checkpoint.tensor(place.key, place.slice, signal));
    if (tensor) out.set(node.name, tensor);
  }
  return out;
}

/** By its own name, by the name it is shared under, or by the name that the object graph knows it by. */
function named(node: TfNode, checkpoint: Checkpoint, objects: ReadonlyMap<string, string>): Place | null {
  const shared = node.attrs.get('shared_name');
  const names = [node.name, ...(shared?.kind === 's' && shared.value !== '' ? [shared.value] : [])];
  for (const name of names) {
    for (const key of [name, objects.get(name), `${name}/.ATTRIBUTES/VARIABLE_VALUE`]) {
      if (key !== undefined && checkpoint.describe(key)) return { key, slice: null };
    }
  }
  return null;
}

// ---- what the graph restores

function restoredPlaces(graph: TfGraph): ReadonlyMap<string, Place> {
  const out = new Map<string, Place>();
  for (const [target, place] of assigned(graph.nodes)) out.set(target, place);
  const restoring = new Map(graph.functions.map((f) => [f.name, f]));
  for (const node of graph.nodes) {
    const f = node.attrs.get('f');
    const called = f?.kind === 'func' ? restoring.get(f.value) : undefined;
    if (!called) continue;
    const args = new Map(called.inputs.map((a, i) => [a.name, i]));
    for (const [target, place] of assigned(called.nodes)) {
      const from = node.inputs[args.get(target) ?? -1];
      if (from !== undefined) out.set(nodeOf(from), place);
    }
  }
  return out;
}

const nodeOf = (input: string) => input.replace(/^\^/, '').split(':')[0]!;
const PASSING = /^(Identity|RefIdentity|Cast|Enter)$/;

/** What each Assign gives a value of a RestoreV2 to. */
function assigned(nodes: readonly TfNode[]): Map<string, Place> {
  const out = new Map<string, Place>();
  if (!nodes.some((n) => n.op.startsWith('Restore'))) return out;
  const byName = new Map(nodes.map((n) => [n.name, n]));
  for (const node of nodes) {
    if (node.op !== 'Assign' && node.op !== 'AssignVariableOp') continue;
    const [target, value] = node.inputs;
    const place = value === undefined ? null : restoredBy(value, byName);
    if (target !== undefined && place) out.set(passed(target, byName), place);
  }
  return out;
}

/** The node behind those that only pass on. */
function passed(input: string, byName: ReadonlyMap<string, TfNode>): string {
  let name = nodeOf(input);
  for (let n = 0; n < 20; n++) {
    const node = byName.get(name);
    if (!node || !PASSING.test(node.op) || node.inputs[0] === undefined) break;
    name = nodeOf(node.inputs[0]);
  }
  return name;
}

function restoredBy(input: string, byName: ReadonlyMap<string, TfNode>): Place | null {
  let at = input;
  for (let n = 0; n < 20; n++) {
    const node = byName.get(nodeOf(at));
    if (!node) return null;
    if (node.op === 'RestoreV2' || node.op === 'Restore' || node.op === 'RestoreSlice') {
      return placeOf(node, Number(at.split(':').pop() ?? 0) || 0, byName);
    }
    // In a function IdentityN passes many; the index is the last part of the reference.
    const next = node.op === 'IdentityN' ? node.inputs[Number(at.split(':').pop())] : node.inputs[0];
    if (!/^(Identity|IdentityN|Cast|Reshape)$/.test(node.op) || next === undefined) return null;
    at = next;
  }
  return null;
}

function placeOf(node: TfNode, index: number, byName: ReadonlyMap<string, TfNode>): Place | null {
  const key = stringsOf(byName.get(nodeOf(node.inputs[1] ?? '')))[index];
  const spec = stringsOf(byName.get(nodeOf(node.inputs[2] ?? '')))[index];
  return key === undefined ? null : { key, slice: spec ? parseSliceSpec(spec) : null };
}

/** The key that an output of a RestoreV2 among these nodes reads; null where it is not said. */
export function restoredKey(nodes: readonly TfNode[], node: TfNode, index: number): string | null {
  return placeOf(node, index, new Map(nodes.map((n) => [n.name, n])))?.key ?? null;
}

function stringsOf(node: TfNode | undefined): readonly string[] {
  const value = node?.op === 'Const' ? node.attrs.get('value') : undefined;
  const dense = value?.kind === 'tensor' && value.value.dtype === 'string' ? tensorAtHand(value.value) : null;
  return dense ? (dense.values as readonly string[]) : [];
}

// ---- the object graph

/** TrackableObjectGraph: the keys of variables by their full names, those left out that two objects have. */
async function objectKeys(checkpoint: Checkpoint, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const [bytes] = (await checkpoint.strings(OBJECT_GRAPH, signal)) ?? [];
  const out = new Map<string, string>();
  if (!bytes) return out;
  const twice = new Set<string>();
  const r = new WireReader(checkpoint.file, bytes, bytes.length);
  r.enter('the object graph');
  const attribute = (end: number) => {
    let name = '';
    let key = '';
    walk(r, message(r, end), { 2: (e) => (name = text(r, e)), 3: (e) => (key = text(r, e)) });
    if (out.has(name)) twice.add(name);
    if (name !== '') out.set(name, key);
  };
  walk(r, r.size, { 1: (end) => walk(r, message(r, end), { 2: attribute }) });
  for (const name of twice) out.delete(name);
  return out;
}
