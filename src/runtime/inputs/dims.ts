/** Sizes for the named and unnamed dimensions of a model's inputs. */
import { typeLabel, type Dim, type DType, type Shape } from '../../graph-model/core/types.ts';

/** An input as far as its size goes. */
export interface SizedInput {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

export interface ResolvedDims {
  /** Sizes by input name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Every dimension name of the inputs and the size it got: what a user can change. */
  readonly names: ReadonlyMap<string, number>;
}

export const SEQUENCE = 8;
const PAST = 8;
const IMAGE = 224;

/** First match wins. */
const BY_NAME: readonly (readonly [RegExp, number])[] = [
  [/past|cache/i, PAST],
  [/batch|^n$|^b$|^bs$|^[a-z]b$|^unk__\d+$/i, 1],
  [/channel/i, 3],
  [/height|width|^h$|^w$|image|pixel/i, IMAGE],
  [/sample|audio|wav/i, 16000],
  [/frame/i, 100],
  [/seq|len|token|time|^t$|^s$|^l$/i, SEQUENCE],
];

/**
 * One size per dimension name over all inputs; `overrides` win. Arithmetic over names (`past + seq`) is computed. A total
 * length, and a mask's length that no other input shares, is that of the past and the new tokens together.
 */
export function resolveDims(inputs: readonly SizedInput[], overrides: Readonly<Record<string, number>>): ResolvedDims {
  const names = new Map<string, number>();
  const later: { name: string; input: SizedInput; axis: number }[] = [];
  for (const input of inputs) {
    input.shape?.forEach((dim, axis) => {
      if (typeof dim !== 'string' || names.has(dim) || !isName(dim)) return;
      if (overrides[dim] !== undefined) names.set(dim, overrides[dim]);
      else if (isTotal(dim, input, inputs)) later.push({ name: dim, input, axis });
      else names.set(dim, sizeByName(dim, input, axis));
    });
  }
  for (const { name } of later) names.set(name, totalLength(names));
  const shapes = new Map<string, readonly number[]>();
  for (const input of inputs)
    shapes.set(
      input.name,
      (input.shape ?? [1]).map((dim, axis) => sizeOf(dim, axis, input, names, overrides)),
    );
  return { shapes, names };
}

/** A hyphen within a word is part of a name. */
const isName = (dim: string) => !/[+*/()]|\s-\s/.test(dim);

function isTotal(dim: string, input: SizedInput, inputs: readonly SizedInput[]): boolean {
  const hasPast = inputs.some((i) => i.shape?.some((d) => typeof d === 'string' && /past|cache/i.test(d)));
  if (!hasPast) return false;
  if (/total/i.test(dim)) return true;
  const shared = inputs.some((i) => i !== input && i.shape?.includes(dim));
  return /mask/i.test(input.name) && !shared && !/batch|past|cache/i.test(dim);
}

function totalLength(names: ReadonlyMap<string, number>): number {
  const sized = (pattern: RegExp) => [...names].find(([name]) => pattern.test(name))?.[1];
  return (sized(/past|cache/i) ?? 0) + (sized(/^(?!.*(past|cache|total)).*(seq|len|token)/i) ?? SEQUENCE);
}

function sizeByName(name: string, input: SizedInput, axis: number): number {
  return BY_NAME.find(([pattern]) => pattern.test(name))?.[1] ?? sizeByPlace(input, axis);
}

/** The first axis counts examples; images are 224 by 224; everything else is a short sequence. */
function sizeByPlace(input: SizedInput, axis: number): number {
  if (axis === 0) return 1;
  const layout = imageLayout(input.shape);
  if (layout === null) return SEQUENCE;
  const channel = layout === 'NCHW' ? 1 : 3;
  return axis === channel ? 3 : IMAGE;
}

/** Where the channels of a picture are; null for a shape that is no picture's. A rank 4 without channels is NCHW. */
export function imageLayout(shape: Shape): 'NCHW' | 'NHWC' | null {
  if (shape?.length !== 4) return null;
  const isChannels = (d: Dim | undefined) => d === 1 || d === 3 || d === 4;
  if (isChannels(shape[1]) && !(isChannels(shape[3]) && typeof shape[2] === 'number' && shape[2] > 4)) return 'NCHW';
  if (isChannels(shape[3])) return 'NHWC';
  const spatial = [shape[2], shape[3]].every((d) => typeof d !== 'number');
  return typeof shape[1] !== 'number' && spatial ? 'NCHW' : null;
}

function sizeOf(
  dim: Dim,
  axis: number,
  input: SizedInput,
  names: ReadonlyMap<string, number>,
  overrides: Readonly<Record<string, number>>,
): number {
  if (typeof dim === 'number') return dim;
  if (dim === null) return overrides[`${input.name}.${axis}`] ?? sizeByPlace(input, axis);
  return names.get(dim) ?? arithmetic(dim, names) ?? sizeByPlace(input, axis);
}

/** `past_sequence_length + 1`, `2*(n - 1)`; names without a size get theirs by name. null where it is no arithmetic. */
export function arithmetic(text: string, names: ReadonlyMap<string, number>): number | null {
  const tokens = text.match(/[A-Za-z_][\w.]*|\d+|\/\/|[-+*/()]/g) ?? [];
  let at = 0;
  const atom = (): number => {
    const token = tokens[at++];
    if (token === '(') {
      const inner = sum();
      at++;
      return inner;
    }
    if (token === '-') return -atom();
    if (token === undefined) return NaN;
    if (/^\d/.test(token)) return Number(token);
    return names.get(token) ?? BY_NAME.find(([pattern]) => pattern.test(token))?.[1] ?? NaN;
  };
  const product = (): number => {
    let value = atom();
    for (let op = tokens[at]; op === '*' || op === '/' || op === '//'; op = tokens[at]) {
      at++;
      const right = atom();
      value = op === '*' ? value * right : Math.floor(value / right);
    }
    return value;
  };
  const sum = (): number => {
    let value = product();
    for (let op = tokens[at]; op === '+' || op === '-'; op = tokens[at]) {
      at++;
      value += op === '+' ? product() : -product();
    }
    return value;
  };
  const value = sum();
  return at === tokens.length && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** `float32 1×3×224×224`, for messages. */
export const sizeLabel = (dtype: DType, dims: readonly number[]): string =>
  typeLabel({ kind: 'tensor', dtype, shape: dims });
