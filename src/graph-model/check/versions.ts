/** Which IR version goes with which opset, and since when an element type exists (ONNX, Versioning.md). */
import type { DType } from '../core/types.ts';

/** The newest versions this Graphwright knows: ONNX 1.23. */
export const NEWEST_OPSET = 28;
export const NEWEST_IR = 14;

/** Opset of ai.onnx -> the IR version of the release that brought it. */
const IR_OF_OPSET: readonly (readonly [opset: number, ir: number])[] = [
  [8, 3],
  [9, 4],
  [10, 5],
  [11, 6],
  [14, 7],
  [18, 8],
  [20, 9],
  [22, 10],
  [23, 11],
  [24, 12],
  [27, 13],
  [28, 14],
];

/** The IR version that ONNX itself writes for an opset. */
export function irForOpset(opset: number): number {
  return IR_OF_OPSET.find(([upTo]) => opset <= upTo)?.[1] ?? NEWEST_IR;
}

const IR_OF_DTYPE: Partial<Record<DType, number>> = {
  bfloat16: 4,
  float8e4m3fn: 9,
  float8e4m3fnuz: 9,
  float8e5m2: 9,
  float8e5m2fnuz: 9,
  int4: 10,
  uint4: 10,
  float4e2m1: 11,
  float8e8m0: 12,
  int2: 13,
  uint2: 13,
};

/** The first IR version with an element type. */
export function irForDType(dtype: DType): number {
  return IR_OF_DTYPE[dtype] ?? 3;
}

/** Model-local functions came with IR 8, overloads with IR 10. */
export const IR_FUNCTIONS = 8;
/** From IR 4 an initializer need not be an input. */
export const IR_FREE_INITIALIZERS = 4;
