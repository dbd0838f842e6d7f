/** Which values of the inputs decide: thresholds of trees led back through scalers, and categories of encoders. */
import { spread, type Probe, type Reference } from '../../../graph-model/builders/reference.ts';
import { NdArray, PyObject } from '../../containers/pickle/index.ts';
import { branches, isPassthrough } from '../lower/compose.ts';
import { asText, isTextCategories } from '../lower/encode.ts';
import { toArr, type Est } from '../lower/estimator.ts';
import type { InputSpec } from '../signature.ts';
import { treeOf } from './trees.ts';

/** A column of the inputs, and how a value of it comes back from where it is now. */
interface Source {
  readonly input: string;
  readonly column: number;
  back(value: number): number;
}

type Sources = readonly (Source | null)[];

const MOST = 96;
/** Thresholds looked at; of a large forest a part tells enough. */
const MOST_TREES = 200;

export function findProbes(
  root: Est,
  names: readonly string[],
  inputs: readonly InputSpec[],
): Pick<Reference, 'probes' | 'takesMissing' | 'takesUnknown' | 'cost'> {
  const finder = new Finder();
  const same = (v: number) => v;
  const sources = inputs.flatMap(({ name, type }): Source[] => {
    const width = type.kind === 'tensor' ? type.shape?.[1] : null;
    return Array.from({ length: typeof width === 'number' ? width : 1 }, (_, column) => ({
      input: name,
      column,
      back: same,
    }));
  });
  finder.walk(root, sources);
  return {
    probes: finder.probes(),
    takesMissing: finder.missing,
    takesUnknown: finder.unknown,
    cost: finder.cost + names.length,
  };
}

class Finder {
  cost = 50;
  missing = false;
  unknown = false;
  private first = true;
  private readonly found = new Map<string, { source: Source; kind: Probe['kind']; values: Set<number | string> }>();

  probes(): Probe[] {
    return [...this.found.values()].map(({ source, kind, values }) => {
      const list = [...values];
      const numbers = list.every((v) => typeof v === 'number');
      const sorted = numbers ? (list as number[]).sort((a, b) => a - b) : list.map(String);
      return {
        input: source.input,
        column: source.column,
        kind,
        values: spread<number | string>(sorted, MOST) as number[],
      };
    });
  }

  private put(source: Source | null | undefined, kind: Probe['kind'], value: number | string): void {
    if (!source) return;
    const back = typeof value === 'number' ? source.back(value) : value;
    const key = `${source.input}/${source.column}/${kind}`;
    const entry = this.found.get(key);
    if (entry) entry.values.add(back);
    else this.found.set(key, { source, kind, values: new Set([back]) });
  }

  /** Where the columns behind the estimator come from; what it mixes comes from nowhere. */
  walk(e: Est, at: Sources): Sources {
    if (this.first && e.name !== 'Pipeline' && e.name !== 'ColumnTransformer') {
      this.first = false;
      this.missing = /Imputer$|^Hist|^(StandardScaler|MinMaxScaler|MaxAbsScaler|RobustScaler|OrdinalEncoder)$/.test(
        e.name,
      );
    }
    if (e.name === 'Pipeline') return this.pipeline(e, at);
    if (e.name === 'ColumnTransformer') return this.columns(e, at);
    if (/Search(CV)?$/.test(e.name)) return this.walk(e.est('best_estimator_'), at);
    if (/^(OneHot|Ordinal|Target)Encoder$/.test(e.name)) return this.encoder(e, at);
    if (/^(SimpleImputer|FunctionTransformer)$/.test(e.name)) return at;
    if (/Scaler$/.test(e.name)) return scaled(e, at);
    if (e.name.startsWith('Hist')) return this.histogram(e, at);
    if (/Tree|Forest|^GradientBoosting/.test(e.name)) return this.trees(e, at);
    if (e.has('support_vectors_')) this.cost += e.arr('support_vectors_').data.length;
    return [];
  }

  private pipeline(e: Est, at: Sources): Sources {
    const steps = e.list('steps').map((s) => (Array.isArray(s) ? (s[1] ?? null) : null));
    return steps.reduce<Sources>((from, s) => (isPassthrough(s) ? from : this.walk(e.within(s, 'step'), from)), at);
  }

  private columns(e: Est, at: Sources): Sources {
    return branches(e).flatMap((b) => {
      const picked = b.columns.map((c) => at[c] ?? null);
      return isPassthrough(b.transformer) ? picked : [...this.walk(e.within(b.transformer, b.name), picked)];
    });
  }

  private encoder(e: Est, at: Sources): Sources {
    const all = e.list('categories_').filter((c) => c instanceof NdArray);
    // An unknown category raises an error in scikit-learn unless it is told not to.
    if (e.text('handle_unknown', 'error') !== 'error' || e.name === 'TargetEncoder') this.unknown = true;
    all.forEach((c, i) => {
      const text = isTextCategories(c);
      for (const v of c.values()) this.put(at[i], 'category', text ? asText(v) : Number(v));
    });
    return e.name === 'OneHotEncoder' ? all.flatMap((c) => new Array<null>(c.size).fill(null)) : all.map(() => null);
  }

  private trees(e: Est, at: Sources): Sources {
    const list = e.has('estimators_') ? e.list('estimators_').flatMap((t) => (Array.isArray(t) ? t : [t])) : [e.object];
    this.cost += list.length * 12;
    for (const item of spread(list, MOST_TREES)) {
      if (!(item instanceof PyObject)) continue;
      const t = treeOf(e.within(item, 'tree'));
      if (t.missingLeft?.some((m) => m === 1)) this.missing = true;
      t.left.forEach((left, n) => left !== -1 && this.put(at[t.feature[n]!], 'threshold', t.threshold[n]!));
    }
    return [];
  }

  private histogram(e: Est, at: Sources): Sources {
    this.missing = true;
    const from = e.has('_preprocessor') ? this.walk(e.est('_preprocessor'), at) : at;
    const mapper = e.get('_bin_mapper');
    const thresholds = mapper instanceof PyObject ? mapper.get('bin_thresholds_') : null;
    const categorical = mapper instanceof PyObject ? toArr(mapper.get('is_categorical_') ?? null)?.data : null;
    this.cost += e.list('_predictors').length * 24;
    if (!Array.isArray(thresholds)) return [];
    thresholds.forEach((t, f) => {
      const kind = categorical?.[f] ? 'category' : 'threshold';
      if (kind === 'category') this.unknown = true;
      for (const v of spread(Array.from(toArr(t)?.data ?? []), MOST)) this.put(from[f], kind, v);
    });
    return [];
  }
}

/** Back through (x - shift) / scale, or x·scale + least. */
function scaled(e: Est, at: Sources): Sources {
  const data = (name: string) => e.optionalArr(name)?.data ?? null;
  const [shift, scale, least] = [data('mean_') ?? data('center_'), data('scale_'), data('min_')];
  return at.map((source, c): Source | null => {
    if (!source) return null;
    const back = (v: number) => (least ? (v - least[c]!) / scale![c]! : v * (scale?.[c] ?? 1) + (shift?.[c] ?? 0));
    return { ...source, back: (v) => source.back(back(v)) };
  });
}
