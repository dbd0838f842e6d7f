import { isOnnx, type Model } from '../../../graph-model/core/model.ts';
import { formatLarge } from '../../../graph-model/format.ts';

/**
 * How many parameters a model has; empty for a source without tensors of its own: a forest keeps its numbers in its trees, and
 * "0 parameters" would say that it holds nothing.
 */
export function parametersText(model: Model, count: number): string {
  if (count === 0 && !isOnnx(model)) return '';
  return `${formatLarge(count)} ${count === 1 ? 'parameter' : 'parameters'}`;
}
