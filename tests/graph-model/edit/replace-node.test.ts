import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../src/converters/open.ts';
import { repairsOf } from '../../../src/graph-model/check/repair.ts';
import { EditError } from '../../../src/graph-model/core/draft.ts';
import { brokenLaws } from '../../../src/graph-model/core/validate.ts';
import type { FormatError } from '../../../src/graph-model/diagnostics.ts';
import { parseOperator } from '../../../src/graph-model/edit/replace-node.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { toOnnx } from '../../../src/services/convert.ts';
import { toNumbers, type DenseTensor } from '../../../src/graph-model/core/tensor.ts';
import { parseFragment } from '../../../src/graph-model/text/parse.ts';
import { inputFile } from '../../support/onnx-samples.ts';
import { outputsOf } from '../../support/run-model.ts';

const open = (path: string) => {
  const bytes = new Uint8Array(readFileSync(new URL(`../../samples/${path}`, import.meta.url)));
  return openModel([inputFile(path.split('/').pop()!, bytes)], quietJob());
};
const ops = (m: Awaited<ReturnType<typeof toOnnx>>) => [...m.nodes.values()].map((n) => n.op);

describe('a layer without an ONNX form', () => {
  it('is replaced by an operator of the user’s choice', async () => {
    const opened = await open('keras/lambda_layer_h5/model.h5');
    const replace = { my_lambda: 'LeakyRelu(alpha=0.5)' };
    const model = await toOnnx(opened, { replace }, quietJob());
    expect(brokenLaws(model)).toEqual([]);
    const [node] = [...model.nodes.values()];
    expect(node?.op).toBe('LeakyRelu');
    expect(node?.attributes.get('alpha')).toEqual({ kind: 'float', value: 0.5 });
  });

  it('leaves what lies before it when the model is cut there', async () => {
    const opened = await open('tflite/unknown_custom_op/model.tflite');
    const model = await toOnnx(opened, { replace: { PartitionedCall: 'cut' } }, quietJob());
    expect(brokenLaws(model)).toEqual([]);
    expect(ops(model)).not.toContain('Betainc');
    expect(model.graphs.at(model.main).outputs.length).toBeGreaterThan(0);
  });

  it('cannot be cut where nothing lies before it, nor found by another name', async () => {
    const opened = await open('keras/lambda_layer_h5/model.h5');
    const failed = (replace: Record<string, string>) =>
      toOnnx(opened, { replace }, quietJob()).catch((e: unknown) => e);
    expect(((await failed({ my_lambda: 'cut' })) as FormatError).message).toMatch(
      /Nothing is computed before my_lambda/,
    );
    expect(((await failed({ other: 'cut' })) as FormatError).message).toMatch(/no node named other/);
  });

  it('is named together with all others, each with its reason, so that one conversion asks for all', async () => {
    const opened = await open('keras/own_layers_k3/model.keras');
    const failed = (await toOnnx(opened, {}, quietJob()).catch((e: unknown) => e)) as FormatError;
    const { refused } = failed.diagnostic;
    expect(refused?.map((r) => [r.name, r.kind])).toEqual([
      ['leak', 'Lambda'],
      ['swish', 'Swish'],
      ['double', 'Lambda'],
    ]);
    expect(failed.message).toMatch(/^3 layers cannot be converted: leak \(Lambda\), double \(Lambda\): .*; swish/);
  });

  it('is replaced by ONNX text, by an operator or by a model, and the result is what the layers compute', async () => {
    const opened = await open('keras/own_layers_k3/model.keras');
    const swish = parseFragment('(t) => (r) { s = Sigmoid(t)  r = Mul(t, s) }', {
      opsets: [{ domain: '', version: 21 }],
    });
    const double = 'two = Constant<value_float = 2.0>()  y = Mul(x, two)';
    const replace = { leak: 'LeakyRelu(alpha=0.1)', swish, double };
    const model = await toOnnx(opened, { replace }, quietJob());
    expect(brokenLaws(model)).toEqual([]);
    const x = [1.7640524, 0.4001572, 0.978738, 2.2408931, 1.867558, -0.9772779, 0.9500884, -0.1513572];
    const results = await outputsOf(
      model,
      new Map([['x', { dtype: 'float', dims: [2, 4], values: Float32Array.from(x) }]]),
    );
    const want = [-0.0554891, 0.4403783, -0.2278215, -0.1813077, 0.6948626, -0.3146612];
    const got = results.get('third');
    expect(got && 'values' in got).toBe(true);
    toNumbers(got as DenseTensor).forEach((v, i) => expect(v).toBeCloseTo(want[i]!, 5));
  });

  it('is not replaced by a piece with other inputs', async () => {
    const opened = await open('keras/own_layers_k3/model.keras');
    const replace = { swish: '(a, b) => (c) { c = Add(a, b) }' };
    const failed = (await toOnnx(opened, { replace }, quietJob()).catch((e: unknown) => e)) as FormatError;
    expect(failed.message).toMatch(/The replacement of swish takes 2 inputs, and swish is given 1/);
  });

  it('is offered both in the page, where its problem leads to the node', async () => {
    const opened = await open('tflite/unknown_custom_op/model.tflite');
    const failed = (await toOnnx(opened, {}, quietJob()).catch((e: unknown) => e)) as FormatError;
    const problem = failed.diagnostic;
    expect(opened.model.nodes.at(problem.node!).op).toBe('Betainc');
    expect(repairsOf(problem).map((r) => r.label)).toEqual(['Cut before it', 'Pass its input on']);
    for (const repair of repairsOf(problem)) {
      const { after } = repair.make(opened.model, problem);
      expect(brokenLaws(after)).toEqual([]);
      const onnx = await toOnnx({ ...opened, model: after }, {}, quietJob());
      expect(brokenLaws(onnx)).toEqual([]);
    }
  });
});

it('reads operators with their domain and attributes', () => {
  expect(parseOperator('com.microsoft::FastGelu')).toEqual({ domain: 'com.microsoft', op: 'FastGelu', attributes: {} });
  expect(parseOperator('Softmax(axis=1)').attributes).toEqual({ axis: 1 });
  expect(() => parseOperator('not an operator')).toThrow(EditError);
  expect(() => parseOperator('Softmax(axis)')).toThrow(EditError);
});
