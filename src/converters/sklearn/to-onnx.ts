/** Lowers a fitted estimator to an ONNX model: its inputs, its results under their names, nothing that is not used. */
import { Draft, type Change } from '../../graph-model/core/draft.ts';
import { emptyModel } from '../../graph-model/core/empty.ts';
import type { Model } from '../../graph-model/core/model.ts';
import { tensorType, type ValueType } from '../../graph-model/core/types.ts';
import type { JobContext } from '../../graph-model/job.ts';
import type { ConvertOptions } from '../converter.ts';
import type { ForeignLibrary, ForeignReader } from '../foreign.ts';
import { decodeGraph } from './dialect/decode.ts';
import { PyObject } from '../containers/pickle/index.ts';
import { ForeignObject, lowerForeign, readersFor } from './foreign.ts';
import { Builder, type Val } from './lower/builder.ts';
import { Est } from './lower/estimator.ts';
import { estimatorRow } from './lower/index.ts';
import type { Lowered, Lowerer } from './lower/lowered.ts';
import { Table } from './lower/table.ts';
import { inputsOf } from './signature.ts';

/** Nodes are written for 21, and moved to the opset that is asked for afterwards; trees have a form of their own before 21. */
const OPSET = 21;
/** ONNX Runtime's own operators; Tokenizer is the one used. */
const CONTRIB = { domain: 'com.microsoft', version: 1 };

/** Throws FormatError (sklearn.unsupported) naming the step that has no form in ONNX. */
export async function sklearnToOnnx(
  model: Model,
  options: ConvertOptions,
  job: JobContext,
  libraries: readonly ForeignLibrary[],
): Promise<Model> {
  const root = Est.of(await decodeGraph(model, model.main, job.progress));
  const readers = await readersFor(model, libraries);
  job.signal.throwIfAborted();
  const newest = mlOpsetFor(options.opset ?? OPSET);
  const asked = newest === 5 && endsInTrees(root) ? 3 : newest;
  const made = lowered(model, root, readers, asked, job);
  // ai.onnx.ml 5 has TreeEnsemble alone: where a forest needs an older operator all are said by it.
  return asked === 5 && usesOldTrees(made) ? lowered(model, root, readers, 3, job).after : made.after;
}

function lowered(
  model: Model,
  root: Est,
  readers: ReadonlyMap<string, ForeignReader>,
  mlOpset: number,
  job: JobContext,
): Change {
  const opsets = [
    { domain: '', version: OPSET },
    { domain: 'ai.onnx.ml', version: mlOpset },
  ];
  const draft = new Draft(emptyModel({ opsets, graphName: model.graphs.at(model.main).name, source: model.source }));
  const graph = draft.graph(draft.base.main).id;
  const o = new Builder(draft, graph, OPSET, mlOpset, job.progress);
  const specs = inputsOf(root);
  const made = specs.map(({ name, type, unused }) => (unused ? null : draft.newValue(graph, name, null, { type })));
  const inputs = made.filter((id) => id !== null);
  draft.setGraphInputs(graph, inputs);
  // What stands in for a column that nothing reads goes with all else that is not used.
  const vals = made.map((id, i): Val => (id === null ? o.num(0) : { id, t: dtypeOf(specs[i]!.type) }));
  const results = resultsOf(o, lowerWith(o, readers, root, tableOf(o, vals, specs[0]!.type)));
  const outputs = results.map(({ name, val }) => named(o, name, val));
  draft.setGraphOutputs(
    graph,
    outputs.map((v) => v.id),
  );
  prune(draft);
  if (usesContrib(draft)) draft.patchModel({ opsets: [...opsets, CONTRIB] });
  return draft.commit('Convert to ONNX');
}

/** Forests that answer for the model itself: the older operators give labels and scores in one node. */
function endsInTrees(e: Est): boolean {
  if (e.name === 'Pipeline') {
    const last = e.list('steps').at(-1);
    const est = Array.isArray(last) ? (last[1] ?? null) : null;
    return est instanceof PyObject && endsInTrees(e.within(est, 'last step'));
  }
  const inner = e.get('best_estimator_');
  if (inner instanceof PyObject) return endsInTrees(e.within(inner, 'best estimator'));
  return /^(RandomForest|ExtraTrees?|DecisionTree|(Hist)?GradientBoosting)(Classifier|Regressor)$/.test(e.name);
}

function usesOldTrees({ after }: Change): boolean {
  for (const [, node] of after.nodes.entries()) if (node.op === 'TreeEnsembleRegressor') return true;
  return false;
}

/** TreeEnsemble came with ai.onnx.ml 5, tensors of doubles in the operators before it with 3, LabelEncoder's tables with 2. */
function mlOpsetFor(opset: number): number {
  if (opset >= 21) return 5;
  return opset >= 15 ? 3 : 2;
}

const dtypeOf = (type: ValueType) => (type.kind === 'tensor' ? type.dtype : 'float');

function tableOf(o: Builder, inputs: readonly Val[], first: ValueType): Table {
  if (inputs.length > 1) return Table.columns(o, inputs);
  const last = first.kind === 'tensor' ? first.shape?.[1] : null;
  return Table.matrix(o, inputs[0]!, typeof last === 'number' ? last : null);
}

function lowerWith(o: Builder, readers: ReadonlyMap<string, ForeignReader>, root: Est, x: Table): Lowered {
  const l: Lowerer = {
    o,
    lower(e, input) {
      const reader = e.object instanceof ForeignObject ? readers.get(e.object.node.domain) : undefined;
      if (e.object instanceof ForeignObject && reader) return lowerForeign(l, e.object, reader, input);
      const row = estimatorRow(e.name);
      if (!row) return e.fail(unknown(e));
      o.origin = { dialect: 'sklearn', op: e.name, name: e.step };
      return row.lower(l, e, input);
    },
  };
  return l.lower(root, x);
}

function unknown(e: Est): string {
  if (/^(lightgbm|xgboost|catboost)\b/.test(e.module))
    return `${e.module}.${e.name} is not among the classes of that library that are known, or has not been fitted`;
  if (/^(__main__|cloudpickle)/.test(e.module))
    return `${e.module}.${e.name} is a class of your own, written in Python`;
  return `${e.module}.${e.name} is not among the estimators that are known`;
}

interface Result {
  readonly name: string;
  readonly val: Val;
}

/** The results by the names of the documentation, numbers as float32. */
function resultsOf(o: Builder, made: Lowered): Result[] {
  const out: Result[] = [];
  const put = (name: string, val: Val) => out.push({ name, val: val.t === 'double' ? o.cast(val, 'float') : val });
  for (const [name, val] of Object.entries(made.outputs?.() ?? {})) put(name, val);
  if (out.length > 0) return out;
  if (made.predict) put('predictions', made.predict());
  if (made.label) put('label', made.label());
  if (made.proba) put('probabilities', made.proba());
  if (made.probas) putAll(o, made, put);
  if (made.decision && !made.proba && !made.probas) put('decision_function', made.decision());
  if (out.length === 0) put('transformed', made.transform!().matrix());
  return out;
}

/** One tensor [outputs, N, classes] where all outputs have as many classes, else one an output. */
function putAll(o: Builder, made: Lowered, put: (name: string, val: Val) => void): void {
  const probas = made.probas!();
  const sizes = new Set(made.probaSizes ?? []);
  if (sizes.size <= 1)
    put(
      'probabilities',
      o.concat(
        probas.map((p) => o.unsqueeze(p, 0)),
        0,
      ),
    );
  else probas.forEach((p, i) => put(`probabilities_${i}`, p));
}

/** An output needs a value of its own, with its name and type. */
function named(o: Builder, name: string, val: Val): Val {
  const out = o.op('Identity', [val]);
  o.draft.patchValue(out.id, { name, type: tensorType(val.t, null) });
  return out;
}

/** Takes out nodes and constants that no result needs: estimators offer more than the model gives out. */
function prune(draft: Draft): void {
  const { main } = draft.base;
  for (const id of [...draft.graph(main).order].reverse()) {
    const node = draft.node(id);
    if (node.outputs.every((v) => v === null || draft.uses(v).length === 0)) draft.removeNode(id);
  }
  for (const id of draft.graph(main).initializers) if (draft.uses(id).length === 0) draft.removeValue(id);
}

function usesContrib(draft: Draft): boolean {
  return draft.graph(draft.base.main).order.some((id) => draft.node(id).domain === CONTRIB.domain);
}
