/** What is converted, as the page of the documentation: made from the table of lowerings itself. */
import { ACTIVATION_NAMES } from './lower/activations.ts';
import { OP_NAMES } from './lower/ops.ts';
import { REFUSED, REFUSED_OPS } from './lower/refused.ts';
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
    'Layers of your own and `Lambda` hold Python code, which is not run: they are drawn, all named in one sentence, and',
    'replaced by `--replace NAME=cut|OPERATOR|FILE.onnx`.',
    '',
    '| layers | why |',
    '|---|---|',
    ...reasons(REFUSED),
    '',
    '| functions of keras.ops | why |',
    '|---|---|',
    ...reasons(REFUSED_OPS),
    '',
  ].join('\n');
}

/** A row for each reason. */
function reasons(refused: Readonly<Record<string, string>>): string[] {
  const all = [...new Set(Object.values(refused))];
  return all.map((why) => `| ${words(Object.keys(refused).filter((n) => refused[n] === why))} | ${why} |`);
}

const named = (layers: object) => Object.keys(layers).filter((n) => !INTERNAL.test(n));
