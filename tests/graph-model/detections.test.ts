import { expect, it } from 'vitest';
import type { DenseTensor } from '../../src/graph-model/core/tensor.ts';
import { detectionsIn } from '../../src/graph-model/detections.ts';
import { hasRawGrid, imageOptionsOf } from '../../src/graph-model/image-input.ts';
import { emptyModel } from '../../src/graph-model/core/empty.ts';

const floats = (dims: number[], ...values: number[]): DenseTensor => ({
  dtype: 'float',
  dims,
  values: Float32Array.from(values),
});

it('Custom Vision: boxes by their left, top, right, bottom, best first', () => {
  const found = detectionsIn(
    new Map<string, DenseTensor>([
      ['detected_boxes', floats([2, 4], 0, 0.25, 0.5, 0.75, 0.5, 0.5, 1, 1)],
      ['detected_classes', { dtype: 'int64', dims: [2], values: BigInt64Array.of(1n, 2n) }],
      ['detected_scores', floats([2], 0.25, 0.5)],
    ]),
  );
  expect(found).toEqual([
    { box: [0.5, 0.5, 1, 1], classIndex: 2, score: 0.5 },
    { box: [0, 0.25, 0.5, 0.75], classIndex: 1, score: 0.25 },
  ]);
});

it('TensorFlow: y before x, a batch of one, and places that are left over', () => {
  const found = detectionsIn(
    new Map([
      ['detection_boxes', floats([1, 2, 4], 0.25, 0, 0.75, 0.5, 0, 0, 0, 0)],
      ['detection_classes', floats([1, 2], 3, 0)],
      ['detection_scores', floats([1, 2], 0.5, 0)],
      ['num_detections', floats([1], 1)],
    ]),
  );
  expect(found).toEqual([{ box: [0, 0.25, 0.5, 0.75], classIndex: 3, score: 0.5 }]);
});

it('other outputs are no detections, nor are those that do not fit together', () => {
  expect(detectionsIn(new Map([['probs', floats([1, 4], 0, 0, 0, 1)]]))).toBeNull();
  const bad = new Map([
    ['detected_boxes', floats([1, 4], 0, 0, 1, 1)],
    ['detected_classes', floats([2], 0, 0)],
    ['detected_scores', floats([1], 1)],
  ]);
  expect(detectionsIn(bad)).toBeNull();
});

it('a classifier of Custom Vision names no anchors', () => {
  const { model } = { model: emptyModel({ opsets: [], irVersion: 8 }) };
  const grid = (text: string) => ({
    ...model,
    metadata: new Map([['CustomVision.Postprocess.Yolo.Biases', text]]),
    graphs: withOneOutput(model),
  });
  expect(hasRawGrid(grid('[]'))).toBe(false);
  expect(hasRawGrid(grid('[0.5, 0.5]'))).toBe(true);
});

function withOneOutput(model: ReturnType<typeof emptyModel>) {
  const graphs = model.graphs.edit();
  graphs.set(model.main, { ...model.graphs.at(model.main), outputs: [0 as never] });
  return graphs.commit();
}

it('how TensorFlow Lite normalises pictures', () => {
  const of = (mean: string, std: string) =>
    imageOptionsOf(
      new Map([
        ['input.0.mean', mean],
        ['input.0.std', std],
      ]),
    );
  expect(of('127.5', '127.5')).toEqual({ scale: '-1..1' });
  expect(of('0', '255')).toEqual({ scale: '0..1' });
  expect(of('0 0 0', '1 1 1')).toEqual({ scale: '0..255' });
  expect(of('103.9 116.8 123.7', '1')).toEqual({ scale: 'own', own: { mean: [103.9, 116.8, 123.7], std: [1] } });
  expect(of('', '1')).toEqual({});
  expect(of('0', '0')).toEqual({});
});
