/** The text form of a model of 20,000 nodes, and of a tensor of a million elements. */
import { parseModel } from '../src/graph-model/text/parse.ts';
import { printModel } from '../src/graph-model/text/print.ts';
import { syntheticModel } from '../tests/support/synthetic-model.ts';
import { measure } from './measure.ts';

const nothing = () => null;

export function run() {
  const model = syntheticModel(20_000);
  const text = printModel(model);
  const elements = Array.from({ length: 1_000_000 }, (_, i) => Math.fround(Math.sin(i))).join(', ');
  const large = `g () => () <float[1000000] w = {${elements}}> {}`;
  const largeModel = parseModel(large);
  return {
    characters: text.length,
    print: measure(nothing, () => printModel(model), 5, 2),
    parse: measure(nothing, () => parseModel(text), 5, 2),
    printMillion: measure(nothing, () => printModel(largeModel), 3, 1),
    parseMillion: measure(nothing, () => parseModel(large), 3, 1),
  };
}
