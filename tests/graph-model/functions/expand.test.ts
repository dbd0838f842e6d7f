import { beforeAll, describe, expect, it } from 'vitest';
import { checkModel } from '../../../src/graph-model/check/check.ts';
import { Draft } from '../../../src/graph-model/core/draft.ts';
import { opsetVersion, type Model } from '../../../src/graph-model/core/model.ts';
import { expandable, expandNode, isComposite } from '../../../src/graph-model/functions/expand.ts';
import { FUNCTION_BODIES } from '../../../src/graph-model/functions/bodies.generated.ts';
import { standardBody } from '../../../src/graph-model/functions/standard.ts';
import { inferTypes } from '../../../src/graph-model/operators/infer/inference.ts';
import { loadOperators, type OperatorTable } from '../../../src/graph-model/operators/schemas.ts';
import { parseModel } from '../../../src/graph-model/text/parse.ts';
import { checkChange } from '../../support/check-change.ts';
import { differences } from '../../support/run-model.ts';

let schemas: OperatorTable;
beforeAll(async () => {
  schemas = await loadOperators();
});

/** Every node that can be taken apart is, once. */
function expanded(before: Model): Model {
  const draft = new Draft(before);
  const opset = opsetVersion(before.opsets, '')!;
  for (const node of expandable(before, schemas))
    expect(expandNode(draft, node, opset, schemas, inferTypes(before)), node.op).toBeNull();
  return checkChange(draft.commit('Expand'));
}

/** [opset, graph]; the node that is taken apart is the only one. */
const CASES: readonly (readonly [string, number, string])[] = [
  [
    'LayerNormalization',
    17,
    'g (float[2,3,4] x, float[4] s, float[4] b) => (float[2,3,4] y) { y = LayerNormalization (x, s, b) }',
  ],
  [
    'LayerNormalization with axes as inputs',
    21,
    'g (float[2,3,4] x, float[3,4] s) => (float[2,3,4] y) { y = LayerNormalization <axis = 1> (x, s) }',
  ],
  [
    'GroupNormalization',
    21,
    'g (float[2,4,3] x, float[4] s, float[4] b) => (float[2,4,3] y) { y = GroupNormalization <num_groups = 2> (x, s, b) }',
  ],
  ['RMSNormalization', 23, 'g (float[2,4] x, float[4] s) => (float[2,4] y) { y = RMSNormalization (x, s) }'],
  ['Gelu', 20, 'g (float[4] x) => (float[4] y) { y = Gelu (x) }'],
  ['Gelu by tanh', 20, 'g (float[4] x) => (float[4] y) { y = Gelu <approximate = "tanh"> (x) }'],
  ['Mish', 18, 'g (float[4] x) => (float[4] y) { y = Mish (x) }'],
  ['HardSwish', 14, 'g (float[4] x) => (float[4] y) { y = HardSwish (x) }'],
  ['Celu', 12, 'g (float[4] x) => (float[4] y) { y = Celu <alpha = 2.0> (x) }'],
  [
    'MeanVarianceNormalization',
    18,
    'g (float[2,3,4,4] x) => (float[2,3,4,4] y) { y = MeanVarianceNormalization <axes = [0, 2, 3]> (x) }',
  ],
  ['Shrink', 18, 'g (float[4] x) => (float[4] y) { y = Shrink <lambd = 0.3, bias = 0.1> (x) }'],
  ['ThresholdedRelu', 18, 'g (float[4] x) => (float[4] y) { y = ThresholdedRelu <alpha = 0.3> (x) }'],
  [
    'DynamicQuantizeLinear',
    13,
    'g (float[4] x) => (uint8[4] y, float s, uint8 z) { y, s, z = DynamicQuantizeLinear (x) }',
  ],
  [
    'Attention, causal with heads that share keys',
    23,
    'g (float[1,4,3,8] q, float[1,2,5,8] k, float[1,2,5,8] v) => (float[1,4,3,8] y) { y = Attention <is_causal = 1> (q, k, v) }',
  ],
  [
    'Attention, packed and masked',
    23,
    'g (float[2,3,8] q, float[2,4,8] k, float[2,4,8] v, float[3,4] m) => (float[2,3,8] y) { y = Attention <q_num_heads = 2, kv_num_heads = 2, softcap = 2.0> (q, k, v, m) }',
  ],
  [
    'RotaryEmbedding',
    23,
    'g (float[1,2,3,8] x, float[1,3,4] c, float[1,3,4] s) => (float[1,2,3,8] y) { y = RotaryEmbedding (x, c, s) }',
  ],
];

describe('expanding composite operators', () => {
  it.each(CASES)('%s', async (_what, opset, graph) => {
    const before = parseModel(`<ir_version: 10, opset_import: ["" : ${opset}]>\n${graph}`);
    const [node] = [...before.nodes.values()];
    const after = expanded(before);
    expect([...after.nodes.values()].map((n) => n.op)).not.toContain(node!.op);
    const errors = checkModel(after, schemas, inferTypes(after)).filter((d) => d.severity === 'error');
    expect(errors.map((d) => d.message)).toEqual([]);
    expect(await differences(before, after)).toEqual([]);
  });

  it('has a definition that reads for every function of the standard', () => {
    for (const key of Object.keys(FUNCTION_BODIES)) {
      const [op, since] = key.split('@') as [string, string];
      const schema = schemas.schemaOf('', op, Number(since))!;
      expect(standardBody(schema)?.def.name, key).toBe(op);
    }
  });

  it('leaves elementary operators unless they are asked for', () => {
    expect(['Relu', 'Clip', 'Range'].map(isComposite)).toEqual([false, false, false]);
    expect(['Gelu', 'LayerNormalization', 'Attention'].map(isComposite)).toEqual([true, true, true]);
  });
});
