/** CatBoost's record as a model: the forest over columns, and how the columns are made of the inputs. */
import { forestAttributes } from '../../graph-model/builders/forest-attributes.ts';
import {
  headAttributes,
  headPorts,
  matrixInput,
  oneNodeModel,
  type Port,
} from '../../graph-model/builders/dialect-model.ts';
import { attribute, type Attribute } from '../../graph-model/core/attributes.ts';
import type { Model } from '../../graph-model/core/model.ts';
import { tensorOf } from '../../graph-model/core/tensor.ts';
import type { Failure } from '../containers/failure.ts';
import { wrappedHead, type WrapperTask } from '../wrapped.ts';
import { Columns } from './columns.ts';
import { catboostForest } from './forest.ts';
import { headOfLoss } from './loss.ts';
import { MOST_COLUMNS, type CatboostRecord } from './record.ts';

export function catboostModel(
  record: CatboostRecord,
  file: { readonly name: string; readonly size: number },
  failure: Failure,
  task: WrapperTask,
): Model {
  const head = wrappedHead(headOfLoss(record), task === 'regressor' ? task : null, record.dimension, null);
  const columns = new Columns(record);
  const { forest, refused } = catboostForest(record, columns, failure);
  const names = inputNames(record, failure);
  const mixed = record.cats.length > 0;
  return oneNodeModel({
    format: 'catboost',
    op: 'Model',
    producer: 'CatBoost',
    version: record.version,
    fileName: file.name,
    size: file.size,
    inputs: mixed ? columnPorts(record, names) : [matrixInput(names.length)],
    outputs: headPorts(head, record.dimension),
    attributes: {
      loss_function: record.loss || 'unknown',
      num_trees: record.trees.length,
      grow_policy: record.trees.some((t) => 'nodes' in t) ? 'free' : 'symmetric',
      feature_names: names,
      columns: mixed ? columns.kinds : undefined,
      input_types: mixed ? columnPorts(record, names).map((p) => p.dtype) : undefined,
      refused: refused ?? undefined,
      ...headAttributes(head),
    },
    more: [...forestAttributes(forest), ...columnAttributes(columns)],
  });
}

/** A name for each column of the data; one that the file does not name is called by its number. */
function inputNames({ floats, cats }: CatboostRecord, failure: Failure): string[] {
  const all = [...floats, ...cats];
  const width = all.reduce((most, f) => Math.max(most, f.flat + 1), 0);
  if (width > MOST_COLUMNS || width > 64 * (all.length + 1024))
    failure.damaged('its features', `it has ${width} columns`);
  const names = Array.from({ length: width }, (_, i) => `feature_${i}`);
  const taken = new Set<string>();
  for (const f of all) {
    if (f.name !== '' && !taken.has(f.name) && !/^\d+$/.test(f.name)) names[f.flat] = f.name;
    taken.add(names[f.flat]!);
  }
  return names;
}

function columnPorts({ cats }: CatboostRecord, names: readonly string[]): Port[] {
  const strings = new Set(cats.map((c) => c.flat));
  return names.map((name, i) => ({ name, dtype: strings.has(i) ? 'string' : 'float', dims: [1] }));
}

function columnAttributes(columns: Columns): [string, Attribute][] {
  const categories = columns.usedCategories().flatMap(([cat, { input, strings }]): [string, Attribute][] => [
    [`category.${cat}.input`, attribute(input)],
    [`category.${cat}.strings`, { kind: 'strings', value: strings }],
  ]);
  const statistics = columns.usedCtrs().flatMap(([ctr, { parts, dims, values }]): [string, Attribute][] => [
    [`ctr.${ctr}.parts`, { kind: 'strings', value: parts }],
    [`ctr.${ctr}.table`, { kind: 'tensor', value: tensorOf({ dtype: 'float', dims, values }) }],
  ]);
  return [...categories, ...statistics];
}
