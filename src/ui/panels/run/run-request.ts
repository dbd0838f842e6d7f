/** What is set up for the next run; pure. */
import type { Model, Value } from '../../../graph-model/core/model.ts';
import type { TensorType } from '../../../graph-model/core/types.ts';

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

/** The lengths with one of them changed: text of a field, '' to have it chosen. A sentence where it is no length. */
export function withDim(
  dims: Readonly<Record<string, number>>,
  name: string,
  text: string,
): Record<string, number> | string {
  const clean = text.trim();
  if (clean === '') return Object.fromEntries(Object.entries(dims).filter(([key]) => key !== name));
  const length = Number(clean);
  if (!/^\d+$/.test(clean) || !Number.isSafeInteger(length)) return `“${clean}” is not a length.`;
  return { ...dims, [name]: length };
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
  if (shape.length < 3 || long.length !== 2 || height !== width || height === undefined) return null;
  return height >= 6 && height <= 64 ? { height, width: height, dims } : null;
}
