/** A model without its ids, so that two of them can be compared with `toEqual` whatever order made them. */
import type { Attribute } from '../../src/graph-model/core/attributes.ts';
import type { Graph, GraphId, Model, NodeId, ValueId } from '../../src/graph-model/core/model.ts';
import type { Tensor } from '../../src/graph-model/core/tensor.ts';

export interface PlainOptions {
  /** Leaves out where bytes lie that are not in memory: a text knows the names of files, not opened files. */
  readonly withoutUnread?: boolean;
  /** Values without a name of their own count as equal to those that got one when they were printed. */
  readonly withoutMadeUpNames?: boolean;
}

export function plainModel(m: Model, options: PlainOptions = {}): unknown {
  const name = (v: ValueId | null) => (v === null ? null : shown(m.values.at(v).name || `v${v}`));
  const shown = (text: string) => (options.withoutMadeUpNames && /^v\d+_*$/.test(text) ? 'v?' : text);
  const names = (list: readonly (ValueId | null)[]) => list.map(name);
  const tensor = (t: Tensor) => (options.withoutUnread && t.data.kind !== 'bytes' ? { ...t, data: null } : t);

  const attribute = (a: Attribute): unknown => {
    if (a.kind === 'graph') return { ...a, value: graph(a.value) };
    if (a.kind === 'graphs') return { ...a, value: a.value.map(graph) };
    return a.kind === 'tensor' ? { ...a, value: tensor(a.value) } : a;
  };

  const node = (id: NodeId): unknown => {
    const { id: _, graph: __, inputs, outputs, attributes, deviceConfigurations, ...rest } = m.nodes.at(id);
    return {
      ...rest,
      inputs: names(inputs),
      outputs: names(outputs),
      attributes: [...attributes].map(([k, a]) => [k, attribute(a)]),
      devices: deviceConfigurations?.map((d) => ({
        ...d,
        shardings: d.shardings.map((s) => ({ ...s, value: name(s.value) })),
      })),
    };
  };

  const declared = (g: Graph, list: 'inputs' | 'outputs' | 'valueInfo') =>
    g[list].map((id, index) => {
      const { type, doc, metadata, extra } =
        g.redeclared?.find((r) => r.list === list && r.index === index && (r.value ?? id) === id) ?? m.values.at(id);
      return { name: name(id), type, doc, metadata, extra };
    });

  const graph = (id: GraphId): unknown => {
    const g = m.graphs.at(id);
    const formal = m.functions.some((f) => f.graph === id);
    return {
      name: formal ? '' : g.name,
      doc: g.doc,
      metadata: g.metadata,
      extra: g.extra,
      inputs: formal ? names(g.inputs) : declared(g, 'inputs'),
      outputs: formal ? names(g.outputs) : declared(g, 'outputs'),
      valueInfo: declared(g, 'valueInfo'),
      initializers: g.initializers.map((v) => [name(v), tensor(m.values.at(v).constant!)]),
      sparseInitializers: g.sparseInitializers.map((v) => [name(v), m.values.at(v).sparse]),
      quantization: g.quantization.map((q) => ({
        ...q,
        value: name(q.value),
        parameters: q.parameters.map(([k, v]) => [k, name(v)]),
      })),
      nodes: g.order.map(node),
    };
  };

  const { graphs: _, nodes: __, values: ___, uses: ____, source: _____, main, functions, training, ...fields } = m;
  return {
    ...fields,
    graph: graph(main),
    functions: functions.map(({ graph: g, attributeDefaults, ...f }) => ({
      ...f,
      attributeDefaults: [...attributeDefaults].map(([k, a]) => [k, attribute(a)]),
      body: graph(g),
    })),
    training: training.map(({ initialization, algorithm, ...t }) => ({
      ...t,
      initialization: initialization === null ? null : graph(initialization),
      algorithm: algorithm === null ? null : graph(algorithm),
    })),
  };
}
