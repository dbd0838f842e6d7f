import { describe, expect, it } from 'vitest';
import { operatorRow } from '../../../src/graph-model/operators/rows.ts';
import { loadOperators } from '../../../src/graph-model/operators/schemas.ts';

describe('the operator table', async () => {
  const table = await loadOperators();

  it('holds every operator of ONNX and ONNX Runtime', () => {
    const count = (domain: string) => table.allOperators().filter((o) => o.domain === domain).length;
    expect([count(''), count('ai.onnx.ml'), count('com.microsoft')]).toEqual([203, 19, 150]);
    expect(table.latestOpset).toBe(28);
  });

  it('finds the row that rules a version', () => {
    expect(table.schemaOf('', 'Reshape', 13)!.since).toBe(13);
    expect(table.schemaOf('ai.onnx', 'Reshape', 12)!.since).toBe(5);
    expect(table.schemaOf('', 'Gelu', 19)).toBeNull();
    expect(table.schemaOf('', 'constructor', 19)).toBeNull();
    expect(table.versionsOf('', 'Softmax')).toEqual([1, 11, 13]);
  });

  it('unpacks signatures', () => {
    const resize = table.schemaOf('', 'Resize', 19)!;
    expect(resize.inputs.map((f) => [f.name, f.option])).toEqual([
      ['X', 'single'],
      ['roi', 'optional'],
      ['scales', 'optional'],
      ['sizes', 'optional'],
    ]);
    expect([resize.minInputs, resize.maxInputs, resize.minOutputs, resize.maxOutputs]).toEqual([1, 4, 1, 1]);
    expect(resize.attributes.get('cubic_coeff_a')!.default).toEqual({ kind: 'float', value: -0.75 });
    expect(resize.constraints.get('T1')).toContain('tensor(float)');
    const concat = table.schemaOf('', 'Concat', 13)!;
    expect(concat.attributes.get('axis')!.required).toBe(true);
    expect(concat.maxInputs).toBe(2147483647);
    expect(table.schemaOf('', 'Upsample', 10)!.deprecated).toBe(true);
    expect(table.schemaOf('', 'Gelu', 20)!.hasFunction).toBe(true);
  });

  it('has a rule of inference for every operator', () => {
    const without = table.allOperators().filter((o) => !operatorRow(o.domain, o.op)?.infer);
    expect(without).toEqual([]);
  });
});
