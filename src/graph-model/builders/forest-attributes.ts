/** A forest on the node of its dialect: each array a tensor attribute `trees.<name>`, so that the model alone holds all of it. */
import type { Attribute, Attributes } from '../core/attributes.ts';
import { int } from '../core/attributes.ts';
import { tensorAtHand, tensorOf, type Elements } from '../core/tensor.ts';
import type { DType } from '../core/types.ts';
import type { Forest, LinearLeaves } from './forest.ts';

const ARRAYS = [
  ['viewOf', 'int32'],
  ['viewKind', 'uint8'],
  ['base', 'double'],
  ['roots', 'int32'],
  ['target', 'int32'],
  ['view', 'int32'],
  ['rule', 'uint8'],
  ['threshold', 'double'],
  ['nanLeft', 'uint8'],
  ['left', 'int32'],
  ['right', 'int32'],
  ['setOffsets', 'int32'],
  ['setValues', 'int32'],
  ['leaves', 'double'],
  ['gain', 'float'],
] as const satisfies readonly (readonly [keyof Forest, DType])[];

const LINEAR = [
  ['constants', 'double'],
  ['offsets', 'int32'],
  ['columns', 'int32'],
  ['coefficients', 'double'],
] as const satisfies readonly (readonly [keyof LinearLeaves, DType])[];

const PREFIX = 'trees.';
const LINEAR_PREFIX = 'trees.linear.';

/** The attributes that {@link forestOf} reads back. */
export function forestAttributes(forest: Forest): [string, Attribute][] {
  const { columns, outputs, width, scale, linear } = forest;
  return [
    ['trees.columns', int(columns)],
    ['trees.outputs', int(outputs)],
    ['trees.width', int(width)],
    ['trees.scale', array('double', Float64Array.of(scale))],
    ...ARRAYS.map(([name, dtype]): [string, Attribute] => [PREFIX + name, array(dtype, forest[name])]),
    ...(linear ? LINEAR : []).map(([name, dtype]): [string, Attribute] => [
      LINEAR_PREFIX + name,
      array(dtype, linear![name]),
    ]),
  ];
}

function array(dtype: DType, values: Elements): Attribute {
  return { kind: 'tensor', value: tensorOf({ dtype, dims: [values.length], values }) };
}

/** The forest that a dialect's node holds; null where it holds none. */
export function forestOf(node: { readonly attributes: Attributes }): Forest | null {
  if (!node.attributes.has('trees.roots')) return null;
  const read = (name: string): Elements => {
    const a = node.attributes.get(name);
    const dense = a?.kind === 'tensor' ? tensorAtHand(a.value) : null;
    if (!dense) throw new Error(`forestOf: ${name} is missing`);
    return dense.values;
  };
  const whole = (name: string): number => {
    const a = node.attributes.get(name);
    return a?.kind === 'int' ? Number(a.value) : 0;
  };
  const fields = ARRAYS.map(([name]) => [name, read(PREFIX + name)]);
  const linear = node.attributes.has(`${LINEAR_PREFIX}constants`)
    ? Object.fromEntries(LINEAR.map(([name]) => [name, read(LINEAR_PREFIX + name)]))
    : null;
  return {
    columns: whole('trees.columns'),
    outputs: whole('trees.outputs'),
    width: whole('trees.width'),
    scale: (read('trees.scale') as Float64Array)[0]!,
    ...Object.fromEntries(fields),
    linear,
  } as Forest;
}
