/** Operators that run bodies: If, Loop, Scan, SequenceMap. */
import type { Graph } from '../../core/model.ts';
import type { Dim, TensorType, ValueType } from '../../core/types.ts';
import { tensorType } from '../../core/types.ts';
import { dimNames, maxDim } from '../symbolic.ts';
import type { BodyInput, BodyOutput, InferRule, NodeContext } from './context.ts';
import { sameElements, scalarElement, type Elements } from './elements.ts';
import { joinTypes, mapDims, sameType } from './merge.ts';
import { withTraits, type Rows } from './row.ts';

// ---- If

const ifRule: InferRule = (c) => {
  const [yes, no] = [c.body('then_branch'), c.body('else_branch')];
  const taken = c.elements(0)?.values[0] ?? null;
  const left = yes ? c.run(yes, []) : [];
  const right = no ? c.run(no, []) : [];
  for (let i = 0; i < c.outputCount; i++) {
    const [a, b] = [left[i], right[i]];
    if (typeof taken === 'number') {
      const chosen = taken ? a : b;
      c.set(i, chosen?.type ?? null, chosen?.elements ?? null);
    } else
      c.set(i, joinTypes(a?.type ?? null, b?.type ?? null), joinElements(a?.elements ?? null, b?.elements ?? null));
  }
};

/** What holds in both: differing elements are not known. */
function joinElements(a: Elements | null, b: Elements | null): Elements | null {
  if (!a || !b || a.dtype !== b.dtype || a.dims.length !== b.dims.length) return null;
  if (sameElements(a, b)) return a;
  if (a.dims.some((d, i) => d !== b.dims[i])) return null;
  const values = a.values.map((v, i): Dim => (v === b.values[i] ? v : null));
  return values.every((v) => v === null) ? null : { ...a, values };
}

// ---- values carried from one iteration to the next

interface State {
  readonly type: ValueType | null;
  readonly elements: Elements | null;
}

const MOST_ROUNDS = 6;
/** Each level of nested loops multiplies the rounds: below this depth the body runs once, with shapes left open. */
const DEEPEST_SETTLED = 5;

/**
 * Runs the body until the types of the carried values no longer change: a dimension that differs between two rounds
 * varies, and gets a name of its own. `run` maps the states to the states after one iteration.
 */
function settle(
  c: NodeContext,
  start: readonly State[],
  run: (states: readonly State[]) => readonly State[],
): readonly State[] {
  let states = start;
  if (c.frame.depth > DEEPEST_SETTLED) return runOnce(start, run);
  const varying = new Set<Dim>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const after = run(states);
    const next = states.map((s, i) => widen(c, s, after[i] ?? { type: null, elements: null }, varying));
    if (next.every((s, i) => sameType(s.type, states[i]!.type) && sameElements(s.elements, states[i]!.elements)))
      return next;
    states = next;
  }
  // It never settles: only what every round has is kept, the element type.
  return runOnce(states, run);
}

function runOnce(states: readonly State[], run: (states: readonly State[]) => unknown): readonly State[] {
  const loose = states.map((s) => ({
    type: s.type?.kind === 'tensor' && s.type.shape?.length !== 0 ? tensorType(s.type.dtype, null) : s.type,
    elements: null,
  }));
  run(loose);
  return loose;
}

function widen(c: NodeContext, before: State, after: State, varying: Set<Dim>): State {
  const elements = joinElements(before.elements, after.elements);
  const [a, b] = [before.type, after.type];
  if (a?.kind !== 'tensor' || b?.kind !== 'tensor')
    return { type: a === null ? b : b === null ? a : joinTypes(a, b), elements };
  return { type: widenTensor(c, a, b, varying), elements };
}

function widenTensor(c: NodeContext, a: TensorType, b: TensorType, varying: Set<Dim>): ValueType {
  if (a.shape === null || b.shape === null || a.shape.length !== b.shape.length) return tensorType(a.dtype, null);
  const shape = a.shape.map((d, i) => {
    if (varying.has(d) || d === b.shape![i]) return d;
    const name = c.fresh();
    varying.add(name);
    return name;
  });
  return tensorType(a.dtype, shape);
}

/** Runs `work` and gives the names of lengths that came up in it: they mean something else in each iteration. */
function namesMadeIn<T>(c: NodeContext, work: () => T): [T, ReadonlySet<string>] {
  const outer = c.facts.recent;
  const inner = new Set<string>();
  c.facts.recent = inner;
  const result = work();
  c.facts.recent = outer;
  for (const name of inner) outer.add(name);
  return [result, inner];
}

/** A type as seen from outside the body: lengths made inside are not the same outside. */
function fromInside(type: ValueType | null, inside: ReadonlySet<string>): ValueType | null {
  return mapDims(type, (d) => ([...dimNames(d)].some((n) => inside.has(n)) ? null : d));
}

// ---- Loop

const loop: InferRule = (c) => {
  const body = c.body('body');
  if (!body) return;
  const carried = Math.max(0, c.inputCount - 2);
  const first: State[] = Array.from({ length: carried }, (_, i) => ({
    type: c.type(i + 2),
    elements: c.elements(i + 2),
  }));
  const condition: State = {
    type: tensorType('bool', []),
    elements: c.has(1) ? c.elements(1) : scalarElement('bool', 1),
  };
  let outputs: readonly BodyOutput[] = [];
  const [states, inside] = namesMadeIn(c, () =>
    settle(c, [condition, ...first], (now) => {
      outputs = c.run(body, [{ type: tensorType('int64', []) }, ...now]);
      return outputs.slice(0, carried + 1);
    }),
  );
  const always = states[0]!.elements?.values[0] === 1;
  for (let i = 0; i < carried; i++) {
    const end = states[i + 1]!;
    c.set(i, fromInside(end.type, inside), end.elements);
  }
  const trips = always ? tripCount(c) : null;
  for (let i = carried; i < c.outputCount; i++)
    setStacked(c, i, outputs[i + 1]?.type ?? null, trips ?? c.fresh(), 0, inside);
};

function tripCount(c: NodeContext): Dim {
  const m = c.has(0) ? (c.elements(0)?.values[0] ?? null) : null;
  return typeof m === 'number' && m > 2 ** 31 ? null : maxDim(m, 0);
}

/** What an iteration yields, stacked along a new axis. */
function setStacked(
  c: NodeContext,
  i: number,
  each: ValueType | null,
  length: Dim,
  axis: number,
  inside: ReadonlySet<string>,
): void {
  if (each?.kind !== 'tensor') return c.set(i, null);
  const seen = fromInside(each, inside) as TensorType;
  const at = seen.shape && axis < 0 ? axis + seen.shape.length + 1 : axis;
  c.setTensor(i, seen.dtype, seen.shape && [...seen.shape.slice(0, at), length, ...seen.shape.slice(at)]);
}

// ---- Scan

const scan: InferRule = (c) => (c.version < 9 ? scanBatched(c) : scanPlain(c));

/** How many of the inputs are scanned: never more than there are, whatever the attribute says. */
const scannedInputs = (c: NodeContext, inputs: number): number =>
  Math.min(Math.max(c.int('num_scan_inputs', 0), 0), Math.max(inputs, 0));

const scanPlain: InferRule = (c) => {
  const body = c.body('body');
  if (!body) return;
  const scanned = scannedInputs(c, c.inputCount);
  const states = c.inputCount - scanned;
  const axes = c.ints('scan_input_axes') ?? [];
  let length: Dim = null;
  const slices: BodyInput[] = [];
  for (let i = 0; i < scanned; i++) {
    const [slice, along] = sliced(c.tensor(states + i), axes[i] ?? 0);
    length = length === null ? along : c.same(length, along, 'the scanned lengths');
    slices.push({ type: slice });
  }
  const outAxes = c.ints('scan_output_axes') ?? [];
  runScan(c, body, states, 0, slices, (i, type, inside) =>
    setStacked(c, states + i, type, length, outAxes[i] ?? 0, inside),
  );
};

function sliced(type: TensorType | null, axis: number): [ValueType | null, Dim] {
  if (!type?.shape) return [type && tensorType(type.dtype, null), null];
  const at = axis < 0 ? axis + type.shape.length : axis;
  return [
    tensorType(
      type.dtype,
      type.shape.filter((_, i) => i !== at),
    ),
    type.shape[at] ?? null,
  ];
}

function runScan(
  c: NodeContext,
  body: Graph,
  states: number,
  offset: number,
  slices: readonly BodyInput[],
  stack: (i: number, type: ValueType | null, inside: ReadonlySet<string>) => void,
  batch?: Dim,
): void {
  const inBatch = (t: ValueType | null) => (batch === undefined ? t : sliced(t?.kind === 'tensor' ? t : null, 0)[0]);
  const first = Array.from({ length: states }, (_, i): State => ({
    type: inBatch(c.type(i + offset)),
    elements: null,
  }));
  let outputs: readonly BodyOutput[] = [];
  const [ends, inside] = namesMadeIn(c, () =>
    settle(c, first, (now) => {
      outputs = c.run(body, [...now, ...slices]);
      return outputs.slice(0, states).map((o) => ({ type: o.type, elements: null }));
    }),
  );
  ends.forEach((end, i) => {
    if (batch === undefined) c.set(i, fromInside(end.type, inside));
    else setStacked(c, i, end.type, batch, 0, inside);
  });
  for (let i = 0; i + states < c.outputCount; i++) stack(i, outputs[i + states]?.type ?? null, inside);
}

/** Opset 8: everything has a batch axis first and the sequence second; input 0 holds the lengths. */
const scanBatched: InferRule = (c) => {
  const body = c.body('body');
  if (!body) return;
  const scanned = scannedInputs(c, c.inputCount - 1);
  const states = c.inputCount - 1 - scanned;
  const shape = c.shape(1 + states);
  const [batch, length] = [shape?.[0] ?? c.dim(1, 0), shape?.[1] ?? null];
  const slices = Array.from({ length: scanned }, (_, i): BodyInput => {
    const t = c.tensor(1 + states + i);
    return { type: t && tensorType(t.dtype, t.shape?.slice(2) ?? null) };
  });
  const stack = (i: number, type: ValueType | null, inside: ReadonlySet<string>) => {
    const each = fromInside(type, inside) as TensorType | null;
    c.setTensor(states + i, each?.dtype ?? null, each?.shape ? [batch, length, ...each.shape] : null);
  };
  runScan(c, body, states, 1, slices, stack, batch);
};

// ---- SequenceMap

const sequenceMap: InferRule = (c) => {
  const body = c.body('body');
  if (!body) return;
  const inputs = c.node.inputs.map((_, i): BodyInput => {
    const t = c.type(i);
    return { type: t?.kind === 'sequence' ? withNames(c, t.element) : t };
  });
  const [outputs, inside] = namesMadeIn(c, () => c.run(body, inputs));
  const own = new Set(
    inputs
      .flatMap((i) => (i.type?.kind === 'tensor' ? (i.type.shape ?? []) : []))
      .filter((d) => typeof d === 'string' && c.facts.minted.has(d)),
  );
  for (let i = 0; i < c.outputCount; i++) {
    const element = fromInside(outputs[i]?.type ?? null, new Set([...inside, ...(own as Set<string>)]));
    c.set(i, element && { kind: 'sequence', element });
  }
};

/** Unknown dimensions of an element, named while the body runs. */
const withNames = (c: NodeContext, type: ValueType | null): ValueType | null => mapDims(type, (d) => d ?? c.fresh());

export const CONTROL: Rows = withTraits([], { If: ifRule, Loop: loop, Scan: scan, SequenceMap: sequenceMap });
