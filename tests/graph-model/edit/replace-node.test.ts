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
import { inputFile } from '../../support/onnx-samples.ts';

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
