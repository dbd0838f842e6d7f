/** TensorFlow writes a dilated convolution of one dimension as blocks of space, a new axis, a convolution and the way back. */
import { expect, it } from 'vitest';
import { getInts } from '../../../src/graph-model/core/attributes.ts';
import { convert, TF_SAMPLES, tfCase, wrongOutputs } from './tensorflow-cases.ts';

it('gives the dilated convolutions of one dimension back as they were meant', async () => {
  const sample = tfCase(TF_SAMPLES, 'dilated_conv1d_sm');
  const model = await convert(sample.files, sample.options);
  const read = [...model.nodes.values()].filter((n) => n.outputs.some((v) => v !== null && model.uses.get(v)?.length));
  const dilations = read.filter((n) => n.op === 'Conv').map((n) => getInts(n, 'dilations'));
  expect(dilations).toEqual([
    [1, 2],
    [1, 3],
  ]);
  expect(read.map((n) => n.op)).not.toContain('Reshape');
  expect(await wrongOutputs(sample, sample, model)).toEqual([]);
});
