/** A TF.js model: its model.json, and the weights that its manifest says lie in the shards beside it. */
import type { BlobLike } from '../../../graph-model/core/bytes.ts';
import type { Tensor } from '../../../graph-model/core/tensor.ts';
import type { Diagnostic } from '../../../graph-model/diagnostics.ts';
import { failureOf, type Failure } from '../failure.ts';
import { readJson, type JsonCursor } from '../json/json.ts';
import { readManifest } from './weights.ts';

export interface GivenFile {
  readonly name: string;
  readonly path: string;
  readonly blob: BlobLike;
}

export interface TfjsModel {
  readonly root: JsonCursor;
  readonly topology: JsonCursor;
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly failure: Failure;
}

/** A shard that was not given is reported, and its tensors are left to be filled in. */
export async function readTfjs(
  main: GivenFile,
  files: readonly GivenFile[],
  report: (d: Diagnostic) => void,
  signal: AbortSignal,
): Promise<TfjsModel> {
  const failure = failureOf('TensorFlow.js', main.name);
  const root = await readJson(main.blob, failure, signal);
  const topology = root.maybe('modelTopology');
  if (!topology) return failure.unreadable('it holds weights alone', 'Give the model.json that belongs to them.');
  const manifest = root.maybe('weightsManifest');
  const weights = manifest
    ? await readManifest(manifest, { main, files, report, signal, failure })
    : new Map<string, Tensor>();
  return { root, topology, weights, failure };
}

/** The versions that wrote the file: "keras v2.15.1". */
export function versionOf(root: JsonCursor): string {
  const by = root.maybe('generatedBy');
  return by && typeof by.value === 'string' ? by.value.replace(/^keras v/, '') : '';
}
