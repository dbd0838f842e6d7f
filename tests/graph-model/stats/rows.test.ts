import { expect, test } from 'vitest';
import { bytesOf, type BlobLike } from '../../../src/graph-model/core/bytes.ts';
import { floatTensor, tensorOf, type DenseTensor, type Tensor } from '../../../src/graph-model/core/tensor.ts';
import { npyParts } from '../../../src/graph-model/stats/npy.ts';
import { asMatrix, formatElement, heatMapOf, nestedRows } from '../../../src/graph-model/stats/rows.ts';
import { readTensorSlice } from '../../../src/graph-model/stats/slice.ts';

const range = (count: number): DenseTensor => ({
  dtype: 'int32',
  dims: [count],
  values: Int32Array.from({ length: count }, (_, i) => i),
});

test('nested rows close their brackets', () => {
  expect(nestedRows(range(12), [2, 3, 2])).toEqual([
    '[[[0, 1]',
    '  [2, 3]',
    '  [4, 5]]',
    ' [[6, 7]',
    '  [8, 9]',
    '  [10, 11]]]',
  ]);
  expect(nestedRows(range(3), [3])).toEqual(['[0, 1, 2]']);
  expect(nestedRows(range(1), [])).toEqual(['0']);
  expect(nestedRows(range(0), [0, 4])).toEqual(['[]']);
});

test('nested rows say what they leave out', () => {
  expect(nestedRows(range(8), [4, 4], 6)).toEqual(['[[0, 1, 2, 3]', ' [4, 5, …]']);
  expect(nestedRows(range(8), [4, 4], 8)).toEqual(['[[0, 1, 2, 3]', ' [4, 5, 6, 7]', '…']);
});

test('elements read like their type', () => {
  const one = (dtype: DenseTensor['dtype'], values: DenseTensor['values']) =>
    formatElement({ dtype, dims: [1], values }, 0);
  expect(one('bool', Uint8Array.of(1))).toBe('true');
  expect(one('string', ['a"b'])).toBe('"a\\"b"');
  expect(one('float16', Uint16Array.of(0x3c00))).toBe('1');
  expect(one('int64', BigInt64Array.of(-5n))).toBe('−5');
  expect(one('complex64', Float32Array.of(1, -2))).toBe('1−2i');
});

test('a slice reads only its bytes', async () => {
  const asked: [number, number][] = [];
  const blob: BlobLike = {
    size: 4000,
    slice: (begin, end) => (
      asked.push([begin, end]),
      { ...blob, arrayBuffer: async () => new ArrayBuffer(end - begin) }
    ),
    arrayBuffer: async () => new ArrayBuffer(4000),
  };
  const tensor: Tensor = {
    dtype: 'float',
    dims: [10, 100],
    storage: 'raw_data',
    data: { kind: 'blob', blob, begin: 0, end: 4000 },
  };
  expect((await readTensorSlice(tensor, 100, 124)).values).toHaveLength(24);
  expect(asked).toEqual([[400, 496]]);
  expect((await readTensorSlice(tensor, 990, 2000)).dims).toEqual([10]);
});

test('a slice of packed elements may begin inside a byte', async () => {
  const tensor: Tensor = {
    dtype: 'uint4',
    dims: [5],
    storage: 'raw_data',
    data: bytesOf(Uint8Array.of(0x21, 0x43, 0x05)),
  };
  expect([...(await readTensorSlice(tensor, 1, 4)).values]).toEqual([2, 3, 4]);
  expect([...(await readTensorSlice(tensor, 3, 5)).values]).toEqual([4, 5]);
});

test('the heat map is the upper left corner of the tensor as a matrix', async () => {
  const tensor = floatTensor(
    Array.from({ length: 40 * 30 }, (_, i) => i),
    [40, 30, 1, 1],
  );
  const map = await heatMapOf(tensor);
  expect([map.rows, map.columns]).toEqual([18, 24]);
  expect(map.values[24]).toBe(30);
  expect(map.values[17 * 24 + 23]).toBe(17 * 30 + 23);
});

test('vectors wrap, and what is missing in the last row is NaN', async () => {
  expect(asMatrix([30])).toEqual({ rows: 2, columns: 24 });
  const map = await heatMapOf(floatTensor(Array.from({ length: 30 }, (_, i) => i)));
  expect([map.rows, map.columns, map.values[24], map.values[30]]).toEqual([2, 24, 24, NaN]);
  expect(asMatrix([])).toEqual({ rows: 1, columns: 1 });
  expect(asMatrix([0, 5])).toEqual({ rows: 0, columns: 0 });
});

test('.npy has the header NumPy reads and the untouched bytes', async () => {
  const [header, data] = (await npyParts(floatTensor([1, 2], [1, 2]))) as [Uint8Array, Uint8Array];
  const text = new TextDecoder('latin1').decode(header);
  expect(text.slice(1, 6)).toBe('NUMPY');
  expect(text).toContain("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }");
  expect(header.byteLength % 64).toBe(0);
  expect([...new Float32Array(data.slice().buffer)]).toEqual([1, 2]);
});

test('.npy widens what NumPy lacks and writes strings as UTF-32', async () => {
  const bf16 = await npyParts(tensorOf({ dtype: 'bfloat16', dims: [1], values: Uint16Array.of(0x3f80) }));
  expect(new TextDecoder('latin1').decode(bf16[0] as Uint8Array)).toContain("'<f4'");
  expect([...new Float32Array((bf16[1] as Uint8Array).slice().buffer)]).toEqual([1]);
  const words = await npyParts(tensorOf({ dtype: 'string', dims: [2], values: ['é', 'ab'] }));
  expect(new TextDecoder('latin1').decode(words[0] as Uint8Array)).toContain(
    "'<U2', 'fortran_order': False, 'shape': (2,)",
  );
  expect([...new Uint32Array((words[1] as Uint8Array).slice().buffer)]).toEqual([0xe9, 0, 97, 98]);
});
