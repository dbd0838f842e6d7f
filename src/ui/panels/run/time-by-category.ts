import { categoryOf, type Category } from '../../../graph-model/operators/category.ts';
import type { NodeTime } from '../../../runtime/types.ts';

/** Total time by category, longest first. */
export function timeByCategory(nodes: readonly NodeTime[]): { category: Category; ms: number }[] {
  const sums = new Map<Category, number>();
  for (const { op, ms } of nodes) {
    const category = guessCategory(op);
    sums.set(category, (sums.get(category) ?? 0) + ms);
  }
  return [...sums].map(([category, ms]) => ({ category, ms })).sort((a, b) => b.ms - a.ms);
}

/** The runtime names operators without their domain. */
export function guessCategory(op: string): Category {
  const known = ['', 'com.microsoft', 'ai.onnx.ml'].map((domain) => categoryOf(domain, op));
  return known.find((c) => c !== 'unsupported') ?? 'unsupported';
}
