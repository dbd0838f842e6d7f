/** The marks that a conversion leaves where its source was cut after a node, made inputs of the converted model. */
import { edit, EditError, type Draft } from '../core/draft.ts';
import type { Model, Node, ValueId } from '../core/model.ts';
import { tensorType, type ValueType } from '../core/types.ts';
import { dropUnread } from './cut-outputs.ts';

/** What stands in a graph until it is an input. */
export const NEW_INPUT = { domain: 'graphwright', op: 'NewInput' } as const;

const isMark = ({ domain, op }: Node) => domain === NEW_INPUT.domain && op === NEW_INPUT.op;

/**
 * Each mark's results become inputs of the main graph, under the name of the node that the source was cut after. Inputs that
 * nothing reads any more, and what fed the cut node alone, are dropped. Throws an EditError where a mark lies in a body.
 */
export function openNewInputs(model: Model): Model {
  const marks = [...model.nodes.values()].filter(isMark);
  if (marks.length === 0) return model;
  const inner = marks.find((n) => n.graph !== model.main);
  if (inner) {
    const name = inner.origin?.name ?? inner.name;
    throw new EditError(
      `${name} lies in a loop or a branch, which no input leads into: cut after the node that holds it.`,
    );
  }
  return edit(model, 'Open new inputs', (draft) => {
    const names = new Set([...model.values.values()].map((v) => v.name));
    const made = marks.flatMap((mark) => openMark(draft, mark, names));
    const old = draft.graphInputs(model.main);
    draft.setGraphInputs(model.main, [...old, ...made]);
    dropUnread(draft, model.main);
    const unread = old.filter((v) => draft.uses(v).length === 0);
    draft.setGraphInputs(
      model.main,
      draft.graphInputs(model.main).filter((v) => !unread.includes(v)),
    );
    for (const v of unread) draft.removeValue(v);
    draft.patchModel({ opsets: model.opsets.filter((o) => o.domain !== NEW_INPUT.domain) });
  }).after;
}

function openMark(draft: Draft, mark: Node, names: Set<string>): ValueId[] {
  const made = mark.outputs.flatMap((v, i) => {
    if (v === null || draft.uses(v).length === 0) return [];
    const base = mark.origin?.name || 'input';
    const wanted = mark.outputs.length > 1 ? `${base}_${i}` : base;
    let free = wanted;
    for (let n = 1; names.has(free); n++) free = `${wanted}_${n}`;
    names.add(free);
    const type: ValueType = draft.value(v).type ?? tensorType('float', null);
    const input = draft.newValue(mark.graph, free, null, { type });
    draft.replaceUses(v, input);
    return [input];
  });
  draft.removeNode(mark.id);
  return made;
}
