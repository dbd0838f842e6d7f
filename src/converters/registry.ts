/** The one table of formats. A format is a folder beside this file and one line here. */
import type { ConverterEntry } from './converter.ts';
import { sniffOnnx } from './onnx/sniff.ts';
import { sniffOnnxText } from './onnx-text/sniff.ts';
import { modelFolder, sniffSparkml } from './sparkml/sniff.ts';

export const CONVERTERS: readonly ConverterEntry[] = [
  {
    id: 'onnx',
    label: 'ONNX',
    extensions: ['.onnx'],
    sniff: sniffOnnx,
    load: async () => (await import('./onnx/index.ts')).onnxConverter,
  },
  {
    id: 'onnx-text',
    label: 'ONNX text form',
    extensions: ['.onnxtxt'],
    sniff: sniffOnnxText,
    load: async () => (await import('./onnx-text/index.ts')).onnxTextConverter,
  },
  {
    id: 'sparkml',
    label: 'Spark ML',
    extensions: [],
    sniff: sniffSparkml,
    folder: modelFolder,
    load: async () => (await import('./sparkml/index.ts')).sparkmlConverter,
  },
];

/** The row of a format. */
export function converterOf(id: string): ConverterEntry | null {
  return CONVERTERS.find((c) => c.id === id) ?? null;
}
