/** A file as it was given, as far as the weights of a model need it. */
import type { BlobLike } from '../../../graph-model/core/bytes.ts';

export interface GivenFile {
  readonly name: string;
  readonly path: string;
  readonly blob: BlobLike;
}
