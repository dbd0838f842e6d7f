import { expect, it } from 'vitest';
import { brokenLaws } from '../../../src/graph-model/core/validate.ts';
import { channelsFirst, channelsLastInputs } from '../../../src/graph-model/edit/input-layout.ts';
import { parseModel } from '../../../src/graph-model/text/parse.ts';

const header = '<ir_version: 8, opset_import: ["" : 17]>\n';
const ops = (m: ReturnType<typeof parseModel>) => m.graphs.at(m.main).order.map((id) => m.nodes.at(id).op);

it('gives pictures channels first, and what put them so goes', () => {
  const model = parseModel(
    `${header}g (float[N,8,9,3] x) => (float[N,3,8,9] y) { t = Transpose<perm=[0,3,1,2]>(x)  y = Relu(t) }`,
  );
  const { after } = channelsFirst(model);
  expect(brokenLaws(after)).toEqual([]);
  expect(ops(after)).toEqual(['Relu']);
  expect(after.values.at(after.graphs.at(after.main).inputs[0]!).type).toMatchObject({ shape: ['N', 3, 8, 9] });
});

it('turns them back once for what reads them as they were', () => {
  const model = parseModel(
    `${header}g (float[N,8,9,3] x) => (float[N,8,9,3] y, float[N,8,9,3] z) { y = Relu(x)  z = Neg(x) }`,
  );
  const { after } = channelsFirst(model);
  expect(brokenLaws(after)).toEqual([]);
  expect(ops(after).filter((op) => op === 'Transpose')).toHaveLength(1);
});

it('leaves what is no picture, or has its channels first, as it is', () => {
  const model = parseModel(`${header}g (float[N,8] x, float[N,3,8,8] z) => (float[N,8] y) { y = Relu(x) }`);
  expect(channelsLastInputs(model)).toEqual([]);
  expect(channelsFirst(model).after.graphs).toBe(model.graphs);
});
