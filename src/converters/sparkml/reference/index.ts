/** Spark ML's stages evaluated directly on rows: what converted models are held to. */
import { labelTensor } from '../../../graph-model/builders/forest-reference.ts';
import type { Reference, Unreferenced } from '../../../graph-model/builders/reference.ts';
import type { Model, Node, ValueId } from '../../../graph-model/core/model.ts';
import { toNumbers, type DenseTensor } from '../../../graph-model/core/tensor.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import { Params } from '../params.ts';
import { resultNames, resultsOf, type Result } from '../results.ts';
import { stageRow } from '../stages.ts';
import { NoReference, notHere, type Data, type Evaluate, type Made } from './data.ts';
import * as predict from './predictors.ts';
import { findProbes } from './probes.ts';
import * as text from './text.ts';
import * as change from './transformers.ts';
import * as trees from './trees.ts';

/** One evaluator for each class that is converted; IndexToString is told the labels by what made its input. */
export const EVALUATORS: ReadonlyMap<string, Evaluate> = new Map<string, Evaluate>([
  ['VectorAssembler', change.assembler],
  ['VectorSlicer', change.slicer],
  ['PCAModel', change.pca],
  ['PolynomialExpansion', change.polynomial],
  ['DCT', change.cosineTransform],
  ['Interaction', change.interaction],
  ['ChiSqSelectorModel', change.selector],
  ['UnivariateFeatureSelectorModel', change.selector],
  ['VarianceThresholdSelectorModel', change.selector],
  ['BucketedRandomProjectionLSHModel', change.randomProjection],
  ['MinHashLSHModel', change.minHash],
  ['StandardScalerModel', change.standardScaler],
  ['MinMaxScalerModel', change.minMaxScaler],
  ['MaxAbsScalerModel', change.maxAbsScaler],
  ['RobustScalerModel', change.robustScaler],
  ['Normalizer', change.normalizer],
  ['ElementwiseProduct', change.elementwise],
  ['Binarizer', change.binarizer],
  ['ImputerModel', change.imputer],
  ['IDFModel', change.idf],
  ['FeatureHasher', change.featureHasher],
  ['StringIndexerModel', change.stringIndexer],
  ['OneHotEncoderModel', change.oneHot],
  ['Bucketizer', change.bucketizer],
  ['VectorIndexerModel', change.vectorIndexer],
  ['TargetEncoderModel', change.targetEncoder],
  ['Tokenizer', text.tokenizer],
  ['RegexTokenizer', text.regexTokenizer],
  ['StopWordsRemover', text.stopWords],
  ['NGram', text.ngram],
  ['CountVectorizerModel', text.countVectorizer],
  ['Word2VecModel', text.wordVectors],
  ['LogisticRegressionModel', predict.logisticRegression],
  ['LinearSVCModel', predict.linearSvc],
  ['LinearRegressionModel', predict.linearRegression],
  ['GeneralizedLinearRegressionModel', predict.generalized],
  ['AFTSurvivalRegressionModel', predict.survival],
  ['FMRegressionModel', predict.machineRegression],
  ['FMClassificationModel', predict.machineClassification],
  ['MultilayerPerceptronClassificationModel', predict.perceptron],
  ['NaiveBayesModel', predict.naiveBayes],
  ['IsotonicRegressionModel', predict.isotonic],
  ['OneVsRestModel', predict.oneVsRest],
  ['ALSModel', predict.recommendation],
  ['DecisionTreeClassificationModel', trees.treeClassification],
  ['RandomForestClassificationModel', trees.forestClassification],
  ['GBTClassificationModel', trees.boostedClassification],
  ['DecisionTreeRegressionModel', trees.treeRegression],
  ['RandomForestRegressionModel', trees.forestRegression],
  ['GBTRegressionModel', trees.boostedRegression],
  ['KMeansModel', trees.kMeans],
  ['BisectingKMeansModel', trees.bisecting],
  ['GaussianMixtureModel', trees.mixture],
]);

export function sparkmlReference(model: Model): Reference | Unreferenced {
  const nodes = model.graphs.at(model.main).order.map((id) => model.nodes.at(id));
  const results = resultsOf(nodes, (v) => (model.uses.get(v) ?? []).some((u) => u.node !== null));
  const pipeline = new Pipeline(model, results);
  const without = pipeline.live.find((n) => n.op !== 'IndexToString' && !EVALUATORS.has(n.op));
  if (without) return { none: `${without.name} (${without.op})` };
  const last = results.at(0)?.node;
  return {
    what: `${pipeline.live.length > 1 ? `its ${pipeline.live.length} stages` : (last?.op ?? 'it')} evaluated row by row in float64`,
    ...findProbes(model, pipeline.live),
    evaluate: (inputs) => pipeline.evaluate(inputs),
  };
}

/** The stages that the results come from, evaluated one after the other. */
class Pipeline {
  readonly live: readonly Node[];

  constructor(
    private readonly model: Model,
    private readonly results: readonly Result[],
  ) {
    const wanted = new Set<Node>();
    const add = (node: Node) => {
      if (wanted.has(node)) return;
      wanted.add(node);
      for (const v of node.inputs) this.ifMade(v, add);
    };
    results.forEach((r) => add(r.node));
    this.live = model.graphs.at(model.main).order.flatMap((id) => {
      const node = model.nodes.at(id);
      return wanted.has(node) ? [node] : [];
    });
  }

  private ifMade(value: ValueId | null, then: (producer: Node) => void): void {
    const producer = value === null ? null : this.model.values.at(value).producer;
    if (producer !== null) then(this.model.nodes.at(producer));
  }

  evaluate(inputs: ReadonlyMap<string, DenseTensor>): Map<string, DenseTensor> {
    const known = new Map<ValueId, Data>();
    let rows = 0;
    for (const v of this.model.graphs.at(this.model.main).inputs) {
      const tensor = inputs.get(this.model.values.at(v).name);
      if (tensor) known.set(v, dataOf(tensor));
      rows = tensor?.dims[0] ?? rows;
    }
    try {
      for (const node of this.live) this.stage(node, known, rows);
    } catch (error) {
      if (error instanceof NoReference) throw new FormatError('trust.no-evaluation', { what: error.message });
      throw error;
    }
    const made = this.results.filter((r) => known.has(r.value));
    const names = resultNames(made, new Set(inputs.keys()));
    return new Map(made.map((r, i) => [names[i]!, tensorOf(known.get(r.value)!, r.port.role === 'label', rows)]));
  }

  private stage(node: Node, known: Map<ValueId, Data>, rows: number): void {
    const p = new Params(node);
    const inputs = node.inputs.map((v) => known.get(v!) ?? notHere(`the input of ${node.name}`));
    const evaluate =
      node.op === 'IndexToString' ? change.indexToString(this.labelsFor(node, p)) : EVALUATORS.get(node.op)!;
    const made = evaluate({ p, rows, inputs });
    const columns = [...(made.columns ?? [])];
    stageRow(node.op)
      .outputs(p)
      .forEach(({ role }, i) => {
        const data = role === 'column' ? columns.shift() : made[role as keyof Omit<Made, 'columns'>];
        if (data) known.set(node.outputs[i]!, data);
      });
  }

  private labelsFor(node: Node, p: Params): readonly string[] {
    const own = p.strings('labels') ?? [];
    if (own.length > 0) return own;
    let found: readonly string[] | undefined;
    this.ifMade(node.inputs[0]!, (maker) => {
      found = new Params(maker).strings(`labels_${maker.outputs.indexOf(node.inputs[0]!)}`);
    });
    return found ?? notHere('the labels of IndexToString');
  }
}

function dataOf(tensor: DenseTensor): Data {
  const width = tensor.dims[1] ?? 1;
  const rows = tensor.dims[0]!;
  if (tensor.dtype === 'string')
    return { kind: 'text', values: Array.from(tensor.values as readonly string[], String) };
  const all = Float64Array.from(toNumbers(tensor));
  if (width === 1) return { kind: 'number', values: all };
  return { kind: 'vector', rows: Array.from({ length: rows }, (_, r) => all.subarray(r * width, (r + 1) * width)) };
}

/** As the converted model gives it: lists of tokens are filled up with empty texts. */
function tensorOf(data: Data, isLabel: boolean, rows: number): DenseTensor {
  if (data.kind === 'text') return { dtype: 'string', dims: [rows], values: [...data.values] };
  if (data.kind === 'tokens') {
    const width = Math.max(0, ...data.rows.map((r) => r.length));
    const values = data.rows.flatMap((r) => [...r, ...new Array<string>(width - r.length).fill('')]);
    return { dtype: 'string', dims: [rows, width], values };
  }
  if (data.kind === 'vector') {
    const values = Float64Array.from(data.rows.flatMap((r) => Array.from(r)));
    return { dtype: 'double', dims: [rows, values.length / Math.max(1, rows)], values };
  }
  if (isLabel && data.values.every(Number.isInteger)) return labelTensor(Array.from(data.values), [rows]);
  return { dtype: 'double', dims: [rows], values: data.values };
}
