import { describe, expect, it } from 'vitest';
import { FormatError } from '../../../src/graph-model/diagnostics.ts';
import type { Model } from '../../../src/graph-model/core/model.ts';
import { readTensor } from '../../../src/graph-model/core/tensor.ts';
import { brokenLaws } from '../../../src/graph-model/core/validate.ts';
import { parseFragment, parseModel } from '../../../src/graph-model/text/parse.ts';
import { printModel, printNode } from '../../../src/graph-model/text/print.ts';
import { plainModel } from '../../support/plain-model.ts';

const HEAD = '<ir_version: 10, opset_import: ["" : 21]>';

/** Parses, prints, parses again: both models equal and sound, and the second text like the first. */
function there(text: string): Model {
  const model = parseModel(text);
  expect(brokenLaws(model)).toEqual([]);
  const printed = printModel(model);
  const again = parseModel(printed);
  expect(brokenLaws(again)).toEqual([]);
  expect(plainModel(again)).toEqual(plainModel(model));
  expect(printModel(again)).toBe(printed);
  return model;
}

const nodesOf = (m: Model) => m.graphs.at(m.main).order.map((id) => m.nodes.at(id));
const attributesOf = (text: string) => nodesOf(there(`${HEAD} g () => () { y = Op <${text}> () }`))[0]!.attributes;
const attribute = (text: string) => attributesOf(`a ${text}`).get('a')!;
const weight = (text: string) => {
  const m = there(`${HEAD} g () => () <${text}> {}`);
  return m.values.at(m.graphs.at(m.main).initializers[0]!).constant!;
};
function failure(text: string, parse: (t: string) => unknown = parseModel): string {
  try {
    parse(text);
  } catch (e) {
    if (e instanceof FormatError) return e.message;
    throw e;
  }
  throw new Error('It parsed.');
}

describe('models', () => {
  it('prints in ONNX words', () => {
    const m =
      there(`${HEAD} g (float[N, 128] X, float[128, 10] W) => (float[N, 10] C) <float[10] B = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}>
      { T = MatMul(X, W)  S = Add(T, B)  C = Softmax<axis = -1>(S) }`);
    expect(printModel(m)).toBe(`<
   ir_version: 10,
   opset_import: ["" : 21]
>
g (float[N,128] X, float[128,10] W) => (float[N,10] C)
   <
      float[10] B = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
   >
{
   T = MatMul (X, W)
   S = Add (T, B)
   C = Softmax <axis = -1> (S)
}
`);
  });

  it('keeps every field of the header', () => {
    const m = there(`<ir_version: 7, opset_import: ["" : 10, "ai.onnx.ml" : 3], producer_name: "a \\"b\\" \\\\",
      producer_version: "1", domain: "d", model_version: 9007199254740993, doc_string: "two
lines", metadata_props: ["k": "v", "1": "", "0": "z"]> g () => () {}`);
    expect(m).toMatchObject({ irVersion: 7, producerName: 'a "b" \\', modelVersion: 9007199254740993n });
    expect(m.doc).toBe('two\nlines');
    expect([...m.metadata!]).toEqual([
      ['k', 'v'],
      ['1', ''],
      ['0', 'z'],
    ]);
    expect(m.opsets).toEqual([
      { domain: '', version: 10 },
      { domain: 'ai.onnx.ml', version: 3 },
    ]);
  });

  it('needs no header', () => {
    const m = there('g () => () {}');
    expect([m.irVersion, m.opsets]).toEqual([null, []]);
  });

  it('reads functions with formals, defaults, types and overloads', () => {
    const m = there(`${HEAD} g (x) => (y) { y = local.f:wide <alpha = 2.0> (x) }
      <domain: "local", overload: "wide", opset_import: ["" : 21], doc_string: "d">
      f <alpha, beta : int = 3, gamma = [1.5]> (float[N] x, z) => (y) <float[N] t>
      { t = Elu <alpha : float = @alpha> (x)  y = Add (t, z) }`);
    expect(m.functions[0]).toMatchObject({
      domain: 'local',
      name: 'f',
      overload: 'wide',
      attributes: ['alpha'],
      doc: 'd',
    });
    expect(m.functions[0]!.attributeDefaults.get('beta')).toEqual({ kind: 'int', value: 3n });
    const body = m.graphs.at(m.functions[0]!.graph);
    expect(body.valueInfo.map((v) => m.values.at(v).name)).toEqual(['x', 't']);
    expect(m.nodes.at(body.order[0]!).attributes.get('alpha')).toEqual({
      kind: 'reference',
      name: 'alpha',
      type: 'float',
    });
  });

  it('skips comments', () => {
    expect(nodesOf(there('# first\ng () => () { # here\n y = Op() # there\n}'))).toHaveLength(1);
  });
});

describe('nodes', () => {
  it('reads names, domains, left-out operands and attributes on either side', () => {
    const m = there(`${HEAD} g (x, w) => (y)
      { [n1] y, "" = com.microsoft.Op <a = 1> (x, , w)  ["a node"] "y/2" = Op ("", x) <b = 2>  = Sink (y,) }`);
    const [a, b, c] = nodesOf(m);
    expect(a).toMatchObject({ name: 'n1', domain: 'com.microsoft', op: 'Op' });
    expect(a!.inputs.map((v) => v !== null)).toEqual([true, false, true]);
    expect(a!.outputs.map((v) => v !== null)).toEqual([true, false]);
    expect([b!.name, b!.attributes.get('b')]).toEqual(['a node', { kind: 'int', value: 2n }]);
    expect([c!.outputs.length, c!.inputs.length]).toEqual([0, 1]);
  });

  it('quotes operators that are not identifiers', () => {
    const [n] = nodesOf(there('g (x) => (y) { y = "my domain"."op-name" (x) }'));
    expect([n!.domain, n!.op]).toEqual(['my domain', 'op-name']);
  });

  it('binds captured names in bodies, inner names first', () => {
    const m = there(`${HEAD} g (bool c, float x, float i) => (float y) {
        t = Exp (x)
        y = If (c) <then_branch = th () => (float o) { i = Neg (t)  o = Relu (i) }, else_branch = el () => (o) { o = Abs (i) }>
      }`);
    const t = [...m.values.values()].find((v) => v.name === 't')!;
    expect(m.uses.get(t.id)).toHaveLength(1);
    const [th, el] = [...nodesOf(m)[1]!.attributes.values()].map((a) =>
      m.graphs.at(a.kind === 'graph' ? a.value : m.main),
    );
    const relu = m.nodes.at(th!.order[1]!);
    expect(m.values.at(relu.inputs[0]!).graph).toBe(th!.id);
    expect(m.values.at(m.nodes.at(el!.order[0]!).inputs[0]!).graph).toBe(m.main);
  });

  it('binds nodes that are out of order, and keeps names that nothing makes', () => {
    const m = there('g () => (y) { y = Relu (t)  t = Exp (nowhere) }');
    const [relu, exp] = nodesOf(m);
    expect(m.values.at(relu!.inputs[0]!).producer).toBe(exp!.id);
    expect(m.values.at(exp!.inputs[0]!)).toMatchObject({ name: 'nowhere', producer: null });
  });

  it('prints one node', () => {
    const m = parseFragment('[c] y = Conv <pads = [1, 1, 1, 1], alpha = 0.1> (x, w)');
    expect(printNode(m, nodesOf(m)[0]!.id)).toBe('[c] y = Conv <pads = [1, 1, 1, 1], alpha = 0.1> (x, w)');
  });
});

describe('attributes', () => {
  it('infers kinds', () => {
    expect(attribute('= 1')).toEqual({ kind: 'int', value: 1n });
    expect(attribute('= -9223372036854775808')).toEqual({ kind: 'int', value: -(2n ** 63n) });
    expect(attribute('= 1e-3')).toEqual({ kind: 'float', value: Math.fround(1e-3) });
    expect(attribute('= -inf')).toEqual({ kind: 'float', value: -Infinity });
    expect(attribute('= NaN')).toEqual({ kind: 'float', value: NaN });
    expect(attribute('= "a\\"\\\\n"')).toEqual({ kind: 'string', value: 'a"\\n' });
    expect(attribute('= [1, 2]')).toEqual({ kind: 'ints', value: BigInt64Array.of(1n, 2n) });
    expect(attribute('= [1, 2.5]')).toEqual({ kind: 'floats', value: Float32Array.of(1, 2.5) });
    expect(attribute('= ["a", ""]')).toEqual({ kind: 'strings', value: ['a', ''] });
    expect(attribute('= float[N,2]')).toMatchObject({ kind: 'type', value: { kind: 'tensor', shape: ['N', 2] } });
    expect(attribute('= float[2] {1, 2}')).toMatchObject({ kind: 'tensor', value: { dims: [2], dtype: 'float' } });
    expect(attribute('= float[1] t {1}')).toMatchObject({ kind: 'tensor', value: { name: 't' } });
    expect(attribute('= @other')).toEqual({ kind: 'reference', name: 'other', type: 'undefined' });
    expect(attribute('= "a graph" () => () {}').kind).toBe('graph');
  });

  it('obeys spelled kinds', () => {
    expect(attribute(': float = 2')).toEqual({ kind: 'float', value: 2 });
    expect(attribute(': float = -0')).toEqual({ kind: 'float', value: -0 });
    expect(attribute(': floats = [1, 2]')).toEqual({ kind: 'floats', value: Float32Array.of(1, 2) });
    expect(attribute(': ints = []')).toEqual({ kind: 'ints', value: new BigInt64Array(0) });
    expect(attribute(': strings = []')).toEqual({ kind: 'strings', value: [] });
    expect(attribute(': type_proto = seq(map(int64, optional(float)))').kind).toBe('type');
    expect(attribute(': tensors = [float {1}, int64[1] b {2}]')).toMatchObject({
      kind: 'tensors',
      value: { length: 2 },
    });
    expect(attribute(': graphs = [a () => () {}, b () => () {}]')).toMatchObject({
      kind: 'graphs',
      value: { length: 2 },
    });
    expect(attribute(': undefined = ?')).toEqual({ kind: 'undefined' });
    expect(attribute('= sparse_tensor[4] {float[1] {2}, int64[1] {3}}')).toMatchObject({ kind: 'sparse_tensor' });
  });

  it('refuses what does not fit', () => {
    const bad = (text: string) => failure(`g () => () { y = Op <${text}> () }`);
    expect(bad('a : int = 1.5')).toMatch(/^Line 1:31: .*float, not a int/);
    expect(bad('a = []')).toMatch(/empty list needs its type/);
    expect(bad('a = 9223372036854775808')).toMatch(/out of the range/);
    expect(bad('a = 1, a = 2')).toMatch(/a is given twice/);
    expect(bad('a : wat = 2')).toMatch(/expected a kind of attribute/);
  });
});

describe('types and signatures', () => {
  it('keeps every type', () => {
    const decls = 'float a, float[] b, float[2,?,N,"a b",-1] c, seq(float16[]) d, map(string, seq(int64)) e';
    there(`${HEAD} g (${decls}, optional(seq(double[1])) f, sparse_tensor(float[3]) h, opaque() i, opaque(a.b) j,
      opaque(a.b,c) k, bfloat16[1] l, seq(?) m, undefined[2] n, o, "float" , "a \\" b") => () {}`);
  });

  it('keeps declarations that disagree', () => {
    const m = there('g (float[2] x) => (x, int64 x) <float[N] x> {}');
    expect(m.graphs.at(m.main).redeclared).toHaveLength(3);
  });

  it('takes defaults in the signature', () => {
    const m = there(`${HEAD} g (float[2] x = {1, 2}, y) => () {}`);
    const g = m.graphs.at(m.main);
    expect(g.initializers).toEqual([g.inputs[0]]);
  });

  it('refuses deep nesting', () => {
    const deep = `g (${'seq('.repeat(5000)}float${')'.repeat(5000)} x) => () {}`;
    expect(failure(deep)).toMatch(/nested deeper than 64/);
    expect(failure('g () => () {'.repeat(1) + ' y = If <a = g () => () {'.repeat(5000))).toMatch(/nested deeper/);
  });
});

describe('tensors', () => {
  it.each([
    [
      'float',
      '0.1, -0, 1e-45, 3.4028235e+38, inf, -inf, nan',
      Float32Array.of(0.1, -0, 1e-45, 3.4028235e38, Infinity, -Infinity, NaN),
    ],
    ['double', '0.1, 5e-324', Float64Array.of(0.1, 5e-324)],
    ['int8', '-128, 127', Int8Array.of(-128, 127)],
    ['uint8', '0, 255', Uint8Array.of(0, 255)],
    ['int16', '-32768', Int16Array.of(-32768)],
    ['uint16', '65535', Uint16Array.of(65535)],
    ['int32', '-2147483648, 2147483647', Int32Array.of(-2147483648, 2147483647)],
    ['uint32', '4294967295', Uint32Array.of(4294967295)],
    ['int64', '-9223372036854775808, 9223372036854775807', BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)],
    ['uint64', '18446744073709551615', BigUint64Array.of(2n ** 64n - 1n)],
    ['bool', '0, 1', Uint8Array.of(0, 1)],
    ['float16', '15360, 1.5, -inf', Uint16Array.of(15360, 0x3e00, 0xfc00)],
    ['bfloat16', '16256', Uint16Array.of(16256)],
    ['float8e4m3fn', '255, 1.0', Uint8Array.of(255, 0x38)],
    ['float8e8m0', '127', Uint8Array.of(127)],
    ['float4e2m1', '1, 15, 7', Uint8Array.of(1, 15, 7)],
    ['uint4', '0, 15, 3', Uint8Array.of(0, 15, 3)],
    ['int4', '-8, 7, -1', Int8Array.of(-8, 7, -1)],
    ['int2', '-2, 1, 0, -1, 1', Int8Array.of(-2, 1, 0, -1, 1)],
    ['uint2', '3, 2, 1', Uint8Array.of(3, 2, 1)],
  ])('of %s', async (dtype, text, values) => {
    const count = values.length;
    expect((await readTensor(weight(`${dtype}[${count}] w = {${text}}`))).values).toEqual(values);
    const raw = there(`#@{"model":{"storage":"raw_data"}}\n g () => () <${dtype}[${count}] w = {${text}}> {}`);
    const t = raw.values.at(raw.graphs.at(raw.main).initializers[0]!).constant!;
    expect(t.storage).toBe('raw_data');
    expect((await readTensor(t)).values).toEqual(values);
  });

  it('of strings and complex numbers', async () => {
    expect((await readTensor(weight('string[2] w = {"a\\"", "é\n"}'))).values).toEqual(['a"', 'é\n']);
    expect((await readTensor(weight('complex64[1] w = {1, -2.5}'))).values).toEqual(Float32Array.of(1, -2.5));
    expect((await readTensor(weight('complex128 w = {1, 2}'))).values).toEqual(Float64Array.of(1, 2));
  });

  it('in another file', () => {
    const t = weight('float[2] w = ["location": "w.bin", "offset": "4", "length": "8"]');
    expect(t).toMatchObject({ storage: 'external', data: { kind: 'missing', file: 'w.bin', begin: 4, end: 12 } });
  });

  it('that are sparse', () => {
    const m = there('g () => () <sparse_tensor[3,4] w = {float[2] {1, 2}, int64[2] {3, 5}}> {}');
    expect(m.graphs.at(m.main).sparseInitializers).toHaveLength(1);
  });

  it('refuses wrong counts, ranges and shapes', () => {
    const bad = (text: string) => failure(`g () => () <${text}> {}`);
    expect(bad('float[3] w = {1, 2}')).toMatch(/^Line 1:26: the tensor has dimensions for 3 elements and 2 of them/);
    expect(bad('int8[1] w = {300}')).toMatch(/300 is out of the range/);
    expect(bad('int8[1] w = {1.5}')).toMatch(/1.5 is not a whole number/);
    expect(bad('float[N] w = {1}')).toMatch(/cannot have the dimension N/);
    expect(bad('float[] w = {1}')).toMatch(/needs its dimensions/);
    expect(bad('float[100000000000] w = {1}')).toMatch(/dimensions for 100000000000 elements/);
  });

  it('leaves elements out where told', () => {
    const m = parseModel('g () => () <float[2] a = {1, 2}, float[100] b = {' + new Array(100).fill(1).join() + '}> {}');
    expect(printModel(m, { weights: 'small' })).toMatch(/a = \{1, 2\},\n\s+float\[100\] b = \{\.\.\.\}/);
    const again = parseModel(printModel(m, { weights: 'none' }));
    const b = again.values.at(again.graphs.at(again.main).initializers[1]!).constant!;
    expect(b.data).toEqual({ kind: 'missing', file: '', begin: 0, end: 400 });
  });
});

describe('fragments', () => {
  const signature = (m: Model) => {
    const g = m.graphs.at(m.main);
    const names = (ids: readonly number[]) => ids.map((v) => m.values.at(v as never).name);
    return [names(g.inputs), names(g.outputs)];
  };

  it('find their inputs and outputs', () => {
    const m = parseFragment('a = Relu(x)  y = Add(a, w)  z = Exp(a)');
    expect(brokenLaws(m)).toEqual([]);
    expect(signature(m)).toEqual([
      ['x', 'w'],
      ['y', 'z'],
    ]);
    expect(m.opsets).toEqual([{ domain: '', version: 21 }]);
  });

  it('may have any part of a model', () => {
    const m = parseFragment(
      '<opset_import: ["" : 13]> (float[N] x) => (a) <float[1] b = {1}> a = Add(x, b)  c = com.Op(a)',
    );
    expect(brokenLaws(m)).toEqual([]);
    expect(signature(m)).toEqual([['x'], ['a']]);
    expect(m.opsets[0]!.version).toBe(13);
    expect(parseFragment('c = com.microsoft.Op(a)').opsets[1]).toEqual({ domain: 'com.microsoft', version: 1 });
    expect(signature(parseFragment(`${HEAD} g (x) => (y) { y = Relu(x) }`))).toEqual([['x'], ['y']]);
  });

  it('see what bodies capture', () => {
    const m = parseFragment(
      'y = If(c) <then_branch = t () => (o) { o = Neg(x) }, else_branch = e () => (o) { o = Abs(x) }>',
    );
    expect(brokenLaws(m)).toEqual([]);
    expect(signature(m)).toEqual([['c', 'x'], ['y']]);
  });
});

describe('broken text', () => {
  it.each([
    ['g (x, x) => () {}', 'Line 1:7: x is defined twice.'],
    ['g (x) => () { y = A(x) y = B(x) }', 'Line 1:24: y is defined twice.'],
    [
      'g () => () { y = A(z) z = B(y) }',
      'Line 1:14: the nodes of g form a cycle: one of them would read its own result.',
    ],
    ['', "Line 1:1: expected a graph's name, found the end of the text."],
    ['g (x => y', 'Line 1:6: expected "," or ")", found "=> y".'],
    ['g () => () {\n  y = Relu(x\n}', 'Line 3:1: expected ")", found "}".'],
    ['<ir_version: 1.5> g () => () {}', 'Line 1:14: expected a whole number, found "1.5> g () =>".'],
    [
      '<wat: 1> g () => () {}',
      'Line 1:2: expected ir_version, opset_import, producer_name or another field of the header, found "wat".',
    ],
    ['g () => () { y = "Op', 'Line 1:18: the string that begins here has no end.'],
    ['g () => () {} #@{"graph":', 'Line 1:26: the annotation after #@ is not valid JSON.'],
    ['g () => () {} #@{"graph":{"doc":1}}', 'Line 1:15: the annotation after #@ needs a string in "doc".'],
  ])('%j', (text, message) => expect(failure(text)).toBe(message));
});
