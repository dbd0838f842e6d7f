/** A model of 20,000 nodes to a worker and back. */
import { edit } from '../src/graph-model/core/draft.ts';
import { decodeModel, encodeChanges, encodeModel } from '../src/graph-model/wire/wire.ts';
import { syntheticModel } from '../tests/support/synthetic-model.ts';
import { measure } from './measure.ts';

export function run() {
  const model = syntheticModel(20_000);
  const wire = encodeModel(model);
  const node = model.graphs.at(model.main).order[10_000]!;
  const { after } = edit(model, 'Rename', (d) => d.patchNode(node, { name: 'renamed' }));
  const changes = encodeChanges(model, after);
  return {
    nodes: 20_000,
    bytes: 2 * wire.text.length + wire.ints.byteLength + wire.bytes.byteLength,
    encode: measure(
      () => null,
      () => encodeModel(model),
    ),
    decode: measure(
      () => null,
      () => decodeModel(wire),
    ),
    both: measure(
      () => null,
      () => decodeModel(encodeModel(model)),
    ),
    structuredCloneOfWire: measure(
      () => null,
      () => structuredClone(wire),
    ),
    structuredCloneOfRecords: measure(
      () => null,
      () =>
        structuredClone({ n: [...model.nodes.values()], v: [...model.values.values()], u: [...model.uses.entries()] }),
    ),
    encodeOneEdit: measure(
      () => null,
      () => encodeChanges(model, after),
      100,
    ),
    decodeOneEdit: measure(
      () => null,
      () => decodeModel(changes, model),
      100,
    ),
  };
}
