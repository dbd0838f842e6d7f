/** LIBSVM's and LIBLINEAR's text models name their kind within the first lines. */
import type { Score, SniffInput } from '../converter.ts';

export function sniffLibsvm({ head }: SniffInput): Score {
  const text = new TextDecoder().decode(head);
  if (/^\uFEFF?\s*svm_type [a-z_]+\s*$/m.test(text) && /^kernel_type /m.test(text)) return 3;
  return /^\uFEFF?\s*solver_type \w+\s*$/m.test(text) && /^nr_class /m.test(text) ? 3 : 0;
}
