/** CatBoost's JSON model (`save_model(format='json')`). */
import { quoted, type Failure } from '../containers/failure.ts';
import { parseJson, type JsonCursor } from '../containers/json/json.ts';
import { infoOf } from './info.ts';
import {
  CTR_TYPES,
  MOST_COLUMNS,
  type CatboostRecord,
  type CatboostSplit,
  type CtrElement,
  type CtrFeature,
  type CtrTable,
  type FreeTree,
  type ObliviousTree,
} from './record.ts';

export function readCatboostJson(root: JsonCursor, failure: Failure): CatboostRecord {
  const features = root.get('features_info');
  const list = (key: string) => features.maybe(key)?.items() ?? [];
  const floats = list('float_features').map((f) => ({
    ...place(f),
    borders: f.maybe('borders')?.numbers() ?? [],
    nanAbove: f.maybe('nan_value_treatment')?.text() === 'AsTrue',
  }));
  const cats = list('categorical_features').map(place);
  const [ctrs, ctrOf] = ctrFeatures(root, list('ctrs'), floats, list('categorical_features'));
  const [scale, bias] = scaleAndBias(root);
  const trees = (root.maybe('oblivious_trees')?.items() ?? []).map((t) => obliviousTree(t, ctrOf));
  const free = (root.maybe('trees')?.items() ?? []).map((t) => freeTree(t, bias.length, ctrOf));
  const info = root.maybe('model_info');
  const threshold = info?.maybe('binclass_probability_threshold')?.number() ?? null;
  return {
    version: '',
    dimension: bias.length,
    scale,
    bias,
    floats,
    cats,
    ctrs,
    others: list('text_features').length + list('embedding_features').length,
    trees: [...trees, ...free],
    strings: stringsOf(list('cat_features_hash')),
    ...infoOf(jsonOf(info?.maybe('params'), failure), jsonOf(info?.maybe('class_params'), failure), threshold),
  };
}

/** Older versions keep parts of the document as texts of JSON. */
function jsonOf(at: JsonCursor | null | undefined, failure: Failure): JsonCursor | null {
  if (!at) return null;
  return typeof at.value === 'string' ? parseJson(at.value, failure) : at;
}

function place(f: JsonCursor) {
  const flat = f.get('flat_feature_index').count(MOST_COLUMNS);
  const name = f.maybe('feature_name') ?? f.maybe('feature_id');
  return { flat, name: name ? String(name.value) : '' };
}

function scaleAndBias(root: JsonCursor): [number, number[]] {
  const at = root.maybe('scale_and_bias');
  if (!at) return [1, [0]];
  const [scale, bias] = at.items();
  if (!scale || !bias) return at.fail('a scale and a bias should be here');
  const biases = bias.isList() ? [...bias.numbers()] : [bias.number()];
  return [scale.number(), biases.length > 0 ? biases : [0]];
}

function stringsOf(list: readonly JsonCursor[]): Map<number, string[]> {
  const out = new Map<number, string[]>();
  for (const at of list) {
    const hash = at.get('hash').number() >>> 0;
    out.set(hash, [...(out.get(hash) ?? []), String(at.get('value').value)]);
  }
  return out;
}

type CtrOf = (split: number, border: number, at: JsonCursor) => number;

/** The statistics, and which of them a split reads: splits are numbered floats first, then one-hot values, then these. */
function ctrFeatures(
  root: JsonCursor,
  list: readonly JsonCursor[],
  floats: readonly { readonly borders: ArrayLike<number> }[],
  cats: readonly JsonCursor[],
): [CtrFeature[], CtrOf] {
  const tables = new Map<string, CtrTable>();
  const data = root.maybe('ctr_data');
  const ctrs = list.map((at) => {
    const identifier = at.get('identifier').text();
    const table = tables.get(identifier) ?? ctrTable(data?.maybe(identifier) ?? at.fail('its table is missing'));
    tables.set(identifier, table);
    return ctrFeature(at, table);
  });
  const before =
    floats.reduce((sum, f) => sum + f.borders.length, 0) +
    cats.reduce((sum, c) => sum + (c.maybe('values')?.numbers().length ?? 0), 0);
  const ends: number[] = [];
  for (const at of list) ends.push((ends.at(-1) ?? before) + at.get('borders').numbers().length);
  const ctrOf: CtrOf = (split, border, at) => {
    const ctr = split < before ? -1 : ends.findIndex((end) => split < end);
    if (ctr < 0) at.fail(`the split ${split} belongs to no statistic`);
    const borders = list[ctr]!.get('borders').numbers();
    const want = borders[split - (ends[ctr - 1] ?? before)]!;
    return Math.fround(want) === Math.fround(border)
      ? ctr
      : at.fail(`the border of split ${split} is not its statistic's`);
  };
  return [ctrs, ctrOf];
}

function ctrFeature(at: JsonCursor, table: CtrTable): CtrFeature {
  const type = at.get('ctr_type').text();
  return {
    type: CTR_TYPES.find((t) => t === type) ?? at.fail(`the type ${quoted(type)} is not known`),
    elements: at.get('elements').items().map(ctrElement),
    table,
    priorNumerator: at.get('prior_numerator').number(),
    priorDenominator: (at.maybe('prior_denomerator') ?? at.get('prior_denominator')).number(),
    shift: at.get('shift').number(),
    scale: at.get('scale').number(),
    targetBorder: at.maybe('target_border_idx')?.count() ?? 0,
  };
}

function ctrElement(at: JsonCursor): CtrElement {
  const kind = at.get('combination_element').text();
  if (kind === 'cat_feature_value') return { kind: 'category', cat: at.get('cat_feature_index').count() };
  if (kind === 'float_feature') {
    const border = Math.fround(at.get('border').number());
    return { kind: 'float', feature: at.get('float_feature_index').count(), border };
  }
  if (kind !== 'cat_feature_exact_value') return at.fail(`the element ${quoted(kind)} is not known`);
  const value = (at.maybe('value') ?? at.get('cat_feature_value')).number();
  return { kind: 'equals', cat: at.get('cat_feature_index').count(), value: value | 0 };
}

const EMPTY_SLOT = 0xffffffffffffffffn;

function ctrTable(at: JsonCursor): CtrTable {
  const stride = at.get('hash_stride').count(1 << 20);
  const items = at.get('hash_map').items();
  if (stride < 2 || items.length % stride !== 0) at.fail('its table has another length than its stride says');
  const counts = new Map<bigint, number[]>();
  for (let i = 0; i < items.length; i += stride) {
    const text = String(items[i]!.value);
    const hash = /^\d{1,20}$/.test(text) ? BigInt(text) : items[i]!.fail(`${quoted(text)} is no hash`);
    if (hash !== EMPTY_SLOT)
      counts.set(
        hash,
        items.slice(i + 1, i + stride).map((c) => c.number()),
      );
  }
  return { counts, denominator: at.maybe('counter_denominator')?.number() ?? 0 };
}

function splitOf(at: JsonCursor, ctrOf: CtrOf): CatboostSplit {
  const type = at.get('split_type').text();
  if (type === 'FloatFeature') {
    const border = Math.fround(at.get('border').number());
    return { kind: 'float', feature: at.get('float_feature_index').count(), border };
  }
  if (type === 'OneHotFeature')
    return { kind: 'oneHot', cat: at.get('cat_feature_index').count(), value: at.get('value').number() | 0 };
  if (type !== 'OnlineCtr') return { kind: 'unknown', what: quoted(type) };
  const border = Math.fround(at.get('border').number());
  return { kind: 'ctr', ctr: ctrOf(at.get('split_index').count(), border, at), border };
}

function obliviousTree(at: JsonCursor, ctrOf: CtrOf): ObliviousTree {
  const splits = at.maybe('splits')?.items() ?? [];
  return { splits: splits.map((s) => splitOf(s, ctrOf)), leaves: at.get('leaf_values').numbers() };
}

/** Without recursion: the file may nest deeper than the stack. */
function freeTree(root: JsonCursor, dimension: number, ctrOf: CtrOf): FreeTree {
  const nodes: { split: CatboostSplit; left: number; right: number }[] = [];
  const leaves: number[] = [];
  const work: [JsonCursor, (child: number) => void][] = [[root, () => {}]];
  while (work.length > 0) {
    const [at, tell] = work.pop()!;
    const split = at.maybe('split');
    if (!split) {
      const value = at.get('value');
      const values = value.isList() ? [...value.numbers()] : [value.number()];
      if (values.length !== dimension) at.fail(`the leaf has ${values.length} values for ${dimension} outputs`);
      tell(~(leaves.length / dimension));
      leaves.push(...values);
      continue;
    }
    const node = { split: splitOf(split, ctrOf), left: 0, right: 0 };
    tell(nodes.push(node) - 1);
    work.push([at.get('right'), (c) => (node.right = c)], [at.get('left'), (c) => (node.left = c)]);
  }
  return { nodes, leaves };
}
