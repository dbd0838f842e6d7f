/** The inputs of a run: what the user gave, and generated values for the rest. */
import type { Model } from '../graph-model/core/model.ts';
import { imageOptionsOf, type ImageOptions } from '../graph-model/image-input.ts';
import type { DenseTensor } from '../graph-model/core/tensor.ts';
import { FormatError } from '../graph-model/diagnostics.ts';
import { generateInputs, sizedInputs } from '../runtime/inputs/generate.ts';
import { readInputs } from '../runtime/inputs/read.ts';
import type { InputValue } from '../runtime/types.ts';
import type { BlobLike } from '../graph-model/core/bytes.ts';

/** Where the elements of one input come from; what is not named is generated. */
export type InputChoice =
  | { readonly kind: 'generated' }
  /** `image`: how a picture is laid out, where that is not as the model's metadata says. */
  | { readonly kind: 'file'; readonly file: BlobLike & { readonly name: string }; readonly image?: ImageOptions }
  | { readonly kind: 'values'; readonly tensor: DenseTensor; readonly description: string };

export interface PrepareOptions {
  readonly seed: number;
  readonly dims: Readonly<Record<string, number>>;
  /** By input name. */
  readonly inputs: Readonly<Record<string, InputChoice>>;
}

/** In the order of the model's inputs. Throws FormatError where an input cannot be made or a file does not fit. */
export async function prepareInputs(model: Model, options: PrepareOptions): Promise<readonly InputValue[]> {
  const { seed, dims, inputs } = options;
  const generated = generateInputs(model, { seed, dims });
  const made = new Map(generated.values.map((v) => [v.name, v]));
  for (const input of sizedInputs(model).inputs) {
    const choice = inputs[input.name];
    if (choice?.kind === 'values') made.set(input.name, { name: input.name, ...choice });
    if (choice?.kind !== 'file') continue;
    const file = { name: choice.file.name, blob: choice.file };
    const image = { ...imageOptionsOf(model.metadata), ...choice.image };
    const [value] = (await readInputs([file], [input], { dims, image })).values;
    if (value) made.set(input.name, value);
  }
  const problem = generated.problems.find((p) => p.value === undefined || !made.has(model.values.at(p.value).name));
  if (problem) throw new FormatError(problem);
  return [...made.values()];
}
