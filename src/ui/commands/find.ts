/** What the palette lists for a query: commands by word beginnings, then nodes of the model. */
import { label } from '../../graph-model/core/draft.ts';
import type { Model, Node, NodeId, ValueId } from '../../graph-model/core/model.ts';
import type { ValueType } from '../../graph-model/core/types.ts';
import { search } from '../../graph-model/search.ts';
import type { Command } from './command.ts';

/** Every word of the query begins a word of the command's label, group or extra words; labels that fit best first. */
export function findCommands(commands: readonly Command[], query: string): readonly Command[] {
  const wanted = words(query);
  if (wanted.length === 0) return commands;
  const scored = commands.map((c) => ({ c, score: score(c, wanted) })).filter((s) => s.score > 0);
  return scored.sort((a, b) => b.score - a.score).map((s) => s.c);
}

function score(command: Command, wanted: readonly string[]): number {
  const inLabel = words(command.label);
  const others = [...words(command.group), ...words(command.words ?? '')];
  let total = 0;
  for (const word of wanted) {
    const at = inLabel.findIndex((w) => w.startsWith(word));
    if (at >= 0) total += at === 0 ? 3 : 2;
    else if (others.some((w) => w.startsWith(word))) total += 1;
    else return 0;
  }
  return total;
}

const words = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}?+]+/u)
    .filter(Boolean);

export interface FoundNode {
  readonly id: NodeId;
  readonly op: string;
  readonly name: string;
  readonly domain: string;
}

export interface FoundNodes {
  readonly nodes: readonly FoundNode[];
  /** How many there are in all. */
  readonly total: number;
}

/** Nodes by the search language of the outline, the first `most` of them. */
export function findNodes(model: Model, types: ReadonlyMap<ValueId, ValueType>, query: string, most = 40): FoundNodes {
  if (query.trim() === '') return { nodes: [], total: 0 };
  const { nodes } = search(model, query, (id) => types.get(id) ?? model.values.get(id)?.type ?? null);
  return { nodes: nodes.slice(0, most).map((id) => found(model.nodes.at(id))), total: nodes.length };
}

const found = (node: Node): FoundNode => ({
  id: node.id,
  op: node.op,
  name: node.name || label(node),
  domain: node.domain,
});
