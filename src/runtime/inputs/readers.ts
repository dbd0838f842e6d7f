/** What the nodes that read an input say about the values it may hold. */
import { getInts, getStrings } from '../../graph-model/core/attributes.ts';
import { functionOf, normalDomain, type Model, type Node, type ValueId } from '../../graph-model/core/model.ts';
import { tensorAtHand, type Tensor } from '../../graph-model/core/tensor.ts';

/** How the elements of an input must be chosen so that the model accepts them. */
export type Hint =
  /** An index: 0 to below − 1. `why` names what it is looked up in. */
  | { readonly kind: 'below'; readonly below: number; readonly why: string }
  | { readonly kind: 'choice'; readonly choices: readonly (string | number)[] }
  /** The input of an operator that wants a particular number: the shape of a Reshape, the count of a Loop. */
  | { readonly kind: 'fill'; readonly value: number; readonly first?: number; readonly why: string };

/** Operators that hand the elements of their first input on unchanged. */
const PASS_ON = new Set(
  'Identity Cast CastLike Reshape Unsqueeze Squeeze Flatten Transpose Concat Slice Expand Tile Split Clip'.split(' '),
);

const MAX_NODES = 2000;

/** The tightest hint among all readers of a value, followed through operators and functions that only hand it on. */
export function hintFor(model: Model, value: ValueId): Hint | null {
  const hints: Hint[] = [];
  const seen = new Set<ValueId>([value]);
  const todo = [value];
  for (let steps = 0; todo.length && steps < MAX_NODES; steps++) {
    const at = todo.pop()!;
    for (const use of model.uses.get(at) ?? []) {
      if (use.node === null) continue;
      const node = model.nodes.at(use.node);
      const hint = hintOf(model, node, use.index);
      if (hint) hints.push(hint);
      for (const next of onward(model, node, use.index)) {
        if (seen.has(next)) continue;
        seen.add(next);
        todo.push(next);
      }
    }
  }
  return tightest(hints);
}

function tightest(hints: readonly Hint[]): Hint | null {
  const fixed = hints.find((h) => h.kind !== 'below');
  if (fixed) return fixed;
  return hints.reduce<Hint | null>(
    (a, h) => (!a || (h.kind === 'below' && a.kind === 'below' && h.below < a.below) ? h : a),
    null,
  );
}

function onward(model: Model, node: Node, index: number): ValueId[] {
  const called = functionOf(model, node);
  const formal = called && model.graphs.at(called.graph).inputs[index];
  if (formal !== null && formal !== undefined) return [formal];
  const passes = normalDomain(node.domain) === '' && PASS_ON.has(node.op) && (index === 0 || node.op === 'Concat');
  return passes ? node.outputs.filter((v) => v !== null) : [];
}

function hintOf(model: Model, node: Node, index: number): Hint | null {
  const domain = normalDomain(node.domain);
  const look =
    domain === 'ai.onnx.ml' ? ML[node.op] : domain === '' || domain === 'com.microsoft' ? MAIN[node.op] : undefined;
  return look?.(model, node, index) ?? null;
}

type Look = (model: Model, node: Node, index: number) => Hint | null;

const below = (count: number | undefined, why: string): Hint | null =>
  count !== undefined && count > 0 ? { kind: 'below', below: count, why } : null;

/** Rows of a table that is an initializer. */
function rows(model: Model, node: Node, input: number, axis: number): number | undefined {
  const dims = constantAt(model, node, input)?.dims;
  return dims?.[axis < 0 ? axis + dims.length : axis];
}

function constantAt(model: Model, node: Node, input: number): Tensor | undefined {
  const id = node.inputs[input];
  if (id === null || id === undefined) return undefined;
  const value = model.values.at(id);
  const maker = value.producer === null ? null : model.nodes.at(value.producer);
  const attribute = maker?.op === 'Constant' ? maker.attributes.get('value') : undefined;
  return value.constant ?? (attribute?.kind === 'tensor' ? attribute.value : undefined);
}

function axisOf(node: Node): number {
  const a = node.attributes.get('axis');
  return a?.kind === 'int' ? Number(a.value) : 0;
}

const gather: Look = (model, node, index) =>
  index === 1 ? below(rows(model, node, 0, axisOf(node)), nameOf(model, node, 0)) : null;

const fillAt =
  (input: number, value: number, why: string, first?: number): Look =>
  (_model, _node, index) =>
    index === input ? { kind: 'fill', value, why, ...(first === undefined ? {} : { first }) } : null;

const embedding: Look = (model, node, index) =>
  index < 2 ? below(rows(model, node, index === 0 ? 2 : 4, 0), nameOf(model, node, index === 0 ? 2 : 4)) : null;

const depth: Look = (model, node, index) => {
  const tensor = index === 0 ? constantAt(model, node, 1) : undefined;
  const values = tensor && tensorAtHand(tensor)?.values;
  return below(values && values.length > 0 ? Number(values[0]) : undefined, 'one-hot depth');
};

const MAIN: Readonly<Record<string, Look>> = {
  Gather: gather,
  GatherElements: gather,
  GatherND: (model, node, index) => (index === 1 ? below(rows(model, node, 0, 0), nameOf(model, node, 0)) : null),
  EmbedLayerNormalization: embedding,
  OneHot: depth,
  Reshape: fillAt(1, 1, 'the shape of a Reshape', -1),
  Expand: fillAt(1, 1, 'the shape of an Expand'),
  Tile: fillAt(1, 1, 'the repeats of a Tile'),
  ConstantOfShape: fillAt(0, 2, 'the shape of a ConstantOfShape'),
  TopK: fillAt(1, 1, 'the k of a TopK'),
  Loop: fillAt(0, 3, 'the trip count of a Loop'),
  Unsqueeze: fillAt(1, 0, 'the axes of an Unsqueeze'),
  Pad: fillAt(1, 0, 'the pads of a Pad'),
  Upsample: fillAt(1, 1, 'the scales of an Upsample'),
};

const categories: Look = (_model, node) => {
  const texts =
    getStrings(node, 'keys_strings') ?? getStrings(node, 'cats_strings') ?? getStrings(node, 'string_vocabulary');
  const numbers = getInts(node, 'keys_int64s') ?? getInts(node, 'cats_int64s') ?? getInts(node, 'int64_vocabulary');
  const choices = texts?.length ? texts : (numbers ?? []);
  return choices.length ? { kind: 'choice', choices } : null;
};

const ML: Readonly<Record<string, Look>> = {
  LabelEncoder: categories,
  OneHotEncoder: categories,
  CategoryMapper: categories,
  ArrayFeatureExtractor: () => null,
};

function nameOf(model: Model, node: Node, input: number): string {
  const id = node.inputs[input];
  return (id === null || id === undefined ? '' : model.values.at(id).name) || node.name || node.op;
}
