import { beforeAll, describe, expect, it } from 'vitest';
import type { Model } from '../../../src/graph-model/core/model.ts';
import { inferTypes } from '../../../src/graph-model/operators/infer/inference.ts';
import { loadOperators, type OperatorTable } from '../../../src/graph-model/operators/schemas.ts';
import { checkModel } from '../../../src/graph-model/check/check.ts';
import { convertOpset } from '../../../src/graph-model/opset/convert.ts';
import { parseModel } from '../../../src/graph-model/text/parse.ts';
import { checkChange } from '../../support/check-change.ts';
import { differences } from '../../support/run-model.ts';

let schemas: OperatorTable;
beforeAll(async () => {
  schemas = await loadOperators();
});

const parse = (opset: number, body: string) => parseModel(`<ir_version: 8, opset_import: ["" : ${opset}]>\n${body}`);

function convert(model: Model, target: number): Model | string {
  const { change, problems } = convertOpset(model, target, { schemas, types: (draft) => inferTypes(draft.base) });
  return change ? checkChange(change) : problems.map((p) => p.message).join(' | ');
}

/** "Op(inputs) attributes" for each node, in order: what an opset conversion is about. */
function shape(model: Model): string[] {
  return model.graphs.at(model.main).order.map((id) => {
    const n = model.nodes.at(id);
    const attributes = [...n.attributes].map(
      ([k, a]) =>
        `${k}=${'value' in a ? (ArrayBuffer.isView(a.value) ? Array.from(a.value as BigInt64Array).join(',') : a.kind === 'tensor' ? 'tensor' : String(a.value)) : a.kind}`,
    );
    return [`${n.op}/${n.inputs.filter((v) => v !== null).length}`, ...attributes.sort()].join(' ');
  });
}

/** [what, from, to, body, expected nodes] */
const CASES: readonly (readonly [string, number, number, string, readonly string[]])[] = [
  [
    'attributes of Slice become inputs',
    9,
    13,
    'g (float[4,4] x) => (float[2,4] y) { y = Slice <starts = [0], ends = [2], axes = [0]> (x) }',
    ['Slice/4'],
  ],
  [
    'inputs of Slice become attributes',
    13,
    9,
    'g (float[4,4] x) => (float[2,4] y) <int64[1] s = {0}, int64[1] e = {2}, int64[1] a = {-2}> { y = Slice (x, s, e, a) }',
    ['Slice/1 axes=0 ends=2 starts=0'],
  ],
  [
    'bounds of Clip become inputs of its type',
    10,
    11,
    'g (float[4] x) => (float[4] y) { y = Clip <min = 0.0, max = 6.0> (x) }',
    ['Clip/3'],
  ],
  [
    'axes of Squeeze and Unsqueeze move',
    12,
    13,
    'g (float[1,4] x) => (float[1,4] y) { a = Squeeze <axes = [0]> (x) y = Unsqueeze <axes = [0]> (a) }',
    ['Squeeze/2', 'Unsqueeze/2'],
  ],
  [
    'axes of reductions move at 18',
    17,
    18,
    'g (float[2,4] x) => (float[2,1] y) { y = ReduceMean <axes = [1]> (x) }',
    ['ReduceMean/2'],
  ],
  [
    'Softmax over the last axis stays one node',
    12,
    13,
    'g (float[2,4] x) => (float[2,4] y) { y = Softmax (x) }',
    ['Softmax/1 axis=-1'],
  ],
  [
    'flattening Softmax is said with Flatten',
    12,
    13,
    'g (float[2,3,4] x) => (float[2,3,4] y) { y = Softmax <axis = 1> (x) }',
    ['Shape/1', 'Flatten/1 axis=1', 'Softmax/1 axis=-1', 'Reshape/2'],
  ],
  [
    'Softmax over a middle axis is transposed',
    13,
    12,
    'g (float[2,3,4] x) => (float[2,3,4] y) { y = Softmax <axis = 1> (x) }',
    ['Transpose/1 perm=0,2,1', 'Softmax/1 axis=2', 'Transpose/1 perm=0,2,1'],
  ],
  [
    'Upsample becomes an asymmetric Resize',
    8,
    11,
    'g (float[1,1,2,2] x) => (float[1,1,4,4] y) { y = Upsample <mode = "nearest", scales = [1.0, 1.0, 2.0, 2.0]> (x) }',
    ['Resize/3 coordinate_transformation_mode=asymmetric mode=nearest nearest_mode=floor'],
  ],
  [
    'Gelu is said with Erf',
    20,
    19,
    'g (float[4] x) => (float[4] y) { y = Gelu (x) }',
    ['Div/2', 'Erf/1', 'Add/2', 'Mul/2', 'Mul/2'],
  ],
  [
    'defaults that did not exist are dropped',
    19,
    13,
    'g (float[4] x) => (int64[4] y) { y = Cast <to = 7, saturate = 1> (x) }',
    ['Cast/1 to=7'],
  ],
  [
    'Split without sizes names its parts',
    17,
    18,
    'g (float[4] x) => (float[2] a, float[2] b) { a, b = Split (x) }',
    ['Split/1 num_outputs=2'],
  ],
];

describe('opset conversion', () => {
  it.each(CASES)('%s', (_what, from, to, body, expected) => {
    const after = convert(parse(from, body), to);
    expect(typeof after === 'string' ? after : shape(after).sort()).toEqual([...expected].sort());
    expect(codesOf(after)).toEqual([]);
  });

  it('keeps the names of inputs and outputs', () => {
    const after = convert(parse(20, 'g (float[4] x) => (float[4] y) { y = Gelu (x) }'), 14) as Model;
    const graph = after.graphs.at(after.main);
    expect([...graph.inputs, ...graph.outputs].map((v) => after.values.at(v).name)).toEqual(['x', 'y']);
  });

  it.each([
    [
      'an attribute',
      19,
      13,
      'g (float[4] x) => (float8e4m3fn[4] y) { y = Cast <to = 17, saturate = 0> (x) }',
      'saturate = 0 cannot be said at opset 18',
    ],
    [
      'an operator',
      20,
      19,
      'g (string[2] x) => (bool[2] y) { y = RegexFullMatch <pattern = "a"> (x) }',
      'opset 19 has no RegexFullMatch',
    ],
    [
      'a computed bound',
      10,
      8,
      'g (float[4] x, int64[1] s, int64[1] e) => (float[n] y) { y = Slice (x, s, e) }',
      'opset 8 has no',
    ],
    ['a version', 13, 99, 'g (float[4] x) => (float[4] y) { y = Relu (x) }', 'it knows 7 to 28'],
  ])('refuses %s and says why', (_what, from, to, body, text) => {
    expect(convert(parse(from, body), to)).toContain(text);
  });

  it('converts bodies and functions too', () => {
    const text = `<ir_version: 8, opset_import: ["" : 12, "local" : 1]>
      g (bool c, float[1,4] x) => (float[4] y) {
        a = local.f (x)
        y = If (c) <then_branch = t () => (float[4] p) { p = Squeeze <axes = [0]> (a) }, else_branch = e () => (float[4] q) { q = Squeeze <axes = [0]> (x) }>
      }
      <domain: "local", opset_import: ["" : 12]> f (u) => (v) { w = Squeeze <axes = [0]> (u) v = Unsqueeze <axes = [0]> (w) }`;
    const after = convert(parseModel(text), 13) as Model;
    const moved = [...after.nodes.values()].filter((n) => n.op.endsWith('queeze'));
    expect(moved.map((n) => n.inputs.length)).toEqual(moved.map(() => 2));
    expect(after.functions[0]!.opsets).toEqual([{ domain: '', version: 13 }]);
  });
});

/** [what, from, to, body]: both models are run, and must agree. */
const EQUAL: readonly (readonly [string, number, number, string])[] = [
  [
    'LayerNormalization whose mean and deviation are read',
    17,
    16,
    'g (float[2,3,4] x, float[4] w) => (float[2,3,4] y, float[2,3,1] m, float[2,3,1] d) { y, m, d = LayerNormalization (x, w) }',
  ],
  [
    'GridSample, cubic at reflected borders',
    16,
    15,
    'g (float[1,2,4,5] x, float[1,3,3,2] i) => (float[1,2,3,3] y) { y = GridSample <mode = "bicubic", padding_mode = "reflection"> (x, i) }',
  ],
  [
    'GridSample of a volume',
    20,
    19,
    'g (float[1,2,3,4,5] x, float[1,2,2,2,3] i) => (float[1,2,2,2,2] y) { y = GridSample <mode = "linear", align_corners = 1> (x, i) }',
  ],
  [
    'SequenceMap',
    17,
    16,
    'g (float[2,3] x) => (float[2,3] y) { q = SplitToSequence <axis = 0> (x) r = SequenceMap <body = b (float[1,3] e) => (float[1,3] f) { f = Neg (e) }> (q) y = ConcatFromSequence <axis = 0> (r) }',
  ],
  ['CenterCropPad', 18, 17, 'g (float[5,4] x) => (float[3,7] y) <int64[2] s = {3, 7}> { y = CenterCropPad (x, s) }'],
  [
    'Col2Im',
    18,
    17,
    'g (float[1,8,6] x) => (float[1,2,3,4] y) <int64[2] i = {3, 4}, int64[2] b = {2, 2}> { y = Col2Im (x, i, b) }',
  ],
  [
    'SoftmaxCrossEntropyLoss with weights and a label that is ignored',
    13,
    11,
    'g (float[2,3,4] x, float[3] w) => (float l, float[2,3,4] p) <int64[2,4] t = {0, 1, 2, 0, 1, 1, 2, 0}> { l, p = SoftmaxCrossEntropyLoss <ignore_index = 1> (x, t, w) }',
  ],
  [
    'NegativeLogLikelihoodLoss, each',
    13,
    10,
    'g (float[2,3] x) => (float[2] l) <int64[2] t = {2, 0}> { l = NegativeLogLikelihoodLoss <reduction = "none"> (x, t) }',
  ],
  [
    'a product along an axis, backwards and without its own',
    26,
    20,
    'g (float[2,3,4] x) => (float[2,3,4] y) <int64 a = {1}> { y = CumProd <exclusive = 1, reverse = 1> (x, a) }',
  ],
  ['a sum along an axis', 14, 10, 'g (float[2,3] x) => (float[2,3] y) <int64 a = {-1}> { y = CumSum (x, a) }'],
  [
    'a reduction over computed axes',
    18,
    12,
    'g (float[2,3,4] x, float[1] z) => (float[n,m] y) { c = Cast <to = 7> (z) t = Constant <value_ints = [2]> () k = Mul (c, t) a = Clip (k, t, t) y = ReduceL2 <keepdims = 0> (x, a) }',
  ],
  [
    'the last of equal extremes',
    12,
    11,
    'g (float[3,4] x) => (int64[3] y) { r = Round (x) y = ArgMax <axis = 1, keepdims = 0, select_last_index = 1> (r) }',
  ],
  [
    'gathering and scattering by several indices',
    13,
    10,
    'g (float[3,4] x) => (float[2] y, float[3,4] z) <int64[2,2] i = {0, 1, 2, -1}> { y = GatherND (x, i) z = ScatterND (x, i, y) }',
  ],
  [
    'integers that were not compared yet',
    19,
    10,
    'g (float[4] x) => (bool[4] y) { i = Cast <to = 3> (x) z = Neg (i) y = Equal (i, z) }',
  ],
  ['rounding to even', 11, 10, 'g (float[16] x) => (float[16] y) { d = Add (x, x) y = Round (d) }'],
  [
    'a scan over a batch',
    8,
    9,
    'g (float[2,3] s, float[2,4,3] x) => (float[2,3] e, float[2,4,3] y) { e, y = Scan <num_scan_inputs = 1, body = b (float[3] a, float[3] c) => (float[3] d, float[3] f) { d = Add (a, c) f = Neg (d) }> (, s, x) }',
  ],
  [
    'gaps in a mean pool',
    19,
    18,
    'g (float[1,2,6,6] x) => (float[1,2,4,4] y) { y = AveragePool <kernel_shape = [2, 2], dilations = [2, 2]> (x) }',
  ],
];

describe('models said in other words', () => {
  it.each(EQUAL)('compute the same: %s', async (_what, from, to, body) => {
    const before = parse(from, body);
    const after = convert(before, to);
    if (typeof after === 'string') throw new Error(after);
    expect(codesOf(after)).toEqual([]);
    expect(await differences(before, after)).toEqual([]);
  });
});

function codesOf(model: Model | string): string[] {
  if (typeof model === 'string') return [model];
  const found = checkModel(model, schemas, inferTypes(model));
  return found.filter((d) => d.severity === 'error').map((d) => d.message);
}
