import { describe, expect, it } from 'vitest';
import { edit } from '../../src/graph-model/core/draft.ts';
import type { Model } from '../../src/graph-model/core/model.ts';
import { decodeModel, encodeChanges, encodeModel } from '../../src/graph-model/wire/wire.ts';
import { Analyst, analyse } from '../../src/services/analyse.ts';
import { syntheticModel } from '../support/synthetic-model.ts';

const nodes = (m: Model) => m.graphs.at(m.main).order;

describe('following a model through its edits', () => {
  it('finds what analysing it whole finds, and names only what changed', async () => {
    const first = syntheticModel(300);
    const analyst = new Analyst();
    const begun = await analyst.begin(first, 1);
    const at = first.nodes.at(nodes(first)[200]!);
    const change = edit(first, 'Insert', (d) => {
      const made = d.add(d.main, 'Neg', [at.inputs[0]!]);
      d.setInput(at.id, 0, made);
    });
    const { changes, problems, inference } = await analyst.follow(1, change, 2);
    const whole = await analyse(change.after);
    expect(new Map(inference.types)).toEqual(new Map(whole.inference.types));
    expect(problems).toEqual(whole.problems);
    expect(changes.set.length).toBeLessThan(20);
    const merged = new Map(begun.inference.types);
    for (const id of changes.removed) merged.delete(id);
    for (const [id, type] of changes.set) merged.set(id, type);
    expect(merged).toEqual(new Map(whole.inference.types));
  });

  it('goes on from a model that came over as changes, and forgets old states', async () => {
    const page = syntheticModel(200);
    const analyst = new Analyst();
    let held = decodeModel(encodeModel(page));
    await analyst.begin(held, 1);
    let now = page;
    for (let state = 2; state <= 6; state++) {
      const { before, after, touched } = edit(now, 'Rename', (d) =>
        d.patchNode(nodes(now)[state]!, { name: `n${state}` }),
      );
      const message = encodeChanges(before, after);
      expect(message.text.length + message.ints.byteLength).toBeLessThan(4000);
      held = decodeModel(message, analyst.modelOf(state - 1)!);
      await analyst.follow(state - 1, { label: '', before: analyst.modelOf(state - 1)!, after: held, touched }, state);
      now = after;
    }
    expect(held.nodes.at(nodes(now)[6]!).name).toBe('n6');
    expect(analyst.modelOf(6)).toBe(held);
    expect(analyst.modelOf(1)).toBeNull();
  });
});
