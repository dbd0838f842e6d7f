import { describe, expect, it } from 'vitest';
import { addFiles, openModel } from '../../src/converters/open.ts';
import { FormatError, type Diagnostic, type DiagnosticCode } from '../../src/graph-model/diagnostics.ts';
import { brokenLaws } from '../../src/graph-model/core/validate.ts';
import { quietJob } from '../../src/graph-model/job.ts';
import { readTensor } from '../../src/graph-model/core/tensor.ts';
import type { Model } from '../../src/graph-model/core/model.ts';
import { inputFile, sample, sampleNames } from '../support/onnx-samples.ts';
import { zipOf } from '../support/make-zip.ts';

async function refusal(name: string): Promise<Diagnostic> {
  const error = await openModel(sample(name).files, quietJob()).catch((e: unknown) => e);
  expect(error, name).toBeInstanceOf(FormatError);
  return (error as FormatError).diagnostic;
}

function constantNamed(model: Model, name: string) {
  return [...model.values.values()].find((v) => v.name === name)!.constant!;
}

const refused: [string, DiagnosticCode, RegExp][] = [
  ['bad_dims', 'onnx.bad-dims', /tensor w .*4000000 bytes.*12/],
  ['huge_dims', 'onnx.bad-dims', /tensor w /],
  ['cyclic', 'onnx.cycle', /cycle/],
  ['dup_output', 'onnx.duplicate-value', /name y .*node 1 .*Neg/],
  ['missing_output', 'onnx.missing-output', /ghost/],
  ['html_page', 'file.html', /web page/],
  ['lfs_pointer', 'file.lfs-pointer', /102442450 bytes/],
  ['not_onnx_png', 'file.unknown', /PNG/],
  ['ort_format', 'file.ort-format', /ORT-format/],
  ['random_bytes', 'file.unknown', /name says ONNX/],
  ['truncated_half', 'file.truncated', /graph needs 2568 bytes from byte 20, and 1277 are left/],
  ['varint_bomb', 'file.truncated', /2147483647/],
  ['zero_byte', 'file.empty', /empty/],
];

describe('what is no model is refused in one sentence', () => {
  it.each(refused)('%s', async (name, code, message) => {
    const d = await refusal(name);
    expect(d.code).toBe(code);
    expect(d.message).toMatch(message);
    expect(d.message.split('\n')).toHaveLength(1);
    expect(d.help).not.toBe('');
  });

  it('covers every sample that is to be refused', () => {
    const all = sampleNames().filter((n) => sample(n).expect === 'refuse');
    expect(refused.map(([n]) => n).sort()).toEqual(all.sort());
  });

  it('opens the text form', async () => {
    const one = sample('textual').files.filter((f) => f.name === 'model.onnxtxt');
    const { model, converterId } = await openModel(one, quietJob());
    expect(converterId).toBe('onnx-text');
    expect([...model.nodes.values()].map((n) => n.op)).toEqual(['Add', 'Relu']);
  });

  it('tells the other textual forms apart', async () => {
    for (const [file, form] of [
      ['model.pbtxt', 'protobuf text'],
      ['model.onnx.json', 'JSON'],
    ] as const) {
      const one = sample('textual').files.filter((f) => f.name === file);
      await expect(openModel(one, quietJob())).rejects.toThrow(form);
    }
  });

  it('refuses no file at all', async () => {
    await expect(openModel([], quietJob())).rejects.toThrow(FormatError);
  });
});

describe('models that open with a remark or none', () => {
  it.each(sampleNames().filter((n) => ['convert', 'warn'].includes(sample(n).expect)))('%s', async (name) => {
    const opened = await openModel(sample(name).files, quietJob());
    expect(opened.converterId).toBe('onnx');
    expect(opened.model.nodes.size).toBeGreaterThan(0);
    expect(brokenLaws(opened.model)).toEqual([]);
  });
});

describe('external data', () => {
  it('is found beside the model in a dropped folder, in any order of files', async () => {
    const { files } = sample('external_many');
    const inFolder = files.map((f) => ({ ...f, path: `drop/net/${f.name}` })).reverse();
    const opened = await openModel(inFolder, quietJob());
    expect(opened.missing).toEqual([]);
    expect(opened.diagnostics).toEqual([]);
    const w1 = constantNamed(opened.model, 'W1');
    expect(w1.data.kind).toBe('blob');
    expect((await readTensor(w1)).values.length).toBe(w1.dims.reduce((a, b) => a * b));
  });

  it('is asked for by name, once for each file, and filled in when it comes', async () => {
    const { main, files } = sample('external_one');
    const opened = await openModel([main], quietJob());
    expect(opened.missing).toEqual(['model.onnx.data']);
    expect(opened.diagnostics.map((d) => d.code)).toEqual(['file.missing']);
    const full = addFiles(opened.model, files);
    expect(brokenLaws(full)).toEqual([]);
    const direct = (await openModel(files, quietJob())).model;
    for (const id of direct.graphs.at(direct.main).initializers) {
      const [a, b] = [full.values.at(id).constant!, direct.values.at(id).constant!];
      expect((await readTensor(a)).values).toEqual((await readTensor(b)).values);
    }
  });

  it('changes nothing when other files come', async () => {
    const { main } = sample('external_one');
    const { model } = await openModel([main], quietJob());
    const same = addFiles(model, [inputFile('else.bin', new Uint8Array(100))]);
    expect(same.values).toBe(model.values);
    expect(same.nodes).toBe(model.nodes);
  });

  it('is never taken from outside the folder, whatever is dropped', async () => {
    const { main } = sample('external_traversal');
    const passwd = inputFile('passwd', new Uint8Array(65536));
    const opened = await openModel([main, passwd], quietJob());
    expect(opened.diagnostics.map((d) => d.code)).toContain('file.unsafe-path');
    expect(opened.missing).toEqual([]);
    const filled = addFiles(opened.model, [passwd, { ...passwd, path: '../../../../etc/passwd' }]);
    expect(constantNamed(filled, 'W1').data.kind).toBe('missing');
  });

  it('reports a data file that is too short and keeps asking for it', async () => {
    const { main } = sample('external_one');
    const short = inputFile('model.onnx.data', new Uint8Array(100));
    const opened = await openModel([main, short], quietJob());
    expect(opened.diagnostics.map((d) => d.code)).toContain('file.short');
    expect(opened.missing).toEqual(['model.onnx.data']);
  });
});

describe('archives', () => {
  it('opens a model with its data from a zip, stored or deflated', async () => {
    const { files } = sample('external_many');
    for (const deflate of [false, true]) {
      const entries = await Promise.all(
        files.map(async (f) => ({ path: `net/${f.name}`, bytes: new Uint8Array(await f.blob.arrayBuffer()) })),
      );
      const zip = inputFile('net.zip', zipOf(entries, { deflate }));
      const opened = await openModel([zip], quietJob());
      expect(opened.main.path).toBe('net/model.onnx');
      expect(opened.missing).toEqual([]);
      // What was unpacked must survive being handed to a worker.
      const { data } = constantNamed(opened.model, 'W1');
      expect(data.kind === 'blob' && (deflate ? data.blob instanceof Blob : true)).toBe(true);
    }
  });

  it('refuses a bomb before it unpacks, and one that lies while it unpacks', async () => {
    const zeros = new Uint8Array(70_000_000);
    const honest = zipOf([{ path: 'archive/data.pkl', bytes: zeros }], { deflate: true });
    await expect(openModel([inputFile('model.pt', honest)], quietJob())).rejects.toThrow(/unpacks to 70000000 bytes/);
    const model = sample('unnamed').bytes;
    const padded = new Uint8Array(200_000);
    padded.set(model);
    const liar = zipOf([{ path: 'model.onnx', bytes: padded, claim: model.length }], { deflate: true });
    await expect(openModel([inputFile('m.zip', liar)], quietJob())).rejects.toThrow(/than the 99 bytes it claims/);
  });

  it('refuses archives without a model, and cut ones', async () => {
    const zip = zipOf([{ path: 'a.txt', bytes: new Uint8Array([104, 105]) }], { deflate: false });
    await expect(openModel([inputFile('a.zip', zip)], quietJob())).rejects.toThrow(/without a model/);
    const cut = zip.slice(0, zip.length - 8);
    await expect(openModel([inputFile('a.zip', cut)], quietJob())).rejects.toThrow(/cut off/);
  });
});
