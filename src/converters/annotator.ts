/** What an annotator is: it says what the files beside a model tell about it. */
import type { Metadata, Model } from '../graph-model/core/model.ts';

/** The small files beside a model, as text. */
export interface Beside {
  /** null where there is no such file, or it is too long to be one. */
  text(name: RegExp): Promise<string | null>;
  /** The texts in an object of JSON; null where the file is none. */
  json(name: RegExp): Promise<ReadonlyMap<string, string> | null>;
}

export type Annotator = (model: Model, beside: Beside) => Promise<Metadata | null>;
