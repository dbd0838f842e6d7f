/** What is set up for the next run; pure. */
import type { Model, Value } from '../../../graph-model/core/model.ts';
import type { TensorType } from '../../../graph-model/core/types.ts';
import type { Provider } from '../../../runtime/types.ts';
import type { InputChoice, ProviderChoice, RunSettings } from '../actions.ts';

export interface RunDraft {
  /** null: the first one that is there. */
  readonly provider: Provider | null;
  readonly runs: number;
  readonly seed: number;
  /** Texts of the dimension fields that were filled in. */
  readonly dims: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, InputChoice>>;
  readonly profile: boolean;
}

export const FIRST_DRAFT: RunDraft = { provider: null, runs: 20, seed: 1, dims: {}, inputs: {}, profile: false };
export const MOST_RUNS = 1000;

/** The inputs that a caller has to give. */
export function inputsOf(model: Model): Value[] {
  return model.graphs
    .at(model.main)
    .inputs.map((id) => model.values.at(id))
    .filter((v) => !v.constant && !v.sparse);
}

/** Names of dimensions of the inputs, each once, in order; arithmetic over names is not asked for. */
export function symbolicDims(inputs: readonly Pick<Value, 'type'>[]): string[] {
  const names = new Set<string>();
  for (const { type } of inputs) {
    if (type?.kind !== 'tensor') continue;
    for (const dim of type.shape ?? []) if (typeof dim === 'string' && !/[+*/()]|\s-\s/.test(dim)) names.add(dim);
  }
  return [...names];
}

export function chosenProvider(draft: RunDraft, choices: readonly ProviderChoice[]): Provider {
  const wanted = choices.find((c) => c.id === draft.provider && c.available);
  return wanted?.id ?? choices.find((c) => c.available)?.id ?? 'wasm';
}

/** The request, or a sentence about what cannot be run so. */
export function settingsOf(draft: RunDraft, choices: readonly ProviderChoice[]): RunSettings | string {
  const dims: Record<string, number> = {};
  for (const [name, text] of Object.entries(draft.dims)) {
    if (text.trim() === '') continue;
    const length = Number(text);
    if (!Number.isSafeInteger(length) || length < 0) return `“${text}” is not a length for ${name}.`;
    dims[name] = length;
  }
  const { runs, seed, inputs, profile } = draft;
  return { provider: chosenProvider(draft, choices), runs, seed, dims, inputs, profile };
}

export interface Picture {
  readonly height: number;
  readonly width: number;
  /** The full shape of the input, unknown lengths as 1. */
  readonly dims: readonly number[];
}

/** The grid to draw on, where an input is a small square picture of one channel; else null. */
export function drawable(type: TensorType): Picture | null {
  const { shape, dtype } = type;
  if (!shape || !['float', 'double', 'uint8', 'float16'].includes(dtype)) return null;
  const dims = shape.map((d) => (typeof d === 'number' ? d : 1));
  const long = shape.flatMap((d) => (typeof d === 'number' && d > 1 ? [d] : []));
  const [height, width] = long;
  if (shape.length < 2 || long.length !== 2 || height !== width || height === undefined) return null;
  return height >= 6 && height <= 64 ? { height, width: height, dims } : null;
}
