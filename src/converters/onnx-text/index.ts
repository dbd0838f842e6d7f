/** ONNX models in the text form (ONNX, Syntax.md), with the annotations that Graphwright's printer adds. */
import { FormatError } from '../../graph-model/diagnostics.ts';
import { parseModel } from '../../graph-model/text/parse.ts';
import type { Converter } from '../converter.ts';
import { addFiles } from '../missing-files.ts';

/** Text is parsed as one string; the engine's strings end here. */
const LIMIT = 256 * 1024 * 1024;

export const onnxTextConverter: Converter = {
  async read(main, files) {
    const { size } = main.blob;
    if (size > LIMIT) throw new FormatError('file.text-too-long', { file: main.name, size, limit: LIMIT });
    const model = parseModel(new TextDecoder().decode(await main.blob.arrayBuffer()));
    return addFiles({ ...model, source: { format: 'onnx-text', fileName: main.name, size } }, files);
  },
};
