/** Inputs made up so that a model can be run at once: seeded, of the right shape, and plausible. */
import type { Model, Value } from '../../graph-model/core/model.ts';
import { elementArray, elementCount, type DenseTensor, type Elements } from '../../graph-model/core/tensor.ts';
import { dtypeInfo, shapeLabel, typeString, type DType, type TensorType } from '../../graph-model/core/types.ts';
import { diagnostic, FormatError, type Diagnostic } from '../../graph-model/diagnostics.ts';
import { isExchanged } from '../ort-tensor.ts';
import { normal, seeded, whole, type Random } from '../random.ts';
import type { InputValue } from '../types.ts';
import { shapeByReader } from './by-reader.ts';
import { imageLayout, resolveDims, SEQUENCE, type SizedInput } from './dims.ts';
import { halfBits } from '../../graph-model/core/small-float.ts';
import { hintFor, type Hint } from './readers.ts';

export interface GenerateOptions {
  /** Same seed, same values (default 0). */
  readonly seed?: number;
  /** Sizes of named dimensions; an unnamed one is `input.axis`. */
  readonly dims?: Readonly<Record<string, number>>;
}

export interface GeneratedInputs {
  readonly values: readonly InputValue[];
  /** The dimension names of the inputs and the sizes used. */
  readonly dims: ReadonlyMap<string, number>;
  /** Inputs that cannot be made: sequences, maps, element types that the runtime cannot be given. */
  readonly problems: readonly Diagnostic[];
}

/** The runtime's own limit is lower; this is where a mistyped dimension must be stopped. */
const MAX_BYTES = 2 ** 31;

/** The main graph's inputs that a caller must give: those without a default value. */
export function requiredInputs(model: Model): Value[] {
  const values = model.graphs.at(model.main).inputs.map((id) => model.values.at(id));
  return values.filter((v) => v.constant === undefined && v.sparse === undefined);
}

/** The inputs that can be made or given, as far as their sizes go; for those that cannot, why. */
export function sizedInputs(model: Model): {
  readonly inputs: readonly ModelInput[];
  readonly problems: readonly Diagnostic[];
} {
  const problems: Diagnostic[] = [];
  const inputs: ModelInput[] = [];
  for (const value of requiredInputs(model)) {
    const problem = cannotMake(value);
    const type = value.type as TensorType;
    if (problem) problems.push(problem);
    else {
      const shape = shapeOf(type) ?? shapeByReader(model, value.id);
      inputs.push({ name: value.name, dtype: type.dtype, shape, value });
    }
  }
  return { inputs, problems };
}

/** Old exporters write 0 for an unknown length. */
const shapeOf = (type: TensorType) => type.shape?.map((d) => (d === 0 ? null : d)) ?? null;

export interface ModelInput extends SizedInput {
  readonly value: Value;
}

export function generateInputs(model: Model, options: GenerateOptions = {}): GeneratedInputs {
  const { inputs, problems } = sizedInputs(model);
  const { shapes, names } = resolveDims(inputs, options.dims ?? {});
  const past = pastLength(inputs, shapes);
  const values = inputs.map((input) => {
    const dims = shapes.get(input.name)!;
    checkSize(input, dims);
    const random = seeded(options.seed ?? 0, input.name);
    return make({ input, dims, random, hint: hintFor(model, input.value.id), past });
  });
  return { values, dims: names, problems };
}

function cannotMake(value: Value): Diagnostic | null {
  const place = { value: value.id };
  if (value.type?.kind !== 'tensor')
    return diagnostic('run.input-kind', { input: value.name, type: typeString(value.type) }, place);
  const { dtype } = value.type;
  if (isExchanged(dtype)) return null;
  return diagnostic('run.input-dtype', { input: value.name, dtype: dtypeInfo(dtype).label }, place);
}

function checkSize(input: SizedInput, dims: readonly number[]): void {
  const bytes = (elementCount(dims) * Math.max(8, dtypeInfo(input.dtype).bits)) / 8;
  if (bytes <= MAX_BYTES) return;
  const size = (bytes / 2 ** 30).toFixed(1);
  throw new FormatError('run.input-size', { input: input.name, shape: shapeLabel(dims), size });
}

/** How many tokens a model's cache holds: positions go on from there. */
function pastLength(inputs: readonly SizedInput[], shapes: ReadonlyMap<string, readonly number[]>): number {
  const cache = inputs.find((i) => i.shape?.some((d) => typeof d === 'string' && /past|cache/i.test(d)));
  const axis = cache?.shape?.findIndex((d) => typeof d === 'string' && /past|cache/i.test(d)) ?? 0;
  return cache ? shapes.get(cache.name)![axis]! : 0;
}

interface Making {
  readonly input: SizedInput;
  readonly dims: readonly number[];
  readonly random: Random;
  readonly hint: Hint | null;
  readonly past: number;
}

/** How one input is filled: said in words, and a function of the element's index. */
interface Filling {
  readonly what: string;
  readonly at: (index: number) => number | string;
}

function make(making: Making): InputValue {
  const { input, dims } = making;
  const filling = fillingFor(making);
  const tensor: DenseTensor = { dtype: input.dtype, dims, values: filled(input.dtype, elementCount(dims), filling) };
  return { name: input.name, tensor, description: `${filling.what}, ${shapeLabel(dims)}` };
}

function filled(dtype: DType, count: number, { at }: Filling): Elements {
  const out = elementArray(dtype, count);
  if (dtype === 'string') return Array.from({ length: count }, (_, i) => String(at(i)));
  if (out instanceof BigInt64Array || out instanceof BigUint64Array)
    for (let i = 0; i < count; i++) out[i] = BigInt(at(i));
  else {
    const numbers = out as Float32Array;
    const encode = dtype === 'float16' ? halfBits : (v: number) => v;
    for (let i = 0; i < count; i++) numbers[i] = encode(Number(at(i)));
  }
  return out;
}

function fillingFor(making: Making): Filling {
  const { dtype } = making.input;
  if (dtype === 'string') return stringFilling(making);
  if (dtype === 'bool') return boolFilling(making);
  return /float|double/.test(dtype) ? floatFilling(making) : integerFilling(making);
}

const constant = (what: string, value: number): Filling => ({ what, at: () => value });

const isMask = (name: string) => /mask/i.test(name);

function choice({ random }: Making, choices: readonly (string | number)[]): Filling {
  const what = `one of the model's ${choices.length} categories`;
  return { what, at: () => choices[whole(random, choices.length)]! };
}

const WORDS = 'the quick brown fox jumps over a lazy dog while seven good models learn to read'.split(' ');

function stringFilling(making: Making): Filling {
  const { random, hint } = making;
  if (hint?.kind === 'choice' && hint.choices.every((c) => typeof c === 'string')) return choice(making, hint.choices);
  const word = () => WORDS[whole(random, WORDS.length)]!;
  return { what: 'seeded words', at: () => `${word()} ${word()} ${word()}` };
}

function boolFilling({ input, dims, random }: Making): Filling {
  if (isMask(input.name)) return constant('all true (a mask)', 1);
  if (elementCount(dims) === 1) return constant('true', 1);
  return { what: 'seeded true and false', at: () => whole(random, 2) };
}

function floatFilling(making: Making): Filling {
  const { input, random, hint } = making;
  if (hint?.kind === 'choice' && hint.choices.every((c) => typeof c === 'number')) return choice(making, hint.choices);
  if (hint?.kind === 'fill') return fill(hint);
  if (hint?.kind === 'below') return { what: `seeded 0 to ${hint.below - 1}`, at: () => whole(random, hint.below) };
  if (isMask(input.name)) return constant('ones (a mask)', 1);
  if (/temperature|sigma|(^|[_.])scales?$/i.test(input.name)) return constant('ones', 1);
  if (isPicture(input)) return { what: 'seeded picture, 0 to 1', at: () => random() };
  return { what: 'seeded normal', at: () => normal(random) };
}

/** Named like a picture; the shape alone may be that of a feature map. */
function isPicture(input: SizedInput): boolean {
  return (
    /image|pixel|img|picture|photo/i.test(input.name) &&
    (input.shape === null || imageLayout(input.shape) !== null || input.shape.length === 3)
  );
}

function fill(hint: Extract<Hint, { kind: 'fill' }>): Filling {
  return {
    what: `${hint.first ?? hint.value} (${hint.why})`,
    at: (i) => (i === 0 ? (hint.first ?? hint.value) : hint.value),
  };
}

function integerFilling(making: Making): Filling {
  const { input, dims, random, hint, past } = making;
  const { name, dtype } = input;
  if (hint?.kind === 'choice' && hint.choices.every((c) => typeof c === 'number')) return choice(making, hint.choices);
  if (hint?.kind === 'fill') return fill(hint);
  if (isMask(name)) return constant('ones (a mask)', 1);
  const table = hint?.kind === 'below' ? hint : null;
  if (/position/i.test(name)) return positions(past, dims.at(-1) ?? 1, table?.below);
  if (/token_type|segment/i.test(name)) return constant('zeros', 0);
  if (/length|(^|[_.])lens?$/i.test(name)) return lengths(table?.below);
  const top = table?.below ?? defaultTop(name, dtype);
  const what = `seeded 0 to ${top - 1}${table ? ` (rows of ${table.why})` : ''}`;
  return { what, at: () => whole(random, top) };
}

function lengths(below = Infinity): Filling {
  const length = Math.min(SEQUENCE, below - 1);
  return constant(`all ${length} (lengths)`, length);
}

function positions(past: number, last: number, below = Infinity): Filling {
  const what = `positions ${past} to ${past + last - 1}`;
  return { what, at: (i) => Math.min(past + (i % Math.max(1, last)), below - 1) };
}

/** Quantised pictures use their whole range; other integers stay small. */
function defaultTop(name: string, dtype: DType): number {
  if (dtype === 'uint8') return 256;
  if (dtype === 'int8') return 128;
  return /ids?$|token/i.test(name) ? 100 : 10;
}
