/** What the columns are called that a node of a classical model reads, followed through the steps in front of it. */
import type { GraphId, Model, Node, ValueId } from '../core/model.ts';
import { bodiesAt, numberOf, numbersOf, textOf, textsOf } from './arrays.ts';

/** `count` names: the file's own where they can be told, else x0, x1 … */
export function columnNames(model: Model, node: Node, count: number): readonly string[] {
  const known = ownNames(node) ?? namesBefore(model, node);
  const fits = known && known.length >= count ? known : null;
  return Array.from({ length: count }, (_, i) => fits?.[i] || `x${i}`);
}

/** Names that the node itself says. CatBoost's columns may be made of its features. */
function ownNames(node: Node): readonly string[] | null {
  const features = textsOf(node, 'feature_names') ?? textsOf(node, 'feature_names_in_');
  const made = node.domain === 'catboost' ? textsOf(node, 'columns') : null;
  if (!made || !features) return features;
  return made.map((kind) => {
    const [what, index] = kind.split(':');
    if (what === 'input') return features[Number(index)] ?? kind;
    const input = what === 'category' ? numberOf(node, `category.${index}.input`) : null;
    return input === null ? `statistic ${index}` : (features[input] ?? kind);
  });
}

function namesBefore(model: Model, node: Node): readonly string[] | null {
  const value = node.inputs[0];
  if (value === null || value === undefined) return null;
  const { producer } = model.values.at(value);
  if (producer !== null) {
    const before = model.nodes.at(producer);
    return namesAfter(model, before, ownNames(before) ?? namesBefore(model, before));
  }
  const graph = model.graphs.at(node.graph);
  if (graph.parent !== null) return outerNames(model, model.nodes.at(graph.parent), node.graph);
  return inputNames(model, graph.inputs);
}

/** One name an input, where each input is one column. */
function inputNames(model: Model, inputs: readonly (ValueId | null)[]): readonly string[] | null {
  const names = inputs.flatMap((v) => (v === null ? [] : [model.values.at(v).name]));
  return names.length > 1 ? names : null;
}

/** A body reads what the node around it reads; a branch of a ColumnTransformer its columns alone. */
function outerNames(model: Model, outer: Node, graph: GraphId): readonly string[] | null {
  const names = ownNames(outer) ?? namesBefore(model, outer);
  if (outer.op !== 'ColumnTransformer') return names;
  const branch = branchesOf(model, outer).find((b) => b.body === graph);
  return branch?.columns ?? null;
}

/** What a step's columns are called; null where they are mixtures without names. */
function namesAfter(model: Model, node: Node, names: readonly string[] | null): readonly string[] | null {
  if (node.op === 'Columns') {
    return inputNames(model, node.inputs);
  }
  if (/(Scaler|Imputer|Normalizer|Binarizer|Transformer)$/.test(node.op) && node.op !== 'ColumnTransformer')
    return names;
  if (node.op === 'OrdinalEncoder' || node.op === 'TargetEncoder' || node.op === 'passthrough') return names;
  if (node.op === 'OneHotEncoder') return oneHotNames(node, names);
  if (node.op === 'Pipeline') return bodyNames(model, bodiesAt(node, 'steps')[0], names);
  if (node.op === 'ColumnTransformer')
    return branchesOf(model, node).reduce<readonly string[] | null>((all, b) => {
      const own = b.body === null ? b.columns : bodyNames(model, b.body, b.columns);
      return all && own ? [...all, ...own] : null;
    }, []);
  return /^(Count|Tfidf)Vectorizer$/.test(node.op) ? vocabulary(node) : null;
}

function bodyNames(
  model: Model,
  graph: GraphId | undefined,
  names: readonly string[] | null,
): readonly string[] | null {
  if (graph === undefined) return names;
  return model.graphs
    .at(graph)
    .order.map((id) => model.nodes.at(id))
    .reduce<readonly string[] | null>((at, n) => namesAfter(model, n, at), names);
}

function oneHotNames(node: Node, names: readonly string[] | null): readonly string[] | null {
  const count = numberOf(node, 'categories_') ?? 0;
  const drop = numbersOf(node, 'drop_idx_') ?? numbersOf(node, 'drop_idx_.items');
  const out: string[] = [];
  for (let f = 0; f < count; f++) {
    const texts = textsOf(node, `categories_.${f}`) ?? Array.from(numbersOf(node, `categories_.${f}`) ?? [], String);
    texts.forEach((t, i) => drop?.[f] !== i && out.push(`${names?.[f] ?? `x${f}`} = ${t}`));
  }
  return out;
}

function vocabulary(node: Node): readonly string[] | null {
  const [words, places] = [textsOf(node, 'vocabulary_.keys'), numbersOf(node, 'vocabulary_.values')];
  if (!words || !places) return null;
  const out: string[] = [];
  words.forEach((w, i) => (out[places[i]!] = w));
  return out;
}

export interface Branch {
  readonly name: string;
  /** What it does: an estimator's class, `passthrough`, `drop`, or the classes of a pipeline. */
  readonly does: readonly string[];
  readonly columns: readonly string[] | null;
  readonly body: GraphId | null;
}

/** The branches of a ColumnTransformer or FeatureUnion with their columns; a dropped one has no columns to give. */
export function branchesOf(model: Model, node: Node): Branch[] {
  const list = node.attributes.has('transformers_') ? 'transformers_' : 'transformer_list';
  const count = numberOf(node, list) ?? 0;
  const names = ownNames(node) ?? namesBefore(model, node);
  return Array.from({ length: count }, (_, i): Branch | null => {
    const at = `${list}.${i}`;
    const body = bodiesAt(node, `${at}.1`)[0] ?? null;
    const word = textOf(node, `${at}.1`);
    if (word === 'drop') return null;
    const columns = list === 'transformer_list' ? names : columnsAt(node, `${at}.2`, names);
    return {
      name: textOf(node, `${at}.0`) ?? String(i),
      does: body === null ? [word ?? 'passthrough'] : stepsOf(model, body),
      columns,
      body,
    };
  }).filter((b): b is Branch => b !== null && (b.columns === null || b.columns.length > 0));
}

function columnsAt(node: Node, at: string, names: readonly string[] | null): readonly string[] | null {
  const texts = textsOf(node, at);
  if (texts) return texts;
  const one = textOf(node, at);
  if (one !== null && !one.includes('.')) return [one];
  const places = numbersOf(node, at);
  return places ? Array.from(places, (p) => names?.[p] ?? `x${p}`) : null;
}

/** The classes of a body's nodes, in order. */
export const stepsOf = (model: Model, graph: GraphId): string[] =>
  model.graphs.at(graph).order.map((id) => model.nodes.at(id).op);
