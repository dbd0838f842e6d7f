/**
 * The checker: everything onnx.checker and runtimes' loaders object to, and what a careful reader would. It never throws on
 * a bad model and stops at a bounded number of problems of one kind.
 */
import type { Model } from '../core/model.ts';
import type { Diagnostic } from '../diagnostics.ts';
import type { TypeTable } from '../operators/operator.ts';
import type { CheckContext, Schemas } from './context.ts';
import { checkGraphs } from './graphs.ts';
import { checkHeader } from './header.ts';
import { checkNodes } from './nodes.ts';
import { checkTensors } from './tensors.ts';

/** So many problems of one code are listed; the list then says how many more there are by being this long. */
export const MOST_OF_A_KIND = 200;

const ORDER = { error: 0, warning: 1, info: 2 } as const;

/** All problems, errors first, each kind in the order of the graph. */
export function checkModel(model: Model, schemas: Schemas, types: TypeTable | null): Diagnostic[] {
  const problems: Diagnostic[] = [];
  const counts = new Map<string, number>();
  const add = (problem: Diagnostic) => {
    const n = (counts.get(problem.code) ?? 0) + 1;
    counts.set(problem.code, n);
    if (n <= MOST_OF_A_KIND) problems.push(problem);
  };
  const context: CheckContext = { model, schemas, types, add };
  checkHeader(context);
  checkGraphs(context);
  checkNodes(context);
  checkTensors(context);
  return problems.sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}
