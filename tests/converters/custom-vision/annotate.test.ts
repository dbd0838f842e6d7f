import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { customVision } from '../../../src/converters/custom-vision/annotate.ts';
import { addDetector } from '../../../src/converters/custom-vision/detector.ts';
import { linesOf } from '../../../src/converters/custom-vision/labels.ts';
import { openModel } from '../../../src/converters/open.ts';
import { brokenLaws } from '../../../src/graph-model/core/validate.ts';
import { FormatError } from '../../../src/graph-model/diagnostics.ts';
import { imageOptionsOf } from '../../../src/graph-model/image-input.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { toOnnx } from '../../../src/services/convert.ts';
import { inputFile } from '../../support/onnx-samples.ts';
import { outputsOf } from '../../support/run-model.ts';

const open = (name: string) => {
  const bytes = new Uint8Array(readFileSync(new URL(`../../samples/custom-vision/${name}.zip`, import.meta.url)));
  return openModel([inputFile('export.zip', bytes)], quietJob());
};

describe('an export of Custom Vision', () => {
  it.each(['cv_cls_tflite', 'cv_cls_savedmodel', 'cv_cls_tfjs'])('%s takes over labels and pixels', async (name) => {
    const onnx = await toOnnx(await open(name), {}, quietJob());
    expect(onnx.metadata?.get('labels')?.split('\n')).toEqual(['daisy', 'rose', 'tulip', 'Negative']);
    expect(imageOptionsOf(onnx.metadata)).toEqual({ order: 'BGR', scale: '0..255', fit: 'stretch' });
    expect(onnx.metadata?.get('CustomVision.DomainType')).toBe('Classification');
  });

  it('leaves to a graph of TensorFlow what it normalises itself, and takes it over for others', async () => {
    const said = { 'CustomVision.Preprocess.NormalizeMean': '[123.7, 116.3, 103.5]' };
    const metadataOf = async (name: string) =>
      customVision((await open(name)).model, {
        text: async () => null,
        json: async () => new Map(Object.entries(said)),
      });
    const [key] = Object.keys(said);
    expect((await metadataOf('cv_cls_tflite'))?.has(key!)).toBe(false);
    expect((await metadataOf('cv_od_onnx'))?.get(key!)).toBeDefined();
  });

  it('keeps what an ONNX file says itself', async () => {
    const { model } = await open('cv_od_onnx');
    expect(model.metadata?.get('Image.NominalPixelRange')).toBe('NominalRange_0_255');
    expect(model.metadata?.get('labels')).toBe('apple\nbanana\norange');
  });
});

describe('boxes and suppression', () => {
  it('are added to a detector', async () => {
    const { model } = await open('cv_od_onnx');
    const { after } = await addDetector(model);
    expect(brokenLaws(after)).toEqual([]);
    const [input] = after.graphs.at(after.main).inputs.map((v) => after.values.at(v).name);
    const dims = [1, 3, 416, 416];
    const values = Float32Array.from({ length: 3 * 416 * 416 }, (_, i) => (i * 37) % 256);
    const results = await outputsOf(after, new Map([[input!, { dtype: 'float', dims, values }]]));
    const [boxes, classes, scores] = ['detected_boxes', 'detected_classes', 'detected_scores'].map((n) =>
      results.get(n)!,
    );
    if (!('values' in boxes!) || !('values' in classes!) || !('values' in scores!))
      throw new Error('an output is missing');
    const count = scores.values.length;
    expect(boxes.dims).toEqual([count, 4]);
    expect(classes.dims).toEqual([count]);
    const list = Array.from(scores.values as Float32Array);
    expect(list).toEqual([...list].sort((a, b) => b - a));
  });

  it('are refused where there is no grid', async () => {
    const onnx = await toOnnx(await open('cv_cls_tflite'), {}, quietJob());
    await expect(addDetector(onnx)).rejects.toThrow(FormatError);
  });
});

it('reads labels however their lines end', () => {
  expect(linesOf('\uFEFFa\r\nb c\r\n\r\n')).toEqual(['a', 'b c']);
});
