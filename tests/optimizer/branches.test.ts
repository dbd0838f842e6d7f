import { describe, expect, it } from 'vitest';
import { brokenLaws } from '../../src/graph-model/core/validate.ts';
import { quietJob } from '../../src/graph-model/job.ts';
import { parseFragment } from '../../src/graph-model/text/parse.ts';
import { passHost } from '../../src/optimizer/host.ts';
import { runPlan } from '../../src/optimizer/plan.ts';
import { differences, evaluate } from '../support/run-model.ts';

const host = passHost(evaluate);

/** Only the branch for rank 2 runs, and in it stands a second If. */
const TEXT = `(float[2,3] x) => (float[3,2] y) {
  s = Shape(x)  r = Shape(s)  n = Squeeze(r)  three = Constant<value_int=3>()  is3 = Equal(n, three)
  y = If(is3) <
    then_branch = t () => (float[3,2] a) { k = Constant<value_ints=[3,2]>() a = Reshape(x, k) },
    else_branch = e () => (float[3,2] b) {
      no = Not(is3)
      b = If(no) <then_branch = p () => (float[3,2] c) { d = Neg(x) c = Transpose(d) }, else_branch = q () => (float[3,2] f) { f = Transpose(x) }>
    }
  >
}`;

describe('an If whose condition is known', () => {
  it('becomes the branch that runs, the inner one too', async () => {
    const model = parseFragment(TEXT, { opsets: [{ domain: '', version: 18 }], irVersion: 9 });
    const { after } = await runPlan(model, [{ pass: 'fold' }, { pass: 'dead' }], host, quietJob());
    expect(brokenLaws(after)).toEqual([]);
    expect([...after.nodes.values()].map((n) => n.op)).toEqual(['Neg', 'Transpose']);
    expect(await differences(model, after)).toEqual([]);
  });

  it('stays where the condition is an input', async () => {
    const text =
      '(bool c, float[2] x) => (float[2] y) { y = If(c) <then_branch = t () => (float[2] a) { a = Neg(x) }, else_branch = e () => (float[2] b) { b = Abs(x) }> }';
    const model = parseFragment(text, { opsets: [{ domain: '', version: 18 }], irVersion: 9 });
    const { after } = await runPlan(model, [{ pass: 'fold' }], host, quietJob());
    expect(after).toBe(model);
  });
});
