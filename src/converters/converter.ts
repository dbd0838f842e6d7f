/** What a format has to offer: recognise its files, read them into a Model of its dialect, lower that to ONNX. */
import type { BlobLike } from '../graph-model/core/bytes.ts';
import type { Reference, Unreferenced } from '../graph-model/builders/reference.ts';
import type { Model } from '../graph-model/core/model.ts';
import type { JobContext } from '../graph-model/job.ts';

/** One file as it was dropped. */
export interface InputFile {
  /** The last part of the path. */
  readonly name: string;
  /** Relative to what was dropped, with `/`: `saved_model/variables/variables.index`. */
  readonly path: string;
  readonly blob: BlobLike;
}

/** How sure a converter is: 0 not mine, 1 the name says so, 2 the content may be mine, 3 certain. */
export type Score = 0 | 1 | 2 | 3;

export interface SniffInput {
  readonly file: InputFile;
  /** The first 4 KB, fewer when the file is shorter. */
  readonly head: Uint8Array;
  readonly siblings: readonly InputFile[];
}

/** The row of the registry: all that is known without loading the converter's code. */
export interface ConverterEntry {
  readonly id: string;
  readonly label: string;
  /** For the file dialog, with the dot. */
  readonly extensions: readonly string[];
  sniff(input: SniffInput): Score;
  /** The folder (with its slash) of all files of a model, from the main file's path; absent: the main file's own. */
  folder?(path: string): string;
  load(): Promise<Converter>;
}

export interface Converter {
  /** Reads `main` with the other files at hand. Throws FormatError; what can be worked around goes to `job.report`. */
  read(main: InputFile, files: readonly InputFile[], job: JobContext): Promise<Model>;
  /** Source operators to ONNX. Absent for ONNX itself. */
  toOnnx?(model: Model, options: ConvertOptions, job: JobContext): Promise<Model>;
  /**
   * A direct evaluation of the source model, written apart from `toOnnx`, by which the trust report checks a conversion;
   * where this model has none, what of it is not evaluated. Absent for formats without one.
   */
  reference?(model: Model, job: JobContext): Promise<Reference | Unreferenced>;
}

export interface ConvertOptions {
  readonly opset?: number;
  readonly signature?: string;
  readonly outputs?: readonly string[];
  /**
   * What is done about nodes without an ONNX form, by name: cuts, the operator that takes their place, or a piece of ONNX,
   * as text or as a model; see `applyReplacements`.
   */
  readonly replace?: Readonly<Record<string, string | Model>>;
}
