import { beforeAll, describe, expect, it } from 'vitest';
import { openModel } from '../../../src/converters/open.ts';
import { checkModel } from '../../../src/graph-model/check/check.ts';
import type { Model } from '../../../src/graph-model/core/model.ts';
import { extractFunction } from '../../../src/graph-model/functions/extract.ts';
import { inlineCall, inlineFunctions } from '../../../src/graph-model/functions/inline.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { inferTypes } from '../../../src/graph-model/operators/infer/inference.ts';
import { loadOperators, type OperatorTable } from '../../../src/graph-model/operators/schemas.ts';
import { parseModel } from '../../../src/graph-model/text/parse.ts';
import { checkChange } from '../../support/check-change.ts';
import { sample } from '../../support/onnx-samples.ts';
import { differences } from '../../support/run-model.ts';

let schemas: OperatorTable;
beforeAll(async () => {
  schemas = await loadOperators();
});

const NESTED = `<ir_version: 9, opset_import: ["" : 18, "local" : 1]>
  g (float[2,3] x, bool c) => (float[2,3] y, float[2,3] z) {
    y = local.twice <alpha = 0.3> (x)
    z = If (c) <then_branch = t () => (float[2,3] p) { p = local.twice (y) }, else_branch = e () => (float[2,3] q) { q = Relu (x) }>
  }
  <domain: "local", opset_import: ["" : 18, "local" : 1]> twice <alpha: float = 0.5> (u) => (v) {
    a = local.once <slope : float = @alpha> (u)
    v = local.once <slope : float = @alpha> (a)
  }
  <domain: "local", opset_import: ["" : 18]> once <slope> (u, w) => (v) {
    l = LeakyRelu <alpha : float = @slope> (u)
    v = Add (l, u)
  }`;

const ops = (model: Model) => [...model.nodes.values()].map((n) => n.op).sort();
const errors = (model: Model) =>
  checkModel(model, schemas, inferTypes(model))
    .filter((d) => d.severity === 'error')
    .map((d) => d.message);
const byOp = (model: Model, op: string) => [...model.nodes.values()].filter((n) => n.op === op).map((n) => n.id);

describe('inlining', () => {
  it('replaces calls within calls and bodies, with attributes given, referred to and defaulted', async () => {
    const before = parseModel(NESTED);
    const { change, refused, calls } = inlineFunctions(before, schemas);
    const after = checkChange(change);
    expect(refused).toEqual([]);
    expect(calls.length).toBe(2);
    expect(ops(after)).toEqual([
      'Add',
      'Add',
      'Add',
      'Add',
      'If',
      'LeakyRelu',
      'LeakyRelu',
      'LeakyRelu',
      'LeakyRelu',
      'Relu',
    ]);
    const slopes = byOp(after, 'LeakyRelu').map((n) => after.nodes.at(n).attributes.get('alpha'));
    expect(slopes.map((a) => a?.kind === 'float' && a.value.toFixed(2)).sort()).toEqual([
      '0.30',
      '0.30',
      '0.50',
      '0.50',
    ]);
    expect(after.functions).toEqual([]);
    expect(after.opsets).toEqual([{ domain: '', version: 18 }]);
    expect(errors(after)).toEqual([]);
    expect(await differences(before, after)).toEqual([]);
  });

  it('replaces one call and leaves the calls it brings', () => {
    const before = parseModel(NESTED);
    const call = byOp(before, 'twice').find((n) => before.nodes.at(n).graph === before.main)!;
    const after = checkChange(inlineCall(before, call, schemas));
    expect(ops(after).filter((o) => o === 'once').length).toBe(4);
    expect(after.functions.length).toBe(2);
    expect(errors(after)).toEqual([]);
  });

  it('keeps outputs that are inputs of the function, or one value twice', async () => {
    const before = parseModel(`<ir_version: 9, opset_import: ["" : 18, "local" : 1]>
      g (float[2] x) => (float[2] a, float[2] b, float[2] c) { a, b, c = local.f (x) }
      <domain: "local", opset_import: ["" : 18]> f (u) => (u, v, v) { v = Neg (u) }`);
    const after = checkChange(inlineFunctions(before, schemas).change);
    expect(ops(after)).toEqual(['Identity', 'Identity', 'Neg']);
    // The runtime takes no function with one output twice, so the same is said without it.
    const same = parseModel(`<ir_version: 9, opset_import: ["" : 18]>
      g (float[2] x) => (float[2] a, float[2] b, float[2] c) { a = Identity (x)  b = Neg (x)  c = Neg (x) }`);
    expect(await differences(same, after)).toEqual([]);
  });

  it('refuses a function that means another operator, and one that calls itself', () => {
    const text = (body: string) => `<ir_version: 9, opset_import: ["" : 13, "local" : 1]>
      g (float[2] x) => (float[2] y) { y = local.f (x) }
      <domain: "local", opset_import: ["" : 11, "local" : 1]> f (u) => (v) { ${body} }`;
    const reasons = (body: string) => inlineFunctions(parseModel(text(body)), schemas).refused.map((r) => r.reason);
    expect(reasons('v = Softmax (u)')).toEqual([expect.stringContaining('Softmax is another')]);
    expect(reasons('v = Selu (u)')).toEqual([]);
    expect(reasons('v = local.f (u)')).toEqual(['the function calls itself.']);
  });

  it('inlines the sample with local functions without changing its outputs', async () => {
    const before = (await openModel(sample('local_functions').files, quietJob())).model;
    const after = checkChange(inlineFunctions(before, schemas).change);
    expect(after.functions).toEqual([]);
    expect(await differences(before, after)).toEqual([]);
  });
});

const CHAIN = `<ir_version: 9, opset_import: ["" : 18]>
  g (float[2] x) => (float[2] y) <float[2] w = {1, 2}> { a = Relu (x)  b = Mul (a, w)  c = Neg (a)  d = Add (b, c)  y = Abs (d) }`;

describe('extracting a function', () => {
  it('computes inputs and outputs, and inlining brings the graph back', async () => {
    const before = parseModel(CHAIN);
    const chosen = ['Mul', 'Neg', 'Add'].flatMap((op) => byOp(before, op));
    const { change, call } = extractFunction(before, chosen, { name: 'Mix' });
    const after = checkChange(change);
    expect(ops(after)).toEqual(['Abs', 'Add', 'Mix', 'Mul', 'Neg', 'Relu']);
    const names = after.nodes.at(call).inputs.map((v) => after.values.at(v!).name);
    expect(names).toEqual(['a', 'w']);
    expect(errors(after)).toEqual([]);
    expect(await differences(before, after)).toEqual([]);
    const back = checkChange(inlineFunctions(after, schemas).change);
    expect(ops(back)).toEqual(ops(before));
    expect(await differences(before, back)).toEqual([]);
  });

  it('takes what a body captures as an input', async () => {
    const before = parseModel(`<ir_version: 9, opset_import: ["" : 18]>
      g (float[2] x, bool c) => (float[2] y) {
        a = Relu (x)
        y = If (c) <then_branch = t () => (float[2] p) { p = Neg (a) }, else_branch = e () => (float[2] q) { q = Abs (x) }> }`);
    const { change } = extractFunction(before, byOp(before, 'If'), { name: 'Choose' });
    const after = checkChange(change);
    expect(after.graphs.at(after.functions[0]!.graph).inputs.length).toBe(3);
    expect(errors(after)).toEqual([]);
    expect(await differences(before, after)).toEqual([]);
  });

  it.each([
    ['a path that leaves and comes back', ['Relu', 'Add'], 'not closed'],
    ['nothing', [], 'Nothing is selected'],
  ])('refuses %s', (_what, chosen, reason) => {
    const model = parseModel(CHAIN);
    const ids = chosen.flatMap((op) => byOp(model, op));
    expect(() => extractFunction(model, ids, { name: 'F' })).toThrow(reason);
  });
});
