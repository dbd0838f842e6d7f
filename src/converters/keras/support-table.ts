/** What is converted, as the page of the documentation: made from the table of lowerings itself. */
import { ACTIVATION_NAMES } from './lower/activations.ts';
import { OP_NAMES } from './lower/ops.ts';
import { REFUSED } from './lower/preprocessing.ts';
import { FAMILIES } from './lower/table.ts';

/** Nodes that the reader makes and no user sees by name. */
const INTERNAL = /^TimeDistributed(Fold|Unfold)$/;

const words = (names: readonly string[]) => names.map((n) => `\`${n}\``).join(', ');

/** docs/support/keras.md, whole. */
export function supportPage(): string {
  const count = FAMILIES.reduce((n, f) => n + named(f.layers).length, 0);
  return [
    '# Keras layers',
    '',
    `${count} layers become ONNX (opset 17). Layers outside this list are drawn, and refused by name when converting.`,
    '',
    '| family | layers |',
    '|---|---|',
    ...FAMILIES.map((f) => `| ${f.title} | ${words(named(f.layers))} |`),
    '',
    '## Activations',
    '',
    words(ACTIVATION_NAMES),
    '',
    '## Functions of keras.ops and TensorFlow called on tensors',
    '',
    'Names without underscores, as they are looked up:',
    '',
    words(OP_NAMES),
    '',
    '## Refused, with the reason',
    '',
    words(Object.keys(REFUSED)),
    '',
  ].join('\n');
}

const named = (layers: object) => Object.keys(layers).filter((n) => !INTERNAL.test(n));
