import { readdirSync } from 'node:fs';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { toNumbers, type DenseTensor } from '../../../src/graph-model/core/tensor.ts';
import type { DType, Shape } from '../../../src/graph-model/core/types.ts';
import { FormatError } from '../../../src/graph-model/diagnostics.ts';
import { halfBits } from '../../../src/graph-model/core/small-float.ts';
import { imagePlace, isImage, pixelsToTensor } from '../../../src/runtime/inputs/image.ts';
import { npyOfDense } from '../../../src/graph-model/stats/npy.ts';
import { readNpy } from '../../../src/runtime/inputs/npy.ts';
import { readCsv, readJson, typed } from '../../../src/runtime/inputs/plain.ts';
import { readProto } from '../../../src/runtime/inputs/proto.ts';
import { readInputs, type InputFile } from '../../../src/runtime/inputs/read.ts';
import { bytesAt, SAMPLES } from '../support.ts';

const array = (name: string) => readNpy(bytesAt(`arrays/${name}`), name);
const written = (tensor: DenseTensor) => new Uint8Array(Buffer.concat(npyOfDense(tensor)));
const proto = (name: string) => readProto(bytesAt(`arrays/${name}`), name);
const message = (work: () => unknown): string => {
  try {
    work();
  } catch (e) {
    if (e instanceof FormatError) return e.message;
    throw e;
  }
  throw new Error('it was not refused');
};
const COUNT = [0, 1, 2, 3, 4, 5];

describe('.npy', () => {
  it.each([
    ['le-f4', 'float'],
    ['be-f4', 'float'],
    ['le-f8', 'double'],
    ['be-f8', 'double'],
    ['le-f2', 'float16'],
    ['be-f2', 'float16'],
    ['i1', 'int8'],
    ['u1', 'uint8'],
    ['le-i2', 'int16'],
    ['be-i2', 'int16'],
    ['le-u2', 'uint16'],
    ['le-i4', 'int32'],
    ['be-i4', 'int32'],
    ['le-u4', 'uint32'],
    ['le-i8', 'int64'],
    ['be-i8', 'int64'],
    ['le-u8', 'uint64'],
    ['be-u8', 'uint64'],
    ['v1', 'float'],
    ['v2', 'float'],
    ['v3', 'float'],
  ])('%s is %s', (name, dtype) => {
    const dense = array(`${name}.npy`);
    expect([dense.dtype, dense.dims]).toEqual([dtype, [2, 3]]);
    expect([...toNumbers(dense)]).toEqual(COUNT);
  });

  it('reads complex numbers as pairs', () => {
    for (const [name, dtype] of [
      ['le-c8', 'complex64'],
      ['be-c16', 'complex128'],
    ] as const) {
      expect(array(`${name}.npy`).dtype).toBe(dtype);
      expect([...toNumbers(array(`${name}.npy`))]).toEqual(COUNT.flatMap((v) => [v, 0]));
    }
  });

  it('turns Fortran order into C order', () => {
    const dense = array('fortran.npy');
    expect(dense.dims).toEqual([2, 3, 4]);
    expect([...toNumbers(dense)]).toEqual(Array.from({ length: 24 }, (_, i) => i));
  });

  it('reads booleans, texts, scalars and empty arrays', () => {
    expect(array('bool.npy')).toEqual({ dtype: 'bool', dims: [2, 3], values: Uint8Array.of(1, 0, 1, 0, 1, 0) });
    expect(array('unicode.npy')).toEqual({ dtype: 'string', dims: [2, 2], values: ['é', 'long one', '', '日本'] });
    expect(array('be-unicode.npy').values).toEqual(['ab', 'c']);
    expect(array('bytes.npy').values).toEqual(['ab', 'c']);
    expect(array('scalar.npy')).toEqual({ dtype: 'float', dims: [], values: Float32Array.of(2.5) });
    expect(array('empty.npy').dims).toEqual([0, 3]);
  });

  it('refuses objects, structures and damage with a sentence', () => {
    const start = (name: string) => `The file ${name} cannot be read as values for an input: `;
    expect(message(() => array('object.npy'))).toBe(
      `${start('object.npy')}it holds Python objects, which are never loaded.`,
    );
    expect(message(() => array('struct.npy'))).toContain('its elements are structured');
    const whole = bytesAt('arrays/le-f4.npy');
    expect(message(() => readNpy(whole.subarray(0, whole.length - 1), 'x.npy'))).toContain(
      'needs 24 bytes and 23 follow',
    );
    // Cut anywhere, it is a sentence, never another error.
    for (let n = 0; n < whole.length; n += 3) message(() => readNpy(whole.subarray(0, n), 'x.npy'));
  });

  it('writes what it reads', () => {
    const names = readdirSync(`${SAMPLES}arrays`).filter((f) => f.endsWith('.npy') && !/object|struct/.test(f));
    expect(names.length).toBeGreaterThan(25);
    for (const name of names) expect(readNpy(written(array(name)), name)).toEqual(array(name));
    // As numpy itself has it, byte for byte.
    for (const name of ['le-f4.npy', 'scalar.npy', 'unicode.npy', 'bool.npy', 'empty.npy'])
      expect(written(array(name))).toEqual(bytesAt(`arrays/${name}`));
    const codes = { dtype: 'int4', dims: [3], values: Int8Array.of(-8, 7, 1) } as const;
    expect(readNpy(written(codes), 'x')).toEqual({ ...codes, dtype: 'int8' });
  });
});

describe('TensorProto and SequenceProto', () => {
  it('reads every element field', () => {
    expect(proto('tensor.pb')).toMatchObject({ name: 'x', kind: 'tensor' });
    expect([...toNumbers(proto('tensor.pb').tensors[0]!)]).toEqual(COUNT);
    expect(proto('typed.pb').tensors[0]).toEqual({ dtype: 'int32', dims: [2], values: Int32Array.of(-1, 5) });
    expect([...toNumbers(proto('half.pb').tensors[0]!)]).toEqual([1.5, -2]);
    expect(proto('int64.pb').tensors[0]!.values).toEqual(BigInt64Array.of(-(2n ** 60n), 5n));
    expect(proto('double.pb').tensors[0]!.values).toEqual(Float64Array.of(0.1));
    expect(proto('strings.pb').tensors[0]!.values).toEqual(['a', 'é']);
    expect(proto('sequence.pb')).toMatchObject({ name: 'seq', kind: 'sequence' });
    expect(proto('sequence.pb').tensors.map((t) => t.dims)).toEqual([
      [2, 3],
      [1, 3],
    ]);
  });

  it('refuses damage with a sentence', () => {
    const whole = bytesAt('arrays/tensor.pb');
    for (let n = 0; n < whole.length - 1; n++) message(() => readProto(whole.subarray(0, n), 'x.pb'));
    expect(message(() => readProto(Uint8Array.of(0xff, 0xff), 'x.pb'))).toContain('ends within a number');
  });
});

describe('text', () => {
  it('reads nested, named and described JSON', () => {
    expect(readJson('[[1, 2.5], [3, 4]]', 'x').get('')).toEqual({ dims: [2, 2], values: [1, 2.5, 3, 4] });
    const named = readJson(
      '{"x": {"dtype": "int64", "shape": [1, 2], "data": [9007199254740993, 2]}, "s": ["a ,12345678901234567 ,"]}',
      'x',
    );
    expect(named.get('x')).toEqual({ dims: [1, 2], values: [9007199254740993n, 2], dtype: 'int64' });
    expect(named.get('s')).toEqual({ dims: [1], values: ['a ,12345678901234567 ,'] });
    expect(message(() => readJson('[[1], [2, 3]]', 'x.json'))).toContain(
      'its lists differ in length or depth at level 2',
    );
    expect(message(() => readJson('[1,', 'x.json'))).toContain('it is not JSON');
    expect(message(() => readJson('{"x": {"shape": [3], "data": [1]}}', 'x'))).toContain('do not agree');
  });

  it('reads tables with and without a header', () => {
    expect(readCsv('1,2\n3,4\n', 'x').get('')).toEqual({ dims: [2, 2], values: [1, 2, 3, 4] });
    const table = readCsv('age;"job, or ""none"""\r\n41;clerk\r\n7;\r\n', 'x');
    expect(table.get('age')).toEqual({ dims: [2, 1], values: [41, 7] });
    expect(table.get('job, or "none"')).toEqual({ dims: [2, 1], values: ['clerk', NaN] });
    expect(message(() => readCsv('1,2\n3\n', 'x.csv'))).toContain('line 2 has 1 cells and the first has 2');
  });

  it('refuses values that the type cannot hold', () => {
    const as = (values: (number | bigint | string)[], dtype: DType) =>
      typed({ dims: [values.length], values }, dtype, 'x');
    expect(as([2n ** 60n, 1], 'int64').values).toEqual(BigInt64Array.of(2n ** 60n, 1n));
    expect([...toNumbers(as([1.5, 70000, 1e-7], 'float16'))]).toEqual([1.5, Infinity, 2 ** -23]);
    expect(message(() => as([300], 'uint8'))).toBe('The input x holds 300, which a tensor of uint8 cannot.');
    expect(message(() => as([1.5], 'int64'))).toContain('holds 1.5');
    expect(message(() => as(['no'], 'float'))).toContain('holds "no"');
  });

  it('rounds to float16 as IEEE 754 does', () => {
    const cases: [number, number][] = [
      [1, 0x3c00],
      [-2, 0xc000],
      [65504, 0x7bff],
      [65520, 0x7c00],
      [65519, 0x7bff],
      [2 ** -24, 1],
      [2 ** -25, 0],
      [2 ** -25 * 1.01, 1],
      [2 ** -14, 0x400],
      [1 + 2 ** -11, 0x3c00],
      [1 + 3 * 2 ** -11, 0x3c02],
      [-0, 0x8000],
    ];
    for (const [value, bits] of cases) expect(halfBits(value), String(value)).toBe(bits);
    expect(halfBits(NaN) & 0x7fff).toBeGreaterThan(0x7c00);
  });
});

describe('pictures', () => {
  const rgba = Uint8ClampedArray.of(255, 0, 51, 255, 0, 255, 102, 255);
  const place = (dims: number[]) => imagePlace(dims)!;

  it('finds the layout', () => {
    expect(place([1, 3, 224, 200])).toEqual({ layout: 'NCHW', channels: 3, height: 224, width: 200 });
    expect(place([1, 224, 200, 3])).toEqual({ layout: 'NHWC', channels: 3, height: 224, width: 200 });
    expect(place([1, 28, 28])).toEqual({ layout: 'NCHW', channels: 1, height: 28, width: 28 });
    expect(imagePlace([1, 64, 8, 8])).toBeNull();
  });

  it('lays pixels out and scales them', () => {
    const chw = pixelsToTensor(rgba, place([2, 3, 1, 2]), 'float', [2, 3, 1, 2]);
    const once = [1, 0, 0, 1, 0.2, 0.4].map(Math.fround);
    expect([...toNumbers(chw)]).toEqual([...once, ...once]);
    const nhwc = { layout: 'NHWC', channels: 3, height: 1, width: 2 } as const;
    const bgr = pixelsToTensor(rgba, nhwc, 'uint8', [1, 1, 2, 3], { order: 'BGR' });
    expect([...toNumbers(bgr)]).toEqual([51, 0, 255, 102, 255, 0]);
    const net = toNumbers(pixelsToTensor(rgba, place([1, 3, 1, 2]), 'float', [1, 3, 1, 2], { scale: 'imagenet' }));
    expect(net[0]).toBeCloseTo((1 - 0.485) / 0.229, 5);
    const grey = toNumbers(pixelsToTensor(rgba, place([1, 1, 1, 2]), 'float', [1, 1, 1, 2], { scale: '0..255' }));
    expect(grey[0]).toBeCloseTo(0.299 * 255 + 0.114 * 51, 4);
  });

  it('knows pictures by their first bytes', () => {
    expect(isImage(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10))).toBe(true);
    expect(isImage(new TextEncoder().encode('{"x": 1}'))).toBe(false);
  });
});

describe('files for inputs', () => {
  const file = (name: string, bytes: Uint8Array | string): InputFile => ({
    name,
    blob: new Blob([bytes as Uint8Array<ArrayBuffer>]),
  });
  const sample = (name: string, as = name) => file(as, bytesAt(`arrays/${name}`));
  const input = (name: string, dtype: DType, shape: Shape) => ({ name, dtype, shape });
  const fails = (work: Promise<unknown>) =>
    work.then(
      () => 'it was not refused',
      (e: Error) => e.message,
    );

  it('matches by name, then in order, and says what is left over', async () => {
    const inputs = [input('a', 'float', ['n', 3]), input('b/c:0', 'int64', [2])];
    const byName = await readInputs([file('b_c_0.json', '[1, 2]'), sample('le-f4.npy', 'a.npy')], inputs);
    expect(byName.values.map((v) => v.description)).toEqual(['a.npy, 2×3', 'b_c_0.json, 2']);
    const byOrder = await readInputs(
      [sample('tensor.pb', 'input_0.pb'), file('input_1.json', '[1, 2]'), file('input_10.json', '[1]')],
      inputs,
    );
    expect(byOrder.values.map((v) => v.name)).toEqual(['a', 'b/c:0']);
    expect(byOrder.problems.map((p) => p.message)).toEqual([
      'The model has no input for input_10.json; it is not used.',
    ]);
  });

  it('reads archives by entry, packed or stored', async () => {
    const stored = await readInputs([sample('stored.npz')], [input('y', 'int64', [2]), input('x', 'float', [2, 3])]);
    expect(stored.values.map((v) => v.description)).toEqual(['stored.npz/y.npy, 2', 'stored.npz/x.npy, 2×3']);
    const packed = await readInputs([sample('packed.npz')], [input('other', 'float', [2, 3])]);
    expect(packed.values[0]!.tensor.values).toEqual(Float32Array.from(COUNT));
    expect(await fails(readInputs([file('x.npz', bytesAt('arrays/stored.npz').slice(0, 100))], []))).toContain(
      'no sound zip archive',
    );
    expect((await readInputs([file('x.npz', zipSync({}))], [])).values).toEqual([]);
  });

  it('converts numpy’s default types and adds a batch axis', async () => {
    const { values } = await readInputs([sample('le-f8.npy')], [input('x', 'float', ['n', 2, 3])]);
    expect(values[0]).toMatchObject({
      description: 'le-f8.npy, 1×2×3 (from float64)',
      tensor: { dtype: 'float', dims: [1, 2, 3] },
    });
    expect(await fails(readInputs([sample('unicode.npy')], [input('x', 'float', [2, 2])]))).toBe(
      'The input x has elements of type string and the model wants float32.',
    );
  });

  it('says both shapes when they disagree, sizes given by other inputs included', async () => {
    expect(await fails(readInputs([sample('le-f4.npy')], [input('x', 'float', [1, 3, 224, 224])]))).toBe(
      'The input x has the shape 2×3 and the model wants 1×3×224×224.',
    );
    const inputs = [input('a', 'float', ['n', 3]), input('b', 'int64', ['n'])];
    expect(await fails(readInputs([sample('le-f4.npy', 'a.npy'), file('b.json', '[1, 2, 3]')], inputs))).toBe(
      'The input b has the shape 3 and the model wants n=2.',
    );
  });

  it('gives columns to inputs of their names, or the table to the one input', async () => {
    const table = file('rows.csv', 'age,job\n41,clerk\n7,none\n');
    const columns = await readInputs([table], [input('job', 'string', [null, 1]), input('age', 'int64', [null, 1])]);
    const of = (v: { tensor: DenseTensor }) => v.tensor.values;
    expect(columns.values.map(of)).toEqual([['clerk', 'none'], BigInt64Array.of(41n, 7n)]);
    expect(columns.problems).toEqual([]);
    const whole = await readInputs([file('rows.csv', 'a,b\n1,2\n3,4\n')], [input('X', 'float', ['n', 2])]);
    expect(whole.values[0]!.tensor.values).toEqual(Float32Array.of(1, 2, 3, 4));
  });

  it('refuses what it cannot read', async () => {
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10);
    expect(await fails(readInputs([file('cat.png', png)], [input('x', 'float', [1, 3, 4, 4])]))).toContain(
      'decoded by a browser only',
    );
    expect(await fails(readInputs([file('x.bin', png.slice(4))], []))).toContain('it is of no known kind');
    expect(await fails(readInputs([sample('sequence.pb')], []))).toContain('The input seq is a sequence');
  });
});
