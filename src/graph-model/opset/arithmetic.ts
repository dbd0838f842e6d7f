/** Arithmetic that older opsets lack, said with what they have. */
import { getInt, getString } from '../core/attributes.ts';
import type { ValueId } from '../core/model.ts';
import { floatTensor } from '../core/tensor.ts';
import type { DType } from '../core/types.ts';
import type { Step } from './step.ts';

const product = (list: readonly number[]) => list.reduce((a, b) => a * b, 1);

/** The nearest whole number, halves to the even one. */
export function roundEven(s: Step): string | void {
  const dtype = s.dtype(0);
  const num = (v: number) => s.scalar(dtype!, v);
  if (!dtype || num(0) === null) return 'the type of its input is not known';
  const x = s.input(0);
  const floor = s.add('Floor', [x]);
  const rest = s.add('Sub', [x, floor]);
  const half = s.add('Mul', [s.add('Floor', [s.add('Mul', [floor, num(0.5)])]), num(2)]);
  const odd = s.add('Greater', [s.add('Sub', [floor, half]), num(0.5)]);
  const atLeast = s.add('Not', [s.add('Less', [rest, num(0.5)])]);
  const up = s.add('Or', [s.add('Greater', [rest, num(0.5)]), s.add('And', [atLeast, odd])]);
  s.replaceBy(s.add('Add', [floor, s.cast(up, dtype)]));
}

/** Bounds that are computed: the larger of input and lower bound, then the smaller of that and the upper one. */
export function clipComputed(s: Step): string | void {
  if (s.opset < 8) return 'its bounds are computed, and were not broadcast there';
  const low = s.input(1) === null ? s.input(0)! : s.add('Max', [s.input(0), s.input(1)]);
  s.replaceBy(s.input(2) === null ? low : s.add('Min', [low, s.input(2)]));
}

/** The remainder with the sign of the divisor, from the one with the sign of the dividend. */
export function flooredMod(s: Step): string | void {
  const dtype = s.dtype(0);
  if (dtype !== null && /^u?int/.test(dtype)) return;
  if (getInt(s.node, 'fmod', 0) === 1) return;
  const zero = dtype && s.scalar(dtype, 0);
  if (!zero) return 'the type of its input is not known';
  const rest = s.add('Mod', [s.input(0), s.input(1)], { fmod: 1 });
  const other = s.add('Xor', [s.add('Less', [rest, zero]), s.add('Less', [s.input(1), zero])]);
  const wrong = s.add('And', [s.add('Not', [s.add('Equal', [rest, zero])]), other]);
  s.replaceBy(s.add('Where', [wrong, s.add('Add', [rest, s.input(1)]), rest]));
}

/** Expand to a known shape, by a product with ones: before opset 8 nothing else stretches a tensor. */
export function expandByOnes(s: Step): string | void {
  const [dims, from, dtype] = [s.outputDims(0), s.dims(0), s.dtype(0)];
  if (!dims || dims.includes(null) || !from) return 'its shape is computed, and nothing else broadcasts there';
  const broadcasts = dtype !== null && /^(float|double|int32|int64)$/.test(dtype);
  const before = dims.length - from.length;
  const ones = dims.map((d, i) => (i < before || from[i - before] === 1 ? d! : 1));
  if (!broadcasts || product(ones) > 1e6) return 'only numbers can be broadcast by a product with ones';
  s.replaceBy(s.add('Mul', [s.input(0), s.ones(dtype!, ones)]));
}

/** Equality of floating-point numbers: neither less nor greater, and both numbers. */
export function equalFloats(s: Step): string | void {
  const dtype = s.dtype(0);
  if (dtype === null || !/^(float|double)/.test(dtype)) return;
  if (s.opset < 9 && dtype === 'bfloat16') return;
  const [a, b] = [s.input(0)!, s.input(1)!];
  const different = s.add('Or', [s.add('Less', [a, b]), s.add('Greater', [a, b])]);
  const [zero, one] = [s.scalar(dtype, 0), s.scalar(dtype, 1)];
  const isNumber = (x: ValueId) => s.add('Or', [s.add('Less', [x, one]), s.add('Greater', [x, zero])]);
  const numbers = s.add('And', [isNumber(a), isNumber(b)]);
  s.replaceBy(s.add('And', [s.add('Not', [different]), numbers]));
}

/** Shifts of signed numbers through 64 bits without a sign; to the right a negative one is shifted as its complement. */
export function signedShift(s: Step): string | void {
  const dtype = s.dtype(0);
  if (dtype === null || !dtype.startsWith('int')) return;
  const wide = s.cast(s.input(0), 'int64');
  const times = s.add('Min', [s.cast(s.input(1), 'uint64'), s.scalar('uint64', 63)]);
  const shift = (x: ValueId) => {
    const direction = getString(s.node, 'direction', 'LEFT');
    return s.cast(s.add('BitShift', [s.cast(x, 'uint64'), times], { direction }), 'int64');
  };
  if (getString(s.node, 'direction') === 'LEFT') return s.replaceBy(s.cast(shift(wide), dtype));
  const minusOne = s.int64([-1], []);
  const negative = s.add('Less', [wide, s.int64([0], [])]);
  const complement = (x: ValueId) => s.add('Where', [negative, s.add('Sub', [minusOne, x]), x]);
  s.replaceBy(s.cast(complement(shift(complement(wide))), dtype));
}

/** A zero that stays a zero: then the result is empty, and made by its shape alone. */
export function reshapeAllowZero(s: Step): string | void {
  if (getInt(s.node, 'allowzero', 0) === 0) return;
  const target = s.integers(1);
  if (target && !target.includes(0)) return s.set({ allowzero: undefined });
  const dtype = s.dtype(0);
  const value = dtype ? s.scalar(dtype, 0) : null;
  if (!dtype || value === null) return 'allowzero = 1, and the type of its input has no plain zeros';
  const empty = (b: Step) => b.add('Expand', [b.scalar(dtype, 0), s.input(1)]);
  if (target) return s.replaceBy(empty(s));
  const least = s.add('ReduceMin', [s.cast(s.input(1), 'int32')], { keepdims: 0 });
  const then = s.newBody('empty', 0, (b) => [empty(b)]);
  const otherwise = s.newBody('full', 0, (b) => [b.add('Reshape', [s.input(0), s.input(1)])]);
  const hasZero = s.add('Equal', [least, s.scalar('int32', 0)]);
  s.replaceBy(
    s.add('If', [hasZero], {
      then_branch: { kind: 'graph', value: then },
      else_branch: { kind: 'graph', value: otherwise },
    }),
  );
}

/** The mask of a Dropout that does nothing: all true. */
export function dropoutMask(s: Step): ValueId {
  const shape = s.add('Shape', [s.input(0)]);
  return s.cast(s.add('ConstantOfShape', [shape], { value: { kind: 'tensor', value: floatTensor([1], [1]) } }), 'bool');
}

/** The least (or the most) of whole numbers, two at a time: before opset 12 Min and Max took floating-point numbers alone. */
export function extremeOfIntegers(s: Step): string | void {
  const dtype = s.dtype(0);
  if (dtype === null || !/^u?int64$/.test(dtype) || s.opset < 9) return;
  const better = s.node.op === 'Min' ? 'Less' : 'Greater';
  const inputs = s.node.inputs as readonly ValueId[];
  const value = inputs.reduce((a, b) => s.add('Where', [s.add(better, [a, b]), a, b]));
  s.replaceBy(inputs.length === 1 ? s.add('Identity', [value]) : value);
}

/** One type for base and exponent: before opset 12 there was no other. */
export function powOfOneType(s: Step): string | void {
  const [base, exponent] = [s.dtype(0), s.dtype(1)];
  if (base === null || exponent === null) return 'the types of its inputs are not known';
  if (base === exponent) return;
  if (isFloat(base)) return s.setInputs([s.input(0), s.cast(s.input(1), base)]);
  const wide = isFloat(exponent) ? exponent : 'double';
  const own = (i: number, dtype: DType) => (dtype === wide ? s.input(i) : s.cast(s.input(i), wide));
  s.replaceBy(s.cast(s.add('Pow', [own(0, base), own(1, exponent)]), base));
}

const isFloat = (dtype: DType): boolean => /^(float|double|bfloat)/.test(dtype);

/** Whole numbers compared by the sign of their difference: before opset 9 only floating-point numbers were. */
export function compareIntegers(s: Step): string | void {
  const dtype = s.dtype(0);
  if (dtype === null || isFloat(dtype)) return;
  if (!/^(int|uint(8|16|32)$)/.test(dtype)) return 'only floating-point numbers were compared there';
  const own = (i: number) => (dtype === 'int64' ? s.input(i) : s.cast(s.input(i), 'int64'));
  const difference = s.cast(s.add('Sub', [own(0), own(1)]), 'double');
  s.replaceBy(s.add(s.node.op, [difference, s.scalar('double', 0)]));
}
