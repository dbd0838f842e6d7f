import { describe, expect, it } from 'vitest';
import { attributes } from '../../../src/graph-model/core/attributes.ts';
import type { Draft } from '../../../src/graph-model/core/draft.ts';
import { buildModel } from '../../../src/graph-model/core/empty.ts';
import type { Model, ValueId } from '../../../src/graph-model/core/model.ts';
import { elementArray, floatTensor, int64Tensor, tensorOf, toNumbers } from '../../../src/graph-model/core/tensor.ts';
import { tensorType, type DType, type Shape } from '../../../src/graph-model/core/types.ts';
import { arithmetic } from '../../../src/runtime/inputs/dims.ts';
import { generateInputs, requiredInputs } from '../../../src/runtime/inputs/generate.ts';

type Declared = readonly [name: string, dtype: DType, shape: Shape];

function modelOf(inputs: readonly Declared[], build: (d: Draft, x: readonly ValueId[]) => void = () => {}): Model {
  return buildModel({}, (d) => {
    const ids = inputs.map(([name, dtype, shape]) =>
      d.newValue(d.main, name, null, { type: tensorType(dtype, shape) }),
    );
    d.setGraphInputs(d.main, ids);
    build(d, ids);
  });
}

const generated = (model: Model, name: string, options = {}) => {
  const found = generateInputs(model, options).values.find((v) => v.name === name)!;
  return { ...found, numbers: [...toNumbers(found.tensor)] };
};

const table = (d: Draft, rows: number) =>
  d.constant(
    d.main,
    tensorOf({ dtype: 'float', dims: [rows, 2], values: elementArray('float', rows * 2) }),
    `table${rows}`,
  );

describe('generated inputs', () => {
  it('sizes a language model consistently', () => {
    const model = modelOf([
      ['input_ids', 'int64', ['batch', 'seq']],
      ['attention_mask', 'int64', ['batch', 'total']],
      ['position_ids', 'int64', ['batch', 'seq']],
      ['past.0.key', 'float', ['batch', 4, 'past', 64]],
    ]);
    const { values, dims } = generateInputs(model);
    expect(Object.fromEntries(dims)).toEqual({ batch: 1, seq: 8, past: 8, total: 16 });
    expect(values.map((v) => v.description)).toEqual([
      'seeded 0 to 99, 1×8',
      'ones (a mask), 1×16',
      'positions 8 to 15, 1×8',
      'seeded normal, 1×4×8×64',
    ]);
    const other = generateInputs(model, { dims: { seq: 3, batch: 2 } });
    expect(other.values.map((v) => v.tensor.dims)).toEqual([
      [2, 3],
      [2, 11],
      [2, 3],
      [2, 4, 8, 64],
    ]);
  });

  it('sizes pictures, unnamed dimensions and arithmetic', () => {
    const sizes = (shape: Shape, name = 'x') => generated(modelOf([[name, 'uint8', shape]]), name).tensor.dims;
    expect(sizes(['N', 3, 'H', 'W'])).toEqual([1, 3, 224, 224]);
    expect(sizes([null, null, null, 3])).toEqual([1, 224, 224, 3]);
    expect(sizes(['unk__655', 224, 224, 3])).toEqual([1, 224, 224, 3]);
    expect(sizes([0, 10])).toEqual([1, 10]);
    expect(sizes(['s72', 's70'])).toEqual([1, 8]);
    expect(sizes(['batch', 'past + seq'])).toEqual([1, 16]);
    expect(sizes(null)).toEqual([1]);
    expect(arithmetic('2*(n - 1) // 3', new Map([['n', 7]]))).toBe(4);
    expect(arithmetic('m +', new Map())).toBeNull();
  });

  it('keeps indices inside the tables they look up, through casts and the smaller of two', () => {
    const model = modelOf([['x', 'int32', [1000]]], (d, [x]) => {
      const cast = d.add(d.main, 'Cast', [x!], attributes({ to: 7 }));
      d.add(d.main, 'Gather', [table(d, 40), cast]);
      d.add(d.main, 'Gather', [table(d, 7), x!]);
    });
    const { numbers, description } = generated(model, 'x');
    expect([Math.min(...numbers), Math.max(...numbers)]).toEqual([0, 6]);
    expect(description).toBe('seeded 0 to 6 (rows of table7), 1000');
  });

  it('looks into bodies, functions and one-hot depths', () => {
    const model = modelOf(
      [
        ['x', 'int64', [100]],
        ['c', 'bool', []],
      ],
      (d, [x, c]) => {
        const body = d.newGraph('then');
        const depth = d.constant(d.main, int64Tensor([5], []), 'depth');
        const values = d.constant(d.main, floatTensor([0, 1]), 'values');
        d.setGraphOutputs(body, [d.add(body, 'OneHot', [x!, depth, values])]);
        d.add(d.main, 'If', [c!], new Map([['then_branch', { kind: 'graph', value: body } as const]]));
      },
    );
    expect(Math.max(...generated(model, 'x').numbers)).toBe(4);
  });

  it('takes categories from the encoders that read them', () => {
    const model = modelOf(
      [
        ['job', 'string', ['n', 1]],
        ['free', 'string', [2]],
      ],
      (d, [job]) => {
        d.add(d.main, 'OneHotEncoder', [job!], attributes({ cats_strings: ['clerk', 'none'] }), 'ai.onnx.ml');
      },
    );
    const { values } = generateInputs(model, { dims: { n: 20 } });
    expect(new Set(values[0]!.tensor.values as string[])).toEqual(new Set(['clerk', 'none']));
    expect(values[0]!.description).toBe("one of the model's 2 categories, 20×1");
    expect(values[1]!.description).toBe('seeded words, 2');
  });

  it('gives control inputs values that run', () => {
    const model = modelOf(
      [
        ['x', 'float', [4]],
        ['s', 'int64', [3]],
        ['n', 'int64', []],
      ],
      (d, [x, s, n]) => {
        d.add(d.main, 'Reshape', [x!, s!]);
        const loop = d.addNode(d.main, { op: 'Loop', inputs: [n!, null], outputs: 1 });
        expect(loop.op).toBe('Loop');
      },
    );
    expect(generated(model, 's').numbers).toEqual([-1, 1, 1]);
    expect(generated(model, 'n').numbers).toEqual([3]);
  });

  it('is plausible by name and type', () => {
    const numbers = (name: string, dtype: DType, shape: Shape) =>
      generated(modelOf([[name, dtype, shape]]), name).numbers;
    const picture = numbers('pixel_values', 'float', [1, 3, 20, 20]);
    expect(Math.min(...picture)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...picture)).toBeLessThan(1);
    const normal = numbers('x', 'float', [10000]);
    const mean = normal.reduce((a, b) => a + b) / normal.length;
    // Four standard errors of 10 000 draws.
    expect(Math.abs(mean)).toBeLessThan(0.04);
    expect(Math.abs(normal.reduce((a, b) => a + b * b, 0) / normal.length - 1)).toBeLessThan(0.06);
    expect(new Set(numbers('flags', 'bool', [50]))).toEqual(new Set([0, 1]));
    expect(new Set(numbers('padding_mask', 'bool', [50]))).toEqual(new Set([1]));
    expect(numbers('lengths', 'int64', [2])).toEqual([8, 8]);
    expect(numbers('h', 'float16', [100]).every((v) => Math.abs(v) < 6)).toBe(true);
  });

  it('gives the same values for the same seed, whatever the other inputs are', () => {
    const alone = modelOf([['x', 'float', [4]]]);
    const beside = modelOf([
      ['w', 'float', [9]],
      ['x', 'float', [4]],
    ]);
    expect(generated(alone, 'x').numbers).toEqual(generated(beside, 'x').numbers);
    expect(generated(alone, 'x').numbers).not.toEqual(generated(alone, 'x', { seed: 1 }).numbers);
  });

  it('leaves out inputs with a default, and says which it cannot make', () => {
    const model = buildModel({}, (d) => {
      const x = d.newValue(d.main, 'x', null, { type: tensorType('bfloat16', [1]) });
      const s = d.newValue(d.main, 's', null, { type: { kind: 'sequence', element: tensorType('float', null) } });
      const w = d.constant(d.main, floatTensor([1]), 'w');
      d.setGraphInputs(d.main, [x, s, w]);
    });
    expect(requiredInputs(model).map((v) => v.name)).toEqual(['x', 's']);
    const { values, problems } = generateInputs(model);
    expect(values).toEqual([]);
    expect(problems.map((p) => p.message)).toEqual([
      'The input x is of type bfloat16, which the runtime in a page cannot be given.',
      'The input s is a seq(tensor(float)), and the runtime in a page can be given tensors only.',
    ]);
  });

  it('refuses sizes that cannot be held', () => {
    const model = modelOf([['x', 'float', ['n', 3, 1024, 1024]]]);
    expect(() => generateInputs(model, { dims: { n: 1000 } })).toThrow(
      'The input x would have the shape 1000×3×1024×1024, 11.7 GiB of values.',
    );
  });
});
