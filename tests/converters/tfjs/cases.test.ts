/** Models of TF.js convert to its own numbers; shards come in any order, and a missing one is asked for by name. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { addFiles, openModel } from '../../../src/converters/open.ts';
import { tfjsKind } from '../../../src/converters/containers/tfjs/kind.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { FormatError } from '../../../src/graph-model/diagnostics.ts';
import { toOnnx } from '../../../src/services/convert.ts';
import { inputFile } from '../../support/onnx-samples.ts';
import { kerasCase, kerasCases, wrongOutputs } from '../keras/keras-cases.ts';

const OWN = fileURLToPath(new URL('../../samples/tfjs/', import.meta.url));

describe('TF.js samples', () => {
  it.each(kerasCases(OWN))('%s', async (name) => {
    const c = kerasCase(OWN, name);
    const opened = await openModel([...c.files].reverse(), quietJob());
    expect(await wrongOutputs(c, await toOnnx(opened, {}, quietJob()))).toEqual([]);
  });
});

describe('a missing shard', () => {
  it('is asked for by name, and can be given later', async () => {
    const c = kerasCase(OWN, 'layers_cnn');
    const [json, shard] = c.files;
    const opened = await openModel([json!], quietJob());
    expect(opened.missing).toEqual(['group1-shard1of1.bin']);
    const model = addFiles(opened.model, [shard!]);
    expect(await wrongOutputs(c, await toOnnx({ ...opened, model }, {}, quietJob()))).toEqual([]);
  });

  it('is named where its weights are quantised', async () => {
    const [json] = kerasCase(OWN, 'graph_cnn_uint8').files;
    const failed = await openModel([json!], quietJob()).catch((e: unknown) => e);
    expect((failed as FormatError).message).toMatch(/group1-shard1of1\.bin/);
  });
});

it('tells the two formats by whatever comes first in the file', () => {
  const of = (text: string) => tfjsKind(new TextEncoder().encode(text));
  expect(of('{"format": "graph-model", "modelTopology": {}}')).toBe('graph');
  expect(of('{"modelTopology": {"node": [{"name": "x"}]}}')).toBe('graph');
  expect(of('{"modelTopology": {"class_name": "Sequential", "config": {}}}')).toBe('layers');
  expect(of('{"class_name": "Sequential"}')).toBe(null);
});

it('says in one sentence what is wrong with a manifest', async () => {
  const weights = [{ name: 'w', shape: [4], dtype: 'float32' }];
  const json = {
    modelTopology: { class_name: 'Sequential', config: { layers: [] } },
    weightsManifest: [{ paths: ['a.bin'], weights }],
  };
  const files = [
    inputFile('model.json', new TextEncoder().encode(JSON.stringify(json))),
    inputFile('a.bin', new Uint8Array(8)),
  ];
  const failed = await openModel(files, quietJob()).catch((e: unknown) => e);
  expect(failed).toBeInstanceOf(FormatError);
  expect((failed as FormatError).message).toMatch(/weight w ends beyond a\.bin/);
});
