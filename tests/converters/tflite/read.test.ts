import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../src/converters/open.ts';
import { bodiesOf } from '../../../src/graph-model/core/attributes.ts';
import { brokenLaws } from '../../../src/graph-model/core/validate.ts';
import { FormatError } from '../../../src/graph-model/diagnostics.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { toOnnx } from '../../../src/services/convert.ts';
import { quantizationOf, sameQuantization } from '../../../src/converters/tflite/quantization.ts';
import { densePlaces } from '../../../src/converters/tflite/read/sparsity.ts';
import { failureOf } from '../../../src/converters/containers/failure.ts';
import { inputFile } from '../../support/onnx-samples.ts';

const bytesOf = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../samples/tflite/${name}/model.tflite`, import.meta.url)));
const open = (name: string) => openModel([inputFile('model.tflite', bytesOf(name))], quietJob());

describe('the dialect', () => {
  it('has a node for each operator, named and attributed as in the schema', async () => {
    const { model } = await open('cnn_float32');
    const conv = [...model.nodes.values()].find((n) => n.op === 'CONV_2D')!;
    expect(conv.domain).toBe('tflite');
    expect(conv.attributes.get('padding')).toEqual({
      kind: 'string',
      value: expect.stringMatching(/^(SAME|VALID)$/) as string,
    });
    expect(conv.attributes.has('stride_w')).toBe(true);
    expect(brokenLaws(model)).toEqual([]);
  });

  it('holds the subgraphs of control flow as bodies', async () => {
    const { model } = await open('while_loop');
    const loop = [...model.nodes.values()].find((n) => n.op === 'WHILE')!;
    expect(bodiesOf(loop).map((g) => model.graphs.at(g).parent)).toEqual([loop.id, loop.id]);
  });

  it('says how each tensor is quantised', async () => {
    const { model } = await open('cnn_full_int8');
    const [input] = model.graphs.at(model.main).inputs;
    const q = quantizationOf(model.values.at(input!).metadata)!;
    expect(q.scale).toHaveLength(1);
    expect(Math.fround(q.scale[0]!)).toBe(q.scale[0]);
    expect(sameQuantization(q, { ...q })).toBe(true);
    expect(sameQuantization(q, null)).toBe(false);
  });

  it('leaves weights in the file', async () => {
    const { model } = await open('cnn_float32');
    const constants = [...model.values.values()].filter((v) => v.constant);
    expect(constants.every((v) => v.constant!.data.kind === 'blob')).toBe(true);
  });
});

describe('signatures', () => {
  it('converts the one that is asked for, and names those that there are', async () => {
    const opened = await open('multi_signature');
    const names = [...opened.model.metadata!.keys()].map((k) => k.replace('signature.', ''));
    expect(names).toEqual(['decode', 'encode']);
    const main = await toOnnx(opened, {}, quietJob());
    const encode = await toOnnx(opened, { signature: 'encode' }, quietJob());
    const inputs = (m: typeof main) => m.graphs.at(m.main).inputs.map((v) => m.values.at(v).name);
    expect(inputs(main)).toEqual(['decode_z:0']);
    expect(inputs(encode)).toEqual(['encode_x:0']);
    const failed = await toOnnx(opened, { signature: 'nothing' }, quietJob()).catch((e: unknown) => e);
    expect((failed as FormatError).message).toMatch(/no signature nothing; it has decode, encode/);
  });
});

describe('refusals', () => {
  it.each([
    ['flex_select_ops', /FlexCholesky.*Flex delegate/],
    ['unknown_custom_op', /custom operator, whose code is not in the file/],
  ])('%s names the operator', async (name, message) => {
    const failed = await toOnnx(await open(name), {}, quietJob()).catch((e: unknown) => e);
    expect((failed as FormatError).diagnostic.message).toMatch(message);
  });

  it('says what is wrong with damaged files in one sentence, and ends', async () => {
    const whole = bytesOf('while_loop');
    let seed = 7;
    const random = (n: number) => {
      seed = (seed + 0x6d2b79f5) | 0;
      let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) % n;
    };
    for (let i = 0; i < 300; i++) {
      const bytes = whole.slice(0, i % 3 === 0 ? random(whole.length) : whole.length);
      for (let k = 0; k < 1 + (i % 5); k++) if (bytes.length > 8) bytes[8 + random(bytes.length - 8)] = random(256);
      const result = await openModel([inputFile('model.tflite', bytes)], quietJob())
        .then((opened) => toOnnx(opened, {}, quietJob()))
        .catch((e: unknown) => e);
      if (result instanceof Error && !(result instanceof FormatError)) throw result;
    }
  });
});

it('lays sparse tensors out by their blocks', () => {
  const failure = failureOf('TensorFlow Lite', 'model.tflite');
  // [2, 4] in blocks of [1, 2]: row 0 holds block 1, row 1 holds block 0.
  const sparsity = {
    order: Int32Array.of(0, 1, 2),
    blocks: Int32Array.of(1),
    dimensions: [
      { size: 2, compressed: null },
      { size: 2, compressed: { segments: [0, 1, 2], indices: [1, 0] } },
      { size: 2, compressed: null },
    ],
  };
  expect([...densePlaces(sparsity, [2, 4], failure, 'w')]).toEqual([2, 3, 4, 5]);
  expect(() => densePlaces(sparsity, [1, 4], failure, 'w')).toThrow(FormatError);
});
