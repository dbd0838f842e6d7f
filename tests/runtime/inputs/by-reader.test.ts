import { expect, it } from 'vitest';
import { shapeByReader } from '../../../src/runtime/inputs/by-reader.ts';
import { parseModel } from '../../../src/graph-model/text/parse.ts';

const header = '<ir_version: 8, opset_import: ["" : 17]>\n';
const shapeOf = (graph: string) => {
  const model = parseModel(header + graph);
  return shapeByReader(model, model.graphs.at(model.main).inputs[0]!);
};

it('takes the rank of an input that declares none from what reads it', () => {
  expect(shapeOf('g (float[] x) => (float[] y) <float[2,1] w = {1,2}> { y = MatMul(x, w) }')).toEqual([null, 2]);
  const conv = '<float[1,2,1,1] w = {1,2}> { t = Transpose<perm=[0,3,1,2]>(x)  y = Conv(t, w) }';
  expect(shapeOf(`g (float[] x) => (float[] y) ${conv}`)).toEqual([null, null, null, 2]);
  expect(shapeOf('g (float[] x) => (float[] y) { y = Softmax(x) }')).toBeNull();
});
