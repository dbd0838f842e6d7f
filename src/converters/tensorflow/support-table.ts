/** What is converted, as the page of the documentation: made from the table of lowerings itself. */
import { REFUSED } from './lower/refused.ts';
import { FAMILIES } from './lower/table.ts';

const words = (names: readonly string[]) =>
  [...names]
    .sort()
    .map((n) => `\`${n}\``)
    .join(', ');

/** Reasons with the operators that they hold for, in the order of the table. */
function refusals(): ReadonlyMap<string, string[]> {
  const byReason = new Map<string, string[]>();
  for (const [op, why] of REFUSED) byReason.set(why, [...(byReason.get(why) ?? []), op]);
  return byReason;
}

/** What a row of the table does not say: limits within operators that are converted. */
const LIMITS: readonly (readonly [string, string])[] = [
  [
    'shapes',
    'axes, paddings, block shapes, window sizes and strides must be constants; sizes, begins and ends may be computed',
  ],
  ['`ResizeArea`, `ScaleAndTranslate`', 'the sizes of the image and of the result must be known'],
  [
    '`FakeQuantWithMinMax…`',
    'becomes QuantizeLinear and DequantizeLinear: a value halfway between two steps may go to the other one',
  ],
  ['`NonMaxSuppressionV5`', 'with a sigma above 0 (soft suppression) is refused'],
  ['`CombinedNonMaxSuppression`', 'boxes that differ by class are refused'],
  ['`MatrixDiag…V2`, `V3`', 'diagonals other than the main one are refused'],
  ['`MaxPool`, `AvgPool`', 'windows over the batch or the channels are refused'],
  ['`RandomUniform`, `RandomStandardNormal`', 'draw other numbers than TensorFlow would'],
  ['`SegmentMax`, `SegmentMin`', 'of a segment without rows give 0, as TensorFlow does'],
  [
    'float64',
    'convolutions, resizing and some functions are computed in float32, for ONNX Runtime has them in no other type',
  ],
  ['complex numbers', 'only what lies between a Fourier transform and its real part, imaginary part or absolute value'],
];

/** docs/support/tensorflow.md, whole. */
export function supportPage(): string {
  const count = FAMILIES.reduce((n, f) => n + Object.keys(f.ops).length, 0);
  return [
    '# TensorFlow operators',
    '',
    `${count} operators become ONNX (opset 18), in SavedModels, frozen graphs and TF.js graph models alike; control flow,`,
    'variables, tables and lists are resolved before. Operators outside this list are drawn, and refused by the name of',
    'their node when converting.',
    '',
    '| family | operators |',
    '|---|---|',
    ...FAMILIES.map((f) => `| ${f.title} | ${words(Object.keys(f.ops))} |`),
    '',
    '## Limits',
    '',
    ...LIMITS.map(([what, limit]) => `- ${what}: ${limit}.`),
    '',
    '## Refused, with the reason',
    '',
    ...[...refusals()].map(([why, ops]) => `- ${why[0]!.toUpperCase()}${why.slice(1)}: ${words(ops)}.`),
    '',
  ].join('\n');
}
