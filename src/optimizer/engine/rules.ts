/** What a rewrite rule is. */
import type { ValueId } from '../../graph-model/core/model.ts';
import type { Match } from './match.ts';
import type { OpPattern } from './pattern.ts';
import type { RuleScope } from './scope.ts';

/** true: apply. false: this is not what the rule is about. A sentence: it nearly is, and this is why not. */
export type Verdict = boolean | string;

/** What stands for the outputs of the root, in order; null where an output is not used. One value: the first output. */
export type Built = ValueId | readonly (ValueId | null)[];

interface Common {
  readonly name: string;
  /** One sentence. */
  readonly doc: string;
  /** Graphs in ONNX text, `(inputs) => (outputs) <initializers> { nodes }`: the docs and the test. */
  readonly example: RuleExample;
  readonly match: OpPattern;
  /** Looks without changing anything. */
  when?(m: Match, g: RuleScope): Verdict;
}

export interface RuleExample {
  readonly before: string;
  readonly after: string;
  /** The opset of the example; 18 where it is left out. */
  readonly opset?: number;
}

/** A rule whose result is a value that the pattern names: the rest vanishes. */
export interface KeepRule extends Common {
  readonly keep: string;
}
/** A rule that makes new nodes, or patches the root and gives its outputs back. */
export interface BuildRule extends Common {
  build(m: Match, g: RuleScope): Built | Promise<Built>;
}
export type Rule = KeepRule | BuildRule;
