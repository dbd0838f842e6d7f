/** What is converted, as the page of the documentation: made from the table of lowerings itself. */
import { CUSTOM_OPS, FAMILIES, REFUSED } from './lower/table.ts';

const words = (names: readonly string[]) => names.map((n) => `\`${n}\``).join(', ');

/** docs/support/tflite.md, whole. */
export function supportPage(): string {
  const count = FAMILIES.reduce((n, f) => n + Object.keys(f.ops).length, 0);
  return [
    '# TensorFlow Lite operators',
    '',
    `${count} builtin operators become ONNX (opset 18; 21 where 16-bit integers are quantised). Operators outside this list`,
    'are drawn, and refused by name when converting.',
    '',
    '| family | operators |',
    '|---|---|',
    ...FAMILIES.map((f) => `| ${f.title} | ${words(Object.keys(f.ops))} |`),
    '',
    '## Custom operators',
    '',
    `${words(Object.keys(CUSTOM_OPS))}. Others, and TensorFlow's operators behind the Flex delegate, are refused by name.`,
    '',
    '## Quantisation',
    '',
    '| model | becomes |',
    '|---|---|',
    '| float16 weights | float32 weights |',
    '| dynamic range (8-bit weights) | the 8-bit weights with DequantizeLinear; activations stay float32, which TensorFlow Lite rounds as it runs |',
    '| full integer, 8 bits | QuantizeLinear and DequantizeLinear with the scales and zero points of the file; results within one step |',
    '| 16-bit activations | the same, at opset 21 |',
    '| sparse weights | laid out densely |',
    '',
    'Results are those of the interpreter as it is by default, with its delegate. Its reference kernels give others for the sum of',
    'quantised tensors and for LOCAL_RESPONSE_NORMALIZATION, and after a convolution of 8 bits a step more or less, which a steep',
    'function makes several of. A quantised 0 divided by 0 is 0 here.',
    '',
    '## Refused, with the reason',
    '',
    '| operator | why |',
    '|---|---|',
    ...Object.entries(REFUSED).map(([op, why]) => `| \`${op}\` | ${why} |`),
    '',
  ].join('\n');
}
