import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../../src/graph-model/core/bytes.ts';
import { smallFloatBits } from '../../../src/graph-model/core/small-float.ts';
import { encodeElements, typedStorage } from '../../../src/graph-model/core/tensor-encode.ts';
import {
  decodeTensor,
  denseByteLength,
  tensorAtHand,
  tensorOf,
  toNumbers,
  type DenseTensor,
  type Elements,
  type Tensor,
  type TensorStorage,
} from '../../../src/graph-model/core/tensor.ts';
import { DTYPES, type DType } from '../../../src/graph-model/core/types.ts';

/** Bit patterns and their values, from numpy and ml_dtypes 0.6.0 (`bits.view(dtype).astype(float64)`). */
const DECODED: readonly (readonly [DType, readonly number[], readonly number[]])[] = [
  [
    'float16',
    [0, 1, 1023, 1024, 15360, 15872, 31743, 31744, 32257, 32768, 48128, 64512, 128, 32640, 16256, 16457],
    [
      0.0,
      5.960464477539063e-8,
      6.097555160522461e-5,
      6.103515625e-5,
      1.0,
      1.5,
      65504.0,
      Infinity,
      NaN,
      -0,
      -1.0,
      -Infinity,
      7.62939453125e-6,
      NaN,
      1.875,
      2.142578125,
    ],
  ],
  [
    'bfloat16',
    [0, 1, 1023, 1024, 15360, 15872, 31743, 31744, 32257, 32768, 48128, 64512, 128, 32640, 16256, 16457],
    [
      0.0,
      9.183549615799121e-41,
      1.4987552972984166e-36,
      1.504632769052528e-36,
      0.0078125,
      0.125,
      2.648071397852762e36,
      2.658455991569832e36,
      4.286760286406354e37,
      -0,
      -0.0078125,
      -2.658455991569832e36,
      1.1754943508222875e-38,
      Infinity,
      1.0,
      3.140625,
    ],
  ],
  [
    'float8e4m3fn',
    [0, 1, 7, 8, 56, 64, 119, 120, 123, 124, 126, 127, 128, 129, 184, 254, 255],
    [
      0.0,
      0.001953125,
      0.013671875,
      0.015625,
      1.0,
      2.0,
      240.0,
      256.0,
      352.0,
      384.0,
      448.0,
      NaN,
      -0,
      -0.001953125,
      -1.0,
      -448.0,
      NaN,
    ],
  ],
  [
    'float8e4m3fnuz',
    [0, 1, 7, 8, 56, 64, 119, 120, 123, 124, 126, 127, 128, 129, 184, 254, 255],
    [
      0.0,
      0.0009765625,
      0.0068359375,
      0.0078125,
      0.5,
      1.0,
      120.0,
      128.0,
      176.0,
      192.0,
      224.0,
      240.0,
      NaN,
      -0.0009765625,
      -0.5,
      -224.0,
      -240.0,
    ],
  ],
  [
    'float8e5m2',
    [0, 1, 7, 8, 56, 64, 119, 120, 123, 124, 126, 127, 128, 129, 184, 254, 255],
    [
      0.0,
      1.52587890625e-5,
      0.0001068115234375,
      0.0001220703125,
      0.5,
      2.0,
      28672.0,
      32768.0,
      57344.0,
      Infinity,
      NaN,
      NaN,
      -0,
      -1.52587890625e-5,
      -0.5,
      NaN,
      NaN,
    ],
  ],
  [
    'float8e5m2fnuz',
    [0, 1, 7, 8, 56, 64, 119, 120, 123, 124, 126, 127, 128, 129, 184, 254, 255],
    [
      0.0,
      7.62939453125e-6,
      5.340576171875e-5,
      6.103515625e-5,
      0.25,
      1.0,
      14336.0,
      16384.0,
      28672.0,
      32768.0,
      49152.0,
      57344.0,
      NaN,
      -7.62939453125e-6,
      -0.25,
      -49152.0,
      -57344.0,
    ],
  ],
  [
    'float8e8m0',
    [0, 1, 7, 8, 56, 64, 119, 120, 123, 124, 126, 127, 128, 129, 184, 254, 255],
    [
      5.877471754111438e-39,
      1.1754943508222875e-38,
      7.52316384526264e-37,
      1.504632769052528e-36,
      4.235164736271502e-22,
      1.0842021724855044e-19,
      0.00390625,
      0.0078125,
      0.0625,
      0.125,
      0.5,
      1.0,
      2.0,
      4.0,
      1.4411518807585587e17,
      1.7014118346046923e38,
      NaN,
    ],
  ],
  [
    'float4e2m1',
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, -0, -0.5, -1.0, -1.5, -2.0, -3.0, -4.0, -6.0],
  ],
];

/** Values within range and their bits, from numpy and ml_dtypes 0.6.0 (`values.astype(dtype)`: nearest, ties to even). */
const ENCODED: readonly (readonly [DType, readonly number[], readonly number[]])[] = [
  [
    'float16',
    [
      0.0, -0, 1.0, -1.5, 0.1, 0.3333333333333333, 2.5, 3.5, 0.0625, 0.001, 1e-5, 6e-8, 240.0, 448.0, 57344.0, 65504.0,
      0.875, 5.0, 0.25, 0.75, 1.25, 0.001953125, 0.0009765625, 0.0029296875, 7.62939453125e-6, 3.814697265625e-6,
      1.1444091796875e-5,
    ],
    [
      0, 32768, 15360, 48640, 11878, 13653, 16640, 17152, 11264, 5145, 168, 1, 23424, 24320, 31488, 31743, 15104, 17664,
      13312, 14848, 15616, 6144, 5120, 6656, 128, 64, 192,
    ],
  ],
  [
    'bfloat16',
    [
      0.0, -0, 1.0, -1.5, 0.1, 0.3333333333333333, 2.5, 3.5, 0.0625, 0.001, 1e-5, 6e-8, 240.0, 448.0, 57344.0, 65504.0,
      65520.0, 1000000.0, 0.875, 5.0, 0.25, 0.75, 1.25, 0.001953125, 0.0009765625, 0.0029296875, 7.62939453125e-6,
      3.814697265625e-6, 1.1444091796875e-5,
    ],
    [
      0, 32768, 16256, 49088, 15821, 16043, 16416, 16480, 15744, 14979, 14120, 13185, 17264, 17376, 18272, 18304, 18304,
      18804, 16224, 16544, 16000, 16192, 16288, 15104, 14976, 15168, 14080, 13952, 14144,
    ],
  ],
  [
    'float8e4m3fn',
    [
      0.0, -0, 1.0, -1.5, 0.1, 0.3333333333333333, 2.5, 3.5, 0.0625, 0.001, 1e-5, 6e-8, 240.0, 448.0, 0.875, 5.0, 0.25,
      0.75, 1.25, 0.001953125, 0.0009765625, 0.0029296875, 7.62939453125e-6, 3.814697265625e-6, 1.1444091796875e-5,
    ],
    [0, 128, 56, 188, 29, 43, 66, 70, 24, 1, 0, 0, 119, 126, 54, 74, 40, 52, 58, 1, 0, 2, 0, 0, 0],
  ],
  [
    'float8e4m3fnuz',
    [
      0.0, -0, 1.0, -1.5, 0.1, 0.3333333333333333, 2.5, 3.5, 0.0625, 0.001, 1e-5, 6e-8, 240.0, 0.875, 5.0, 0.25, 0.75,
      1.25, 0.001953125, 0.0009765625, 0.0029296875, 7.62939453125e-6, 3.814697265625e-6, 1.1444091796875e-5,
    ],
    [0, 0, 64, 196, 37, 51, 74, 78, 32, 1, 0, 0, 127, 62, 82, 48, 60, 66, 2, 1, 3, 0, 0, 0],
  ],
  [
    'float8e5m2',
    [
      0.0, -0, 1.0, -1.5, 0.1, 0.3333333333333333, 2.5, 3.5, 0.0625, 0.001, 1e-5, 6e-8, 240.0, 448.0, 57344.0, 0.875,
      5.0, 0.25, 0.75, 1.25, 0.001953125, 0.0009765625, 0.0029296875, 7.62939453125e-6, 3.814697265625e-6,
      1.1444091796875e-5,
    ],
    [0, 128, 60, 190, 46, 53, 65, 67, 44, 20, 1, 0, 92, 95, 123, 59, 69, 52, 58, 61, 24, 20, 26, 0, 0, 1],
  ],
  [
    'float8e5m2fnuz',
    [
      0.0, -0, 1.0, -1.5, 0.1, 0.3333333333333333, 2.5, 3.5, 0.0625, 0.001, 1e-5, 6e-8, 240.0, 448.0, 57344.0, 0.875,
      5.0, 0.25, 0.75, 1.25, 0.001953125, 0.0009765625, 0.0029296875, 7.62939453125e-6, 3.814697265625e-6,
      1.1444091796875e-5,
    ],
    [0, 0, 64, 194, 50, 57, 69, 71, 48, 24, 1, 0, 96, 99, 127, 63, 73, 56, 62, 65, 28, 24, 30, 1, 0, 2],
  ],
  [
    'float4e2m1',
    [
      0.0, -0, 1.0, -1.5, 0.1, 0.3333333333333333, 2.5, 3.5, 0.0625, 0.001, 1e-5, 6e-8, 0.875, 5.0, 0.25, 0.75, 1.25,
      0.001953125, 0.0009765625, 0.0029296875, 7.62939453125e-6, 3.814697265625e-6, 1.1444091796875e-5,
    ],
    [0, 8, 2, 11, 0, 1, 4, 6, 0, 0, 0, 0, 2, 6, 0, 2, 2, 0, 0, 0, 0, 0, 0],
  ],
];

const dense = (dtype: DType, values: Elements, dims = [values.length]): DenseTensor => ({ dtype, dims, values });
const tensor = (dtype: DType, storage: TensorStorage, bytes: readonly number[], dims: readonly number[]): Tensor => ({
  dtype,
  dims,
  storage,
  data: bytesOf(Uint8Array.from(bytes)),
});

describe('small floats', () => {
  it.each(DECODED)('%s bits have the values that numpy gives', (dtype, bits, values) => {
    const elements = dtype.endsWith('16') ? Uint16Array.from(bits) : Uint8Array.from(bits);
    expect([...toNumbers(dense(dtype, elements))]).toEqual(values);
  });

  it.each(ENCODED)('%s values get the bits that numpy gives', (dtype, values, bits) => {
    expect(values.map((v) => smallFloatBits(dtype, v))).toEqual(bits);
  });

  it('saturate or become infinite beyond their range, and know NaN', () => {
    const of = (dtype: DType) => [1e9, -Infinity, NaN].map((v) => smallFloatBits(dtype, v));
    expect(of('float16')).toEqual([0x7c00, 0xfc00, 0x7e00]);
    expect(of('float8e4m3fn')).toEqual([0x7e, 0xfe, 0x7f]);
    expect(of('float8e4m3fnuz')).toEqual([0x7f, 0xff, 0x80]);
    expect(of('float8e5m2')).toEqual([0x7c, 0xfc, 0x7e]);
    expect(of('float4e2m1')).toEqual([7, 15, 0]);
    expect(of('float8e8m0')).toEqual([157, 255, 255]);
    expect(smallFloatBits('float', 1)).toBeNull();
  });
});

/** Elements that use the whole range of each dtype. */
const SAMPLES: Record<Exclude<DType, 'undefined'>, Elements> = {
  float: Float32Array.of(1.5, -0, Infinity, 1e-45),
  uint8: Uint8Array.of(0, 255, 7),
  int8: Int8Array.of(-128, 127, 0),
  uint16: Uint16Array.of(0, 65535, 1),
  int16: Int16Array.of(-32768, 32767, -1),
  int32: Int32Array.of(-2147483648, 2147483647, -1),
  int64: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, -1n),
  string: ['', 'é', 'a'.repeat(200)],
  bool: Uint8Array.of(0, 1, 1),
  float16: Uint16Array.of(0x3c00, 0xfc00, 0xffff),
  double: Float64Array.of(0.1, -0, NaN),
  uint32: Uint32Array.of(0, 4294967295, 300),
  uint64: BigUint64Array.of(0n, 2n ** 64n - 1n, 300n),
  complex64: Float32Array.of(1, -2, 3, 4),
  complex128: Float64Array.of(1, -2, 3, 4),
  bfloat16: Uint16Array.of(0x3f80, 0xff80),
  float8e4m3fn: Uint8Array.of(0x38, 0xff),
  float8e4m3fnuz: Uint8Array.of(0x38, 0x80),
  float8e5m2: Uint8Array.of(0x3c, 0xfc),
  float8e5m2fnuz: Uint8Array.of(0x3c, 0x80),
  uint4: Uint8Array.of(0, 15, 3),
  int4: Int8Array.of(-8, 7, -1),
  float4e2m1: Uint8Array.of(0, 15, 3),
  float8e8m0: Uint8Array.of(127, 255),
  uint2: Uint8Array.of(0, 3, 2, 1, 3),
  int2: Int8Array.of(-2, 1, 0, -1, 1),
};

describe('every dtype in every storage that can hold it', () => {
  const rows = DTYPES.map((d) => d.name).filter((d): d is Exclude<DType, 'undefined'> => d !== 'undefined');
  it.each(rows)('%s', (dtype) => {
    const values = SAMPLES[dtype];
    const per = dtype.startsWith('complex') ? 2 : 1;
    const whole = dense(dtype, values, [values.length / per]);
    const storages: TensorStorage[] =
      dtype === 'string' ? ['string_data'] : ['raw_data', 'external', typedStorage(dtype)];
    for (const storage of storages) {
      const bytes = encodeElements(whole, storage);
      expect(decodeTensor({ dtype, dims: whole.dims, storage, data: bytesOf(bytes) }, bytes), storage).toEqual(whole);
    }
    expect(tensorAtHand(tensorOf(whole))).toEqual(whole);
    if (dtype !== 'string')
      expect(encodeElements(whole, 'raw_data').byteLength).toBe(denseByteLength(dtype, whole.dims));
  });

  it('packs as onnx.proto says', () => {
    expect([...encodeElements(dense('int4', Int8Array.of(-8, 7, -1)), 'raw_data')]).toEqual([0x78, 0x0f]);
    expect([...encodeElements(dense('uint2', Uint8Array.of(0, 3, 2, 1, 3)), 'raw_data')]).toEqual([0x6c, 0x03]);
    expect([...encodeElements(dense('int4', Int8Array.of(-8, 7, -1)), 'int32_data')]).toEqual([0x78, 0x0f]);
    expect([...encodeElements(dense('int32', Int32Array.of(-1, 300)), 'int32_data')]).toEqual([
      255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0xac, 2,
    ]);
    expect([...encodeElements(dense('string', ['é', '']), 'string_data')]).toEqual([2, 0xc3, 0xa9, 0]);
  });

  it('reads bytes that do not begin at a multiple of their width', () => {
    const bytes = new Uint8Array(9);
    new DataView(bytes.buffer).setFloat64(1, 0.5, true);
    const view = bytes.subarray(1);
    expect(decodeTensor(tensor('double', 'raw_data', [], [1]), view).values).toEqual(Float64Array.of(0.5));
  });
});

describe('tensors that do not agree with themselves', () => {
  it.each<[string, Tensor, RegExp]>([
    ['too few bytes', tensor('float', 'raw_data', [0, 0, 0, 0], [2]), /ask for 2 elements and the data holds 1/],
    ['broken bytes', tensor('float', 'raw_data', [0, 0, 0], [1]), /3 bytes do not divide into elements of 4/],
    ['too many packed', tensor('int4', 'raw_data', [1, 2, 3], [2]), /ask for 2 elements/],
    ['absurd dimensions', tensor('int64', 'int64_data', [1], [2 ** 40]), /data holds 1/],
    ['strings as raw bytes', tensor('string', 'raw_data', [1], [1]), /cannot be held as raw bytes/],
  ])('%s', (_, t, message) => expect(() => tensorAtHand(t)).toThrow(message));
});
