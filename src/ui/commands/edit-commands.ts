/** Commands that change the model: they make a Change and push it, or say why it cannot be made. */
import { EditError, label, type Change } from '../../graph-model/core/draft.ts';
import { functionOf, type Model, type NodeId, type ValueId } from '../../graph-model/core/model.ts';
import * as Edit from '../../graph-model/edit/index.ts';
import { extractFunction } from '../../graph-model/functions/extract.ts';
import { groupsAround, groupTree, type Group } from '../../graph-model/groups/groups.ts';
import { inlineCall } from '../../graph-model/functions/inline.ts';
import { loadOperators } from '../../graph-model/operators/schemas.ts';
import type { Store } from '../store/slice.ts';
import type { State } from '../store/state.ts';
import { FormatError } from '../../graph-model/diagnostics.ts';
import type { parseFragment } from '../../graph-model/text/parse.ts';
import { hasModel, hasSelection, oneSelected, type Command } from './command.ts';

/** Makes an edit on the present model; gives back the sentence of an EditError. */
export function tryEdit(store: Store, make: (model: Model, state: State) => Change | null): string | void {
  const state = store.getState();
  if (state.model === null) return 'No model is open.';
  try {
    const change = make(state.model, state);
    if (change) state.push(change);
  } catch (error) {
    if (error instanceof EditError) return error.message;
    throw error;
  }
}

/** The same, with the refusal told in the status line. */
function editOrSay(store: Store, make: (model: Model, state: State) => Change | null): void {
  const refusal = tryEdit(store, make);
  const state = store.getState();
  state.announce(refusal ?? state.history[state.at - 1]?.label ?? '');
}

const only = (state: State): NodeId => [...state.selected][0]!;

/** The value that the selection means: one picked itself, or the only output of the only node. */
function chosenValue(state: State): ValueId | null {
  if (state.selectedValue !== null) return state.selectedValue;
  if (state.selected.size !== 1 || state.model === null) return null;
  const outputs = state.model.nodes.at(only(state)).outputs.filter((v) => v !== null);
  return outputs[0] ?? null;
}

/** Nodes of several graphs, each graph's in execution order. */
function inOrder(model: Model, ids: ReadonlySet<NodeId>): NodeId[] {
  const out: NodeId[] = [];
  for (const graph of model.graphs.values()) for (const id of graph.order) if (ids.has(id)) out.push(id);
  return out;
}

const hasValue = (state: State): true | string =>
  chosenValue(state) === null ? 'no value is selected, and no single node' : true;

/** The graph that holds the selection: what is drawn in place lies in another than the one that was entered. */
const graphOf = (state: State) => state.model!.nodes.at([...state.selected][0]!).graph;

/** The innermost group around the selection that a person made; null where it lies in none. */
function ownGroupOf(state: State): Group | null {
  const [first] = state.selected;
  if (state.model === null || first === undefined) return null;
  const tree = groupTree(state.model, graphOf(state));
  const keys = groupsAround(tree, first).filter((k) => tree.groups[tree.byKey.get(k)!]!.scope.own);
  const key = keys.at(-1);
  return key === undefined ? null : tree.groups[tree.byKey.get(key)!]!;
}

function inOwnGroup(state: State): true | string {
  const some = hasSelection(state);
  if (some !== true) return some;
  return ownGroupOf(state) ? true : 'the selection lies in no group that you made';
}

export const EDIT_COMMANDS: readonly Command[] = [
  {
    id: 'undo',
    label: 'Undo',
    group: 'Edit',
    keys: ['Mod+Z'],
    icon: 'undo',
    enabled: (s) => (s.at > 0 ? true : 'nothing was edited'),
    run: ({ store }) => store.getState().undo(),
  },
  {
    id: 'redo',
    label: 'Redo',
    group: 'Edit',
    keys: ['Mod+Shift+Z', 'Mod+Y'],
    icon: 'redo',
    enabled: (s) => (s.at < s.history.length ? true : 'nothing was undone'),
    run: ({ store }) => store.getState().redo(),
  },
  {
    id: 'rename-node',
    label: 'Rename node…',
    group: 'Edit',
    keys: ['F2'],
    icon: 'pencil',
    enabled: oneSelected,
    run: ({ store }) => {
      const state = store.getState();
      const node = state.model!.nodes.at(only(state));
      state.showDialog({
        kind: 'prompt',
        action: 'Rename',
        title: `Rename ${label(node)}`,
        label: 'Name',
        value: node.name,
        submit: (text) => tryEdit(store, (m) => Edit.renameNode(m, node.id, text)),
      });
    },
  },
  {
    id: 'rename-value',
    label: 'Rename value…',
    group: 'Edit',
    icon: 'pencil',
    words: 'tensor output input initializer',
    enabled: hasValue,
    run: ({ store }) => {
      const state = store.getState();
      const value = state.model!.values.at(chosenValue(state)!);
      state.showDialog({
        kind: 'prompt',
        action: 'Rename',
        title: 'Rename value',
        label: 'Name',
        value: value.name,
        submit: (text) => tryEdit(store, (m) => Edit.renameValue(m, value.id, text)),
      });
    },
  },
  {
    id: 'extract-function',
    label: 'Make a function of the selection…',
    group: 'Edit',
    icon: 'graph',
    words: 'extract group subgraph model-local',
    enabled: hasSelection,
    run: ({ store }) =>
      store.getState().showDialog({
        kind: 'prompt',
        action: 'Make function',
        title: 'Make a function of the selection',
        label: 'Name of the function',
        value: '',
        submit: (name) => tryEdit(store, (m, s) => extractFunction(m, s.selected, { name }).change),
      }),
  },
  {
    id: 'group',
    label: 'Group the selection…',
    group: 'Edit',
    keys: ['Mod+G'],
    icon: 'layers',
    words: 'box name collapse scope together',
    enabled: hasSelection,
    run: ({ store }) =>
      store.getState().showDialog({
        kind: 'prompt',
        action: 'Group',
        title: 'Group the selection',
        label: 'Name of the group',
        value: '',
        submit: (name) => {
          const refusal = tryEdit(store, (m, s) => Edit.groupNodes(m, s.selected, name));
          if (!refusal) store.getState().setView({ grouping: true });
          return refusal;
        },
      }),
  },
  {
    id: 'ungroup',
    label: 'Ungroup',
    group: 'Edit',
    keys: ['Mod+Shift+G'],
    icon: 'layers',
    words: 'group dissolve box',
    enabled: inOwnGroup,
    run: ({ store }) => editOrSay(store, (m, s) => Edit.ungroup(m, graphOf(s), ownGroupOf(s)!.key)),
  },
  {
    id: 'rename-group',
    label: 'Rename the group…',
    group: 'Edit',
    icon: 'pencil',
    words: 'box name',
    enabled: inOwnGroup,
    run: ({ store }) => {
      const state = store.getState();
      const { key, name } = ownGroupOf(state)!;
      state.showDialog({
        kind: 'prompt',
        action: 'Rename',
        title: `Rename the group ${name}`,
        label: 'Name of the group',
        value: name,
        submit: (text) => tryEdit(store, (m, s) => Edit.renameGroup(m, graphOf(s), key, text)),
      });
    },
  },
  {
    id: 'inline-call',
    label: 'Inline this function call',
    group: 'Edit',
    icon: 'graph',
    words: 'function expand call model-local',
    enabled: (s) => {
      const one = oneSelected(s);
      if (one !== true) return one;
      return functionOf(s.model!, s.model!.nodes.at(only(s))) ? true : 'the node calls no function of the model';
    },
    run: async ({ store }) => {
      const schemas = await loadOperators();
      editOrSay(store, (m, s) => inlineCall(m, only(s), schemas));
    },
  },
  {
    id: 'delete',
    label: 'Delete, joining the neighbours',
    group: 'Edit',
    keys: ['Delete'],
    icon: 'trash',
    words: 'remove node',
    enabled: hasSelection,
    run: ({ store }) => editOrSay(store, (m, s) => Edit.deleteNodes(m, s.selected, { types: s.types })),
  },
  {
    id: 'delete-anyway',
    label: 'Delete, even where shapes differ',
    group: 'Edit',
    keys: ['Shift+Delete'],
    icon: 'trash',
    words: 'remove node force',
    enabled: hasSelection,
    run: ({ store }) => editOrSay(store, (m, s) => Edit.deleteNodes(m, s.selected, { types: s.types, anyShape: true })),
  },
  {
    id: 'duplicate',
    label: 'Duplicate',
    group: 'Edit',
    keys: ['Mod+D'],
    icon: 'copy',
    enabled: hasSelection,
    run: ({ store }) => {
      let copies: readonly NodeId[] = [];
      editOrSay(store, (m, s) => {
        const made = Edit.duplicateNodes(m, s.selected);
        copies = made.copies;
        return made.change;
      });
      if (copies.length === 0) return;
      store.getState().select(copies);
      store.getState().ask({ kind: 'reveal', nodes: copies });
    },
  },
  {
    id: 'copy-text',
    label: 'Copy as ONNX text',
    group: 'Edit',
    keys: ['Mod+C'],
    icon: 'copy',
    words: 'clipboard selection nodes',
    enabled: (s) => {
      const some = hasSelection(s);
      // Text that is marked on the page is what Ctrl C means then.
      return some === true && window.getSelection()?.isCollapsed === false ? 'text is marked on the page' : some;
    },
    run: async ({ store }) => {
      const { model, selected, announce } = store.getState();
      if (model === null) return;
      const { printNode } = await import('../../graph-model/text/print.ts');
      await navigator.clipboard.writeText(
        `${inOrder(model, selected)
          .map((id) => printNode(model, id))
          .join('\n')}\n`,
      );
      announce(`Copied ${selected.size === 1 ? '1 node' : `${selected.size} nodes`} as ONNX text.`);
    },
  },
  {
    id: 'paste-text',
    label: 'Paste ONNX text',
    group: 'Edit',
    keys: ['Mod+V'],
    icon: 'plus',
    words: 'clipboard insert nodes',
    enabled: hasModel,
    run: async ({ store }) => {
      const before = store.getState().model;
      const { parseFragment: parse } = await import('../../graph-model/text/parse.ts');
      const text = await clipboardText(store.getState().announce);
      if (text === null || store.getState().model !== before) return;
      let copies: readonly NodeId[] = [];
      editOrSay(store, (m, s) => {
        const made = Edit.pasteNodes(m, s.scope ?? m.main, fragmentOf(parse, text, m));
        copies = made.copies;
        return made.change;
      });
      if (copies.length === 0) return;
      store.getState().select(copies);
      store.getState().ask({ kind: 'reveal', nodes: copies });
    },
  },
  {
    id: 'insert-identity',
    label: 'Insert Identity',
    group: 'Edit',
    icon: 'plus',
    words: 'add node after value tap',
    enabled: hasValue,
    run: ({ store }) => editOrSay(store, (m, s) => Edit.insertAfter(m, chosenValue(s)!, 'Identity')),
  },
  {
    id: 'select-all',
    label: 'Select all nodes',
    group: 'Edit',
    keys: ['Mod+A'],
    enabled: hasModel,
    run: ({ store }) => {
      const { model, scope, select } = store.getState();
      if (model) select(model.graphs.at(scope ?? model.main).order);
    },
  },
];

/** null where the browser does not let the page read it; the reason is told. */
async function clipboardText(announce: (text: string) => void): Promise<string | null> {
  try {
    return await navigator.clipboard.readText();
  } catch (error) {
    if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    announce('The browser did not let the page read the clipboard.');
    return null;
  }
}

/** What the text is wrong in is told as an edit that cannot be made. */
function fragmentOf(parse: typeof parseFragment, text: string, { opsets, irVersion }: Model): Model {
  try {
    return parse(text, { opsets, ...(irVersion === null ? {} : { irVersion }) });
  } catch (error) {
    if (error instanceof FormatError) throw new EditError(`The clipboard holds no ONNX text: ${error.message}`);
    throw error;
  }
}
