import { expect, it } from 'vitest';
import { sniffKeras } from '../../../src/converters/keras/sniff.ts';
import { openModel } from '../../../src/converters/open.ts';
import { brokenLaws } from '../../../src/graph-model/core/validate.ts';
import { FormatError, type Diagnostic } from '../../../src/graph-model/diagnostics.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { inputFile } from '../../support/onnx-samples.ts';
import { mutate } from '../../support/mutate.ts';
import { convert, KERAS_SAMPLES, kerasCase } from './keras-cases.ts';

const open = async (name: string) => (await openModel(kerasCase(KERAS_SAMPLES, name).files, quietJob())).model;
const names = (model: Awaited<ReturnType<typeof open>>) => [...model.nodes.values()].map((n) => `${n.op} ${n.name}`);

it('lays nested models out under their names, one node for each call, weights once', async () => {
  const model = await open('siamese_shared_h5');
  expect(brokenLaws(model)).toEqual([]);
  expect(names(model)).toEqual([
    'Conv2D encoder/conv2d',
    'Flatten encoder/flatten',
    'Dense encoder/dense',
    'Conv2D encoder:2/conv2d',
    'Flatten encoder:2/flatten',
    'Dense encoder:2/dense',
    'Subtract subtract',
    'Multiply multiply',
    'Dense dense_1',
  ]);
  const [first, second] = [...model.nodes.values()].filter((n) => n.op === 'Conv2D');
  expect(first!.inputs.slice(1)).toEqual(second!.inputs.slice(1));
});

it('keeps a layer and its configuration as a node and its attributes', async () => {
  const model = await open('conv2d_options_k3');
  const node = [...model.nodes.values()].find((n) => n.name === 'even_same')!;
  expect(node.domain).toBe('keras');
  expect(node.attributes.get('padding')).toEqual({ kind: 'string', value: 'same' });
  expect(node.attributes.get('weights')).toEqual({ kind: 'strings', value: ['kernel'] });
  expect(node.attributes.has('kernel_initializer')).toBe(false);
});

it('names outputs as the model lists them', async () => {
  const model = await open('nested_models_k3');
  const outputs = model.graphs.at(model.main).outputs.map((v) => model.values.at(v).name);
  expect(outputs).toEqual(['head', 'inner2']);
});

it('opens a JSON without weights to look at, and refuses to convert it', async () => {
  const [json] = kerasCase(KERAS_SAMPLES, 'json_plus_weights_h5').files.filter((f) => f.name.endsWith('.json'));
  const said: Diagnostic[] = [];
  const { model } = await openModel([json!], quietJob(said));
  expect(names(model)[0]).toBe('Dense dense');
  expect(said.map((d) => d.code)).toEqual(['keras.no-weights']);
  await expect(convert([json!])).rejects.toThrow(/kernel is missing/);
});

it('asks for the model where weights come alone', async () => {
  const [weights] = kerasCase(KERAS_SAMPLES, 'json_plus_weights_h5').files.filter((f) => f.name.endsWith('.h5'));
  await expect(openModel([weights!], quietJob())).rejects.toThrow(/weights alone/);
});

it('says which layer is Python code, and converts what lies before it', async () => {
  const { files } = kerasCase(KERAS_SAMPLES, 'lambda_layer_h5');
  await expect(convert(files)).rejects.toThrow(/my_lambda \(Lambda\).*Python code/);
  await expect(convert(files, ['no_such_layer'])).rejects.toThrow(/no_such_layer/);
});

it('leaves no Transpose between convolutions', async () => {
  const model = await convert(kerasCase(KERAS_SAMPLES, 'conv1d_causal_k3').files);
  const producer = (v: number | null) => (v === null ? null : model.values.at(v as never).producer);
  for (const node of model.nodes.values()) {
    if (node.op !== 'Transpose') continue;
    const maker = producer(node.inputs[0]!);
    expect(maker === null ? null : model.nodes.at(maker).op).not.toBe('Conv');
  }
});

it('tells its files by their first bytes', () => {
  const head = (text: string) => new TextEncoder().encode(text);
  const score = (name: string, bytes: Uint8Array) =>
    sniffKeras({ file: inputFile(name, bytes), head: bytes, siblings: [] });
  expect(score('x.bin', new Uint8Array([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]))).toBe(2);
  expect(score('m.json', head('{"class_name": "Functional", "config": {}}'))).toBe(3);
  expect(score('m.json', head('{"modelTopology": {"class_name": "Functional", "config": {}}}'))).toBe(0);
  expect(score('m.json', head('{"a": 1}'))).toBe(0);
});

/** A hang is far above this. */
const HANG_MS = 3000;

it('120 damaged files open or are refused, and none hangs or breaks anything else', async () => {
  const [h5] = kerasCase(KERAS_SAMPLES, 'tfoplambda_h5').files;
  const [zip] = kerasCase(KERAS_SAMPLES, 'embedding_mask_lstm_k3').files;
  let refused = 0;
  for (let seed = 0; seed < 120; seed++) {
    const from = seed % 2 ? h5! : zip!;
    const bytes = mutate(new Uint8Array(await from.blob.arrayBuffer()), seed);
    const begin = performance.now();
    await convert([inputFile(from.name, bytes)]).catch((error: unknown) => {
      if (!(error instanceof FormatError)) throw new Error(`seed ${seed}`, { cause: error });
      refused++;
    });
    expect(performance.now() - begin, `seed ${seed}`).toBeLessThan(HANG_MS);
  }
  expect(refused).toBeGreaterThan(10);
});
