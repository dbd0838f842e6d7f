/** What each node costs, as plain numbers for colouring. */
import type { Model, NodeId, ValueId } from '../graph-model/core/model.ts';
import { tensorAtHand } from '../graph-model/core/tensor.ts';
import type { Dim, ValueType } from '../graph-model/core/types.ts';
import { costOf } from '../graph-model/operators/cost.ts';
import { dimNames, evaluateDim } from '../graph-model/operators/symbolic.ts';
import { foldsAway } from './face.ts';

export interface Costs {
  readonly values: {
    readonly macs: ReadonlyMap<NodeId, number>;
    readonly parameters: ReadonlyMap<NodeId, number>;
    readonly outputBytes: ReadonlyMap<NodeId, number>;
  };
  /** How many nodes have no number. */
  readonly unknown: { readonly macs: number; readonly parameters: number; readonly outputBytes: number };
  /** What the named lengths were taken to be: as given, else as {@link usualLength} says. */
  readonly lengths: readonly (readonly [string, number])[];
}

export type Types = ReadonlyMap<ValueId, ValueType>;

/** A model, the types of its values, and what its named lengths are taken to be. */
export interface CostSource {
  readonly model: Model;
  readonly types: Types;
  readonly dims: Readonly<Record<string, number>>;
}

const kept = new WeakMap<Model, { types: Types; dims: unknown; costs: Costs }>();

/** Worked out once for each state of the model. */
export function costsOf({ model, types, dims }: CostSource): Costs {
  const known = kept.get(model);
  if (known?.types === types && known.dims === dims) return known.costs;
  const costs = measure(model, types, dims);
  kept.set(model, { types, dims, costs });
  return costs;
}

/** One example of a batch, and of anything else (a sequence, a side of an image) enough to see how costs compare. */
export const usualLength = (name: string): number => (/batch|^(n|b|bs)$/i.test(name) ? 1 : 128);

function measure(model: Model, types: Types, dims: Readonly<Record<string, number>>): Costs {
  const table = {
    typeOf: (id: ValueId) => types.get(id) ?? model.values.get(id)?.type ?? null,
    constantOf: (id: ValueId) => {
      const tensor = model.values.get(id)?.constant;
      return tensor ? tensorAtHand(tensor) : null;
    },
  };
  const lengths = new Map<string, number>();
  const known = new Map<string, number | null>();
  const number = (d: Dim): number | null => {
    if (d === null || typeof d === 'number') return d;
    if (!known.has(d)) {
      for (const name of dimNames(d)) if (!lengths.has(name)) lengths.set(name, dims[name] ?? usualLength(name));
      known.set(d, evaluateDim(d, lengths));
    }
    return known.get(d)!;
  };
  const values = { macs: new Map(), parameters: new Map(), outputBytes: new Map() } satisfies Record<
    keyof Costs['values'],
    Map<NodeId, number>
  >;
  const unknown = { macs: 0, parameters: 0, outputBytes: 0 };
  for (const node of model.nodes.values()) {
    if (foldsAway(model, node)) continue;
    const cost = costOf(model, node, table);
    for (const what of ['macs', 'parameters', 'outputBytes'] as const) {
      const n = number(cost[what]);
      if (n === null) unknown[what]++;
      else (values[what] as Map<NodeId, number>).set(node.id, n);
    }
  }
  // A model may have hundreds of names that inference made up: those that people know are the inputs' own.
  const own = new Set(model.graphs.at(model.main).inputs.flatMap((v) => namesOf(table.typeOf(v))));
  return { values, unknown, lengths: [...lengths].filter(([name]) => own.has(name)).slice(0, 3) };
}

function namesOf(type: ValueType | null | undefined): string[] {
  if (type?.kind !== 'tensor' || type.shape === null) return [];
  return type.shape.filter((d): d is string => typeof d === 'string');
}
