import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../src/converters/open.ts';
import { EditError } from '../../src/graph-model/core/draft.ts';
import { brokenLaws } from '../../src/graph-model/core/validate.ts';
import type { FormatError } from '../../src/graph-model/diagnostics.ts';
import { quietJob } from '../../src/graph-model/job.ts';
import { parseTypeText } from '../../src/graph-model/text/parse-type.ts';
import { convertAsAsked, toOnnx } from '../../src/services/convert.ts';
import { allRefusals } from '../../src/services/refusals.ts';
import { inputFile } from '../support/onnx-samples.ts';

const open = (path: string) => {
  const bytes = new Uint8Array(readFileSync(new URL(`../samples/${path}`, import.meta.url)));
  return openModel([inputFile(path.split('/').pop()!, bytes)], quietJob());
};
type Onnx = Awaited<ReturnType<typeof toOnnx>>;
const ops = (m: Onnx) => [...m.nodes.values()].map((n) => n.op);
const inputs = (m: Onnx) => m.graphs.at(m.main).inputs.map((v) => m.values.at(v).name);

describe('all nodes without an ONNX form', () => {
  it('are found at once, in the order of the graph, with kind and reason', async () => {
    const opened = await open('keras/own_layers_k3/model.keras');
    const found = await allRefusals(opened, {}, quietJob());
    expect(found.map((r) => `${r.name} ${r.kind}`)).toEqual(['leak Lambda', 'swish Swish', 'double Lambda']);
    expect(found[0]!.reason).toBe('its function is Python code, which is not run');
    const [leak] = found;
    const left = await allRefusals(opened, { replace: { [`#${leak!.node}`]: 'pass' } }, quietJob());
    expect(left.map((r) => r.name)).toEqual(['swish', 'double']);
  });

  it('are found in formats that name only the first', async () => {
    const opened = await open('tflite/unknown_custom_op/model.tflite');
    const [one, ...more] = await allRefusals(opened, {}, quietJob());
    expect(more).toEqual([]);
    expect(one).toMatchObject({ kind: 'Betainc', reason: 'it is a custom operator, whose code is not in the file' });
  });

  it('are none where the model converts', async () => {
    expect(await allRefusals(await open('keras/nested_models_k3/model.keras'), {}, quietJob())).toEqual([]);
  });
});

describe('what is done about them', () => {
  const replaced = async (replace: Record<string, string>) => {
    const model = await toOnnx(await open('keras/own_layers_k3/model.keras'), { replace }, quietJob());
    expect(brokenLaws(model)).toEqual([]);
    return model;
  };

  it('cut after: what the node makes is an input, and what fed it alone is gone', async () => {
    const model = await replaced({ leak: 'pass', swish: 'pass', double: 'cut-after' });
    expect(inputs(model)).toEqual(['double']);
    expect(ops(model)).toEqual(['Gemm']);
  });

  it('cut after, with a type of one’s own', async () => {
    const model = await replaced({ leak: 'cut-after float[7, 6]', swish: 'pass', double: 'pass' });
    const [input] = model.graphs.at(model.main).inputs;
    expect(model.values.at(input!)).toMatchObject({
      name: 'leak',
      type: { kind: 'tensor', dtype: 'float', shape: [7, 6] },
    });
  });

  it('a cut before one node leaves out what is chosen for those below it', async () => {
    const model = await replaced({ swish: 'pass', leak: 'cut', double: 'Relu' });
    expect(ops(model)).toEqual(['Gemm']);
  });

  it('passing on is refused where there is more than one result', async () => {
    const opened = await open('keras/own_layers_k3/model.keras');
    const failed = (await toOnnx(opened, { replace: { nobody: 'pass' } }, quietJob()).catch(
      (e: unknown) => e,
    )) as FormatError;
    expect(failed.message).toMatch(/no node named nobody/);
  });

  it('a type that is none is said so', () => {
    expect(parseTypeText('float[N, 16]')).toMatchObject({ dtype: 'float', shape: ['N', 16] });
    expect(parseTypeText('float[]')).toMatchObject({ dtype: 'float', shape: null });
    for (const text of ['', 'float[', 'Relu', 'float[2] x']) expect(() => parseTypeText(text)).toThrow(EditError);
  });
});

it('a detector gets its boxes in the conversion', async () => {
  const bytes = new Uint8Array(readFileSync(new URL('../samples/custom-vision/cv_od_onnx.zip', import.meta.url)));
  const opened = await openModel([inputFile('cv_od_onnx.zip', bytes)], quietJob());
  const model = await convertAsAsked(opened, { boxes: true }, quietJob());
  const { outputs } = model.graphs.at(model.main);
  expect(outputs.map((v) => model.values.at(v).name)).toEqual([
    'detected_boxes',
    'detected_classes',
    'detected_scores',
  ]);
  const plain = await convertAsAsked(await open('keras/nested_models_k3/model.keras'), { opset: 21 }, quietJob());
  expect(plain.opsets[0]).toMatchObject({ domain: '', version: 21 });
});

describe('a replacement in a TensorFlow Lite model', () => {
  const put = async (what: string) =>
    toOnnx(await open('tflite/unknown_custom_op/model.tflite'), { replace: { PartitionedCall: what } }, quietJob());

  it('is a piece of ONNX with the inputs of the node', async () => {
    const made = await put(
      '(float[N,M] a, float[N,M] b, float[N,M] c) => (float[N,M] y) { t = Add(a, b)  y = Mul(t, c) }',
    );
    expect(brokenLaws(made)).toEqual([]);
    expect(ops(made).slice(-2)).toEqual(['Add', 'Mul']);
  });

  it('cuts the model', async () => {
    expect(ops(await put('cut'))).not.toContain('Betainc');
  });

  it.each([
    ['Nonsense', /there is no operator Nonsense/],
    ['Sigmoid', /Sigmoid takes at most 1 inputs and 3 are given/],
    ['(float[N,M] a) => (float[N,M] y) { y = Relu(a) }', /takes 1 inputs, and PartitionedCall is given 3/],
  ])('%s is refused', async (what, why) => {
    await expect(put(what)).rejects.toThrow(why);
  });
});
