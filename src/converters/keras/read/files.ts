/** From the files that were given to the model's configuration and the group that holds its weights. */
import type { BlobLike } from '../../../graph-model/core/bytes.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import { Hdf5File, type Hdf5Group } from '../../containers/hdf5/hdf5.ts';
import { isHdf5 } from '../../containers/hdf5/signature.ts';
import { openEntry, readZip, type ZipEntry } from '../../containers/zip/zip.ts';
import type { InputFile } from '../../converter.ts';
import { isList, isObject, parseJson, text, type Json, type JsonObject } from '../json.ts';
import { SnakeNames } from '../weight-rows.ts';

export interface KerasFiles {
  /** {class_name, config}. */
  readonly model: JsonObject;
  /** '' where no file says it. */
  readonly version: string;
  readonly weights: Hdf5Group | null;
}

/** A configuration is text; the largest known take a few MB. */
const CONFIG_LIMIT = 256 * 1024 * 1024;

export async function openKeras(main: InputFile, files: readonly InputFile[]): Promise<KerasFiles> {
  const head = await headOf(main);
  if (isHdf5(head)) return fromHdf5(main, files);
  if (head[0] === 0x50 && head[1] === 0x4b) return fromArchive(main);
  const json = await readText(main.name, main.blob);
  const beside = await weightsBeside(main, files);
  const version = (beside ? versionOf(beside) : '') || generationOf(json);
  const model = parse(main.name, json);
  return { model, version: text(model['keras_version'], version), weights: beside && weightsGroup(beside) };
}

async function headOf(file: InputFile): Promise<Uint8Array> {
  return new Uint8Array(await file.blob.slice(0, Math.min(16, file.blob.size)).arrayBuffer());
}

async function fromHdf5(main: InputFile, files: readonly InputFile[]): Promise<KerasFiles> {
  const root = await Hdf5File.open(main.name, main.blob);
  const config = root.attribute('model_config');
  if (typeof config === 'string') {
    return { model: parse(main.name, config), version: versionOf(root), weights: weightsGroup(root) };
  }
  const json = files.find((f) => f !== main && /\.json$/i.test(f.name));
  if (json) {
    const content = await readText(json.name, json.blob);
    const model = parse(json.name, content);
    const version = text(model['keras_version'], versionOf(root)) || generationOf(content);
    return { model, version, weights: weightsGroup(root) };
  }
  const known = root.has('layers') || root.attribute('layer_names') !== null || root.has('model_weights');
  const why = 'it is an HDF5 file without a model in it';
  throw known
    ? new FormatError('keras.no-config', { file: main.name })
    : new FormatError('keras.no-model', { file: main.name, why });
}

function versionOf(root: Hdf5Group): string {
  const version = root.attribute('keras_version');
  if (typeof version === 'string') return version;
  const inner = root.groupAt('model_weights')?.attribute('keras_version');
  return typeof inner === 'string' ? inner : '';
}

/** The JSON of Keras 3 does not say its version, but is written in its own way. */
function generationOf(json: string): string {
  return /"(DTypePolicy|__keras_tensor__|batch_shape)"/.test(json) ? '3' : '';
}

function weightsGroup(root: Hdf5Group): Hdf5Group {
  return root.groupAt('model_weights') ?? root;
}

async function fromArchive(main: InputFile): Promise<KerasFiles> {
  const entries = await readZip(main.name, main.blob);
  const config = await entryText(main, entries, 'config.json');
  if (config === null) throw new FormatError('keras.no-model', { file: main.name, why: 'it holds no config.json' });
  const metadata = await entryText(main, entries, 'metadata.json');
  const about = metadata === null ? null : parse(main.name, metadata);
  const entry = entries.find((e) => /(^|\/)model\.weights\.h5$/.test(e.path));
  const blob = entry ? await openEntry(main.name, main.blob, entry) : null;
  const weights = blob ? await Hdf5File.open(`${main.name}/model.weights.h5`, blob) : null;
  const bare = parse(main.name, config);
  const model = await withVocabularies(bare, 'assets/layers', (path) => entryText(main, entries, path));
  return { model, version: text(about?.['keras_version'], ''), weights };
}

/**
 * The model with the vocabularies that were learnt put into the configurations that lack them: Keras 3 writes them, one
 * word a line with the special ones first, to `assets/layers/string_lookup/vocabulary.txt`.
 */
async function withVocabularies(
  model: JsonObject,
  folder: string,
  read: (path: string) => Promise<string | null>,
): Promise<JsonObject> {
  const { config } = model;
  if (!isObject(config)) return model;
  if (/^((String|Integer)Lookup|TextVectorization)$/.test(text(model['class_name'], ''))) {
    if (isList(config['vocabulary'])) return model;
    const words = await read(`${folder}/vocabulary.txt`);
    if (words === null) return model;
    const list = words.split('\n').map((w) => (model['class_name'] === 'IntegerLookup' ? Number(w) : w));
    return { ...model, config: { ...config, vocabulary: list } };
  }
  const { layers } = config;
  if (!isList(layers)) return model;
  const names = new SnakeNames();
  const own = folder === 'assets/layers' ? folder : `${folder}/layers`;
  const filled: Json[] = [];
  for (const layer of layers) {
    const name = isObject(layer) ? names.next(text(layer['class_name'], '')) : '';
    filled.push(isObject(layer) ? await withVocabularies(layer, `${own}/${name}`, read) : layer);
  }
  return { ...model, config: { ...config, layers: filled } };
}

async function entryText(main: InputFile, entries: readonly ZipEntry[], name: string): Promise<string | null> {
  const entry = entries.find((e) => e.path === name || e.path.endsWith(`/${name}`));
  return entry
    ? readText(`${main.name}/${name}`, await openEntry(main.name, main.blob, entry, CONFIG_LIMIT + 1))
    : null;
}

async function readText(name: string, blob: BlobLike): Promise<string> {
  if (blob.size > CONFIG_LIMIT) {
    throw new FormatError('file.text-too-long', { file: name, size: blob.size, limit: CONFIG_LIMIT });
  }
  return new TextDecoder().decode(await blob.arrayBuffer());
}

function parse(file: string, json: string): JsonObject {
  let value: Json;
  try {
    value = parseJson(json);
  } catch {
    throw new FormatError('keras.no-model', { file, why: 'its configuration is not JSON' });
  }
  if (!isObject(value)) throw new FormatError('keras.no-model', { file, why: 'its configuration is not an object' });
  return value;
}

/** The weights given with a JSON: the one HDF5 file, or the one whose name begins like the JSON's. */
async function weightsBeside(main: InputFile, files: readonly InputFile[]): Promise<Hdf5Group | null> {
  const found: InputFile[] = [];
  for (const file of files) if (file !== main && isHdf5(await headOf(file))) found.push(file);
  const stem = main.name.replace(/\.json$/i, '');
  const best = found.find((f) => f.name.startsWith(stem)) ?? found[0];
  return best ? Hdf5File.open(best.name, best.blob) : null;
}
