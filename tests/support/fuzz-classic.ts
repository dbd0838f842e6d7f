/** Damaged files of classical models, opened and converted: every format's samples, the same damage for the same seed. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { BytesBlob } from '../../src/converters/containers/bytes-blob.ts';
import type { InputFile } from '../../src/converters/converter.ts';
import { fileBytes, writeOnnx } from '../../src/converters/onnx/write.ts';
import { openModel } from '../../src/converters/open.ts';
import { MissingFileError } from '../../src/graph-model/core/bytes.ts';
import { FormatError } from '../../src/graph-model/diagnostics.ts';
import { quietJob } from '../../src/graph-model/job.ts';
import { printModel } from '../../src/graph-model/text/print.ts';
import { toOnnx } from '../../src/services/convert.ts';
import type { FuzzOutcome } from './fuzz.ts';
import { mutate } from './mutate.ts';

/** Folders of the samples: what a fuzz run damages where it is not told. */
const FORMATS = ['sklearn', 'lightgbm', 'xgboost', 'catboost', 'libsvm', 'sparkml', 'keras'];
/** Larger ones would only take longer. */
const MOST = 120_000;

/** The files of one model, of which one is damaged. */
export type Seed = readonly { readonly name: string; readonly path: string; readonly bytes: Uint8Array }[];

/** @param samples the folder tests/samples, or another with a folder for each format and in it one for each model */
export function classicSeeds(samples: string, formats: readonly string[] = FORMATS): Seed[] {
  return formats.flatMap((format) => {
    const folder = `${samples}/${format}`;
    const seeds = readdirSync(folder).map((name) => seedOf(folder, name));
    return seeds.filter((seed) => {
      const size = seed.reduce((n, f) => n + f.bytes.length, 0);
      return size > 0 && size < MOST;
    });
  });
}

/** The files of a case, or one file that is a model by itself. */
function seedOf(folder: string, name: string): Seed {
  if (!statSync(`${folder}/${name}`).isDirectory()) return filesUnder(folder, name);
  const about = `${folder}/${name}/case.json`;
  if (!existsSync(about)) return [];
  const { model } = JSON.parse(readFileSync(about, 'utf8')) as { model: string | string[] };
  return [model].flat().flatMap((m) => filesUnder(`${folder}/${name}`, m));
}

function filesUnder(root: string, path: string): Seed {
  const full = `${root}/${path}`;
  if (!existsSync(full)) return [];
  if (statSync(full).isDirectory()) return readdirSync(full).flatMap((n) => filesUnder(root, `${path}/${n}`));
  return [{ name: path.slice(path.lastIndexOf('/') + 1), path, bytes: new Uint8Array(readFileSync(full)) }];
}

/** Throws, naming the seed, when anything but a model or one sentence comes out. */
export async function fuzzClassic(seeds: readonly Seed[], number: number): Promise<FuzzOutcome> {
  const seed = seeds[number % seeds.length]!;
  const victim = Math.floor(number / seeds.length) % seed.length;
  const files = seed.map(({ name, path, bytes }, i): InputFile => {
    const blob = new BytesBlob(i === victim ? mutate(bytes, number) : bytes);
    return { name, path, blob };
  });
  const begin = performance.now();
  const done = (opened: boolean) => ({ opened, ms: performance.now() - begin });
  try {
    const opened = await openModel(files, quietJob());
    printModel(opened.model);
    const onnx = await toOnnx(opened, {}, quietJob());
    for (const out of writeOnnx(onnx).files) await fileBytes(out);
    return done(true);
  } catch (error) {
    if (error instanceof MissingFileError) return done(false);
    if (error instanceof FormatError) {
      if (/\n|undefined|\[object/.test(error.message)) throw new Error(`seed ${number} says: ${error.message}`);
      return done(false);
    }
    throw new Error(`seed ${number} (${seed[victim]!.path} of ${seed.length})`, { cause: error });
  }
}
