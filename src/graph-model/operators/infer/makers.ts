/** Operators that make tensors: constants, ranges, random numbers, windows. */
import { getFloats, getInts, getStrings, getTensor } from '../../core/attributes.ts';
import { elementCount } from '../../core/tensor.ts';
import { dtypeOfCode, type Dim, type DType, type Shape } from '../../core/types.ts';
import { isStatic } from '../../core/dims.ts';
import { addDim, ceilDim, divDim, floorDim, maxDim, mulDim, subDim } from '../symbolic.ts';
import type { InferRule, NodeContext } from './context.ts';
import { elementsOfTensor, isSmall, MOST_ELEMENTS, scalarElement, vectorElements } from './elements.ts';
import { withTraits, type Rows } from './row.ts';
import { fitTo } from './values.ts';

/** Constant: one of eight attributes holds the value. */
const constant: InferRule = (c) => {
  const tensor = getTensor(c.node, 'value');
  if (tensor) return c.setTensor(0, tensor.dtype, tensor.dims, elementsOfTensor(tensor));
  const sparse = c.attribute('sparse_value');
  if (sparse?.kind === 'sparse_tensor') return c.setTensor(0, sparse.value.values.dtype, sparse.value.dims);
  plainConstant(c);
};

function plainConstant(c: NodeContext): void {
  const float = c.attribute('value_float');
  const int = c.optionalInt('value_int');
  const floats = getFloats(c.node, 'value_floats');
  const ints = getInts(c.node, 'value_ints');
  const strings = getStrings(c.node, 'value_strings');
  if (float?.kind === 'float') c.setElements(0, scalarElement('float', float.value));
  else if (int !== undefined) c.setElements(0, scalarElement('int64', int));
  else if (floats) c.setTensor(0, 'float', [floats.length], vectorElements('float', Array.from(floats)));
  else if (ints) c.setTensor(0, 'int64', [ints.length], vectorElements('int64', ints));
  else if (strings) c.setTensor(0, 'string', [strings.length]);
  else if (c.attribute('value_string')) c.setTensor(0, 'string', []);
  else c.report('infer.attribute', { attribute: 'value', why: 'a Constant needs a value' });
}

const constantOfShape: InferRule = (c) => {
  const tensor = getTensor(c.node, 'value');
  const dtype = tensor?.dtype ?? 'float';
  const dims = c.elements(0)?.values ?? null;
  const shape = dims ?? unknownOfLength(c.dim(0, 0));
  const value = tensor ? (elementsOfTensor(tensor)?.values[0] ?? null) : 0;
  const filled = isStatic(shape) && isSmall(shape);
  c.setTensor(
    0,
    dtype,
    shape,
    filled ? { dtype, dims: shape, values: new Array<Dim>(elementCount(shape)).fill(value) } : null,
  );
};

/** A shape of which only the rank is known. */
export function unknownOfLength(length: Dim): Shape {
  return typeof length === 'number' && length <= 64 ? new Array<Dim>(length).fill(null) : null;
}

const range: InferRule = (c) => {
  const [start, limit, delta] = [0, 1, 2].map((i) => c.elements(i)?.values[0] ?? null) as [Dim, Dim, Dim];
  const dtype = c.dtype(0) ?? c.dtype(1);
  const count = delta === 0 ? null : maxDim(ceilDim(divDim(subDim(limit, start), delta)), 0);
  const known = typeof count === 'number' && count <= MOST_ELEMENTS && dtype !== null;
  const values = known ? Array.from({ length: count }, (_, i) => fitTo(dtype, addDim(start, mulDim(delta, i)))) : null;
  c.setTensor(0, dtype, [count], values && vectorElements(dtype!, values));
};

const typeAttribute = (c: NodeContext, name: string, otherwise: DType | null): DType | null => {
  const code = c.optionalInt(name);
  return code === undefined ? otherwise : dtypeOfCode(code);
};

const randomOfShape: InferRule = (c) => c.setTensor(0, typeAttribute(c, 'dtype', 'float'), c.ints('shape') ?? null);
const randomLike: InferRule = (c) => c.setTensor(0, typeAttribute(c, 'dtype', c.dtype(0)), c.shape(0));
const multinomial: InferRule = (c) =>
  c.setTensor(0, typeAttribute(c, 'dtype', 'int32'), [c.dim(0, 0), c.int('sample_size', 1)]);

const eyeLike: InferRule = (c) => c.setTensor(0, typeAttribute(c, 'dtype', c.dtype(0)), c.shape(0));

const window: InferRule = (c) => {
  const length = c.elements(0)?.values[0] ?? null;
  c.setTensor(0, typeAttribute(c, 'output_datatype', 'float'), [length]);
};

const melWeights: InferRule = (c) => {
  const bins = c.elements(0)?.values[0] ?? null;
  const dft = c.elements(1)?.values[0] ?? null;
  c.setTensor(0, typeAttribute(c, 'output_datatype', 'float'), [addDim(floorDim(divDim(dft, 2)), 1), bins]);
};

export const MAKERS: Rows = {
  ...withTraits([], { Constant: constant, ConstantOfShape: constantOfShape, Range: range, EyeLike: eyeLike }),
  ...withTraits(['random'], {
    RandomNormal: randomOfShape,
    RandomUniform: randomOfShape,
    RandomNormalLike: randomLike,
    RandomUniformLike: randomLike,
    Bernoulli: randomLike,
    Multinomial: multinomial,
  }),
  ...withTraits([], { BlackmanWindow: window, HammingWindow: window, HannWindow: window, MelWeightMatrix: melWeights }),
};
