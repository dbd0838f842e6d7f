/** The files of a saved model: metadata, and rows of data, by the folder they lie in. */
import { FormatError } from '../../graph-model/diagnostics.ts';
import type { JobContext } from '../../graph-model/job.ts';
import type { InputFile } from '../converter.ts';
import { readParquet, type ParquetRow } from '../containers/parquet/parquet.ts';

/** The JSON of a metadata file. */
export interface Metadata {
  /** `org.apache.spark.ml.feature.PCAModel` */
  readonly class: string;
  readonly uid: string;
  readonly sparkVersion: string;
  /** Params that were set, over those that have a default. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Names of params that were set. */
  readonly set: ReadonlySet<string>;
  /** Everything: `numFeatures`, `numClasses` … lie beside the params. */
  readonly json: Readonly<Record<string, unknown>>;
}

export class ModelFolder {
  constructor(
    private readonly files: readonly InputFile[],
    /** Ends in a slash, or is empty. */
    readonly path: string,
    readonly job: JobContext,
  ) {}

  sub(name: string): ModelFolder {
    return new ModelFolder(this.files, `${this.path}${name}/`, this.job);
  }

  /** Names of the folders directly inside, sorted. */
  folders(): string[] {
    const out = new Set<string>();
    for (const f of this.files) {
      if (!f.path.startsWith(this.path)) continue;
      const rest = f.path.slice(this.path.length);
      if (rest.includes('/')) out.add(rest.slice(0, rest.indexOf('/')));
    }
    return [...out].sort();
  }

  /** The part files of a folder inside, in the order of their numbers: Spark splits a table over several. */
  private parts(folder: string, wanted: RegExp): InputFile[] {
    const begin = `${this.path}${folder}/`;
    const within = this.files.filter((f) => f.path.startsWith(begin) && wanted.test(f.path.slice(begin.length)));
    return within.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  has(folder: string): boolean {
    return this.parts(folder, /^part-/).length > 0;
  }

  /** All rows of a table. Throws FormatError where it is not there. */
  async rows(folder: string, stage: string): Promise<ParquetRow[]> {
    const parts = this.parts(folder, /^part-[^/]*\.parquet$/);
    if (parts.length === 0) throw new FormatError('sparkml.missing-part', { part: `${this.path}${folder}`, stage });
    const out: ParquetRow[] = [];
    for (const part of parts) for (const row of await readParquet(part, this.job.signal)) out.push(row);
    return out;
  }

  /** The JSON object in a folder. */
  async json(folder: string, stage: string): Promise<Readonly<Record<string, unknown>>> {
    const [file] = this.parts(folder, /^part-\d+[^/]*$/);
    const part = `${this.path}${folder}`;
    if (!file) throw new FormatError('sparkml.missing-part', { part, stage });
    if (file.blob.size > LIMIT) throw new FormatError('sparkml.damaged', { where: part, why: 'it is too long' });
    return parsed(new TextDecoder().decode(await file.blob.arrayBuffer()), part);
  }

  async metadata(): Promise<Metadata> {
    return metadataOf(await this.json('metadata', this.path || 'the model'), `${this.path}metadata`);
  }
}

const LIMIT = 64 * 1024 * 1024;

function metadataOf(json: Readonly<Record<string, unknown>>, where: string): Metadata {
  const { class: className, uid } = json;
  if (typeof className !== 'string' || typeof uid !== 'string')
    throw new FormatError('sparkml.damaged', { where, why: 'it names no class and uid' });
  const own = record(json['paramMap']);
  return {
    class: className,
    uid,
    sparkVersion: String(json['sparkVersion'] ?? ''),
    params: { ...record(json['defaultParamMap']), ...own },
    set: new Set(Object.keys(own)),
    json,
  };
}

function parsed(text: string, where: string): Readonly<Record<string, unknown>> {
  try {
    return record(JSON.parse(text));
  } catch {
    throw new FormatError('sparkml.damaged', { where, why: 'it is not JSON' });
  }
}

/** An object as it is; anything else as an empty one. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
