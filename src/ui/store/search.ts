/** Searching the model: the query, what it found, and which of the hits one is at. */
import type { Model, NodeId, ValueId } from '../../graph-model/core/model.ts';
import { search, type SearchResult } from '../../graph-model/search.ts';
import { isShown } from './shown.ts';
import type { SearchSlice, State } from './state.ts';
import type { Get, SetState } from './slice.ts';

/** Above this many nodes the search waits for a pause in the typing, so that no key press is held up. */
const AT_ONCE = 20_000;
const PAUSE_MS = 90;

export type Hit =
  { readonly kind: 'node'; readonly node: NodeId } | { readonly kind: 'value'; readonly value: ValueId };

export function searchSlice(set: SetState, get: Get): SearchSlice {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    query: '',
    sought: '',
    hitAt: -1,
    setQuery: (query) => {
      clearTimeout(timer);
      set({ query });
      const seek = () => set({ sought: get().query.trim(), hitAt: -1 });
      if (query.trim() === '' || (get().model?.nodes.size ?? 0) <= AT_ONCE) seek();
      else timer = setTimeout(seek, PAUSE_MS);
    },
    stepHit: (step) => {
      clearTimeout(timer);
      if (get().sought !== get().query.trim()) set({ sought: get().query.trim(), hitAt: -1 });
      const hits = hitsOf(get());
      if (hits.length === 0) return;
      goToHit(set, get, nextHit(get(), hits, step));
    },
    goToHit: (at) => goToHit(set, get, at),
  };
}

/** From the hit one is at; where one is at none, from the selection, so that the search goes on from there. */
function nextHit({ hitAt, selected }: State, hits: readonly Hit[], step: 1 | -1): number {
  if (hitAt >= 0) return (hitAt + step + hits.length) % hits.length;
  const chosen = hits.findIndex((h) => h.kind === 'node' && selected.has(h.node));
  if (chosen >= 0 && selected.size === 1) return (chosen + step + hits.length) % hits.length;
  return step > 0 ? 0 : hits.length - 1;
}

function goToHit(set: SetState, get: Get, at: number): void {
  const state = get();
  const hits = hitsOf(state);
  const hit = hits[at];
  if (hit === undefined || state.model === null) return;
  set({ hitAt: at, announcement: `Hit ${at + 1} of ${hits.length}: ${hitName(state.model, hit)}.` });
  const nodes = nodesOfHit(state.model, hit);
  const graph = nodes[0] === undefined ? null : state.model.nodes.at(nodes[0]).graph;
  if (graph !== null && !isShown(state, graph)) state.enter(graph);
  if (hit.kind === 'node') state.select([hit.node]);
  else state.select([], hit.value);
  if (nodes.length > 0) state.ask({ kind: 'reveal', nodes });
}

function hitName(model: Model, hit: Hit): string {
  if (hit.kind === 'value') return model.values.at(hit.value).name;
  const { op, name } = model.nodes.at(hit.node);
  return name === '' ? op : `${op} ${name}`;
}

/** Where a hit is seen: a node itself; a weight or input at the nodes that read it. */
export function nodesOfHit(model: Model, hit: Hit): NodeId[] {
  if (hit.kind === 'node') return [hit.node];
  const uses = model.uses.get(hit.value) ?? [];
  return [...new Set(uses.flatMap((u) => u.node ?? []))];
}

const NOTHING: SearchResult = { nodes: [], values: [], problem: null };

interface Kept {
  readonly model: Model | null;
  readonly types: State['types'];
  readonly sought: string;
  readonly result: SearchResult;
  readonly hits: readonly Hit[];
}
let kept: Kept = { model: null, types: new Map(), sought: '', result: NOTHING, hits: [] };

/** What the query finds in the model as it stands; worked out once however many ask. */
function keptFor({ model, types, sought }: Pick<State, 'model' | 'types' | 'sought'>): Kept {
  if (kept.model === model && kept.types === types && kept.sought === sought) return kept;
  const result =
    model === null || sought === ''
      ? NOTHING
      : search(model, sought, (id) => types.get(id) ?? model.values.get(id)?.type ?? null);
  const hits: Hit[] = result.nodes.map((node) => ({ kind: 'node', node }));
  for (const value of result.values) hits.push({ kind: 'value', value });
  kept = { model, types, sought, result, hits };
  return kept;
}

export const searchResult = (state: Pick<State, 'model' | 'types' | 'sought'>): SearchResult => keptFor(state).result;

/** Nodes in the order of the file, then inputs and initializers. */
export const hitsOf = (state: Pick<State, 'model' | 'types' | 'sought'>): readonly Hit[] => keptFor(state).hits;
