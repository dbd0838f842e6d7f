/** Every rule is tested by its own example: a new rule needs no test file. */
import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/graph-model/core/model.ts';
import { brokenLaws } from '../../src/graph-model/core/validate.ts';
import { quietJob } from '../../src/graph-model/job.ts';
import { parseFragment } from '../../src/graph-model/text/parse.ts';
import { applyRules } from '../../src/optimizer/engine/driver.ts';
import type { Rule, RuleExample } from '../../src/optimizer/engine/rules.ts';
import { inferredTypes } from '../../src/optimizer/host.ts';
import { findPass, RULE_FAMILIES } from '../../src/optimizer/passes.ts';
import type { PassHost } from '../../src/optimizer/rule.ts';
import { differences, evaluate } from '../support/run-model.ts';
import { expressionsOf, nodeCount } from '../support/same-graph.ts';

const host: PassHost = { types: inferredTypes, evaluate };

const parse = (text: string, example: RuleExample): Model =>
  parseFragment(text, { opsets: [{ domain: '', version: example.opset ?? 18 }], irVersion: 9 });

/** The rule alone, then what it left unread taken away. */
async function applied(model: Model, rule: Rule): Promise<Model> {
  const outcome = await applyRules(model, [rule], rule.name, host, quietJob());
  expect(
    outcome.applied.map((a) => a.by),
    'the rules that were applied',
  ).toContain(rule.name);
  const clean = await findPass('dead')!.run(outcome.after, {}, host, quietJob());
  return clean.after;
}

for (const [family, rules] of Object.entries(RULE_FAMILIES)) {
  describe(`rules: ${family}`, () => {
    it.each(rules.map((rule) => [rule.name, rule] as const))('%s', async (_name, rule) => {
      const before = parse(rule.example.before, rule.example);
      const after = await applied(before, rule);
      expect(brokenLaws(after)).toEqual([]);
      const want = parse(rule.example.after, rule.example);
      expect(expressionsOf(after)).toEqual(expressionsOf(want));
      expect(nodeCount(after)).toBe(nodeCount(want));
      expect(after.graphs.at(after.main).inputs.map((v) => after.values.at(v).name)).toEqual(
        before.graphs.at(before.main).inputs.map((v) => before.values.at(v).name),
      );
      expect(await differences(before, after)).toEqual([]);
    });
  });
}

it('names every rule once', () => {
  const names = Object.values(RULE_FAMILIES).flatMap((rules) => rules.map((r) => r.name));
  expect(new Set(names).size).toBe(names.length);
});
