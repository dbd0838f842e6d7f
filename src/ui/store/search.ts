/** Searching the model: the query, what it found, and which of the hits one is at. */
import type { Model, NodeId, ValueId } from '../../graph-model/core/model.ts';
import { search, searchSteps, type SearchResult, type TypeOf } from '../../graph-model/search.ts';
import { isShown } from './shown.ts';
import type { SearchSlice, State } from './state.ts';
import type { Get, SetState } from './slice.ts';

/** Above this many nodes a search runs in slices, between which the page takes the next key. */
const AT_ONCE = 20_000;
const SLICE_MS = 8;

export type Hit =
  { readonly kind: 'node'; readonly node: NodeId } | { readonly kind: 'value'; readonly value: ValueId };

export function searchSlice(set: SetState, get: Get): SearchSlice {
  let stop = () => {};
  return {
    query: '',
    sought: '',
    hitAt: -1,
    setQuery: (query) => {
      stop();
      set({ query });
      const sought = query.trim();
      const seek = () => set({ sought, hitAt: -1 });
      if (sought === '' || (get().model?.nodes.size ?? 0) <= AT_ONCE) seek();
      else stop = seekInSlices(get, sought, seek);
    },
    stepHit: (step) => {
      stop();
      if (get().sought !== get().query.trim()) set({ sought: get().query.trim(), hitAt: -1 });
      const hits = hitsOf(get());
      if (hits.length === 0) return;
      goToHit(set, get, nextHit(get(), hits, step));
    },
    goToHit: (at) => goToHit(set, get, at),
  };
}

/** Finds what the query finds, then calls `done`, unless the function given back was called. */
function seekInSlices(get: Get, sought: string, done: () => void): () => void {
  const { model, types } = get();
  const steps = searchSteps(model!, sought, typesOf({ model: model!, types }));
  const slice = () => {
    for (const start = performance.now(); performance.now() - start < SLICE_MS;) {
      const step = steps.next();
      if (!step.done) continue;
      kept = { model, types, sought, hits: new Hits(step.value) };
      return done();
    }
    timer = setTimeout(slice);
  };
  let timer = setTimeout(slice);
  return () => clearTimeout(timer);
}

/** From the hit one is at; where one is at none, from the selection, so that the search goes on from there. */
function nextHit({ hitAt, selected }: State, hits: Hits, step: 1 | -1): number {
  const [only] = selected;
  const chosen = only === undefined || selected.size > 1 ? -1 : hits.result.nodes.indexOf(only);
  const from = hitAt >= 0 ? hitAt : chosen;
  if (from >= 0) return (from + step + hits.length) % hits.length;
  return step > 0 ? 0 : hits.length - 1;
}

function goToHit(set: SetState, get: Get, at: number): void {
  const state = get();
  const hits = hitsOf(state);
  const hit = hits.at(at);
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

/** What a search found as one list: nodes in the order of the file, then inputs and initializers. */
export class Hits {
  constructor(readonly result: SearchResult) {}

  get length(): number {
    return this.result.nodes.length + this.result.values.length;
  }

  at(index: number): Hit | undefined {
    const { nodes, values } = this.result;
    const node = nodes[index];
    if (node !== undefined) return { kind: 'node', node };
    const value = values[index - nodes.length];
    return value === undefined ? undefined : { kind: 'value', value };
  }
}

const NOTHING = new Hits({ nodes: [], values: [], problem: null });

type Asked = Pick<State, 'model' | 'types' | 'sought'>;

const typesOf =
  ({ model, types }: { model: Model; types: State['types'] }): TypeOf =>
  (id) =>
    types.get(id) ?? model.values.get(id)?.type ?? null;

let kept: Asked & { readonly hits: Hits } = { model: null, types: new Map(), sought: '', hits: NOTHING };

/** What the query finds in the model as it stands; worked out once however many ask. */
export function hitsOf({ model, types, sought }: Asked): Hits {
  if (kept.model === model && kept.types === types && kept.sought === sought) return kept.hits;
  const found = model === null || sought === '' ? NOTHING : new Hits(search(model, sought, typesOf({ model, types })));
  kept = { model, types, sought, hits: found };
  return found;
}

export const searchResult = (state: Asked): SearchResult => hitsOf(state).result;
