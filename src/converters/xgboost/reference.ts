/** XGBoost evaluated directly: its trees, or the weights of a linear booster. */
import { headOf } from '../../graph-model/builders/dialect-model.ts';
import { forestReference, headTensors } from '../../graph-model/builders/forest-reference.ts';
import { applyHead } from '../../graph-model/builders/heads.ts';
import { matrixOf, type Reference } from '../../graph-model/builders/reference.ts';
import type { Node } from '../../graph-model/core/model.ts';
import { tensorAtHand } from '../../graph-model/core/tensor.ts';

export function boosterReference(node: Node): Reference | null {
  return node.attributes.has('weights') ? linearReference(node) : forestReference(node);
}

function linearReference(node: Node): Reference | null {
  const read = (name: string) => {
    const a = node.attributes.get(name);
    return a?.kind === 'tensor' ? tensorAtHand(a.value) : null;
  };
  const [weights, base] = [read('weights'), read('base_margin')];
  if (!weights || !base) return null;
  const [rows, outputs] = [weights.dims[0]! - 1, weights.dims[1]!];
  const w = weights.values as Float32Array;
  const head = headOf(node);
  const score = (x: ArrayLike<number>, k: number) => {
    let sum = (base.values as Float32Array)[k]! + w[rows * outputs + k]!;
    for (let i = 0; i < rows; i++) if (!Number.isNaN(x[i]!)) sum += x[i]! * w[i * outputs + k]!;
    return sum;
  };
  return {
    what: 'its linear weights in float64',
    probes: [],
    takesMissing: true,
    takesUnknown: false,
    cost: rows * outputs,
    evaluate(inputs) {
      const { x, columns } = matrixOf(inputs, 'X');
      const count = x.length / columns;
      const made = Array.from({ length: count }, (_, row) => {
        const values = (x as Float32Array).subarray(row * columns, (row + 1) * columns);
        return applyHead(
          Float64Array.from({ length: outputs }, (_, k) => score(values, k)),
          head,
        );
      });
      const labels = made.flatMap((m) => (m.label === null ? [] : [m.label]));
      return headTensors(
        head,
        count,
        made.map((m) => [...m.values]),
        labels,
      );
    },
  };
}
