/** Following edges: dimming what is not on the path, and going to makers and readers. */
import type { Model, NodeId } from '../../graph-model/core/model.ts';
import { foldsAway } from '../../graph-view/face.ts';
import { ALL_THE_WAY, TRACES } from '../canvas/traces.ts';
import type { State } from '../store/state.ts';
import { hasModel, hasSelection, type Command } from './command.ts';

const follow = (steps: number, label: string): Command => ({
  id: `trace-${steps === ALL_THE_WAY ? 'all' : steps}`,
  label: steps === 0 ? 'Follow no path' : `Follow the path of the selection: ${label.toLowerCase()}`,
  group: 'View',
  icon: 'link',
  words: 'trace ancestors descendants dim highlight upstream downstream',
  enabled: hasModel,
  run: ({ store }) => store.getState().setView({ trace: steps }),
});

export const TRACE_COMMANDS: readonly Command[] = [
  {
    id: 'trace',
    label: 'Follow the path of the selection, or stop following',
    group: 'View',
    keys: ['P'],
    icon: 'link',
    words: 'trace ancestors descendants dim highlight upstream downstream',
    enabled: hasModel,
    run: ({ store }) => {
      const { trace, setView, announce } = store.getState();
      setView({ trace: trace === 0 ? ALL_THE_WAY : 0 });
      announce(trace === 0 ? 'The path of the selection stays, the rest is dimmed.' : 'Nothing is dimmed.');
    },
  },
  ...TRACES.map((t) => follow(t.steps, t.label)),
];

/** Nodes that make what some nodes read, or read what they make; constants are part of their readers. */
export function neighboursOf(model: Model, nodes: Iterable<NodeId>, side: 'makers' | 'readers'): NodeId[] {
  const start = new Set(nodes);
  const found = new Set<NodeId>();
  for (const id of start) {
    const { inputs, outputs } = model.nodes.at(id);
    const next =
      side === 'makers'
        ? inputs.map((v) => (v === null ? null : model.values.at(v).producer))
        : outputs.flatMap((v) => (v === null ? [] : (model.uses.get(v) ?? []).map((u) => u.node)));
    for (const n of next) if (n !== null && !start.has(n) && !foldsAway(model, model.nodes.at(n))) found.add(n);
  }
  return [...found];
}

const neighbours = (side: 'makers' | 'readers', label: string, keys: readonly string[]): Command => ({
  id: `select-${side}`,
  label,
  group: 'Go',
  keys,
  icon: side === 'makers' ? 'up' : 'down',
  words: 'producer consumer input output upstream downstream jump neighbours',
  enabled: hasSelection,
  run: ({ store }) => {
    const state: State = store.getState();
    const found = neighboursOf(state.model!, state.selected, side);
    if (found.length === 0) return state.announce(side === 'makers' ? 'Nothing is above it.' : 'Nothing is below it.');
    state.select(found);
    state.ask({ kind: 'reveal', nodes: found });
  },
});

export const NEIGHBOUR_COMMANDS: readonly Command[] = [
  neighbours('makers', 'Go to what makes the inputs', ['Mod+ArrowUp']),
  neighbours('readers', 'Go to what reads the outputs', ['Mod+ArrowDown']),
];
