/** What a node, a selection or group, or the whole model costs: multiply-adds and bytes, as expressions where dimensions are names. */
import { useMemo } from 'react';
import { isOnnx, type Node, type NodeId } from '../../../graph-model/core/model.ts';
import type { Dim } from '../../../graph-model/core/types.ts';
import { formatBytes, formatCount, formatLarge } from '../../../graph-model/format.ts';
import { costOfSelection } from '../../../graph-model/groups/group-cost.ts';
import { costOf, modelCost } from '../../../graph-model/operators/cost.ts';
import { useStore } from '../../store/store.ts';
import { useTypeTable } from '../parts/use-type-table.ts';

export function NodeCostSection({ node }: { node: Node }) {
  const model = useStore((s) => s.model)!;
  const types = useTypeTable();
  const cost = useMemo(() => costOf(model, node, types), [model, node, types]);
  return (
    <CostSection
      rows={[
        ['multiply-adds', say(cost.macs, formatLarge)],
        ['reads', say(cost.inputBytes, formatBytes)],
        ['makes', say(cost.outputBytes, formatBytes)],
      ]}
    />
  );
}

/** Several nodes together, such as those of a group. */
export function SelectionCostSection({ nodes }: { nodes: readonly NodeId[] }) {
  const model = useStore((s) => s.model)!;
  const types = useTypeTable();
  const cost = useMemo(
    () =>
      costOfSelection(
        model,
        nodes.map((id) => model.nodes.at(id)),
        types,
      ),
    [model, nodes, types],
  );
  return (
    <CostSection
      rows={[
        ['multiply-adds', say(cost.macs, formatLarge)],
        ['parameters', formatCount(cost.parameters)],
        ['activations', say(cost.activationBytes, formatBytes)],
      ]}
    />
  );
}

export function ModelCostSection() {
  const model = useStore((s) => s.model)!;
  const types = useTypeTable();
  const analysed = useStore((s) => s.analysed);
  const cost = useMemo(() => (analysed ? modelCost(model, types) : null), [analysed, model, types]);
  // What operators of another framework cost is known once they are ONNX.
  if (!isOnnx(model)) return null;
  return (
    <CostSection
      rows={[
        ['multiply-adds', cost ? say(cost.macs, formatLarge) : '…'],
        ['activations', cost ? say(cost.activationBytes, formatBytes) : '…'],
        ['peak memory', cost ? say(cost.peakBytes, formatBytes) : '…'],
      ]}
    />
  );
}

/** A number as people read it, an expression as it is, a question mark where it cannot be told. */
function say(value: Dim, format: (n: number) => string): string {
  return typeof value === 'number' ? format(value) : (value ?? '?');
}

function CostSection({ rows }: { rows: readonly (readonly [string, string])[] }) {
  return (
    <section className="sec" aria-label="Cost">
      <h3>Cost</h3>
      <dl className="kv gp-cost">
        {rows.map(([what, value]) => (
          <div key={what} className="gp-cost-row">
            <dt>{what}</dt>
            <dd className="mono ell" title={value}>
              {value}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
