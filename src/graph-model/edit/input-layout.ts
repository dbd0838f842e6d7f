/** Inputs of pictures and volumes in the order that convolutions of ONNX work in: channels before height and width. */
import { attributes, getInts } from '../core/attributes.ts';
import { edit, type Change, type Draft } from '../core/draft.ts';
import type { Model, Node, ValueId } from '../core/model.ts';
import { tensorType, type TensorType } from '../core/types.ts';

export type InputLayout = 'source' | 'channels-first';

/** [batch, ..., channels] to [batch, channels, ...]. */
const toFirst = (rank: number) => [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
const fromFirst = (rank: number) => [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];

/** The inputs with channels last: by their own lengths (1 to 4 channels), or because something puts the channels first. */
export function channelsLastInputs(model: Model): ValueId[] {
  return model.graphs.at(model.main).inputs.filter((id) => {
    const { type } = model.values.at(id);
    if (type?.kind !== 'tensor' || (type.shape?.length !== 4 && type.shape?.length !== 5)) return false;
    const few = (d: unknown) => typeof d === 'number' && d >= 1 && d <= 4;
    if (few(type.shape.at(-1)) && !few(type.shape[1])) return true;
    return (model.uses.get(id) ?? []).some((u) => u.node !== null && putsFirst(model.nodes.at(u.node)));
  });
}

function putsFirst(node: Node): boolean {
  const perm = node.op === 'Transpose' && node.domain === '' ? getInts(node, 'perm') : undefined;
  return perm !== undefined && perm.join() === toFirst(perm.length).join();
}

/** What put the channels first is not needed any more; the rest reads them as they were. Unchanged where no input is such. */
export function channelsFirst(model: Model): Change {
  return edit(model, 'Channels first at the inputs', (draft) => {
    for (const id of channelsLastInputs(model)) turn(draft, id);
  });
}

function turn(draft: Draft, id: ValueId): void {
  const type = draft.value(id).type as TensorType;
  const dims = type.shape!;
  const readers = [...draft.uses(id)];
  draft.patchValue(id, {
    type: tensorType(
      type.dtype,
      toFirst(dims.length).map((p) => dims[p]!),
    ),
  });
  const isOutput = (v: ValueId) => draft.uses(v).some((u) => u.node === null);
  const straight = readers.flatMap(({ node }) => {
    const reader = node === null ? null : draft.node(node);
    return reader && putsFirst(reader) && !isOutput(reader.outputs[0]!) ? [reader] : [];
  });
  for (const reader of straight) {
    draft.replaceUses(reader.outputs[0]!, id);
    draft.removeNode(reader.id);
  }
  const rest = readers.filter(({ node }) => node === null || draft.hasNode(node));
  if (rest.length === 0) return;
  const perm = fromFirst(dims.length);
  const back = draft.add(draft.main, 'Transpose', [id], attributes({ perm }));
  for (const { node, index } of rest) if (node !== null) draft.setInput(node, index, back);
  const { outputs } = draft.graph(draft.main);
  if (outputs.includes(id))
    draft.setGraphOutputs(
      draft.main,
      outputs.map((v) => (v === id ? back : v)),
    );
}
