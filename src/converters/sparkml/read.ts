/** A saved model as a graph of the dialect: one node a stage, columns as values. */
import { attribute, getTensor, type Attribute } from '../../graph-model/core/attributes.ts';
import { buildModel } from '../../graph-model/core/empty.ts';
import type { Draft } from '../../graph-model/core/draft.ts';
import type { Model, Node, ValueId } from '../../graph-model/core/model.ts';
import { tensorType, type Dim, type ValueType } from '../../graph-model/core/types.ts';
import { FormatError } from '../../graph-model/diagnostics.ts';
import type { JobContext } from '../../graph-model/job.ts';
import type { InputFile } from '../converter.ts';
import { ModelFolder, type Metadata } from './folder.ts';
import { paramAttribute, Params } from './params.ts';
import { modelFolder } from './sniff.ts';
import { resultsOf } from './results.ts';
import type { InPort, Kind, OutPort } from './stage.ts';
import { CONTAINERS, PASSED_OVER, stageRow } from './stages.ts';
import { stringsOf } from './values.ts';

export const DOMAIN = 'sparkml';

/** A stage, read and ready to be a node. */
interface Stage {
  readonly op: string;
  readonly uid: string;
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly inputs: readonly InPort[];
  readonly outputs: readonly OutPort[];
}

type Overrides = Readonly<Record<string, Attribute>>;

const shortName = (className: string) => className.slice(className.lastIndexOf('.') + 1);

/** Reads the model whose metadata file is `main`. Throws FormatError where a part is missing or damaged. */
export async function readSparkml(main: InputFile, files: readonly InputFile[], job: JobContext): Promise<Model> {
  const folder = new ModelFolder(files, modelFolder(main.path), job);
  const metadata = await folder.metadata();
  const stages = await stagesOf(folder, metadata, {}, 0);
  const size = files.reduce((sum, f) => sum + f.blob.size, 0);
  const name = folder.path.split('/').at(-2) ?? metadata.uid;
  const source = { format: DOMAIN, fileName: name, size };
  const model = buildModel({ opsets: [{ domain: DOMAIN, version: 1 }], graphName: metadata.uid, source }, (draft) =>
    new Columns(draft, stages).build(),
  );
  return { ...model, producerName: 'Spark ML', producerVersion: metadata.sparkVersion };
}

/** No pipeline nests deeper; folders that hold themselves cannot be saved. */
const DEPTH = 16;

async function stagesOf(
  folder: ModelFolder,
  metadata: Metadata,
  overrides: Overrides,
  depth: number,
): Promise<Stage[]> {
  folder.job.signal.throwIfAborted();
  const op = shortName(metadata.class);
  if (depth > DEPTH) throw new FormatError('sparkml.damaged', { where: folder.path, why: 'it nests too deep' });
  if (PASSED_OVER.has(op)) return [];
  const within = CONTAINERS[op];
  if (within) return inner(folder.sub(within), depth);
  if (op === 'PipelineModel') return pipelineStages(folder, metadata, depth);
  if (op === 'OneVsRestModel') return oneVsRestStages(folder, metadata, depth);
  return [await stageOf(op, folder, metadata, overrides)];
}

async function inner(folder: ModelFolder, depth: number, overrides: Overrides = {}): Promise<Stage[]> {
  return stagesOf(folder, await folder.metadata(), overrides, depth + 1);
}

/** Stages by their uids: the folder of each is `<number>_<uid>`. */
async function pipelineStages(folder: ModelFolder, { params, uid }: Metadata, depth: number): Promise<Stage[]> {
  const stages = folder.sub('stages');
  const names = stages.folders();
  const out: Stage[] = [];
  for (const [i, stageUid] of stringsOf(params['stageUids'] ?? [], `${uid}.stageUids`).entries()) {
    const named = (name: string) => name.replace(/^\d+_/, '') === stageUid && Number.parseInt(name, 10) === i;
    const name = names.find(named);
    if (!name) throw new FormatError('sparkml.missing-part', { part: `stages/${i}_${stageUid}`, stage: uid });
    out.push(...(await inner(stages.sub(name), depth)));
    folder.job.progress(i + 1, names.length, 'Reading stages');
  }
  return out;
}

/** The models of the classes, each with a raw column of its own and no other result; then the stage that joins them. */
async function oneVsRestStages(folder: ModelFolder, metadata: Metadata, depth: number): Promise<Stage[]> {
  const { uid, params, json } = metadata;
  const count = Number(json['numClasses'] ?? folder.folders().filter((f) => /^model_\d+$/.test(f)).length);
  if (!(count >= 1 && count <= 100_000))
    throw new FormatError('sparkml.damaged', { where: uid, why: `it says that it has ${count} classes` });
  const out: Stage[] = [];
  const rawColumns: string[] = [];
  for (let k = 0; k < count; k++) {
    const raw = `${uid}.raw_${k}`;
    rawColumns.push(raw);
    const overrides = {
      featuresCol: attribute(String(params['featuresCol'] ?? 'features')),
      rawPredictionCol: attribute(raw),
      predictionCol: attribute(''),
      probabilityCol: attribute(''),
    };
    out.push(...(await inner(folder.sub(`model_${k}`), depth, overrides)));
  }
  out.push(await stageOf('OneVsRestModel', folder, metadata, { rawColumns: attribute(rawColumns) }));
  return out;
}

async function stageOf(op: string, folder: ModelFolder, metadata: Metadata, overrides: Overrides): Promise<Stage> {
  const row = stageRow(op);
  const attributes = new Map<string, Attribute>();
  for (const [name, value] of Object.entries(metadata.params)) {
    const a = paramAttribute(value, `${metadata.uid}.${name}`);
    if (a) attributes.set(name, a);
  }
  const learned = row.data ? await row.data(folder, metadata) : {};
  for (const [name, value] of Object.entries({ ...learned, ...overrides })) attributes.set(name, value);
  const params = new Params({ attributes });
  return { op, uid: metadata.uid, attributes, inputs: row.inputs(params), outputs: row.outputs(params) };
}

/** Where several stages read a column that none makes, the surest of them says what it is. */
const SURENESS: readonly Kind[] = ['any', 'number', 'id', 'vector', 'tokens', 'text'];

class Columns {
  private readonly known = new Map<string, ValueId>();
  private readonly inputs: ValueId[] = [];

  constructor(
    private readonly draft: Draft,
    private readonly stages: readonly Stage[],
  ) {}

  build(): void {
    const nodes = this.stages.map((stage) => this.addStage(stage));
    this.draft.setGraphInputs(this.draft.main, this.inputs);
    const results = resultsOf(nodes, (v) => this.isRead(v));
    this.draft.setGraphOutputs(
      this.draft.main,
      results.map((r) => r.value),
    );
  }

  private isRead(value: ValueId): boolean {
    return this.draft.uses(value).length > 0;
  }

  private addStage({ op, uid, attributes, inputs, outputs }: Stage): Node {
    const read = inputs.map((port) => this.known.get(port.column) ?? this.addInput(port.column));
    const names = outputs.map((port) => port.column);
    const node = this.draft.addNode(this.draft.main, {
      domain: DOMAIN,
      op,
      name: uid,
      inputs: read,
      outputs: names,
      attributes,
    });
    node.outputs.forEach((v, i) => {
      this.draft.patchValue(v!, { type: typeOf(outputs[i]!.kind, null, 'double') });
      this.known.set(names[i]!, v!);
    });
    return node;
  }

  private addInput(column: string): ValueId {
    const readers = this.stages.flatMap((s) => s.inputs.filter((p) => p.column === column).map((p) => ({ s, p })));
    const kind = kindOf(readers.map((r) => r.p));
    const widths = readers.filter((r) => r.p.kind === 'vector').map((r) => featureCount(r.s));
    const type = typeOf(kind, widths.find((w) => w !== null) ?? null, 'float');
    const value = this.draft.newValue(this.draft.main, column, null, { type });
    this.inputs.push(value);
    this.known.set(column, value);
    return value;
  }
}

function kindOf(ports: readonly InPort[]): Kind {
  const plain = ports.filter((p) => !p.numerals).map((p) => p.kind);
  if (plain.length < ports.length && plain.length > 0 && plain.every((k) => k === 'any' || k === 'number'))
    return 'number';
  return ports.map((p) => p.kind).reduce((a, b) => (SURENESS.indexOf(b) > SURENESS.indexOf(a) ? b : a));
}

function typeOf(kind: Kind, width: number | null, dtype: 'float' | 'double'): ValueType {
  const columns: Dim = kind === 'number' || kind === 'text' || kind === 'id' ? 1 : width;
  if (kind === 'id') return tensorType('int64', ['N', 1]);
  return tensorType(kind === 'text' || kind === 'tokens' ? 'string' : dtype, ['N', columns]);
}

/** Learned tensors, and which of their dimensions is the number of features. */
const FEATURES: readonly (readonly [attribute: string, dim: number])[] = [
  ['coefficients', 0],
  ['coefficientMatrix', 1],
  ['theta', 1],
  ['centers', 1],
  ['mus', 1],
  ['pc', 0],
  ['std', 0],
  ['originalMin', 0],
  ['maxAbs', 0],
  ['range', 0],
  ['scalingVec', 0],
  ['idf', 0],
  ['linear', 0],
  ['randUnitVectors', 1],
];

function featureCount({ attributes }: Stage): number | null {
  const own = new Params({ attributes });
  const said = own.number('numFeatures') ?? own.numbers('layers')?.[0];
  if (said !== undefined && said > 0) return said;
  for (const [name, dim] of FEATURES) {
    const size = getTensor({ attributes }, name)?.dims[dim];
    if (size !== undefined) return size;
  }
  return null;
}
