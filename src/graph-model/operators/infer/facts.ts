/** What is known while a model is inferred: types, elements, and which dimension names turned out to be equal. */
import type { Attributes } from '../../core/attributes.ts';
import {
  normalDomain,
  type FunctionDef,
  type GraphId,
  type Model,
  type NodeId,
  type OpsetImport,
  type Use,
  type Value,
  type ValueId,
} from '../../core/model.ts';
import type { OrderView } from '../../core/order.ts';
import type { Dim, ValueType } from '../../core/types.ts';
import type { Diagnostic } from '../../diagnostics.ts';
import { dimNames, isName, substitute } from '../symbolic.ts';
import { elementsOfTensor, type Elements } from './elements.ts';
import { mapDims } from './merge.ts';

/** A model, or a draft as edited so far. */
export interface ModelView extends OrderView {
  readonly main: GraphId;
  uses(id: ValueId): readonly Use[];
  has(id: ValueId): boolean;
  hasNode(id: NodeId): boolean;
  readonly fields: Pick<Model, 'functions' | 'opsets' | 'irVersion' | 'source'>;
}

interface Equality {
  readonly dim: Dim;
  /** The node that made the two dimensions meet. */
  readonly node: NodeId;
}

export class Facts {
  readonly types = new Map<ValueId, ValueType>();
  readonly elements = new Map<ValueId, Elements | null>();
  readonly problems = new Map<NodeId, Diagnostic[]>();
  readonly equalities = new Map<string, Equality>();
  /** Names that inference made for lengths that only running the model can tell. */
  readonly minted = new Set<string>();
  /** Those among them that inputs gave rise to: an undeclared dimension of an input is no secret of the run. */
  readonly undeclared = new Set<string>();
  /** Names made since somebody last asked: a loop asks, for they mean another length in each iteration. */
  recent = new Set<string>();
  private resolved = new Map<string, Dim>();

  constructor(public view: ModelView) {}

  /** Goes on with a later state of the same model. */
  look(view: ModelView): void {
    this.view = view;
    this.inputSets = new Map();
  }

  copy(view: ModelView): Facts {
    const facts = new Facts(view);
    for (const [k, v] of this.types) facts.types.set(k, v);
    for (const [k, v] of this.elements) facts.elements.set(k, v);
    for (const [k, v] of this.problems) facts.problems.set(k, v);
    for (const [k, v] of this.equalities) facts.equalities.set(k, v);
    for (const name of this.minted) facts.minted.add(name);
    for (const name of this.undeclared) facts.undeclared.add(name);
    return facts;
  }

  // ---- reading

  typeOf(id: ValueId): ValueType | null {
    const type = this.types.get(id) ?? null;
    if (this.equalities.size === 0 || type === null) return type;
    const settled = mapDims(type, this.resolve);
    if (settled !== type) this.types.set(id, settled!);
    return settled;
  }

  elementsOf(id: ValueId): Elements | null {
    const known = this.elements.get(id);
    if (known === undefined) return this.constantElements(this.view.value(id));
    if (known === null || this.equalities.size === 0) return known;
    const settled = this.settledElements(known);
    if (settled !== known) this.elements.set(id, settled);
    return settled;
  }

  private settledElements(known: Elements): Elements {
    const { values } = known;
    for (let i = 0; i < values.length; i++) {
      const v = values[i]!;
      if (typeof v === 'string' && this.resolve(v) !== v) return { ...known, values: values.map(this.resolve) };
    }
    return known;
  }

  private constantElements(value: Value): Elements | null {
    const elements = value.constant && this.isFixed(value) ? elementsOfTensor(value.constant) : null;
    this.elements.set(value.id, elements);
    return elements;
  }

  /** Initializers are constants; before IR version 4 also those that are listed as inputs, as every one was. */
  isFixed(value: Value): boolean {
    if ((this.view.fields.irVersion ?? 10) < 4) return true;
    return !this.inputsOf(value.graph).has(value.id);
  }

  private inputSets = new Map<GraphId, ReadonlySet<ValueId>>();
  private inputsOf(graph: GraphId): ReadonlySet<ValueId> {
    let set = this.inputSets.get(graph);
    if (!set) {
      set = new Set(this.view.graph(graph).inputs);
      this.inputSets.set(graph, set);
    }
    return set;
  }

  // ---- equal dimensions

  readonly resolve = (dim: Dim): Dim => {
    if (typeof dim !== 'string' || this.equalities.size === 0) return dim;
    const known = this.resolved.get(dim);
    if (known !== undefined) return known;
    const out = substitute(dim, (name) => {
      const equal = this.equalities.get(name);
      return equal && this.resolve(equal.dim);
    });
    this.resolved.set(dim, out);
    return out;
  };

  /**
   * Notes that two dimensions are the same length and gives the one to go on with; undefined where they cannot be (two
   * different numbers). Names made by inference give way to declared ones, and any name to one that came earlier.
   */
  unify(a: Dim, b: Dim, node: NodeId): Dim | undefined {
    const x = this.resolve(a);
    const y = this.resolve(b);
    if (x === null || x === y) return y;
    if (y === null) return x;
    if (typeof x === 'number' && typeof y === 'number') return undefined;
    if (this.isMinted(x) && this.bind(x, y, node)) return y;
    if (this.isMinted(y) && this.bind(y, x, node)) return x;
    if (typeof x === 'number' || typeof y === 'number') return typeof x === 'number' ? x : y;
    if (isName(y) && this.bind(y, x, node)) return x;
    if (isName(x) && this.bind(x, y, node)) return y;
    return x.length <= y.length ? x : y;
  }

  private isMinted(dim: Dim): dim is string {
    return typeof dim === 'string' && this.minted.has(dim);
  }

  private bind(name: string, dim: Dim, node: NodeId): boolean {
    if (dimNames(dim).has(name)) return false;
    this.equalities.set(name, { dim, node });
    this.resolved = new Map();
    return true;
  }

  /** Forgets what is known of a node's results. */
  forget(values: Iterable<ValueId | null>): void {
    for (const v of values) {
      if (v === null) continue;
      this.types.delete(v);
      this.elements.delete(v);
    }
  }

  // ---- versions

  private readonly versions = new Map<readonly OpsetImport[], Map<string, number>>();

  /** The version of a domain in a list of imports; the newest known where it is not imported. */
  versionIn(opsets: readonly OpsetImport[], domain: string): number {
    let map = this.versions.get(opsets);
    if (!map) {
      map = new Map(opsets.map((o) => [normalDomain(o.domain), o.version]));
      this.versions.set(opsets, map);
    }
    return map.get(domain) ?? (domain === '' ? 28 : 1);
  }

  private functionIndex: Map<string, FunctionDef> | null = null;

  functionFor(domain: string, op: string, overload: string): FunctionDef | null {
    const { functions } = this.view.fields;
    if (functions.length === 0) return null;
    const key = (d: string, o: string, v: string) => `${normalDomain(d)} ${o} ${v}`;
    this.functionIndex ??= new Map(functions.map((f) => [key(f.domain, f.name, f.overload), f]));
    return this.functionIndex.get(key(domain, op, overload)) ?? null;
  }
}

/** Where in the calls a node is inferred: a function's attributes, its imports, and a prefix for names made there. */
export interface Frame {
  readonly attributes: Attributes | null;
  readonly opsets: readonly OpsetImport[];
  readonly path: string;
  readonly depth: number;
}
