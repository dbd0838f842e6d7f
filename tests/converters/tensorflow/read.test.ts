import { expect, it } from 'vitest';
import { openModel } from '../../../src/converters/open.ts';
import { sniffTensorflow } from '../../../src/converters/tensorflow/sniff.ts';
import { brokenLaws } from '../../../src/graph-model/core/validate.ts';
import { FormatError, type Diagnostic } from '../../../src/graph-model/diagnostics.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { signatureLabel, signaturesOf } from '../../../src/graph-model/signatures.ts';
import { zipOf } from '../../support/make-zip.ts';
import { mutate } from '../../support/mutate.ts';
import { inputFile } from '../../support/onnx-samples.ts';
import { convert, TF_SAMPLES, tfCase, wrongOutputs } from './tensorflow-cases.ts';

const filesOf = (name: string) => tfCase(TF_SAMPLES, name).files;
const open = async (name: string) => (await openModel(filesOf(name), quietJob())).model;
const bytesOf = async (blob: { arrayBuffer(): Promise<ArrayBuffer> }) => new Uint8Array(await blob.arrayBuffer());

it('keeps nodes and functions as the file names them, variables as constants that stay ranges of their shard', async () => {
  const model = await open('dense_module_sm');
  expect(brokenLaws(model)).toEqual([]);
  const main = model.graphs.at(model.main);
  const ops = main.order.map((id) => model.nodes.at(id).op);
  expect(ops.filter((op) => !/Identity|ReadVariableOp/.test(op))).toEqual([
    'MatMul',
    'AddV2',
    'Elu',
    'MatMul',
    'AddV2',
    'Softmax',
  ]);
  expect(model.functions.every((f) => f.domain === 'tf')).toBe(true);
  const weights = main.initializers.map((v) => model.values.at(v).constant!);
  expect(weights.length).toBeGreaterThan(1);
  expect(weights.every((t) => t.data.kind === 'blob')).toBe(true);
});

it('reads the signatures, the default first', async () => {
  const all = signaturesOf(await open('two_signatures_sm'));
  expect(all.map((s) => `${s.name}: ${signatureLabel(s)}`)).toEqual([
    'serving_default: x → y',
    'features: x → features',
    'score: feat, k → argmax, scores',
  ]);
});

it('refuses a signature that the model does not have, and names those it has', async () => {
  const failed = await convert(filesOf('two_signatures_sm'), { signature: 'train' }).catch((e: Error) => e);
  expect((failed as Error).message).toBe('The model has no signature train; it has serving_default, features, score.');
});

it('leaves the edge back into a loop out, and says where it was', async () => {
  const model = await open('tf1_while_cond_pb');
  const merges = [...model.nodes.values()].filter((n) => n.op === 'Merge' && n.attributes.has('next_iteration'));
  expect(merges.length).toBeGreaterThan(0);
  expect(merges.every((m) => m.inputs.length === 1)).toBe(true);
});

it('opens a zipped SavedModel, and loose files in any order', async () => {
  const c = tfCase(TF_SAMPLES, 'dense_module_sm');
  const specs = await Promise.all(
    c.files.map(async (f) => ({ path: `export/${f.path}`, bytes: await bytesOf(f.blob) })),
  );
  const zipped = [inputFile('model.zip', zipOf(specs, { deflate: true }))];
  const loose = [...c.files].reverse().map((f) => ({ ...f, path: f.name }));
  for (const files of [zipped, loose]) expect(await wrongOutputs(c, c, await convert(files))).toEqual([]);
});

it('asks for a shard that is missing by its name, and converts when it comes', async () => {
  const c = tfCase(TF_SAMPLES, 'dense_module_sm');
  const without = c.files.filter((f) => !f.name.includes('.data-'));
  const reports: Diagnostic[] = [];
  const { missing } = await openModel(without, quietJob(reports));
  expect(missing).toEqual(['variables.data-00000-of-00001']);
  expect(reports.map((d) => d.code)).toContain('file.missing');
  const failed = await convert(without).catch((e: Error) => e);
  expect((failed as Error).message).toContain('variables.data-00000-of-00001');
});

it('says that a checkpoint alone holds no graph', async () => {
  const only = filesOf('tf1_partitioned_checkpoint').filter((f) => !f.name.endsWith('.meta'));
  await expect(openModel(only, quietJob())).rejects.toThrow(/part of a checkpoint: it holds the values of variables/);
});

it('asks for the values of variables where there are none', async () => {
  const only = filesOf('tf1_partitioned_checkpoint').filter((f) => f.name.endsWith('.meta'));
  await expect(convert(only, { outputs: ['y:0'] })).rejects.toThrow(/has 5 variables, .* and the values of none/);
});

it('cuts where outputs are asked for, and keeps the inputs that they need', async () => {
  const model = await convert(filesOf('tf1_frozen_bn_is_training'), { outputs: ['images'] }).catch((e: Error) => e);
  expect(model).not.toBeInstanceOf(Error);
});

it('knows the formats by their bytes, whatever their names', async () => {
  const score = async (name: string, file: string) => {
    const found = filesOf(name).find((f) => f.name === file)!;
    const head = (await bytesOf(found.blob)).subarray(0, 4096);
    return sniffTensorflow({ file: { ...found, name: 'x' }, head, siblings: [] });
  };
  expect(await score('dense_module_sm', 'saved_model.pb')).toBe(3);
  expect(await score('tf1_while_cond_pb', 'frozen_graph.pb')).toBe(2);
  expect(await score('tf1_partitioned_checkpoint', 'm.ckpt.meta')).toBe(2);
  expect(await score('graph_pbtxt', 'graph.pbtxt')).toBe(2);
  expect(await score('dense_module_sm', 'variables.index')).toBe(0);
});

it('opens or refuses damaged files in a sentence', async () => {
  const names = [
    'dense_module_sm',
    'tf1_while_cond_pb',
    'tf1_partitioned_checkpoint',
    'graph_pbtxt',
    'tf1_checkpoint_v1',
  ];
  for (let seed = 0; seed < 100; seed++) {
    const files = filesOf(names[seed % names.length]!);
    const which = seed % files.length;
    const damaged = await Promise.all(
      files.map(async (f, i) => (i === which ? inputFile(f.path, mutate(await bytesOf(f.blob), seed)) : f)),
    );
    const failed = await convert(damaged).then(
      () => null,
      (e: unknown) => e,
    );
    if (failed !== null) expect(failed, `seed ${seed}`).toBeInstanceOf(FormatError);
  }
});
