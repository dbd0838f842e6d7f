/** A list of labels beside a model: one a line, as Custom Vision and most samples of TensorFlow Lite have it. */
import type { Annotator } from '../annotate.ts';

export const labelsBeside: Annotator = async (model, beside) => {
  if (model.metadata?.has('labels') || model.metadata?.has('names')) return null;
  const text = await beside.text(/^(labels?|label_?map|classes)\.txt$/i);
  const labels = text === null ? [] : linesOf(text);
  return labels.length > 0 ? new Map([['labels', labels.join('\n')]]) : null;
};

/** Lines however they end, without the empty ones at the end. */
export function linesOf(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .replace(/\s+$/, '')
    .split(/\r?\n/)
    .map((line) => line.trim());
}
