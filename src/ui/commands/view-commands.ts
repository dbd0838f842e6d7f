import { formatCount } from '../../graph-model/format.ts';
import type { Diagnostic } from '../../graph-model/diagnostics.ts';
import type { NodeId } from '../../graph-model/core/model.ts';
import type { Services } from '../store/store.ts';
import type { State, PictureRequest, ViewRequest } from '../store/state.ts';
import { hasModel, hasSelection, oneSelected, type Command } from './command.ts';
import { groupTree } from '../../graph-model/groups/groups.ts';
import { collapseTo, toggleInside } from '../canvas/group-actions.ts';
import { OVERLAYS } from '../overlays/table.ts';
import { expandedAround, isShown } from '../store/shown.ts';
import { hitsOf } from '../store/search.ts';
import { NEIGHBOUR_COMMANDS, TRACE_COMMANDS } from './trace-commands.ts';
import { bodiesOf } from '../../graph-model/core/attributes.ts';
import { functionOf } from '../../graph-model/core/model.ts';

const FOLDS: readonly State['fold'][] = ['auto', 'on', 'off'];
const FOLD_WORDS = {
  auto: 'Very long graphs are set in columns.',
  on: 'Graphs longer than wide are set in columns.',
  off: 'Graphs are never set in columns.',
} as const;

const panel = (
  id: string,
  label: string,
  keys: string,
  flag: 'outlineOpen' | 'inspectorOpen' | 'bottomOpen',
  icon: Command['icon'],
): Command => ({
  id,
  label,
  group: 'View',
  keys: [keys],
  icon,
  words: 'panel show hide toggle',
  enabled: hasModel,
  run: ({ store }) => store.getState().setView({ [flag]: !store.getState()[flag] }),
});

const ask = (
  id: string,
  label: string,
  keys: readonly string[],
  kind: Exclude<ViewRequest['kind'], 'reveal' | 'picture'>,
  icon?: Command['icon'],
): Command => ({
  id,
  label,
  group: 'View',
  keys,
  ...(icon ? { icon } : {}),
  words: 'zoom',
  enabled: hasModel,
  run: ({ store }) => store.getState().ask({ kind }),
});

const theme = (id: 'system' | 'light' | 'dark', label: string, icon: Command['icon']): Command => ({
  id: `theme-${id}`,
  label,
  group: 'View',
  icon,
  words: 'theme colours dark light',
  run: ({ store }) => store.getState().setTheme(id),
});

const picture = (id: string, picture: PictureRequest, label: string, keys: readonly string[]): Command => ({
  id,
  label,
  group: 'View',
  keys,
  icon: 'download',
  words: 'export image screenshot print vector graph',
  enabled: hasModel,
  run: ({ store }) => store.getState().ask({ kind: 'picture', picture }),
});

const hasGroups = (state: State): true | string => {
  const open = hasModel(state);
  if (open !== true) return open;
  return groupTree(state.model!, state.scope ?? state.model!.main).groups.length > 0
    ? true
    : 'this graph has no groups';
};

const groupsTo = (id: string, label: string, depth: number): Command => ({
  id,
  label,
  group: 'View',
  icon: 'layers',
  words: 'scope hierarchy open close',
  enabled: hasGroups,
  run: ({ store }) => collapseTo(store.getState(), depth),
});

/** With nothing selected all are folded away. */
function toggleConstants({ selected, unfolded, setView }: State): void {
  const next = new Set(selected.size === 0 ? [] : unfolded);
  const open = [...selected].every((id) => unfolded.has(id));
  for (const id of selected) {
    if (open) next.delete(id);
    else next.add(id);
  }
  setView({ unfolded: next });
}

const labelOf = (s: State, id: string): string =>
  (OVERLAYS.find((o) => o.id === id)?.label ?? s.ownData.find((d) => d.id === id)?.title ?? id).toLowerCase();

export const VIEW_COMMANDS: readonly Command[] = [
  ask('fit', 'Show the whole graph', ['Shift+F'], 'fit', 'fit'),
  ask('fit-selection', 'Show the selection', ['F'], 'fit-selection', 'fit'),
  ask('zoom-in', 'Zoom in', ['+', '='], 'zoom-in', 'plus'),
  ask('zoom-out', 'Zoom out', ['-'], 'zoom-out', 'minus'),
  ask('actual-size', 'Actual size', ['0', 'Shift+Backspace'], 'actual-size'),
  ask('view-back', 'Back to where I looked before', ['Alt+ArrowLeft'], 'back', 'undo'),
  ask('view-forward', 'Forward to where I looked after', ['Alt+ArrowRight'], 'forward', 'redo'),
  {
    id: 'paths',
    label: 'Show all paths between the selected nodes',
    group: 'View',
    words: 'route way connect between dependency',
    enabled: (s) => (s.selected.size > 1 ? true : 'select two nodes first'),
    run: ({ store }) => store.getState().ask({ kind: 'paths' }),
  },
  picture('save-png', { format: 'png', part: 'whole', theme: 'page' }, 'Save the picture as PNG', ['Mod+Shift+E']),
  picture('save-svg', { format: 'svg', part: 'whole', theme: 'page' }, 'Save the picture as SVG', ['Mod+Alt+E']),
  picture('save-view-png', { format: 'png', part: 'view', theme: 'page' }, 'Save what is in view as PNG', []),
  picture('save-view-svg', { format: 'svg', part: 'view', theme: 'page' }, 'Save what is in view as SVG', []),
  {
    id: 'picture',
    label: 'Save a picture: size, theme, title and key…',
    group: 'View',
    icon: 'download',
    words: 'export image screenshot print vector graph png svg width',
    enabled: hasModel,
    run: ({ store }) => store.getState().showDialog({ kind: 'picture' }),
  },
  panel('outline', 'Outline', 'Mod+B', 'outlineOpen', 'panel-left'),
  panel('inspector', 'Inspector', 'Mod+I', 'inspectorOpen', 'panel-right'),
  panel('bottom', 'Problems and reports', 'Mod+J', 'bottomOpen', 'panel-bottom'),
  {
    id: 'direction',
    label: 'Turn the graph',
    group: 'View',
    words: 'horizontal vertical direction layout',
    enabled: hasModel,
    run: ({ store }) => {
      const { direction, setView } = store.getState();
      setView({ direction: direction === 'vertical' ? 'horizontal' : 'vertical' });
    },
  },
  {
    id: 'lay-out-again',
    label: 'Lay the graph out again',
    group: 'View',
    icon: 'layers',
    words: 'layout fresh arrange tidy positions place',
    enabled: hasModel,
    run: ({ store }) => store.getState().ask({ kind: 'lay-out-again' }),
  },
  {
    id: 'fold',
    label: 'Set long graphs in columns: automatically, always, never',
    group: 'View',
    icon: 'layers',
    words: 'fold snake wrap chain layout columns',
    enabled: hasModel,
    run: ({ store }) => {
      const { fold, setView, announce } = store.getState();
      const next = FOLDS[(FOLDS.indexOf(fold) + 1) % FOLDS.length]!;
      setView({ fold: next });
      announce(FOLD_WORDS[next]);
    },
  },
  {
    id: 'constants',
    label: 'Draw the constants of the selected nodes, or fold them away',
    group: 'View',
    keys: ['C'],
    icon: 'layers',
    words: 'weights initializers constant open show unfold',
    enabled: (s) => (s.selected.size > 0 || s.unfolded.size > 0 ? true : 'select nodes first'),
    run: ({ store }) => toggleConstants(store.getState()),
  },
  {
    id: 'edge-shapes',
    label: 'Show or hide shapes on the lines',
    group: 'View',
    icon: 'link',
    words: 'edge label type tensor dimensions',
    enabled: hasModel,
    run: ({ store }) => {
      const { edgeShapes, setView, announce } = store.getState();
      setView({ edgeShapes: !edgeShapes });
      announce(edgeShapes ? 'Lines carry no shapes.' : 'Lines carry the shapes of what they lead, from near.');
    },
  },
  {
    id: 'overlay',
    label: 'Next colouring',
    group: 'View',
    keys: ['O'],
    icon: 'theme',
    words: 'overlay heat profile colour',
    enabled: hasModel,
    run: ({ store }) => {
      const s = store.getState();
      const can = [...OVERLAYS.filter((o) => (o.enabled?.(s) ?? true) === true), ...s.ownData].map((o) => o.id);
      const next = can[(can.indexOf(s.overlay) + 1) % can.length]!;
      s.setOverlay(next);
      s.announce(`Coloured by ${labelOf(s, next)}.`);
    },
  },
  ...OVERLAYS.map((o): Command => ({
    id: `colour-${o.id}`,
    label: `Colour by ${o.label.toLowerCase()}`,
    group: 'View',
    icon: 'theme',
    words: `overlay heat ${o.help}`,
    enabled: (s) => {
      const open = hasModel(s);
      return open === true ? (o.enabled?.(s) ?? true) : open;
    },
    run: ({ store }) => store.getState().setOverlay(o.id),
  })),
  {
    id: 'node-data',
    label: 'Colour by data of your own…',
    group: 'View',
    icon: 'folder',
    words: 'overlay node data json csv model explorer open',
    enabled: hasModel,
    run: ({ files }) => files.openNodeData(),
  },
  ...TRACE_COMMANDS,
  {
    id: 'grouping',
    label: 'Show or hide groups',
    group: 'View',
    keys: ['G'],
    icon: 'layers',
    words: 'scope collapse expand hierarchy flat',
    enabled: hasGroups,
    run: ({ store }) => store.getState().setView({ grouping: !store.getState().grouping }),
  },
  groupsTo('expand-all', 'Expand all groups', Infinity),
  groupsTo('expand-one', 'Expand one level of groups', 1),
  groupsTo('expand-two', 'Expand two levels of groups', 2),
  groupsTo('collapse-all', 'Collapse all groups', 0),
  theme('light', 'Light theme', 'sun'),
  theme('dark', 'Dark theme', 'moon'),
  theme('system', "The system's theme", 'monitor'),
];

export const GO_COMMANDS: readonly Command[] = [
  {
    id: 'palette',
    label: 'Find a node or run a command',
    group: 'Go',
    keys: ['Mod+K', 'Mod+P'],
    icon: 'search',
    run: ({ store }) => store.getState().setView({ paletteOpen: true }),
  },
  {
    id: 'search',
    label: 'Search nodes',
    group: 'Go',
    keys: ['/', 'Mod+F'],
    icon: 'search',
    words: 'find filter outline',
    enabled: hasModel,
    run: ({ store }) => focusSearch(store),
  },
  {
    id: 'expand-inside',
    label: 'Draw the body or function in place, or close it',
    group: 'View',
    icon: 'layers',
    words: 'expand subgraph if loop scan inside open',
    enabled: (s) => {
      const one = oneSelected(s);
      if (one !== true) return one;
      return expandedAround(s, [...s.selected][0]!) === null && innerGraph(s) === null
        ? 'this node has no body, and calls no function of the model'
        : true;
    },
    run: ({ store }) => {
      const s = store.getState();
      const id = [...s.selected][0]!;
      toggleInside(store, innerGraph(s) === null ? expandedAround(s, id)! : id);
    },
  },
  {
    id: 'enter-scope',
    label: 'Open the body or function',
    group: 'Go',
    words: 'subgraph scope enter if loop',
    enabled: (s) => {
      const one = oneSelected(s);
      if (one !== true) return one;
      return innerGraph(s) === null ? 'this node has no body, and calls no function of the model' : true;
    },
    run: ({ store }) => {
      const inner = innerGraph(store.getState());
      if (inner !== null) store.getState().enter(inner);
    },
  },
  {
    id: 'clear-selection',
    label: 'Clear the selection',
    group: 'Go',
    keys: ['Escape'],
    enabled: (s) => (s.selected.size > 0 || s.selectedValue !== null ? true : 'nothing is selected'),
    run: ({ store }) => store.getState().select([]),
  },
  {
    id: 'leave-scope',
    label: 'Go out of the body or function',
    group: 'Go',
    keys: ['Backspace', 'Escape'],
    words: 'subgraph scope back parent',
    enabled: (s) => {
      const open = hasModel(s);
      if (open !== true) return open;
      return s.scope === s.model!.main ? 'this is the main graph' : true;
    },
    run: ({ store }) => leaveScope(store.getState()),
  },
  {
    id: 'next-hit',
    label: 'Next search hit',
    group: 'Go',
    keys: ['F3'],
    icon: 'search',
    words: 'find again',
    enabled: hasHits,
    run: ({ store }) => store.getState().stepHit(1),
  },
  {
    id: 'previous-hit',
    label: 'Previous search hit',
    group: 'Go',
    keys: ['Shift+F3'],
    icon: 'search',
    words: 'find back',
    enabled: hasHits,
    run: ({ store }) => store.getState().stepHit(-1),
  },
  {
    id: 'select-alike',
    label: 'Select all nodes of this type',
    group: 'Go',
    icon: 'filter',
    words: 'same operator alike kind every',
    enabled: hasSelection,
    run: ({ store }) => findAlike(store.getState()),
  },
  ...NEIGHBOUR_COMMANDS,
  problem('next-problem', 'Next problem', [']', 'F8'], 1),
  problem('previous-problem', 'Previous problem', ['[', 'Shift+F8'], -1),
];

function hasHits(s: State): true | string {
  return hitsOf(s).length > 0 ? true : 'nothing is sought, or nothing was found';
}

/** Seeks the operators of the selection: marked on the canvas and listed in the outline, and all of them selected. */
export function findAlike(state: State): void {
  const model = state.model!;
  const ops = new Set([...state.selected].map((id) => model.nodes.at(id).op));
  if (ops.size === 1) state.setQuery(`op:${[...ops][0]!}`);
  const alike = [...model.nodes.values()].filter((n) => ops.has(n.op)).map((n) => n.id);
  state.select(alike);
  state.announce(`${formatCount(alike.length)} nodes of ${ops.size === 1 ? [...ops][0]! : `${ops.size} types`}.`);
}

/** The first body of the selected node, or the function it calls. */
function innerGraph(state: State) {
  const node = state.model!.nodes.at([...state.selected][0]!);
  return bodiesOf(node)[0] ?? functionOf(state.model!, node)?.graph ?? null;
}

function leaveScope(state: State): void {
  const model = state.model!;
  const { parent } = model.graphs.at(state.scope ?? model.main);
  state.enter(parent === null ? model.main : model.nodes.at(parent).graph);
  if (parent === null) return;
  state.select([parent]);
  state.ask({ kind: 'reveal', nodes: [parent] });
}

/** Selects a node wherever it is, and brings it into view. */
export function revealNode(state: State, node: NodeId): void {
  const found = state.model?.nodes.get(node);
  if (!found) return;
  if (!isShown(state, found.graph)) state.enter(found.graph);
  state.select([node]);
  state.ask({ kind: 'reveal', nodes: [node] });
}

function problem(id: string, label: string, keys: readonly string[], step: 1 | -1): Command {
  return {
    id,
    label,
    group: 'Go',
    keys,
    icon: 'warn',
    enabled: (s) => (placed(s).length > 0 ? true : 'no problem has a place in the graph'),
    run: ({ store }) => {
      const state = store.getState();
      const list = placed(state);
      const at = list.findIndex((p) => p.node !== undefined && state.selected.has(p.node));
      const next = list[(at + step + list.length + (at < 0 && step < 0 ? 1 : 0)) % list.length]!;
      state.setView({ bottomOpen: true, bottomTab: 'problems' });
      revealNode(state, next.node!);
      state.announce(next.message);
    },
  };
}

const placed = (state: State): readonly Diagnostic[] =>
  state.problems.filter((p) => p.node !== undefined && state.model?.nodes.has(p.node));

/** The field belongs to the outline, which may have to be opened first. */
function focusSearch(store: Services['store']): void {
  store.getState().setView({ outlineOpen: true });
  const focus = (tries: number) => {
    const field = document.querySelector<HTMLInputElement>('[data-search="nodes"], .gp-outline input');
    if (field) {
      field.focus();
      field.select();
    } else if (tries > 0) requestAnimationFrame(() => focus(tries - 1));
  };
  focus(10);
}
