import { describe, expect, it } from 'vitest';
import { blobOf } from '../support/blob-tensor.ts';
import type { Model } from '../../src/graph-model/core/model.ts';
import { brokenLaws } from '../../src/graph-model/core/validate.ts';
import type { Diagnostic } from '../../src/graph-model/diagnostics.ts';
import { quietJob } from '../../src/graph-model/job.ts';
import { parseFragment } from '../../src/graph-model/text/parse.ts';
import { passHost } from '../../src/optimizer/host.ts';
import { runPlan } from '../../src/optimizer/plan.ts';
import { differences, evaluate } from '../support/run-model.ts';
import { expressionsOf } from '../support/same-graph.ts';

const host = passHost(evaluate);
const parse = (text: string, opset = 18): Model =>
  parseFragment(text, { opsets: [{ domain: '', version: opset }], irVersion: 9 });
const ops = (m: Model) => m.graphs.at(m.main).order.map((id) => m.nodes.at(id).op);
const all = (m: Model) => [...m.nodes.values()].map((n) => n.op).sort();

async function run(model: Model, passes: readonly string[], options = {}, found: Diagnostic[] = []) {
  const plan = passes.map((pass) => ({ pass, options: pass === 'fold' ? options : {} }));
  const result = await runPlan(model, plan, host, quietJob(found));
  expect(brokenLaws(result.after)).toEqual([]);
  return result;
}

describe('constants', () => {
  it('become initializers, but not in functions', async () => {
    const m = parse('(float[2] x) => (float[2] y) { c = Constant<value_floats=[1.0, 2.0]>()  y = Add(x, c) }');
    const { after } = await run(m, ['constants']);
    expect(ops(after)).toEqual(['Add']);
    expect(expressionsOf(after)).toEqual(['y = Add(x, float[2]{1,2})']);
  });

  it('of files before IR version 4 stop being inputs', async () => {
    const m = parse('(float[2] x, float[2] c) => (float[2] y) <float[2] c = {1, 2}> { y = Add(x, c) }');
    const { after } = await run({ ...m, irVersion: 3 }, ['constants']);
    expect(after.graphs.at(after.main).inputs).toHaveLength(1);
    expect(after.irVersion).toBe(4);
  });
});

describe('folding', () => {
  it('computes what depends on no input in the runtime', async () => {
    const m = parse('(float[2] x) => (float[2] y) <float[2] c = {1, 4}> { a = Sqrt(c)  b = Neg(a)  y = Add(x, b) }');
    const { after, passes } = await run(m, ['fold']);
    expect(expressionsOf(after)).toEqual(['y = Add(x, float[2]{-1,-2})']);
    expect(passes[0]!.applied.length).toBeGreaterThan(0);
    expect(await differences(m, after)).toEqual([]);
  });

  it('knows shapes without running anything', async () => {
    const m = parse(
      '(float[N,4,6] x) => (int64[1] y) <int64[1] i = {1}, int64[1] k = {3}> { s = Shape(x)  a = Gather(s, i)  b = Mul(a, k)  y = Identity(b) }',
    );
    const none = { ...host, evaluate: () => Promise.reject(new Error('not to be asked')) };
    const { after } = await runPlan(m, [{ pass: 'fold' }], none, quietJob());
    expect(expressionsOf(after)).toEqual(['y = Identity(int64[1]{12})']);
  });

  it('leaves random, quantised and dependent nodes alone', async () => {
    const m = parse(
      '(float[2] x) => (float[2] y, float[2] z) <uint8[2] q = {1, 2}, float s = {0.5}, uint8 o = {0}> { d = DequantizeLinear(q, s, o)  r = RandomNormal<shape=[2]>()  y = Add(x, d)  z = Add(x, r) }',
    );
    const { after } = await run(m, ['fold']);
    expect(after).toBe(m);
  });

  it('keeps to the growth limit and says so', async () => {
    const text =
      '(float[N,1] x) => (float[N,y] y) <int64[1] s = {300000}, int64[2] t = {1, 300000}> { a = ConstantOfShape(s)  b = Reshape(a, t)  y = Mul(x, b) }';
    const m = parse(text);
    const { after, passes } = await run(m, ['fold'], { growthLimit: 1 });
    expect(all(after)).toEqual(['ConstantOfShape', 'Mul', 'Reshape']);
    expect(passes[0]!.refused[0]!.reason).toBe('It would add more than 1 MB to the file.');
    const { after: folded } = await run(m, ['fold'], { growthLimit: 2 });
    expect(all(folded)).toEqual(['Mul']);
  });

  it('never folds what needs a file that was not given', async () => {
    const m = parse('(float[2] x) => (float[2] y) <float[2] c = {1, 4}> { a = Sqrt(c)  y = Add(x, a) }');
    const missing = blobOf(m, 'c', { kind: 'missing', file: 'weights.bin', begin: 0, end: 8 });
    const { after, passes } = await run(missing, ['fold']);
    expect(after).toBe(missing);
    expect(passes[0]!.refused[0]!.reason).toContain('weights.bin, which has not been opened');
  });
});

describe('sharing', () => {
  it('keeps equal nodes once, by value of attributes, and not random ones', async () => {
    const m = parse(
      '(float[2,2] x) => (float[2,2] y, float[2,2] z) { a = Softmax<axis=1>(x)  b = Softmax<axis=1>(x)  c = Softmax<axis=0>(x)  d = Add(a, b)  y = Add(d, c)  e = RandomNormalLike(x)  f = RandomNormalLike(x)  z = Add(e, f) }',
    );
    const { after } = await run(m, ['share']);
    expect(all(after).filter((op) => op === 'Softmax')).toHaveLength(2);
    expect(all(after).filter((op) => op === 'RandomNormalLike')).toHaveLength(2);
  });

  it('keeps equal initializers once', async () => {
    const m = parse(
      '(float[2] x) => (float[2] y) <float[2] c = {1, 2}, float[2] d = {1, 2}, float[2] e = {1, 3}> { a = Add(x, c)  b = Add(a, d)  y = Add(b, e) }',
    );
    const { after } = await run(m, ['share']);
    expect(after.graphs.at(after.main).initializers).toHaveLength(2);
    expect(await differences(m, after)).toEqual([]);
  });

  it('keeps both of two graph outputs', async () => {
    const m = parse('(float[2] x) => (float[2] y, float[2] z) { y = Relu(x)  z = Relu(x) }');
    const { after, passes } = await run(m, ['share']);
    expect(after).toBe(m);
    expect(passes[0]!.refused[0]!.reason).toBe('Both z and y are outputs of the graph.');
  });

  it('reads equal lengths from one shape', async () => {
    const m = parse(
      '(float[N,M] x) => (float[N,M] y, float[N,M] z) <float v = {1}, int64 i = {0}, int64 j = {1}, int64[1] o = {0}> { r = Relu(x)  s = Shape(r)  n = Gather(s, i)  t = Shape(x)  k = Gather(t, j)  nu = Unsqueeze(n, o)  ku = Unsqueeze(k, o)  q = Concat<axis=0>(nu, ku)  y = Expand(v, q)  z = Add(r, y) }',
    );
    const { after } = await run(m, ['share-shapes', 'dead']);
    expect(all(after)).toEqual(['Add', 'Expand', 'Relu', 'Shape']);
    expect(await differences(m, after)).toEqual([]);
  });
});

describe('slices', () => {
  it('that take a value apart become a Split', async () => {
    const m = parse(
      '(float[2,6] x) => (float[2,6] y) <int64[1] a = {0}, int64[1] b = {4}, int64[1] c = {100}, int64[1] ax = {-1}> { p = Slice(x, a, b, ax)  q = Slice(x, b, c, ax)  y = Concat<axis=1>(q, p) }',
    );
    const { after } = await run(m, ['split-slices']);
    expect(expressionsOf(after)).toEqual([
      'y = Concat<axis=1>(Split<axis=1>(x, int64[2]{4,2})#1, Split<axis=1>(x, int64[2]{4,2}))',
    ]);
    expect(await differences(m, after)).toEqual([]);
  });

  it('that leave a gap stay', async () => {
    const m = parse(
      '(float[2,6] x) => (float[2,5] y) <int64[1] a = {0}, int64[1] b = {3}, int64[1] d = {4}, int64[1] c = {6}, int64[1] ax = {1}> { p = Slice(x, a, b, ax)  q = Slice(x, d, c, ax)  y = Concat<axis=1>(q, p) }',
    );
    expect((await run(m, ['split-slices'])).after).toBe(m);
  });
});

describe('types', () => {
  it('are written for every value and output', async () => {
    const m = parse('(float[N,4] x) => (float[N,?] y) { a = Relu(x)  y = Neg(a) }');
    const { after } = await run(m, ['infer-shapes']);
    const types = [...after.values.values()].map((v) => [v.name, JSON.stringify(v.type)]);
    for (const name of ['a', 'y'])
      expect(types).toContainEqual([name, JSON.stringify({ kind: 'tensor', dtype: 'float', shape: ['N', 4] })]);
    expect((await run(after, ['infer-shapes'])).after).toBe(after);
  });
});
