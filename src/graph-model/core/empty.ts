/** Models made from nothing: for the text form, for tests, and for "New graph". */
import { Draft } from './draft.ts';
import type {
  FunctionDef,
  Graph,
  GraphId,
  Model,
  ModelSource,
  Node,
  NodeId,
  OpsetImport,
  Use,
  Value,
  ValueId,
} from './model.ts';
import { Table } from './table.ts';

export const NEW_SOURCE: ModelSource = { format: 'onnx', fileName: 'untitled.onnx', size: 0 };

export interface EmptyModelOptions {
  readonly irVersion?: number | null;
  readonly opsets?: readonly OpsetImport[];
  readonly graphName?: string;
  readonly source?: ModelSource;
}

/** A model with an empty main graph. */
export function emptyModel(options: EmptyModelOptions = {}): Model {
  const none: never[] = [];
  const main = 0 as GraphId;
  const graph: Graph = {
    id: main,
    name: options.graphName ?? 'graph',
    parent: null,
    inputs: none,
    outputs: none,
    order: none,
    initializers: none,
    sparseInitializers: none,
    valueInfo: none,
    quantization: none,
  };
  return {
    main,
    graphs: Table.from<GraphId, Graph>([[main, graph]]),
    nodes: Table.empty<NodeId, Node>(),
    values: Table.empty<ValueId, Value>(),
    uses: Table.empty<ValueId, readonly Use[]>(),
    functions: none as readonly FunctionDef[],
    training: none,
    opsets: options.opsets ?? [{ domain: '', version: 21 }],
    irVersion: options.irVersion === undefined ? 10 : options.irVersion,
    producerName: 'graphwright',
    producerVersion: '',
    domain: '',
    modelVersion: null,
    deviceConfigurations: none,
    source: options.source ?? NEW_SOURCE,
  };
}

/** Builds a model in one draft; what the callback adds becomes the first state. */
export function buildModel(options: EmptyModelOptions, build: (draft: Draft) => void): Model {
  const draft = new Draft(emptyModel(options));
  build(draft);
  return draft.commit('New model').after;
}
