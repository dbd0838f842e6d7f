/** The public face of inference: types of a whole model, of a model after a change, of a draft while it is edited. */
import { getTensor } from '../../core/attributes.ts';
import type { Change, Draft } from '../../core/draft.ts';
import { positionsIn } from '../../core/order.ts';
import { changedIds } from '../../core/table.ts';
import type { DenseTensor } from '../../core/tensor.ts';
import type { GraphId, Model, ValueId } from '../../core/model.ts';
import type { Dim, ValueType } from '../../core/types.ts';
import type { Diagnostic } from '../../diagnostics.ts';
import type { TypeTable } from '../operator.ts';
import { dimNames } from '../symbolic.ts';
import { denseOf, smallDense } from './elements.ts';
import { Engine } from './engine.ts';
import { Facts, type ModelView } from './facts.ts';
import { isComplete } from './merge.ts';
import { isLoose, update } from './update.ts';

/** How many values have a type that leaves nothing unknown. */
export interface Share {
  readonly values: number;
  /** Every dimension is a number. */
  readonly fixed: number;
  /** Every dimension is a number or an expression over names that the model declares. */
  readonly symbolic: number;
  /** As symbolic, but with a length that only running the model tells (how many boxes NonMaxSuppression keeps). */
  readonly measured: number;
  readonly unknown: number;
}

export interface Inference extends TypeTable {
  readonly model: Model;
  readonly types: ReadonlyMap<ValueId, ValueType>;
  readonly diagnostics: readonly Diagnostic[];
  share(): Share;
}

/** What {@link reinfer} would have to do again; beyond this share of the nodes everything is done. */
const FOLLOWED_SHARE = 0.3;

/** Infers the type of every value of a model, nested bodies and functions included. Never throws on bad models. */
export function inferTypes(model: Model): Inference {
  const facts = new Facts(viewOf(model));
  new Engine(facts).runModel();
  return new ModelInference(model, facts);
}

/** The types after a change, from those before it: only what depends on the change is done again. */
export function reinfer(previous: Inference, change: Change): Inference {
  const { before, after } = change;
  if (!(previous instanceof ModelInference) || previous.model !== before || !followable(change))
    return inferTypes(after);
  const facts = previous.facts.copy(viewOf(after));
  const touched = { nodes: change.touched, values: changedIds(before.values, after.values) };
  const places = positionsIn(after.graphs.at(after.main).order);
  return update(facts, touched, (n) => places.get(n)) ? new ModelInference(after, facts) : inferTypes(after);
}

function followable({ before, after, touched }: Change): boolean {
  if (before.opsets !== after.opsets || before.functions !== after.functions) return false;
  if (before.irVersion !== after.irVersion) return false;
  if (before.graphs.at(before.main).inputs !== after.graphs.at(after.main).inputs) return false;
  return touched.size <= FOLLOWED_SHARE * after.nodes.size + 20;
}

/** Tells more than types: elements of which only some are numbers. */
export interface DraftTypeTable extends TypeTable {
  /** The elements of what is computed from shapes: numbers, expressions over dimensions, null where one is not known. */
  partsOf(id: ValueId): readonly Dim[] | null;
}

const drafts = new WeakMap<Draft, DraftTypes>();

/**
 * The types of a draft as edited so far, from those of its base (worked out here where they are not given). The table
 * follows the draft: every question is answered for the draft as it is then.
 */
export function inferDraft(draft: Draft, base?: Inference): DraftTypeTable {
  let table = drafts.get(draft);
  if (!table) {
    const known = base instanceof ModelInference && base.model === draft.base ? base : inferTypes(draft.base);
    table = new DraftTypes(draft, (known as ModelInference).facts.copy(draftView(draft)));
    drafts.set(draft, table);
  }
  return table;
}

class DraftTypes implements DraftTypeTable {
  private nodesRead = 0;
  private valuesRead = 0;
  private readonly places;

  constructor(
    private readonly draft: Draft,
    private facts: Facts,
  ) {
    const { base } = draft;
    this.places = positionsIn(base.graphs.at(base.main).order);
  }

  typeOf(id: ValueId): ValueType | null {
    this.follow();
    return typeFrom(this.facts, id);
  }
  constantOf(id: ValueId): DenseTensor | null {
    this.follow();
    return constantFrom(this.facts, id);
  }
  partsOf(id: ValueId): readonly Dim[] | null {
    this.follow();
    return this.facts.elementsOf(id)?.values ?? null;
  }

  private follow(): void {
    const { nodes, values } = this.draft.edits;
    if (nodes.length === this.nodesRead && values.length === this.valuesRead) return;
    const touched = { nodes: nodes.slice(this.nodesRead), values: values.slice(this.valuesRead) };
    this.nodesRead = nodes.length;
    this.valuesRead = values.length;
    const view = draftView(this.draft);
    const same =
      view.fields.opsets === this.facts.view.fields.opsets &&
      view.fields.functions === this.facts.view.fields.functions;
    this.facts.look(view);
    if (same && update(this.facts, touched, (n) => this.places.get(n))) return;
    this.facts = new Facts(view);
    const engine = new Engine(this.facts);
    engine.runModel();
    for (const graph of this.looseGraphs(view)) engine.runLoose(graph);
  }

  /** Bodies in the making, the outer before the inner. */
  private looseGraphs(view: ModelView): GraphId[] {
    const { nodes } = this.draft.edits;
    const graphs = new Set(nodes.flatMap((n) => (view.hasNode(n) ? [view.node(n).graph] : [])));
    return [...graphs].filter((g) => isLoose(view, g)).sort((a, b) => a - b);
  }
}

function draftView(draft: Draft): ModelView {
  return {
    main: draft.main,
    fields: draft.model,
    node: (id) => draft.node(id),
    value: (id) => draft.value(id),
    graph: (id) => draft.graph(id),
    uses: (id) => draft.uses(id),
    has: (id) => draft.hasValue(id),
    hasNode: (id) => draft.hasNode(id),
  };
}

export function viewOf(model: Model): ModelView {
  return {
    main: model.main,
    fields: model,
    node: (id) => model.nodes.at(id),
    value: (id) => model.values.at(id),
    graph: (id) => model.graphs.at(id),
    uses: (id) => model.uses.get(id) ?? [],
    has: (id) => model.values.has(id),
    hasNode: (id) => model.nodes.has(id),
  };
}

export class ModelInference implements Inference {
  private problems: readonly Diagnostic[] | null = null;
  private settled = false;
  constructor(
    readonly model: Model,
    /** The inference's own; not to be changed. */
    readonly facts: Facts,
  ) {}

  get types(): ReadonlyMap<ValueId, ValueType> {
    // Asking settles which of two equal names is shown.
    if (!this.settled) for (const id of this.facts.types.keys()) this.facts.typeOf(id);
    this.settled = true;
    return this.facts.types;
  }
  typeOf(id: ValueId): ValueType | null {
    return typeFrom(this.facts, id);
  }
  constantOf(id: ValueId): DenseTensor | null {
    return constantFrom(this.facts, id);
  }

  get diagnostics(): readonly Diagnostic[] {
    // By node, so that what is told of the others does not change its place when one is inferred again.
    this.problems ??= [...this.facts.problems].sort(([a], [b]) => a - b).flatMap(([, list]) => list);
    return this.problems;
  }

  share(): Share {
    const share = { values: 0, fixed: 0, symbolic: 0, measured: 0, unknown: 0 };
    for (const value of this.model.values.values()) {
      if (value.constant || value.sparse || (value.producer === null && !this.model.uses.get(value.id)?.length))
        continue;
      share.values++;
      share[this.knowledgeOf(value.id)]++;
    }
    return share;
  }

  private isMeasured(name: string): boolean {
    return this.facts.minted.has(name) && !this.facts.undeclared.has(name);
  }

  private knowledgeOf(id: ValueId): 'fixed' | 'symbolic' | 'measured' | 'unknown' {
    const type = this.typeOf(id);
    if (!isComplete(type)) return 'unknown';
    if (type!.kind !== 'tensor' || type!.shape!.every((d) => typeof d === 'number')) return 'fixed';
    const made = type!.shape!.some((d) => [...dimNames(d)].some((n) => this.isMeasured(n)));
    return made ? 'measured' : 'symbolic';
  }
}

export function typeFrom(facts: Facts, id: ValueId): ValueType | null {
  const type = facts.typeOf(id);
  if (type !== null) return type;
  const value = facts.view.value(id);
  return value.type;
}

/** Elements known exactly: a small constant, or what was computed from shapes when all of it is numbers. */
export function constantFrom(facts: Facts, id: ValueId): DenseTensor | null {
  const value = facts.view.value(id);
  if (value.constant) return facts.isFixed(value) ? smallDense(value.constant) : null;
  const maker = value.producer === null ? null : facts.view.node(value.producer);
  const tensor = maker?.op === 'Constant' && maker.domain === '' ? getTensor(maker, 'value') : undefined;
  if (tensor) return smallDense(tensor);
  const elements = facts.elementsOf(id);
  return elements && denseOf(elements);
}
