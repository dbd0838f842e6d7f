/** A model of a dialect with one node, and its replacement by ONNX: what all classical formats share. */
import {
  getString,
  getStrings,
  attributes,
  type Attribute,
  type AttributeLike,
  type Attributes,
} from '../core/attributes.ts';
import { irForOpset } from '../check/versions.ts';
import { Draft } from '../core/draft.ts';
import { buildModel } from '../core/empty.ts';
import type { Metadata, Model, Node, ValueId } from '../core/model.ts';
import { tensorType, type DType, type Dim, type ValueType } from '../core/types.ts';
import type { Progress } from '../job.ts';
import { Emitter } from './emitter.ts';
import type { Head, Labels, Link } from './heads.ts';

export interface Port {
  readonly name: string;
  readonly dtype: DType;
  /** Without the first dimension, which is N. */
  readonly dims: readonly Dim[];
}

export interface OneNodeModel {
  /** The converter's id and the node's domain. */
  readonly format: string;
  readonly op: string;
  readonly producer: string;
  readonly version: string;
  readonly fileName: string;
  readonly size: number;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly attributes: Readonly<Record<string, AttributeLike | undefined>>;
  readonly more?: readonly (readonly [string, Attribute])[];
  readonly metadata?: Metadata;
}

/** A model whose main graph is one node of its framework. */
export function oneNodeModel(m: OneNodeModel): Model {
  const source = { format: m.format, fileName: m.fileName, size: m.size };
  const name = m.fileName.replace(/\.[^.]*$/, '') || m.op;
  const model = buildModel({ opsets: [{ domain: m.format, version: 1 }], graphName: name, source }, (draft) => {
    const inputs = m.inputs.map((p) => draft.newValue(draft.main, p.name, null, { type: typeOf(p) }));
    draft.setGraphInputs(draft.main, inputs);
    const all = new Map([...attributes(m.attributes), ...(m.more ?? [])]);
    const outputs = m.outputs.map((p) => p.name);
    const node = draft.addNode(draft.main, { domain: m.format, op: m.op, name, inputs, outputs, attributes: all });
    node.outputs.forEach((v, i) => draft.patchValue(v!, { type: typeOf(m.outputs[i]!) }));
    draft.setGraphOutputs(draft.main, node.outputs as ValueId[]);
  });
  return {
    ...model,
    producerName: m.producer,
    producerVersion: m.version,
    ...(m.metadata ? { metadata: m.metadata } : {}),
  };
}

function typeOf(p: Port): ValueType {
  return tensorType(p.dtype, ['N', ...p.dims]);
}

/** The node of a model that {@link oneNodeModel} made, of any domain it names. */
export function nodeOfDialect(model: Model, domain: string): Node | null {
  const { order } = model.graphs.at(model.main);
  return order.map((id) => model.nodes.at(id)).find((n) => n.domain === domain) ?? null;
}

/** `X`: one float matrix. */
export const matrixInput = (columns: number): Port => ({ name: 'X', dtype: 'float', dims: [columns] });

/** The outputs that a head gives, by the names that all classical models use. */
export function headPorts(head: Head, scores: number): Port[] {
  if (head.kind === 'regression') return [{ name: 'predictions', dtype: 'float', dims: scores === 1 ? [] : [scores] }];
  const classes = head.kind === 'binary' ? 2 : scores;
  return [
    { name: 'label', dtype: labelType(head.labels), dims: head.kind === 'multilabel' ? [scores] : [] },
    { name: 'probabilities', dtype: 'float', dims: [classes] },
  ];
}

export function labelType(labels: Labels | undefined): DType {
  return labels && typeof labels[0] === 'string' ? 'string' : 'int64';
}

/** A head on the node of a dialect; {@link headOf} reads it back. */
export function headAttributes(head: Head): Record<string, AttributeLike | undefined> {
  const strings = typeof head.labels?.[0] === 'string';
  return {
    task: head.kind,
    link: head.link,
    link_factor: head.factor === undefined ? undefined : String(head.factor),
    classes_strings: strings ? (head.labels as readonly string[]) : undefined,
    classes_int64s: head.labels && !strings ? (head.labels as readonly number[]) : undefined,
    decide_by: head.decideBy,
    decide_above: head.cut === undefined ? undefined : String(head.cut),
  };
}

export function headOf(node: { readonly attributes: Attributes }): Head {
  const ints = node.attributes.get('classes_int64s');
  const labels =
    getStrings(node, 'classes_strings') ?? (ints?.kind === 'ints' ? Array.from(ints.value, Number) : undefined);
  return {
    kind: getString(node, 'task', 'regression') as Head['kind'],
    link: getString(node, 'link', 'identity') as Link,
    factor: Number(getString(node, 'link_factor', '1')),
    ...(labels ? { labels } : {}),
    cut: Number(getString(node, 'decide_above', '0')),
    decideBy: getString(node, 'decide_by', 'score') as 'score' | 'probability',
  };
}

/** The opset that is written where none is asked for: what runtimes of 2022 and later take. */
const DEFAULT_OPSET = 17;

/**
 * Replaces every node of the dialect `domain` in the main graph by what `lower` emits: one value for each of its outputs,
 * which keeps name and type.
 */
export function lowerNodes(
  model: Model,
  domain: string,
  opset: number | undefined,
  lower: (e: Emitter, node: Node) => readonly ValueId[],
  progress?: Progress,
): Model {
  const draft = new Draft(model);
  const version = opset !== undefined && opset >= 21 ? 21 : DEFAULT_OPSET;
  const ml = version >= 21 ? 5 : 3;
  for (const id of model.graphs.at(model.main).order) {
    const node = model.nodes.at(id);
    if (node.domain !== domain) continue;
    const origin = { dialect: domain, op: node.op, name: node.name };
    const made = lower(new Emitter(draft, model.main, origin, version, ml, progress), node);
    const names = node.outputs.map((v) => draft.value(v!));
    node.outputs.forEach((v, i) => draft.replaceUses(v!, made[i]!));
    draft.removeNode(id);
    made.forEach((v, i) => draft.patchValue(v, { name: names[i]!.name, type: names[i]!.type }));
  }
  const usesOld =
    ml === 5 && [...draft.edits.nodes].some((n) => draft.hasNode(n) && /Regressor$/.test(draft.node(n).op));
  const opsets = [
    { domain: '', version },
    { domain: 'ai.onnx.ml', version: usesOld ? 3 : ml },
  ];
  draft.patchModel({ opsets, irVersion: irForOpset(version) });
  return draft.commit(`Convert ${domain} to ONNX`).after;
}
