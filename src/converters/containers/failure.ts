/** How the readers of classical formats say that a file is damaged: they know where, this knows which file. */
import { FormatError } from '../../graph-model/diagnostics.ts';

export interface Failure {
  readonly format: string;
  readonly file: string;
  /** @param where a line, a JSON path, a byte: "line 12", "learner.objective" */
  damaged(where: string, why: string): never;
  truncated(why: string): never;
  /** Of a right file that ONNX, or Graphwright, cannot express. */
  refused(why: string): never;
  /** @param what what the user can do */
  unreadable(why: string, what: string): never;
}

export function failureOf(format: string, file: string): Failure {
  return {
    format,
    file,
    damaged: (where, why) => {
      throw new FormatError('classic.damaged', { format, file, where, why });
    },
    truncated: (why) => {
      throw new FormatError('classic.truncated', { format, file, why });
    },
    refused: (why) => {
      throw new FormatError('classic.refused', { format, file, why });
    },
    unreadable: (why, what) => {
      throw new FormatError('classic.unreadable', { format, file, why, what });
    },
  };
}

/** Text of a file in a message: short, and without line breaks. */
export function quoted(text: unknown): string {
  const plain = String(text).replace(/\s+/g, ' ');
  return `'${plain.length > 40 ? `${plain.slice(0, 40)}…` : plain}'`;
}
