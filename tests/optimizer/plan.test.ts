import { describe, expect, it } from 'vitest';
import { buildModel } from '../../src/graph-model/core/empty.ts';
import type { Model } from '../../src/graph-model/core/model.ts';
import { floatTensor } from '../../src/graph-model/core/tensor.ts';
import { tensorType } from '../../src/graph-model/core/types.ts';
import { brokenLaws } from '../../src/graph-model/core/validate.ts';
import type { Diagnostic } from '../../src/graph-model/diagnostics.ts';
import { quietJob } from '../../src/graph-model/job.ts';
import { PASSES } from '../../src/optimizer/passes.ts';
import { runPlan } from '../../src/optimizer/plan.ts';
import { findPreset, PRESETS } from '../../src/optimizer/presets.ts';
import { runVerifiedPlan } from '../../src/optimizer/verify.ts';
import { TINY_HOST } from '../support/tiny-host.ts';

/** y = Relu(Identity(x)) + Relu(x), with an unused initializer and an unused node. */
function sample(): Model {
  return buildModel({}, (d) => {
    const x = d.newValue(d.main, 'x', null, { type: tensorType('float', [2]) });
    d.setGraphInputs(d.main, [x]);
    d.constant(d.main, floatTensor([1]), 'unused');
    d.add(d.main, 'Neg', [x]);
    const a = d.add(d.main, 'Relu', [d.add(d.main, 'Identity', [x])]);
    const b = d.add(d.main, 'Relu', [x]);
    d.setGraphOutputs(d.main, [d.addNode(d.main, { op: 'Add', inputs: [a, b], outputs: ['y'] }).outputs[0]!]);
  });
}

const ops = (m: Model) => m.graphs.at(m.main).order.map((id) => m.nodes.at(id).op);

describe('plans', () => {
  it('run to a fixed point and report each step once', async () => {
    const result = await runPlan(sample(), findPreset('clean')!.plan, TINY_HOST, quietJob());
    expect(brokenLaws(result.after)).toEqual([]);
    expect(ops(result.after)).toEqual(['Relu', 'Add']);
    expect(result.after.graphs.at(result.after.main).initializers).toEqual([]);
    expect(result.passes.map((p) => p.pass)).toEqual(['constants', 'no-ops', 'share', 'dead']);
    expect(result.passes.map((p) => p.applied.length)).toEqual([0, 1, 1, 2]);
    expect(result.rounds).toBe(2);
  });

  it('give the very same model back when there is nothing to do', async () => {
    const once = await runPlan(sample(), findPreset('clean')!.plan, TINY_HOST, quietJob());
    const twice = await runPlan(once.after, findPreset('clean')!.plan, TINY_HOST, quietJob());
    expect(twice.after).toBe(once.after);
  });

  it('refuse passes and options that do not exist, naming those that do', async () => {
    await expect(runPlan(sample(), [{ pass: 'magic' }], TINY_HOST, quietJob())).rejects.toThrow('no pass named magic');
    const plan = [{ pass: 'fold', options: { grow: 1 } }];
    await expect(runPlan(sample(), plan, TINY_HOST, quietJob())).rejects.toThrow('no option grow');
  });

  it('go on without a pass that fails', async () => {
    const found: Diagnostic[] = [];
    const host = {
      ...TINY_HOST,
      types: () => {
        throw new Error('no types today');
      },
    };
    const result = await runPlan(sample(), [{ pass: 'no-ops' }, { pass: 'dead' }], host, quietJob(found));
    expect(found[0]!.message).toContain('no types today');
    expect(ops(result.after)).toEqual(['Identity', 'Relu', 'Relu', 'Add']);
  });

  it('name only passes that exist in presets', () => {
    const ids = new Set(PASSES.map((p) => p.id));
    expect(ids.size).toBe(PASSES.length);
    for (const preset of PRESETS) for (const step of preset.plan) expect(ids).toContain(step.pass);
  });
});

describe('verified plans', () => {
  it('undo the pass that changes the outputs, keep the others and say so', async () => {
    const found: Diagnostic[] = [];
    const hasIdentity = (m: Model) => ops(m).includes('Identity');
    const compare = async (_before: Model, after: Model) => (hasIdentity(after) ? null : 'y differs by 1.');
    const plan = findPreset('clean')!.plan;
    const result = await runVerifiedPlan(sample(), plan, TINY_HOST, compare, quietJob(found));
    expect(ops(result.after)).toEqual(['Identity', 'Relu', 'Relu', 'Add']);
    expect(result.passes.find((p) => p.undone)?.pass).toBe('no-ops');
    expect(found.map((d) => d.code)).toEqual(['optimize.undone']);
  });

  it('keep everything when the outputs agree', async () => {
    const result = await runVerifiedPlan(sample(), findPreset('clean')!.plan, TINY_HOST, async () => null, quietJob());
    expect(ops(result.after)).toEqual(['Relu', 'Add']);
    expect(result.passes.some((p) => p.undone)).toBe(false);
  });
});
