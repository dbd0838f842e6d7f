/** What the files beside a model say about it, taken over into its metadata, whatever format the model is of. */
import type { Metadata, Model } from '../graph-model/core/model.ts';
import { parseJson } from './containers/json/json.ts';
import { failureOf } from './containers/failure.ts';
import type { InputFile } from './converter.ts';
import { customVision } from './custom-vision/annotate.ts';
import { labelsBeside } from './custom-vision/labels.ts';
import { FormatError } from '../graph-model/diagnostics.ts';

/** The small files beside a model, as text. */
export interface Beside {
  /** null where there is no such file, or it is too long to be one. */
  text(name: RegExp): Promise<string | null>;
  /** The texts in an object of JSON; null where the file is none. */
  json(name: RegExp): Promise<ReadonlyMap<string, string> | null>;
}

export type Annotator = (model: Model, beside: Beside) => Promise<Metadata | null>;

/** In order; what a later one says about the same thing counts. */
const ANNOTATORS: readonly Annotator[] = [labelsBeside, customVision];

const LONGEST = 4_000_000;

/** The same model where nothing beside it says anything. */
export async function annotated(model: Model, main: InputFile, files: readonly InputFile[]): Promise<Model> {
  const near = besideOf(main, files);
  const all = new Map(model.metadata ?? []);
  for (const annotate of ANNOTATORS)
    for (const [key, value] of (await annotate(model, near)) ?? []) all.set(key, value);
  return all.size === (model.metadata?.size ?? 0) && [...all].every(([k, v]) => model.metadata?.get(k) === v)
    ? model
    : { ...model, metadata: all };
}

function besideOf(main: InputFile, files: readonly InputFile[]): Beside {
  const folder = main.path.slice(0, main.path.length - main.name.length);
  const near = files.filter((f) => f !== main && f.path.slice(0, f.path.length - f.name.length) === folder);
  const text = async (name: RegExp): Promise<string | null> => {
    const file = near.find((f) => name.test(f.name));
    if (!file || file.blob.size > LONGEST) return null;
    return new TextDecoder().decode(await file.blob.slice(0, file.blob.size).arrayBuffer());
  };
  return { text, json: async (name) => textsOf(await text(name)) };
}

function textsOf(content: string | null): ReadonlyMap<string, string> | null {
  if (content === null) return null;
  try {
    const root = parseJson(content.replace(/^\uFEFF/, ''), failureOf('JSON', 'a file beside the model'));
    const entries = root.keys().map((key) => [key, root.maybe(key)?.value] as const);
    return new Map(
      entries.flatMap(([k, v]) => (typeof v === 'string' ? [[k, v]] : typeof v === 'number' ? [[k, String(v)]] : [])),
    );
  } catch (error) {
    // A damaged file beside a model does not keep the model from being opened.
    if (error instanceof FormatError) return null;
    throw error;
  }
}
