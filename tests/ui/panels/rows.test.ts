/** Rows typed into a form as the tensors that a model reads. */
import { describe, expect, it } from 'vitest';
import { buildModel } from '../../../src/graph-model/core/empty.ts';
import { tensorType, type Dim, type DType } from '../../../src/graph-model/core/types.ts';
import { blankRow, problemOf, rowsAsInputs, rowsFromInputs, tableColumns } from '../../../src/ui/panels/run/rows.ts';
import { inputsOf } from '../../../src/ui/panels/run/run-request.ts';

const modelOf = (...inputs: [string, DType, Dim[]][]) =>
  buildModel({ opsets: [{ domain: '', version: 17 }] }, (d) => {
    d.setGraphInputs(
      d.main,
      inputs.map(([name, dtype, dims]) => d.newValue(d.main, name, null, { type: tensorType(dtype, dims) })),
    );
  });

describe('typed rows', () => {
  const model = modelOf(['age', 'float', ['N', 1]], ['city', 'string', ['N', 1]], ['n', 'int64', ['N']]);
  const inputs = inputsOf(model);
  const columns = tableColumns(model, inputs, null)!;

  it('have a field for each column, and come back as they were typed', () => {
    expect(columns.map((c) => [c.name, c.dtype])).toEqual([
      ['age', 'float'],
      ['city', 'string'],
      ['n', 'int64'],
    ]);
    expect(blankRow(columns)).toEqual(['0', '', '0']);
    const rows = [
      ['41.1', 'Köln, "x"', '-3'],
      ['', '', '9007199254740991'],
    ];
    const made = rowsAsInputs(columns, rows, inputs);
    const tensor = (name: string) => (made[name]!.kind === 'values' ? made[name]!.tensor : null)!;
    expect(tensor('age')).toEqual({ dtype: 'float', dims: [2, 1], values: Float32Array.of(41.1, NaN) });
    expect(tensor('n')).toEqual({ dtype: 'int64', dims: [2], values: BigInt64Array.of(-3n, 9007199254740991n) });
    expect(tensor('city').values).toEqual(['Köln, "x"', '']);
    expect(rowsFromInputs(columns, made)).toEqual(rows);
  });

  it('say what is wrong with a text', () => {
    const [age, , n] = columns;
    expect(problemOf(age!, 'forty')).toMatch(/not a number/);
    expect(problemOf(age!, ' ')).toBeNull();
    expect(problemOf(age!, '1e-3')).toBeNull();
    expect(problemOf(n!, '1.5')).toMatch(/whole number/);
    expect(problemOf(n!, '')).toMatch(/whole number/);
  });

  it('are offered for tables alone', () => {
    const of = (...i: Parameters<typeof modelOf>) => {
      const m = modelOf(...i);
      return tableColumns(m, inputsOf(m), null);
    };
    expect(of(['x', 'float', ['N', 3, 224, 224]])).toBeNull();
    expect(of(['x', 'float', ['N', null]])).toBeNull();
    expect(of(['x', 'float', ['N', 5000]])).toBeNull();
    expect(of(['x', 'float', [8, 3]])).toBeNull();
    expect(of(['X', 'float', ['N', 2]])!.map((c) => c.name)).toEqual(['X[0]', 'X[1]']);
  });
});
