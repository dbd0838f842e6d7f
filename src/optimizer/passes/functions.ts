/** Model-local functions and composite operators taken apart. */
import { Draft, label } from '../../graph-model/core/draft.ts';
import { opsetsOf, opsetVersion, type Model, type Node } from '../../graph-model/core/model.ts';
import { expandable, expandNode, isComposite } from '../../graph-model/functions/expand.ts';
import { inlineFunctions } from '../../graph-model/functions/inline.ts';
import { loadOperators } from '../../graph-model/operators/schemas.ts';
import { convertOpset } from '../../graph-model/opset/convert.ts';
import type { Applied, Pass, PassHost, Refused } from '../rule.ts';

export const INLINE_FUNCTIONS: Pass = {
  id: 'inline-functions',
  label: 'Inline functions',
  summary: 'Every call of a model-local function is replaced by what the function does.',
  defaults: {},
  run: async (model, _options, host) => {
    const schemas = await loadOperators();
    const { change, calls, refused } = inlineFunctions(oneOpset(model, host, schemas), schemas);
    if (calls.length === 0) return { after: model, applied: [], refused: refused.map((r) => refusal(model, r)) };
    const applied = calls.map(({ call, nodes }): Applied => {
      return { by: 'inline-functions', place: label(call), removed: [call.id], added: nodes };
    });
    return { after: change.after, applied, refused: refused.map((r) => refusal(model, r)) };
  },
};

const refusal = (model: Model, r: { node: Node['id']; reason: string }): Refused => ({
  by: 'inline-functions',
  place: label(model.nodes.at(r.node)),
  node: r.node,
  reason: r.reason,
});

/** Functions written for another opset are brought to the model's own first, where that can be done. */
function oneOpset(model: Model, host: PassHost, schemas: Parameters<typeof convertOpset>[2]['schemas']): Model {
  const opset = opsetVersion(model.opsets, '');
  if (opset === null || model.functions.every((f) => (opsetVersion(f.opsets, '') ?? opset) === opset)) return model;
  const { change } = convertOpset(model, opset, { schemas, types: (draft) => host.types(draft.base) });
  return change?.after ?? model;
}

export const EXPAND_COMPOSITES: Pass = {
  id: 'expand',
  label: 'Expand composites',
  summary: 'Composite operators (LayerNormalization, Gelu, Attention …) are said with the primitives that define them.',
  defaults: { operators: '' },
  run: async (model, options, host, job) => {
    const schemas = await loadOperators();
    const asked = new Set(
      String(options.operators)
        .split(/[\s,]+/)
        .filter(Boolean),
    );
    const wanted = (op: string) => (asked.size > 0 ? asked.has(op) : isComposite(op));
    const draft = new Draft(model);
    const types = host.types(model);
    const applied: Applied[] = [];
    const refused: Refused[] = [];
    for (const node of expandable(model, schemas)) {
      job.signal.throwIfAborted();
      if (!wanted(node.op) || !draft.hasNode(node.id)) continue;
      const place = label(node);
      const from = draft.edits.nodes.length;
      const opset = opsetVersion(opsetsOf(model, node.graph), '')!;
      const reason = expandNode(draft, node, opset, schemas, types);
      if (reason !== null) refused.push({ by: 'expand', place, node: node.id, reason: `${node.op}: ${reason}.` });
      else {
        const added = new Set(draft.edits.nodes.slice(from).filter((n) => !model.nodes.has(n) && draft.hasNode(n)));
        applied.push({ by: 'expand', place, removed: [node.id], added: [...added] });
      }
    }
    return { after: applied.length === 0 ? model : draft.commit('Expand composites').after, applied, refused };
  },
};
