import { describe, expect, it } from 'vitest';
import type { Model, ValueId } from '../../src/graph-model/core/model.ts';
import { readTensor, toNumbers, type Tensor } from '../../src/graph-model/core/tensor.ts';
import { brokenLaws } from '../../src/graph-model/core/validate.ts';
import type { Diagnostic } from '../../src/graph-model/diagnostics.ts';
import { quietJob } from '../../src/graph-model/job.ts';
import { parseModel } from '../../src/graph-model/text/parse.ts';
import { evaluateFragment } from '../../src/runtime/evaluate.ts';
import { extractConstants } from '../../src/runtime/fragment.ts';
import { runSource } from '../../src/runtime/source.ts';

const named = (model: Model, name: string): ValueId => {
  for (const v of model.values.values()) if (v.name === name) return v.id;
  throw new Error(`no value ${name}`);
};

/** Numbers (or null) by name, how many sessions that took, and what was reported. */
async function evaluated(text: string, names: readonly string[]) {
  const model = parseModel(text);
  const found: Diagnostic[] = [];
  let sessions = 0;
  const count = (m: Model) => (sessions++, runSource(m));
  const ids = names.map((n) => named(model, n));
  const tensors = await evaluateFragment(model, ids, quietJob(found), count);
  const numbers = async (t: Tensor | null) => (t ? [...toNumbers(await readTensor(t))] : null);
  return {
    values: await Promise.all(tensors.map(numbers)),
    sessions,
    messages: found.map((d) => d.message),
    tensors,
    model,
  };
}

const HEAD = '<ir_version: 10, opset_import: ["" : 21, "local" : 1]>';

describe('computing constants', () => {
  it('computes all in one session, and gives constants back as they are', async () => {
    const { values, sessions, tensors, messages } = await evaluated(
      `${HEAD} g (float[2] x) => (float[2] y) <float[2] w = {1, 2}, float[2] v = {10, 20}>
       { a = Add (w, v)  b = Mul (a, w)  c = Shape (b)  y = Add (x, b) }`,
      ['a', 'c', 'b', 'w'],
    );
    expect(values).toEqual([[11, 22], [2], [11, 44], [1, 2]]);
    expect(tensors.map((t) => t!.dtype)).toEqual(['float', 'int64', 'float', 'float']);
    expect([sessions, messages]).toEqual([1, []]);
  });

  it('works around a node that the runtime cannot compute, and names it', async () => {
    const { values, messages, sessions } = await evaluated(
      `${HEAD} g (float[2] x) => (float[2] y) <float[2] w = {1, 2}>
       { a = Neg (w)  b = Abs (a)  [odd] bad = local.Odd (w)  worse = Neg (bad)  c = Exp (x)  d = Mul (w, w)  y = Add (x, d) }`,
      ['a', 'b', 'worse', 'c', 'd'],
    );
    expect(values).toEqual([[-1, -2], [1, 2], null, null, [1, 4]]);
    expect(messages).toEqual([
      'The constant part at Exp could not be computed: it depends on the input x.',
      'The constant part at Neg could not be computed: The runtime has no operator local:Odd.',
    ]);
    // All, first half, second half, and its halves: never one session per output.
    expect(sessions).toBeLessThanOrEqual(6);
  });

  it('says when a part fails while running', async () => {
    const { values, messages } = await evaluated(
      `${HEAD} g (float[2] x) => (float[2] y) <float[2] w = {1, 2}, int64[1] s = {3}>
       { [bend] a = Reshape (w, s)  b = Neg (w)  y = Add (x, b) }`,
      ['a', 'b'],
    );
    expect(values).toEqual([null, [-1, -2]]);
    expect(messages[0]).toContain('The constant part at Reshape bend could not be computed: ');
    expect(messages[0]).toContain('cannot be reshaped to the requested shape');
  });

  it('brings bodies with what they capture, and functions', async () => {
    const { values } = await evaluated(
      `${HEAD} g (float[2] x) => (float[2] y) <bool c = {1}, float[2] w = {1, 2}>
       {
         two = Add (w, w)
         a = If (c) <then_branch = t () => (r) { r = Mul (two, w) }, else_branch = e () => (s) { s = Identity (w) }>
         b = local.Twice (w)
         y = Add (x, a)
       }
       <domain: "local", opset_import: ["" : 21]> Twice (p) => (q) { q = Add (p, p) }`,
      ['a', 'b'],
    );
    expect(values).toEqual([
      [2, 8],
      [2, 4],
    ]);
  });

  it('computes values inside of bodies, where names may repeat those outside', async () => {
    const { values, messages } = await evaluated(
      `${HEAD} g (float[2] x, bool c) => (float[2] y) <float[2] w = {1, 2}>
       {
         outer = Neg (w)
         y = If (c) <
           then_branch = t () => (r) <float[2] k = {5, 5}> { inner = Add (k, outer)  r = Add (inner, x) },
           else_branch = e () => (s) { s = Identity (x) }>
       }`,
      ['inner', 'r', 'outer'],
    );
    expect(values).toEqual([[4, 3], null, [-1, -2]]);
    expect(messages).toEqual(['The constant part at Add could not be computed: it depends on the input x.']);
  });

  it('cuts a sound model out', () => {
    const model = parseModel(
      `${HEAD} g (float[2] x) => (float[2] y) <float[2] w = {1, 2}, float[2] unused = {0, 0}>
       { a = Neg (w)  b = Exp (x)  y = Add (a, b) }`,
    );
    const { fragment, dependent } = extractConstants(model, [named(model, 'a'), named(model, 'y')]);
    expect(brokenLaws(fragment!.model)).toEqual([]);
    expect([fragment!.model.nodes.size, fragment!.model.values.size]).toEqual([1, 2]);
    expect(dependent.map((d) => d.on)).toEqual(['the input x']);
  });

  it('stops when told to', async () => {
    const model = parseModel(
      `${HEAD} g (float[1] x) => (float[1] y) <float[1] w = {1}> { a = Neg (w)  y = Add (x, a) }`,
    );
    const stop = new AbortController();
    stop.abort();
    const work = evaluateFragment(model, [named(model, 'a')], quietJob([], stop.signal));
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
  });
});
