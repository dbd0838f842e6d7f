/** Elements as plain numbers, fast: what statistics and pictures are made from. */
import { elementArray, toNumbers, type DenseTensor } from '../core/tensor.ts';
import { dtypeInfo, type DType } from '../core/types.ts';

const tables = new Map<DType, Float64Array>();

/**
 * The elements as numbers; complex ones by their magnitude. Small floats go through a table of all their bit patterns
 * (65,536 at most), which is an order of magnitude faster than decoding each.
 */
export function numbersOf(dense: DenseTensor): Float32Array | Float64Array {
  if (dense.dtype.startsWith('complex')) return magnitudes(toNumbers(dense));
  if (!isSmallFloat(dense.dtype)) return toNumbers(dense);
  const table = bitTable(dense.dtype);
  const bits = dense.values as Uint16Array;
  const out = new Float64Array(bits.length);
  for (let i = 0; i < out.length; i++) out[i] = table[bits[i]!]!;
  return out;
}

function isSmallFloat(dtype: DType): boolean {
  return dtype === 'float16' || dtype === 'bfloat16' || dtype.startsWith('float8') || dtype === 'float4e2m1';
}

function bitTable(dtype: DType): Float64Array {
  let table = tables.get(dtype);
  if (!table) {
    const patterns = elementArray(dtype, 2 ** dtypeInfo(dtype).bits) as Uint16Array;
    for (let i = 0; i < patterns.length; i++) patterns[i] = i;
    table = Float64Array.from(toNumbers({ dtype, dims: [patterns.length], values: patterns }));
    tables.set(dtype, table);
  }
  return table;
}

function magnitudes(pairs: Float32Array | Float64Array): Float64Array {
  const out = new Float64Array(pairs.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Math.hypot(pairs[2 * i]!, pairs[2 * i + 1]!);
  return out;
}

/** True for the types whose values are whole numbers. */
export function isWhole(dtype: DType): boolean {
  return /^u?int\d/.test(dtype) || dtype === 'bool';
}
