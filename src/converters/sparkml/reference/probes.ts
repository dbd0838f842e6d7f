/** Which values of the inputs decide, led back through the stages that only pass them on. */
import { spread, type Probe, type Reference } from '../../../graph-model/builders/reference.ts';
import type { Model, Node, ValueId } from '../../../graph-model/core/model.ts';
import { forestOf } from '../forest.ts';
import { Params } from '../params.ts';
import { sampleTexts } from './text.ts';

/** A column of an input of the model, and how a value comes back to it; null for what is computed of several. */
type Source = { readonly input: string; readonly column: number; readonly back: (v: number) => number } | null;

const MOST = 96;

type Found = Map<string, { probe: Omit<Probe, 'values'>; values: Set<number | string> }>;

export function findProbes(
  model: Model,
  stages: readonly Node[],
): Pick<Reference, 'probes' | 'takesMissing' | 'takesUnknown' | 'cost'> {
  const finder = new Finder(model);
  stages.forEach((node) => finder.visit(node));
  return finder.result();
}

class Finder {
  private readonly sources = new Map<ValueId, readonly Source[]>();
  private readonly found: Found = new Map();
  private missing = false;
  private unknown = false;
  private cost = 20;

  constructor(model: Model) {
    for (const id of model.graphs.at(model.main).inputs) {
      const { name, type } = model.values.at(id);
      const width = type?.kind === 'tensor' ? type.shape?.[1] : 1;
      const columns = typeof width === 'number' ? width : 1;
      this.sources.set(
        id,
        Array.from({ length: columns }, (_, column) => ({ input: name, column, back: (v: number) => v })),
      );
    }
  }

  result(): Pick<Reference, 'probes' | 'takesMissing' | 'takesUnknown' | 'cost'> {
    const probes = [...this.found.values()].map(({ probe, values }) => {
      const list = [...values];
      const sorted = list.every((v) => typeof v === 'number') ? (list as number[]).sort((a, b) => a - b) : list;
      return { ...probe, values: spread<number | string>(sorted, MOST) as number[] };
    });
    return { probes, takesMissing: this.missing, takesUnknown: this.unknown, cost: this.cost };
  }

  private put(source: Source | undefined, kind: Probe['kind'], values: Iterable<number | string>): void {
    if (!source) return;
    const key = `${source.input}/${source.column}/${kind}`;
    let entry = this.found.get(key);
    if (!entry) {
      const probe = { input: source.input, column: source.column, kind };
      this.found.set(key, (entry = { probe, values: new Set() }));
    }
    for (const v of values) entry.values.add(typeof v === 'number' ? source.back(v) : v);
  }

  private at(node: Node, i = 0): readonly Source[] {
    return this.sources.get(node.inputs[i]!) ?? [];
  }

  visit(node: Node): void {
    const p = new Params(node);
    const made = (VISITS[node.op] ?? (() => []))({
      p,
      node,
      at: (i = 0) => this.at(node, i),
      put: (source, kind, values) => this.put(source, kind, values),
    });
    made.forEach((s, i) => node.outputs[i] !== undefined && this.sources.set(node.outputs[i]!, s));
    const keeps = p.text('handleInvalid', 'error') === 'keep';
    this.missing ||=
      (node.op === 'ImputerModel' && Number.isNaN(p.number('missingValue', NaN))) ||
      (keeps && (node.op === 'Bucketizer' || node.op === 'VectorAssembler'));
    this.unknown ||= node.op === 'ALSModel' || (keeps && /Indexer|Encoder/.test(node.op));
    const learned = [...node.attributes.values()].reduce(
      (n, a) => n + (a.kind === 'tensor' ? a.value.dims.reduce((x, d) => x * d, 1) : 0),
      0,
    );
    this.cost += p.has('treeWeights') ? p.learned('treeWeights').length * 12 : Math.min(learned, 1e6);
  }
}

interface Visit {
  readonly p: Params;
  readonly node: Node;
  at(i?: number): readonly Source[];
  put(source: Source | undefined, kind: Probe['kind'], values: Iterable<number | string>): void;
}

/** Notes what decides, and says where each output's columns come from. */
type Visitor = (v: Visit) => (readonly Source[])[];

const none = (count: number): Source[] => new Array<Source>(count).fill(null);

const trees: Visitor = ({ p, at, put }) => {
  const f = forestOf(p);
  const step = Math.max(1, Math.floor(f.left.length / 100_000));
  for (let n = 0; n < f.left.length; n += step) {
    if (f.left[n]! < 0) continue;
    const source = at()[f.feature[n]!];
    if (f.categoryCount[n]! < 0) put(source, 'threshold', [f.threshold[n]!]);
  }
  return [];
};

/** x·scale + shift, as each scaler has it, the other way. */
function scaler(of: (p: Params) => { shift?: Float64Array | null; scale: (i: number) => number }): Visitor {
  return ({ p, at }) => {
    const { shift, scale } = of(p);
    const back = (s: Source, i: number): Source =>
      s && scale(i) !== 0 ? { ...s, back: (v) => s.back(v / scale(i) + (shift?.[i] ?? 0)) } : null;
    return [at().map(back)];
  };
}

const indexer: Visitor = ({ p, node, at, put }) =>
  node.inputs.map((_, i) => {
    const labels = p.strings(`labels_${i}`) ?? [];
    const isNumber = labels.every((l) => l.trim() !== '' && Number.isFinite(Number(l)));
    put(at(i)[0], 'category', isNumber ? labels.map(Number) : labels);
    return none(1);
  });

const words =
  (name: string): Visitor =>
  ({ p, at, put }) => {
    put(at()[0], 'category', sampleTexts(p.strings(name) ?? []));
    return [none(1)];
  };

const passed: Visitor = ({ at }) => [at()];

const VISITS: Readonly<Record<string, Visitor>> = {
  VectorAssembler: ({ node, at }) => [node.inputs.flatMap((_, i) => [...at(i)])],
  VectorSlicer: ({ p, at }) => [Array.from(p.numbers('indices') ?? [], (i) => at()[i] ?? null)],
  ImputerModel: ({ node, at }) => node.inputs.map((_, i) => at(i)),
  StandardScalerModel: scaler((p) => ({
    shift: p.flag('withMean', false) ? p.learned('mean') : null,
    scale: (i) => (p.flag('withStd', true) ? 1 / p.learned('std')[i]! : 1),
  })),
  MaxAbsScalerModel: scaler((p) => ({ scale: (i) => 1 / p.learned('maxAbs')[i]! })),
  ElementwiseProduct: scaler((p) => ({ scale: (i) => p.learned('scalingVec')[i]! })),
  Bucketizer: ({ p, node, at, put }) =>
    node.inputs.map((_, i) => {
      const splits = p.lists('splitsArray')?.[i] ?? Array.from(p.numbers('splits') ?? []);
      put(at(i)[0], 'threshold', splits.filter(Number.isFinite));
      return none(1);
    }),
  Binarizer: ({ p, node, at, put }) =>
    node.inputs.map((_, i) => {
      const limit = p.numbers('thresholds')?.[i] ?? p.number('threshold', 0);
      at(i).forEach((s) => put(s, 'threshold', [limit - 1, limit, limit + 1]));
      return none(at(i).length);
    }),
  StringIndexerModel: indexer,
  OneHotEncoderModel: ({ p, node, at, put }) =>
    node.inputs.map((_, i) => {
      const size = p.numbers('categorySizes')?.[i] ?? 0;
      put(
        at(i)[0],
        'category',
        Array.from({ length: Math.min(size, MOST) }, (_, k) => k),
      );
      return none(size);
    }),
  IndexToString: ({ p, at, put }) => {
    put(
      at()[0],
      'category',
      (p.strings('labels') ?? []).slice(0, MOST).map((_, k) => k),
    );
    return [none(1)];
  },
  TargetEncoderModel: ({ p, node, at, put }) =>
    node.inputs.map((_, i) => {
      put(at(i)[0], 'category', p.numbers(`categories_${i}`) ?? []);
      return none(1);
    }),
  VectorIndexerModel: ({ p, at, put }) => {
    const [features, offsets, values] = [p.learned('features'), p.learned('offsets'), p.learned('values')];
    features.forEach((f, i) => put(at()[f], 'category', values.subarray(offsets[i], offsets[i + 1]!)));
    return [at().map((s, f) => (features.includes(f) ? null : s))];
  },
  IsotonicRegressionModel: ({ p, at, put }) => {
    put(at()[p.number('featureIndex', 0)] ?? at()[0], 'threshold', p.learned('boundaries'));
    return [];
  },
  NaiveBayesModel: ({ p, at, put }) => {
    const type = p.text('modelType', 'multinomial');
    // Spark takes zeros and ones here, and there nothing below zero.
    const usual = type === 'bernoulli' ? [0, 1] : [0, 1, 2, 3, 0.5, 7.25];
    if (type !== 'gaussian') at().forEach((s) => put(s, 'category', usual));
    return [];
  },
  MinHashLSHModel: ({ at, put }) => {
    at().forEach((s) => put(s, 'category', [0, 1]));
    return [];
  },
  ALSModel: ({ p, at, put }) => {
    put(at(0)[0], 'category', p.learned('userIds'));
    put(at(1)[0], 'category', p.learned('itemIds'));
    return [];
  },
  Tokenizer: passed,
  RegexTokenizer: passed,
  NGram: passed,
  StopWordsRemover: ({ at }) => [at()],
  CountVectorizerModel: words('vocabulary'),
  Word2VecModel: words('words'),
  ...Object.fromEntries(
    ['DecisionTree', 'RandomForest', 'GBT'].flatMap((n) => [
      [`${n}ClassificationModel`, trees],
      [`${n}RegressionModel`, trees],
    ]),
  ),
};
