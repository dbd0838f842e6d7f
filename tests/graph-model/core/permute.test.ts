import { describe, expect, it } from 'vitest';
import { permuted } from '../../../src/graph-model/core/permute.ts';
import { elementCount } from '../../../src/graph-model/core/tensor.ts';

/** Element for element, from the definition. */
function byDefinition(dims: readonly number[], perm: readonly number[], values: readonly number[]): number[] {
  const shape = perm.map((p) => dims[p]!);
  return values.map((_, i) => {
    let [rest, place] = [i, 0];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += (rest % shape[axis]!) * elementCount(dims.slice(perm[axis]! + 1));
      rest = Math.floor(rest / shape[axis]!);
    }
    return values[place]!;
  });
}

describe('a tensor with its axes in another order', () => {
  it.each([
    [
      [2, 3],
      [1, 0],
    ],
    [
      [3, 3, 4, 5],
      [3, 2, 0, 1],
    ],
    [
      [1, 1, 4, 5],
      [3, 2, 0, 1],
    ],
    [
      [2, 3, 4],
      [0, 2, 1],
    ],
    [
      [2, 1, 3, 1],
      [1, 2, 3, 0],
    ],
    [
      [1, 1, 1],
      [2, 0, 1],
    ],
    [
      [0, 3],
      [1, 0],
    ],
    [
      [2, 3, 2, 3, 2],
      [4, 1, 3, 0, 2],
    ],
  ])('%j by %j', (dims, perm) => {
    const values = Float32Array.from({ length: elementCount(dims) }, (_, i) => i);
    const made = permuted({ dtype: 'float', dims, values }, perm);
    expect(made.dims).toEqual(perm.map((p) => dims[p]));
    expect([...(made.values as Float32Array)]).toEqual(byDefinition(dims, perm, [...values]));
  });
});
