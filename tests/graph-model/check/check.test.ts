import { beforeAll, describe, expect, it } from 'vitest';
import { checkModel } from '../../../src/graph-model/check/check.ts';
import { repairOf } from '../../../src/graph-model/check/repair.ts';
import type { Diagnostic } from '../../../src/graph-model/diagnostics.ts';
import { inferTypes } from '../../../src/graph-model/operators/infer/inference.ts';
import { loadOperators, type OperatorTable } from '../../../src/graph-model/operators/schemas.ts';
import { parseModel } from '../../../src/graph-model/text/parse.ts';
import { checkChange } from '../../support/check-change.ts';

let operators: OperatorTable;
beforeAll(async () => {
  operators = await loadOperators();
});

const HEADER = '<ir_version: 10, opset_import: ["" : 21]>';

function problems(body: string, header = HEADER): Diagnostic[] {
  const model = parseModel(`${header}\n${body}`);
  return checkModel(model, operators, inferTypes(model));
}

const codes = (found: readonly Diagnostic[]) => found.map((d) => d.code);

/** [what is wrong, model, code, part of the sentence] */
const CASES: readonly (readonly [string, string, string, string])[] = [
  [
    'an unknown operator',
    'g (float[2] x) => (float[2] y) { y = FooBar (x) }',
    'check.operator-unknown',
    'FooBar in ai.onnx at opset 21',
  ],
  ['a missing input', 'g (float[2] x) => (float[2] y) { y = Add (x) }', 'check.input-missing', 'Add needs the input B'],
  [
    'an extra input',
    'g (float[2] x) => (float[2] y) { y = Relu (x, x) }',
    'check.inputs-extra',
    'at most 1 inputs and 2',
  ],
  [
    'an extra output',
    'g (float[2] x) => (float[2] y) { y, z = Relu (x) }',
    'check.output-extra',
    'at most 1 outputs and 2',
  ],
  [
    'an unknown attribute',
    'g (float[2] x) => (float[2] y) { y = Relu <alpha = 1.0> (x) }',
    'check.attribute-unknown',
    'no attribute alpha',
  ],
  [
    'an attribute of another kind',
    'g (float[2] x) => (float[2] y) { y = LeakyRelu <alpha = "a"> (x) }',
    'check.attribute-kind',
    'is of kind string',
  ],
  [
    'a missing attribute',
    'g (float[2] x) => (int64[2] y) { y = Cast (x) }',
    'check.attribute-missing',
    'needs the attribute to',
  ],
  [
    'a type that is not allowed',
    'g (string[2] x) => (string[2] y) { y = Relu (x) }',
    'check.type-mismatch',
    'is tensor(string)',
  ],
  [
    'two types for one variable',
    'g (float[2] x, int64[2] z) => (float[2] y) { y = Add (x, z) }',
    'check.type-variable',
    'B is tensor(int64)',
  ],
  [
    'a dangling input',
    'g (float[2] x) => (float[2] y) { y = Add (x, nowhere) }',
    'check.dangling',
    'nowhere, which nothing makes',
  ],
  [
    'nodes out of order',
    'g (float[2] x) => (float[2] y) { y = Relu (a) a = Neg (x) }',
    'check.unsorted',
    'a later node makes',
  ],
  [
    'a node that nothing reads',
    'g (float[2] x) => (float[2] y) { y = Relu (x) z = Neg (x) }',
    'check.dead-node',
    'nothing reads',
  ],
  [
    'equal node names',
    'g (float[2] x) => (float[2] y) { [n] a = Relu (x) [n] y = Neg (a) }',
    'check.duplicate-node-name',
    '2 nodes of the main graph are named n',
  ],
  [
    'an unused initializer',
    'g (float[2] x) => (float[2] y) <float[2] w = {1, 2}> { y = Relu (x) }',
    'check.unused-initializer',
    'w first',
  ],
  [
    'a body with inputs',
    'g (bool c, float[2] x) => (float[2] y) { y = If (c) <then_branch = t (float q) => (float[2] a) { a = Neg (x) }, else_branch = e () => (float[2] b) { b = Relu (x) }> }',
    'check.body-arity',
    'then_branch must not have inputs',
  ],
];

describe('checker', () => {
  it('finds nothing wrong with a sound model', () => {
    expect(problems('g (float[2] x) => (float[2] y) { y = Relu (x) }')).toEqual([]);
  });

  it.each(CASES)('finds %s', (_what, body, code, text) => {
    const found = problems(body).find((d) => d.code === code);
    expect(found?.message).toContain(text);
  });

  it('names a domain without import once, with the count', () => {
    const found = problems('g (float[2] x) => (float[2] y) { a = com.microsoft.Gelu (x) y = com.microsoft.Gelu (a) }');
    expect(codes(found)).toEqual(['check.opset-import-missing']);
    expect(found[0]!.message).toContain('2 nodes use the domain com.microsoft');
  });

  it('warns of opsets and IR versions of the future and goes on with the newest', () => {
    const found = problems(
      'g (float[2] x) => (float[2] y) { y = Relu (x) }',
      '<ir_version: 99, opset_import: ["" : 99]>',
    );
    expect(codes(found)).toEqual(['check.ir-unknown', 'check.opset-unknown']);
  });

  it('wants initializers among the inputs before IR 4, and raising the IR version mends it', () => {
    const text =
      '<ir_version: 3, opset_import: ["" : 8]>\ng (float[2] x) => (float[2] y) <float[2] w = {1, 2}> { y = Add (x, w) }';
    const model = parseModel(text);
    const [problem] = checkModel(model, operators, inferTypes(model));
    expect(problem?.code).toBe('check.initializer-not-input');
    const mended = checkChange(repairOf(problem!)!.make(model, problem!));
    expect(checkModel(mended, operators, inferTypes(mended))).toEqual([]);
  });

  it.each([
    ['check.unsorted', 'g (float[2] x) => (float[2] y) { y = Relu (a) a = Neg (x) }'],
    ['check.unused-initializer', 'g (float[2] x) => (float[2] y) <float[2] w = {1, 2}> { y = Relu (x) }'],
    ['check.duplicate-node-name', 'g (float[2] x) => (float[2] y) { [n] a = Relu (x) [n] y = Neg (a) }'],
    ['check.opset-import-missing', 'g (float[2] x) => (float[2] y) { y = com.microsoft.Gelu (x) }'],
  ])('repairs %s', (code, body) => {
    const model = parseModel(`${HEADER}\n${body}`);
    const problem = checkModel(model, operators, inferTypes(model)).find((d) => d.code === code)!;
    const mended = checkChange(repairOf(problem)!.make(model, problem));
    expect(codes(checkModel(mended, operators, inferTypes(mended)))).not.toContain(code);
  });

  it('finds a function that calls itself', () => {
    const text = `<ir_version: 10, opset_import: ["" : 21, "local" : 1]>
      g (float[2] x) => (float[2] y) { y = local.f (x) }
      <domain: "local", opset_import: ["" : 21, "local" : 1]> f (a) => (b) { c = Neg (a) b = local.f (c) }`;
    const model = parseModel(text);
    expect(codes(checkModel(model, operators, null))).toContain('check.function-recursive');
  });
});
