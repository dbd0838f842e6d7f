/** What is chosen for nodes without an ONNX form, in the words of a conversion; pure. */
import { EditError } from '../../graph-model/core/draft.ts';
import type { Model, Node, ValueId } from '../../graph-model/core/model.ts';
import type { ValueType } from '../../graph-model/core/types.ts';
import { FormatError, type Refusal } from '../../graph-model/diagnostics.ts';
import { parseOperator } from '../../graph-model/edit/replace-node.ts';
import { parseTypeText } from '../../graph-model/text/parse-type.ts';
import { parseFragment } from '../../graph-model/text/parse.ts';
import type { Choices, RefusalChoice } from '../store/state.ts';

export const WAYS: readonly (readonly [RefusalChoice['way'], string, string])[] = [
  ['', 'Choose…', ''],
  ['cut', 'Cut before it', 'What it is given becomes outputs; what depends on it is left out.'],
  ['cut-after', 'Cut after it', 'What it makes becomes new inputs, of the type above.'],
  [
    'pass',
    'Pass its input on',
    'Its first input takes the place of its result, as at inference it does for noise or logging.',
  ],
  ['operator', 'Use an operator', 'It gets what the node computes with, without the node’s weights.'],
  [
    'text',
    'Use a function of my own',
    'ONNX text: its inputs are what the node is given, its outputs what the node makes.',
  ],
];

type Types = ReadonlyMap<ValueId, ValueType>;

/** Nothing chosen; the type that is proposed is what is known of the result, else of the input. */
export function blankChoice(model: Model, types: Types, { node: id }: Refusal): RefusalChoice {
  const node = model.nodes.get(id);
  return { way: '', type: node ? proposedType(model, types, node) : 'float[]', operator: '', text: '' };
}

function proposedType(model: Model, types: Types, node: Node): string {
  const given = node.inputs.filter((v) => v !== null && !model.values.at(v).constant);
  for (const v of [...node.outputs, ...given]) {
    const type = v === null ? null : (types.get(v) ?? model.values.at(v).type);
    if (type?.kind === 'tensor') {
      const dims = type.shape?.map((d) => (typeof d === 'string' && !/^\w+$/.test(d) ? '?' : (d ?? '?')));
      return `${type.dtype}[${dims?.join(', ') ?? ''}]`;
    }
  }
  return 'float[]';
}

/** Why a choice cannot be taken; null where it can. */
export function refusalOfChoice(choice: RefusalChoice): string | null {
  try {
    check(choice);
    return null;
  } catch (error) {
    if (error instanceof EditError || error instanceof FormatError) return error.message;
    throw error;
  }
}

function check({ way, type, operator, text }: RefusalChoice): void {
  if (way === '') throw new EditError('Choose what is done about it.');
  if (way === 'cut-after') parseTypeText(type);
  if (way === 'operator' && operator.trim() === '') throw new EditError('Write the operator, as LeakyRelu(alpha=0.1).');
  if (way === 'operator') parseOperator(operator);
  if (way !== 'text') return;
  if (text.trim() === '') throw new EditError('Write the function as ONNX text.');
  parseFragment(text);
}

/** For `ConvertRequest.replace`: nodes are named by their numbers, since names may occur in several functions. */
export function replacementsOf(refusals: readonly Refusal[], choices: Choices): Record<string, string> {
  const all = refusals.flatMap(({ node }) => {
    const choice = choices.get(node);
    return choice && choice.way !== '' ? [[`#${node}`, wordsOf(choice)] as const] : [];
  });
  return Object.fromEntries(all);
}

function wordsOf({ way, type, operator, text }: RefusalChoice): string {
  if (way === 'cut-after') return `cut-after ${type}`;
  if (way === 'operator') return operator.trim();
  return way === 'text' ? text.trim() : way;
}
