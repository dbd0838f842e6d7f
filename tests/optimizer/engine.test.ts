import { describe, expect, it } from 'vitest';
import { attributes } from '../../src/graph-model/core/attributes.ts';
import type { Draft } from '../../src/graph-model/core/draft.ts';
import { buildModel } from '../../src/graph-model/core/empty.ts';
import type { Model, ValueId } from '../../src/graph-model/core/model.ts';
import { floatTensor, int64Tensor } from '../../src/graph-model/core/tensor.ts';
import { tensorType } from '../../src/graph-model/core/types.ts';
import { brokenLaws } from '../../src/graph-model/core/validate.ts';
import type { Diagnostic } from '../../src/graph-model/diagnostics.ts';
import { quietJob } from '../../src/graph-model/job.ts';
import { applyRules } from '../../src/optimizer/engine/driver.ts';
import { any, constant, either, op } from '../../src/optimizer/engine/pattern.ts';
import type { Rule } from '../../src/optimizer/engine/rules.ts';
import { NO_OPS } from '../../src/optimizer/rules/no-ops.ts';
import { freezeModel } from '../support/check-change.ts';
import { TINY_HOST } from '../support/tiny-host.ts';

const type = tensorType('float', [2]);
const example = { before: '', after: '' };

/** A model with the float[2] input x; the callback makes the outputs. */
function model(build: (d: Draft, x: ValueId) => ValueId[]): Model {
  const made = buildModel({ opsets: [{ domain: '', version: 18 }] }, (d) => {
    const x = d.newValue(d.main, 'x', null, { type });
    d.setGraphInputs(d.main, [x]);
    d.setGraphOutputs(d.main, build(d, x));
  });
  return freezeModel(made);
}

const named = (d: Draft, op: string, inputs: ValueId[], name: string) =>
  d.addNode(d.main, { op, inputs, outputs: [name] }).outputs[0]!;

const ops = (m: Model) => m.graphs.at(m.main).order.map((id) => m.nodes.at(id).op);
const outputs = (m: Model) => m.graphs.at(m.main).outputs.map((v) => m.values.at(v).name);

async function apply(m: Model, rules: readonly Rule[], diagnostics: Diagnostic[] = []) {
  const outcome = await applyRules(m, rules, 'test', TINY_HOST, quietJob(diagnostics));
  expect(brokenLaws(outcome.after)).toEqual([]);
  return outcome;
}

describe('rules', () => {
  it('remove a node in the middle', async () => {
    const m = model((d, x) => [named(d, 'Relu', [d.add(d.main, 'Identity', [x])], 'y')]);
    const { after, applied } = await apply(m, NO_OPS);
    expect(ops(after)).toEqual(['Relu']);
    expect(applied).toHaveLength(1);
    expect(applied[0]!.by).toBe('identity');
  });

  it('pass the name of a graph output on to the maker that stays', async () => {
    const m = model((d, x) => [named(d, 'Identity', [named(d, 'Relu', [x], 'inner')], 'y')]);
    const { after } = await apply(m, NO_OPS);
    expect(ops(after)).toEqual(['Relu']);
    expect(outputs(after)).toEqual(['y']);
  });

  it('keep a node whose removal would make an input an output, and say why', async () => {
    const m = model((d, x) => [named(d, 'Identity', [x], 'y')]);
    const { after, refused } = await apply(m, NO_OPS);
    expect(after).toBe(m);
    expect(refused.map((r) => r.reason)).toEqual([
      'y is an output of the graph and would be an input or a constant itself.',
    ]);
  });

  it('keep both of two outputs', async () => {
    const m = model((d, x) => {
      const a = named(d, 'Relu', [x], 'a');
      return [a, named(d, 'Identity', [a], 'b')];
    });
    const { after } = await apply(m, NO_OPS);
    expect(outputs(after)).toEqual(['a', 'b']);
    expect(ops(after)).toEqual(['Relu', 'Identity']);
  });

  it('refuse a match whose inner value is read elsewhere, naming the reader', async () => {
    const fuse: Rule = {
      name: 'fuse',
      doc: '',
      example,
      match: op('Exp', [op('Log', [any('x')])]),
      keep: 'x',
    };
    const m = model((d, x) => {
      const log = d.add(d.main, 'Log', [x]);
      return [named(d, 'Exp', [log], 'y'), named(d, 'Neg', [log], 'z')];
    });
    const { after, refused } = await apply(m, [fuse]);
    expect(after).toBe(m);
    expect(refused[0]!.reason).toBe('Log is also read by Neg.');
  });

  it('try both orders of commutative inputs', async () => {
    const rule: Rule = {
      name: 'r',
      doc: '',
      example,
      match: either('Mul', [any('x'), constant('c')]),
      build: (m, g) => g.add('Neg', [m.value('x')]),
    };
    const m = model((d, x) => [named(d, 'Mul', [d.constant(d.main, floatTensor([3], [])), x], 'y')]);
    const { after } = await apply(m, [rule]);
    expect(ops(after)).toEqual(['Neg']);
    expect(outputs(after)).toEqual(['y']);
  });

  it('go into bodies', async () => {
    const m = model((d, x) => {
      const body = d.newGraph('then');
      const inner = d.add(body, 'Neg', [d.add(body, 'Identity', [x])]);
      d.setGraphOutputs(body, [inner]);
      const cond = d.constant(d.main, floatTensor([1], []));
      return d.addNode(d.main, {
        op: 'If',
        inputs: [cond],
        attributes: new Map([['then_branch', { kind: 'graph', value: body }]]),
      }).outputs as ValueId[];
    });
    const { after } = await apply(m, NO_OPS);
    expect([...after.nodes.values()].map((n) => n.op).sort()).toEqual(['If', 'Neg']);
  });

  it('stop rules that undo each other, and say so', async () => {
    const swap = (from: string, to: string): Rule => ({
      name: `${from}-${to}`,
      doc: '',
      example,
      match: op(from, [any('x')]),
      build: (m, g) => g.add(to, [m.value('x')]),
    });
    const found: Diagnostic[] = [];
    const m = model((d, x) => [named(d, 'Sin', [x], 'y')]);
    await apply(m, [swap('Sin', 'Cos'), swap('Cos', 'Sin')], found);
    expect(found.map((d) => d.code)).toEqual(['optimize.steps']);
  });

  it('do not take an input with a default for a constant', async () => {
    const m = buildModel({}, (d) => {
      const x = d.newValue(d.main, 'x', null, { type });
      const p = d.constant(d.main, int64Tensor([0, 0]), 'p');
      d.setGraphInputs(d.main, [x, p]);
      const pad = d.addNode(d.main, { op: 'Pad', inputs: [x, p], outputs: ['a'], attributes: attributes({}) });
      d.setGraphOutputs(d.main, [named(d, 'Relu', [pad.outputs[0]!], 'y')]);
    });
    const rule: Rule = { name: 'r', doc: '', example, match: op('Pad', [any('x'), constant('p')]), keep: 'x' };
    expect((await apply(m, [rule])).after).toBe(m);
  });

  it('end at once when the job is stopped', async () => {
    const stop = new AbortController();
    stop.abort();
    const m = model((d, x) => [named(d, 'Identity', [named(d, 'Relu', [x], 'a')], 'y')]);
    await expect(applyRules(m, NO_OPS, 'test', TINY_HOST, quietJob([], stop.signal))).rejects.toThrow();
  });
});
