/** Tells the text form by its header. */
import type { Score, SniffInput } from '../converter.ts';

/** Files that begin with a model's header, comments before it left aside. */
export function sniffOnnxText({ file, head }: SniffInput): Score {
  const text = new TextDecoder().decode(head);
  const begins = /^(\s*#[^\n]*\n)*\s*<\s*(ir_version|opset_import)\s*:/.test(text);
  if (begins) return 3;
  return /\.onnxtxt$/i.test(file.name) ? 1 : 0;
}
