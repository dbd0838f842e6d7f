/** A pass that is a family of rules. */
import { applyRules } from '../engine/driver.ts';
import type { Rule } from '../engine/rules.ts';
import type { Pass } from '../rule.ts';

export function rulePass(id: string, label: string, summary: string, rules: readonly Rule[]): Pass {
  return {
    id,
    label,
    summary,
    defaults: {},
    run: (model, _options, host, job) => applyRules(model, rules, id, host, job),
  };
}
