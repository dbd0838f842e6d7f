/** Runs rules over a model: a worklist of nodes, rules found by the operator of their root, to a fixed point. */
import { Draft, label } from '../../graph-model/core/draft.ts';
import type { Model, Node, NodeId, ValueId } from '../../graph-model/core/model.ts';
import { diagnostic } from '../../graph-model/diagnostics.ts';
import type { JobContext } from '../../graph-model/job.ts';
import type { Applied, PassHost, PassOutcome } from '../rule.ts';
import { readSmallConstants } from './constants.ts';
import { isGraphOutput, placeOf, refusalToReplace, replaceValue, sweep } from './edits.ts';
import { matchAt, type Match } from './match.ts';
import { Refusals } from './refusals.ts';
import type { Built, Rule } from './rules.ts';
import { RuleScope } from './scope.ts';

/** Steps for each node of the model after which a run is stopped: rules that undo each other must not hang. */
const STEPS_PER_NODE = 40;

export async function applyRules(
  model: Model,
  rules: readonly Rule[],
  pass: string,
  host: PassHost,
  job: JobContext,
): Promise<PassOutcome> {
  await readSmallConstants(model, job.signal);
  const draft = new Draft(model);
  const run = new Run(draft, new RuleScope(draft, host.types(model), job), indexed(rules));
  const work = new Worklist(model.nodes.keys());
  const limit = STEPS_PER_NODE * model.nodes.size + 1000;
  let steps = 0;
  for (let id = work.take(); id !== null; id = work.take()) {
    if (steps++ % 256 === 0) await breathe(job, steps, model.nodes.size, pass);
    if (!draft.hasNode(id)) continue;
    if (steps > limit) {
      job.report(diagnostic('optimize.steps', { pass, steps: limit }));
      break;
    }
    for (const next of await run.at(id)) work.add(next);
  }
  const { applied, refusals } = run;
  const after = applied.length === 0 ? model : draft.commit(pass).after;
  return { after, applied, refused: refusals.list() };
}

async function breathe(job: JobContext, steps: number, nodes: number, pass: string): Promise<void> {
  job.progress(Math.min(steps, nodes), nodes, pass);
  // Lets a cancel message in: without a turn of the loop the signal could not fire.
  await new Promise((resolve) => setTimeout(resolve));
  job.signal.throwIfAborted();
}

function indexed(rules: readonly Rule[]): ReadonlyMap<string, readonly Rule[]> {
  const index = new Map<string, Rule[]>();
  for (const rule of rules) {
    for (const name of rule.match.ops) index.set(name, [...(index.get(name) ?? []), rule]);
  }
  return index;
}

class Worklist {
  private readonly queue: NodeId[];
  private readonly waiting: Set<NodeId>;
  private head = 0;
  constructor(ids: Iterable<NodeId>) {
    this.queue = [...ids];
    this.waiting = new Set(this.queue);
  }
  add(id: NodeId): void {
    if (this.waiting.has(id)) return;
    this.waiting.add(id);
    this.queue.push(id);
  }
  take(): NodeId | null {
    const id = this.queue[this.head++];
    if (id === undefined) return null;
    this.waiting.delete(id);
    return id;
  }
}

class Run {
  readonly applied: Applied[] = [];
  readonly refusals = new Refusals();

  constructor(
    private readonly draft: Draft,
    private readonly scope: RuleScope,
    private readonly rules: ReadonlyMap<string, readonly Rule[]>,
  ) {}

  /** Tries the rules at one node; gives the nodes to look at again. */
  async at(id: NodeId): Promise<readonly NodeId[]> {
    const root = this.draft.node(id);
    for (const rule of this.rules.get(root.op) ?? []) {
      this.scope.enter(root, rule.name);
      const found = this.find(rule, root);
      if (found) return this.rewrite(rule, found);
    }
    return [];
  }

  private find(rule: Rule, root: Node): Match | null {
    let found: Match | null = null;
    matchAt(this.scope, rule.match, root, (m) => {
      const verdict = rule.when?.(m, this.scope) ?? true;
      const said = verdict === true ? this.objection(rule, m) : verdict;
      if (typeof said === 'string') this.refusals.add(rule.name, label(root), root.id, said);
      if (said === null) found = m;
      return said === null;
    });
    return found;
  }

  /** A value that would vanish must have no other readers. */
  private objection(rule: Rule, m: Match): string | null {
    const inside = new Set(m.nodes.map((n) => n.id));
    for (const node of m.nodes) {
      if (node === m.root || m.shared.has(node)) continue;
      const stranger = this.stranger(node, inside);
      if (stranger) return stranger;
    }
    if (!('keep' in rule)) return null;
    const extra = m.root.outputs.findIndex((v, i) => i > 0 && v !== null && this.draft.uses(v).length > 0);
    if (extra > 0) return `Output ${extra} of ${label(m.root)} is read.`;
    return refusalToReplace(this.draft, m.root.outputs[0]!, m.value(rule.keep));
  }

  private stranger(node: Node, inside: ReadonlySet<NodeId>): string | null {
    for (const v of node.outputs) {
      if (v === null) continue;
      if (isGraphOutput(this.draft, v)) return `${this.draft.value(v).name} is an output of the graph.`;
      const other = this.draft.uses(v).find((u) => u.node !== null && !inside.has(u.node));
      if (other) return `${label(node)} is also read by ${label(this.draft.node(other.node!))}.`;
    }
    return null;
  }

  private async rewrite(rule: Rule, m: Match): Promise<readonly NodeId[]> {
    const place = placeOf(
      this.draft,
      m.nodes.map((n) => n.id),
    );
    const around = this.neighbours(m.nodes);
    const built = 'keep' in rule ? m.value(rule.keep) : await rule.build(m, this.scope);
    this.install(m.root, built);
    const added = this.scope.takeMade().filter((n) => this.draft.hasNode(n));
    const removed = sweep(this.draft, new Set([...around, ...m.nodes.map((n) => n.id), ...added]));
    this.applied.push({ by: rule.name, place, removed, added: added.filter((n) => this.draft.hasNode(n)) });
    return [...added, m.root.id, ...around, ...added.flatMap((n) => this.around(n))];
  }

  private install(root: Node, built: Built): void {
    const results = typeof built === 'number' ? [built] : (built as readonly (ValueId | null)[]);
    results.forEach((value, i) => {
      const old = root.outputs[i] ?? null;
      if (old === null || value === null || old === value) return;
      const maker = this.draft.producer(value);
      replaceValue(this.draft, old, value);
      if (maker && root.name && !maker.name && this.draft.hasNode(maker.id))
        this.draft.patchNode(maker.id, { name: root.name });
    });
  }

  private around(id: NodeId): NodeId[] {
    return this.draft.hasNode(id) ? this.neighbours([this.draft.node(id)]) : [];
  }

  /** Makers of what the nodes read, and readers of what they make. */
  private neighbours(nodes: readonly Node[]): NodeId[] {
    const out = new Set<NodeId>();
    for (const node of nodes) {
      for (const v of node.inputs) {
        const maker = v === null ? null : this.draft.value(v).producer;
        if (maker !== null) out.add(maker);
      }
      for (const v of node.outputs) {
        if (v !== null) for (const use of this.draft.uses(v)) if (use.node !== null) out.add(use.node);
      }
    }
    return [...out];
  }
}
