/**
 * TensorList and TensorArray: as one tensor of all elements, [length, ...]. Within a loop that puts one element into each
 * place the list is not carried along at all: the element becomes a scan output of the Loop.
 */
import { Held } from '../../../graph-model/builders/axis-orders.ts';
import { getInts } from '../../../graph-model/core/attributes.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import type { GraphId, ValueId } from '../../../graph-model/core/model.ts';
import { dtypeInfo, tensorType, type Dim, type DType } from '../../../graph-model/core/types.ts';
import { readPlaces, type Handler, type Handlers, type Handling } from './handler.ts';
import { TensorList, type ListState, type OpenLoop } from './things.ts';

/** An iteration does more to a list than put one element in: the loop has to carry it as a tensor. */
export class CarryList extends Error {
  constructor(
    readonly loop: OpenLoop,
    readonly index: number,
    /** Dims of an element, where they came to light. */
    readonly element: readonly Dim[] | null,
  ) {
    super('a list has to be carried by its loop');
  }
}

type Dims = readonly Dim[] | null;

const isSequence = ({ state }: TensorList) => state.kind === 'sequence';

const isNumbers = (dims: Dims): dims is readonly number[] => dims !== null && dims.every((d) => typeof d === 'number');

// ---- the tensor of all elements

/** [length, ...] of a list; zeros where nothing was put in. */
export function stackedOf(h: Handling, list: TensorList, hint: readonly Dim[] | null = null, like?: Held): Held {
  const { state } = list;
  switch (state.kind) {
    case 'stacked':
      return state.tensor;
    case 'sequence':
      return Held.of(h.e.op('ConcatFromSequence', [state.sequence], { axis: 0, new_axis: 1 }));
    case 'empty':
      return Held.of(zeros(h, list, state.length, isNumbers(list.element) ? list.element : hint, like));
    case 'loop':
    case 'written':
      throw new CarryList(state.loop, state.index, state.kind === 'written' ? h.shape(state.item) : null);
  }
}

/** `like` is an element, whose shape tells what is not fixed. */
function zeros(
  h: Handling,
  list: TensorList,
  length: Held | null,
  element: readonly Dim[] | null,
  like?: Held,
): ValueId {
  const { e } = h;
  const known = length === null ? [0] : h.numbers(length);
  const count = known ? e.ints(known, [1]) : e.reshape(h.int64(length!), [1]);
  const zero = e.op('ConstantOfShape', [shapeOfAll(h, known, count, element, like)]);
  return e.cast(zero, list.dtype, dtypeInfo(list.dtype).code);
}

function shapeOfAll(
  h: Handling,
  known: readonly number[] | null,
  count: ValueId,
  element: readonly Dim[] | null,
  like: Held | undefined,
): ValueId {
  const { e } = h;
  if (!isNumbers(element)) {
    if (!like) return h.refuse('the shape of the elements of its list is not fixed');
    return e.op('Concat', [count, e.op('Shape', [h.natural(like)])], { axis: 0 });
  }
  if (known) return e.ints([...known, ...element]);
  return element.length === 0 ? count : e.op('Concat', [count, e.ints(element)], { axis: 0 });
}

// ---- one element

/** The index as a tensor [1, 1] of ScatterND. */
const place = (h: Handling, index: Held) => h.e.reshape(h.int64(index), [1, 1]);

export function setItem(h: Handling, list: TensorList, index: Held, item: Held): TensorList {
  const { state } = list;
  const element = merged(list.element, h.shape(item));
  if (state.kind === 'loop') return list.with({ ...state, kind: 'written', item, at: index }, element);
  const grows = list.traits.grows || h.flag('resize_if_index_out_of_bounds');
  if (!fits(h, list, item)) return list.with(putInto(h, sequenceOf(h, list), index, item, grows), element);
  const before = h.natural(stackedOf(h, list, element, item));
  const all = grows ? longEnough(h, before, index) : before;
  const update = h.e.unsqueeze(h.natural(item), [0]);
  const written = h.e.op('ScatterND', [all, place(h, index), update]);
  return list.with({ kind: 'stacked', tensor: Held.of(written) }, element);
}

/** Whether a list with this element is one tensor still. */
function fits(h: Handling, list: TensorList, item: Held): boolean {
  const { state } = list;
  if (state.kind === 'sequence') return false;
  if (list.traits.isUniform || state.kind !== 'stacked') return true;
  const [rows, dims] = [h.shape(state.tensor)?.slice(1), h.shape(item)];
  return !!rows && !!dims && rows.length === dims.length && rows.every((d, i) => d !== null && d === dims[i]);
}

/** What is known of either. */
function merged(a: Dims, b: Dims): Dims {
  if (a === null || b === null || a.length !== b.length) return b ?? a;
  return a.map((d, i) => (typeof d === 'number' ? d : b[i]!));
}

export function getItem(h: Handling, list: TensorList, index: Held): Held {
  if (list.state.kind === 'sequence') return Held.of(h.e.op('SequenceAt', [list.state.sequence, h.int64(index)]));
  const all = h.natural(stackedOf(h, list));
  return Held.of(h.e.op('Gather', [all, h.int64(index)], { axis: 0 }));
}

function pushBack(h: Handling, list: TensorList, item: Held): TensorList {
  const { state } = list;
  const element = merged(list.element, h.shape(item));
  if (state.kind === 'loop') return list.with({ ...state, kind: 'written', item, at: null }, element);
  if (!fits(h, list, item)) {
    const sequence = h.e.op('SequenceInsert', [sequenceOf(h, list), h.natural(item)]);
    return list.with({ kind: 'sequence', sequence }, element);
  }
  const one = h.e.unsqueeze(h.natural(item), [0]);
  const isNew = state.kind === 'empty' && (state.length === null || h.numbers(state.length)?.[0] === 0);
  const all = isNew ? one : h.e.op('Concat', [h.natural(stackedOf(h, list, element)), one], { axis: 0 });
  return list.with({ kind: 'stacked', tensor: Held.of(all) }, element);
}

function popBack(h: Handling, list: TensorList): [TensorList, Held] {
  if (list.state.kind === 'sequence') {
    const [all, at] = [list.state.sequence, h.e.numbers('int64', [-1])];
    const sequence = h.e.op('SequenceErase', [all, at]);
    return [list.with({ kind: 'sequence', sequence }), Held.of(h.e.op('SequenceAt', [all, at]))];
  }
  const all = h.natural(stackedOf(h, list));
  const rest = h.e.slice(all, [0], [-1], [0]);
  const last = h.e.op('Gather', [all, h.e.numbers('int64', [-1])], { axis: 0 });
  return [list.with({ kind: 'stacked', tensor: Held.of(rest) }), Held.of(last)];
}

/** int32 scalar. */
function lengthOf(h: Handling, list: TensorList): Held {
  const { state } = list;
  if (state.kind === 'empty') return state.length ?? Held.of(h.e.numbers('int32', [0]));
  if (state.kind === 'sequence') return Held.of(h.e.cast(h.e.op('SequenceLength', [state.sequence]), 'int32', 6));
  const all = h.natural(stackedOf(h, list));
  const fixed = h.e.dims(all)?.[0];
  if (typeof fixed === 'number') return Held.of(h.e.numbers('int32', [fixed]));
  const first = h.e.op('Gather', [h.e.op('Shape', [all]), h.e.numbers('int64', [0])], { axis: 0 });
  return Held.of(h.e.cast(first, 'int32', 6));
}

// ---- elements that differ in shape

/** The list as an ONNX sequence; places that nothing was put into hold tensors without elements. */
export function sequenceOf(h: Handling, list: TensorList): ValueId {
  const { e } = h;
  const { state } = list;
  if (state.kind === 'sequence') return state.sequence;
  const { code } = dtypeInfo(list.dtype);
  const length = state.kind === 'empty' ? state.length : null;
  const isNone = state.kind === 'empty' && (length === null || h.numbers(length)?.[0] === 0);
  if (isNone) return e.op('SequenceEmpty', [], { dtype: code });
  const rows = length === null ? h.natural(stackedOf(h, list)) : withoutElements(h, list, length);
  return e.op('SplitToSequence', [rows], { axis: 0, keepdims: 0 });
}

function withoutElements(h: Handling, list: TensorList, length: Held): ValueId {
  const shape = h.e.op('Concat', [h.e.reshape(h.int64(length), [1]), h.e.ints([0])], { axis: 0 });
  return h.e.cast(h.e.op('ConstantOfShape', [shape]), list.dtype, dtypeInfo(list.dtype).code);
}

/** One element put in the place of another, or where the list may grow behind the last. */
function putInto(h: Handling, all: ValueId, index: Held, item: Held, grows: boolean): ListState {
  const { e } = h;
  const [at, value] = [h.int64(index), h.natural(item)];
  const replaced = (inner: TypedEmitter, from: ValueId) => inner.op('SequenceErase', [from, at]);
  if (!grows) return { kind: 'sequence', sequence: e.op('SequenceInsert', [replaced(e, all), value, at]) };
  const [shorter, same] = [e.draft.newGraph('then_branch'), e.draft.newGraph('else_branch')];
  e.draft.setGraphOutputs(shorter, [replaced(e.within(shorter), all)]);
  e.draft.setGraphOutputs(same, [e.within(same).op('Identity', [all])]);
  const bodies = { then_branch: graphAttribute(shorter), else_branch: graphAttribute(same) };
  const isWithin = e.op('Less', [at, e.op('SequenceLength', [all])]);
  const rest = e.ops('If', [isWithin], bodies, 1)[0]!;
  return { kind: 'sequence', sequence: e.op('SequenceInsert', [rest, value, at]) };
}

const graphAttribute = (value: GraphId) => ({ kind: 'graph', value }) as const;

/** Zeros behind the elements, up to the place that is written next. */
function longEnough(h: Handling, all: ValueId, index: Held): ValueId {
  const { e } = h;
  const [length, at] = [e.dims(all)?.[0], h.numbers(index)?.[0]];
  if (typeof length === 'number' && at !== undefined && at < length) return all;
  const rank = e.dims(all)?.length ?? h.refuse('the shape of the elements of its list is not known');
  const wanted = e.op('Add', [e.reshape(h.int64(index), [1]), e.ints([1])]);
  const missing = e.op('Max', [e.op('Sub', [wanted, e.op('Shape', [all], { end: 1 })]), e.ints([0])]);
  const none = (n: number) => e.ints(new Array<number>(n).fill(0));
  const pads = e.op('Concat', [none(rank), missing, ...(rank > 1 ? [none(rank - 1)] : [])], { axis: 0 });
  return e.op('Pad', [all, pads]);
}

// ---- many elements

/** Whether indices count up from zero by one, so that they name every place in order. */
function countsUp(h: Handling, indices: Held): boolean {
  const known = h.numbers(indices);
  if (known) return known.every((v, i) => v === i);
  let maker = h.e.draft.producer(h.natural(indices));
  while (maker?.op === 'Cast') maker = h.e.draft.producer(maker.inputs[0]!);
  if (maker?.op !== 'Range' || maker.domain !== '') return false;
  const [start, , delta] = maker.inputs.map((v) => h.e.known(v!)?.values[0]);
  return Number(start) === 0 && Number(delta) === 1;
}

/** A tensor's rows put into places: all places in order, nearly always. */
function scatter(h: Handling, list: TensorList, indices: Held, rows: Held): TensorList {
  const element = merged(list.element, h.shape(rows)?.slice(1) ?? null);
  if (list.state.kind === 'empty' && countsUp(h, indices)) {
    return list.with({ kind: 'stacked', tensor: rows }, element);
  }
  const all = h.natural(stackedOf(h, list, element));
  const places = h.e.unsqueeze(h.int64(indices), [1]);
  const written = h.e.op('ScatterND', [all, places, h.natural(rows)]);
  return list.with({ kind: 'stacked', tensor: Held.of(written) }, element);
}

function gather(h: Handling, list: TensorList, indices: Held): Held {
  if (list.state.kind === 'sequence') {
    const { sequence } = list.state;
    const places = h.int64(indices);
    return forEach(h, h.e.op('Size', [places]), (e, i) =>
      e.op('SequenceAt', [sequence, e.op('Gather', [places, i], { axis: 0 })]),
    );
  }
  const all = stackedOf(h, list);
  if (countsUp(h, indices) && sameLength(h, h.natural(all), indices)) return all;
  return Held.of(h.e.op('Gather', [h.natural(all), h.int64(indices)], { axis: 0 }));
}

/** Indices that count up to the length of the very list: the range ends at what was asked of it. */
function sameLength(h: Handling, all: ValueId, indices: Held): boolean {
  const dims = [h.e.dims(all)?.[0], h.shape(indices)?.[0]];
  if (dims[0] !== null && dims[0] !== undefined && dims[0] === dims[1]) return true;
  const { evaluation, node, scope } = h;
  const maker = evaluation.source.producer(node.inputs[1]!);
  const limit = maker?.op === 'Range' ? maker.inputs[1] : null;
  const size = limit ? evaluation.source.producer(limit) : null;
  return size !== null && /^(TensorArraySize|TensorListLength)/.test(size.op) && scope.find(limit!) !== null;
}

/** Elements of [k, ...] one behind the other: the first two axes become one. */
function concatenated(h: Handling, list: TensorList): readonly (Held | null)[] {
  if (list.state.kind === 'sequence') return concatenatedSequence(h, list.state.sequence);
  const all = h.natural(stackedOf(h, list));
  const rank = h.e.dims(all)?.length ?? h.refuse('the shape of the elements of its list is not known');
  const { e } = h;
  const shape = e.op('Shape', [all]);
  const flat =
    rank === 2 ? e.ints([-1]) : e.op('Concat', [e.ints([-1]), e.slice(shape, [2], [rank], [0])], { axis: 0 });
  const lengths = e.op('Expand', [e.slice(shape, [1], [2], [0]), e.slice(shape, [0], [1], [0])]);
  return [Held.of(e.op('Reshape', [all, flat])), Held.of(lengths)];
}

function concatenatedSequence(h: Handling, sequence: ValueId): readonly (Held | null)[] {
  const all = Held.of(h.e.op('ConcatFromSequence', [sequence], { axis: 0 }));
  if (!readPlaces(h).includes(1)) return [all, null];
  const lengths = forEach(h, h.e.op('SequenceLength', [sequence]), (e, i) =>
    e.squeeze(e.op('Shape', [e.op('SequenceAt', [sequence, i])], { end: 1 }), [0]),
  );
  return [all, lengths];
}

/** What is made of each of `count` numbers from zero, stacked. */
function forEach(h: Handling, count: ValueId, make: (e: TypedEmitter, i: ValueId) => ValueId): Held {
  const { e } = h;
  const body = e.draft.newGraph('body');
  const input = (dtype: DType) => e.draft.newValue(body, '', null, { type: tensorType(dtype, []) });
  const [i, going] = [input('int64'), input('bool')];
  e.draft.setGraphInputs(body, [i, going]);
  const inner = e.within(body);
  const made = make(inner, i);
  e.draft.setGraphOutputs(body, [inner.op('Identity', [going]), made]);
  return Held.of(e.ops('Loop', [count, null], { body: graphAttribute(body) }, 1)[0]!);
}

/** The reverse. */
function split(h: Handling, list: TensorList, rows: Held, lengths: Held): TensorList {
  const known = h.numbers(lengths);
  const fixed = known !== null && known.every((n) => n === known[0]);
  const dims = h.shape(rows);
  if (!fixed) {
    const sequence = h.e.op('SplitToSequence', [h.natural(rows), h.int64(lengths)], { axis: 0 });
    return list.with({ kind: 'sequence', sequence }, null);
  }
  if (dims === null) return h.refuse('the shape of its parts is not known');
  const rest = dims.slice(1);
  if (!isNumbers(rest)) h.refuse('the shape of its parts is not fixed');
  const parts = h.e.reshape(h.natural(rows), [known.length, known[0] ?? 0, ...rest]);
  return list.with({ kind: 'stacked', tensor: Held.of(parts) }, [known[0] ?? 0, ...rest]);
}

// ---- operators

/** The element shape that an input or attribute declares; null where it says nothing. */
function declared(numbers: readonly number[] | null): readonly Dim[] | null {
  if (numbers === null || (numbers.length === 1 && numbers[0] === -1)) return null;
  return numbers.map((n) => (n < 0 ? null : n));
}

const elementType = (h: Handling): DType => h.type(h.text('element_dtype') === '' ? 'dtype' : 'element_dtype');

function newList(h: Handling, dtype: DType, element: Dims, state: ListState): TensorList {
  const isUniform = isNumbers(element) || h.evaluation.listUses.isStacked(h.node);
  return new TensorList(dtype, element, state, { isUniform, grows: h.flag('dynamic_size') });
}

/** The element shape that input 0 declares; a scalar says nothing. */
function declaredElement(h: Handling): Dims {
  const shape = h.held(0);
  return h.shape(shape)?.length === 0 ? null : declared(h.numbers(shape));
}

const reserve: Handler = (h) => newList(h, elementType(h), declaredElement(h), { kind: 'empty', length: h.held(1) });

const emptyList: Handler = (h) => newList(h, elementType(h), declaredElement(h), { kind: 'empty', length: null });

const fromTensor: Handler = (h) => {
  const rows = h.held(0);
  return newList(h, h.dtypeOf(rows), h.shape(rows)?.slice(1) ?? null, { kind: 'stacked', tensor: rows });
};

const scatterV2: Handler = (h) => {
  const rows = h.held(0);
  const count = h.inputs[3];
  const length = count instanceof Held && (h.numbers(count)?.[0] ?? 0) >= 0 ? count : null;
  const fresh = newList(h, h.dtypeOf(rows), null, { kind: 'empty', length });
  return scatter(h, fresh, h.held(1), rows);
};

/** A shape that Stack is given tells what nothing else does. */
const stack: Handler = (h) => stackedOf(h, h.list(0), declared(h.numbers(h.held(1))));

const arrayNew: Handler = (h) => {
  const element = declared(getInts(h.node, 'element_shape') ?? null);
  const list = newList(h, h.type('dtype'), element, { kind: 'empty', length: h.held(0) });
  return [list, list];
};

const LISTS: Handlers = {
  TensorListReserve: reserve,
  EmptyTensorList: emptyList,
  TensorListFromTensor: fromTensor,
  TensorListScatter: scatterV2,
  TensorListScatterV2: scatterV2,
  TensorListScatterIntoExistingList: (h) => scatter(h, h.list(0), h.held(2), h.held(1)),
  TensorListSetItem: (h) => setItem(h, h.list(0), h.held(1), h.held(2)),
  TensorListGetItem: (h) => getItem(h, h.list(0), h.held(1)),
  TensorListStack: stack,
  TensorListGather: (h) => gather(h, h.list(0), h.held(1)),
  TensorListPushBack: (h) => pushBack(h, h.list(0), h.held(1)),
  TensorListPopBack: (h) => popBack(h, h.list(0)),
  TensorListLength: (h) => lengthOf(h, h.list(0)),
  TensorListConcat: (h) => concatenated(h, h.list(0)),
  TensorListConcatV2: (h) => concatenated(h, h.list(0)),
  TensorListSplit: (h) => {
    const rows = h.held(0);
    const fresh = newList(h, h.dtypeOf(rows), null, { kind: 'empty', length: null });
    return split(h, fresh, rows, h.held(2));
  },
  TensorListConcatLists: (h) => {
    const [a, b] = [h.list(0), h.list(1)];
    if (isSequence(a) || isSequence(b)) return h.refuse('it joins lists whose elements differ in shape');
    const both = h.e.op('Concat', [h.natural(stackedOf(h, a)), h.natural(stackedOf(h, b))], { axis: 0 });
    return a.with({ kind: 'stacked', tensor: Held.of(both) });
  },
  TensorListResize: (h) => resized(h, h.list(0), h.held(1)),
};

function resized(h: Handling, list: TensorList, length: Held): TensorList {
  if (list.state.kind === 'empty') return list.with({ kind: 'empty', length });
  const all = h.natural(stackedOf(h, list));
  const [have, want] = [h.e.dims(all)?.[0], h.numbers(length)?.[0]];
  if (have !== undefined && have === want) return list;
  return h.refuse('it changes the length of a list that is in use');
}

/** TensorFlow 1: the handle names the list, and the flow is what it has become. */
const ARRAYS: Handlers = {
  TensorArrayV3: arrayNew,
  TensorArrayV2: arrayNew,
  TensorArrayWriteV3: (h) => setItem(h, h.list(3), h.held(1), h.held(2)),
  TensorArrayReadV3: (h) => getItem(h, h.list(2), h.held(1)),
  TensorArrayScatterV3: (h) => scatter(h, h.list(3), h.held(1), h.held(2)),
  TensorArrayGatherV3: (h) => gather(h, h.list(2), h.held(1)),
  TensorArraySizeV3: (h) => lengthOf(h, h.list(1)),
  TensorArrayConcatV3: (h) => concatenated(h, h.list(1)),
  TensorArraySplitV3: (h) => split(h, h.list(3), h.held(1), h.held(2)),
};

const renamed = (suffix: string): Handlers =>
  Object.fromEntries(Object.entries(ARRAYS).map(([op, handler]) => [op.replace(/V3$/, suffix), handler]));

export const LIST_HANDLERS: Handlers = { ...LISTS, ...renamed(''), ...renamed('V2'), ...ARRAYS };
