/**
 * Loops whose iterations are the steps of a recurrent layer become ONNX's LSTM, GRU and RNN. Cells are taken out one after
 * the other, so that stacked ones go too; what remains of a loop stays a loop, and what is not a cell to the letter stays in it.
 */
import type { TypedEmitter } from '../builders/typed-emitter.ts';
import { bodiesOf, getInts } from '../core/attributes.ts';
import type { GraphId, Node, NodeId, ValueId } from '../core/model.ts';
import type { DenseTensor } from '../core/tensor.ts';
import { findCell, type Cell } from './cells.ts';
import { LinearForms } from './linear-forms.ts';
import { LoopView, type LoopScan, type LoopState } from './loop-view.ts';
import { chosen, isSameMask } from './masks.ts';
import { pruneLoop } from './prune-loop.ts';
import { isTurnedRound, isZero, writeLayer, type Layer } from './write-layer.ts';

/** The elements of a value that is constant, as far as they are at hand. */
export type ConstantOf = (e: TypedEmitter, v: ValueId) => DenseTensor | null;

/** In the emitter's graph and the bodies below it. */
export function toRecurrentLayers(e: TypedEmitter, constantOf: ConstantOf): void {
  for (const id of e.draft.graph(e.graph).order) {
    // What turned a sequence round may have gone with its loop.
    const rest = e.draft.hasNode(id) ? peelAll(e, id, constantOf) : null;
    for (const body of rest ? bodiesOf(rest) : []) toRecurrentLayers(e.within(body), constantOf);
  }
}

/** What remains of a node; null: nothing. */
function peelAll(e: TypedEmitter, id: NodeId, constantOf: ConstantOf): Node | null {
  let node = e.draft.node(id);
  for (let view = LoopView.of(e, node); view !== null; view = LoopView.of(e, node)) {
    if (!peel(view, constantOf)) break;
    passRows(view);
    if (node.outputs.every((v) => v === null || e.draft.uses(v).length === 0)) {
      e.draft.removeNode(node.id);
      return null;
    }
    node = pruneLoop(e.draft, node);
  }
  return node;
}

/** Takes one cell out of a loop; false: there is none that can be. */
function peel(view: LoopView, constantOf: ConstantOf): boolean {
  const forms = new LinearForms(view.inner, (v) => constantOf(view.inner, v));
  const cell = findCell(view, forms);
  if (!cell || cell.mask?.kind === 'steps') return false;
  const results = resultsOf(view, cell);
  if (results === null || !canLeave(view, cell, results)) return false;
  view.e.origin = view.node.origin ?? { dialect: '', op: 'Loop', name: view.node.name };
  const layer = writeLayer(view, cell);
  const { draft } = view.e;
  for (const scan of results.scans) replaceSequence(view.e, scan.all, layer);
  for (const state of results.last) give(view.e, state.final, shapedAs(view, state, cell, layer.hidden()));
  if (cell.cell && isRead(view, cell.cell.final)) give(view.e, cell.cell.final, layer.cell());
  if (draft.uses(cell.output).length > 0 && cell.mask === null) readWithin(view, cell, layer);
  return true;
}

const isRead = ({ e }: LoopView, v: ValueId) => e.draft.uses(v).length > 0;

/** What of a loop's outputs a cell makes. */
interface Results {
  readonly scans: readonly LoopScan[];
  /** States that end as the cell's output does. */
  readonly last: readonly LoopState[];
}

/** null: a row that is read is not what the operator gives. */
function resultsOf(view: LoopView, cell: Cell): Results | null {
  const scans = view.scans.filter((s) => isRead(view, s.all) && isOutput(view, cell, s.item));
  const last = view.states.filter((s) => s === cell.hidden || endsAlike(view, cell, s));
  return { scans, last: last.filter((s) => isRead(view, s.final)) };
}

/** Whether a value is the cell's output, zero where a step does not count. */
function isOutput(view: LoopView, cell: Cell, v: ValueId): boolean {
  const { mask, value, otherwise } = chosen(view, v);
  if (value !== cell.output || !isSameMask(mask, cell.mask)) return false;
  return otherwise === null || isZero(view.e, otherwise);
}

/** Whether a state other than the cell's own ends as its output does: as it is, or only laid out otherwise. */
function endsAlike(view: LoopView, cell: Cell, state: LoopState): boolean {
  const trips = Number(view.e.known(view.trips)?.values[0] ?? 0);
  if (state === cell.cell || trips < 1) return false;
  if (cell.mask === null) return unshaped(view, state.next) === cell.output;
  const { mask, value, otherwise } = chosen(view, state.next);
  const held = value === cell.output && isSameMask(mask, cell.mask) && otherwise === state.input;
  return held && isZero(view.e, state.initial) && isZero(view.e, cell.hidden.initial);
}

const SHAPING = /^(Identity|Reshape|Unsqueeze|Squeeze)$/;

function unshaped(view: LoopView, v: ValueId): ValueId {
  const node = view.inner.draft.producer(v);
  if (node === null || node.graph !== view.body || !SHAPING.test(node.op)) return v;
  return node.inputs.slice(1).every((i) => view.isOutside(i!)) ? unshaped(view, node.inputs[0]!) : v;
}

/** The last output laid out as the state is. */
function shapedAs(view: LoopView, state: LoopState, cell: Cell, last: ValueId): ValueId {
  const redo = (v: ValueId): ValueId => {
    const node = view.inner.draft.producer(v);
    if (v === cell.output || node === null || !SHAPING.test(node.op)) return last;
    const inner = redo(node.inputs[0]!);
    return node.op === 'Identity' ? inner : view.e.op(node.op, [inner, ...node.inputs.slice(1)]);
  };
  return state === cell.hidden ? last : redo(state.next);
}

/** Whether all that is read of the loop besides can do without the cell's states. */
function canLeave(view: LoopView, cell: Cell, results: Results): boolean {
  const { draft } = view.e;
  const done = new Set<ValueId>([...results.scans.map((s) => s.item), ...results.last.map((s) => s.next)]);
  const own = [cell.hidden, cell.cell].flatMap((s) => (s ? [s] : []));
  const others = view.states.filter((s) => !own.includes(s) && isRead(view, s.final) && !results.last.includes(s));
  const rows = view.scans.filter((s) => isRead(view, s.all) && !done.has(s.item));
  const waiting = [draft.graph(view.body).outputs[0]!, ...others.map((s) => s.next), ...rows.map((s) => s.item)];
  const seen = new Set(waiting);
  while (waiting.length > 0) {
    const v = waiting.pop()!;
    if (own.some((s) => s.input === v)) return false;
    if (v === cell.output && cell.mask === null) continue;
    const state = view.states.find((s) => s.input === v);
    for (const next of state ? [state.next] : readBy(view, v)) {
      if (!seen.has(next)) waiting.push(next);
      seen.add(next);
    }
  }
  return true;
}

/** What the node of a value reads, in its bodies too. */
function readBy(view: LoopView, v: ValueId): ValueId[] {
  const { draft } = view.e;
  const within = (graph: GraphId): ValueId[] => draft.graph(graph).order.flatMap((id) => ofNode(draft.node(id)));
  const ofNode = (node: Node): ValueId[] => [
    ...node.inputs.filter((i) => i !== null),
    ...bodiesOf(node).flatMap((g) => [...within(g), ...draft.graph(g).outputs]),
  ];
  const node = draft.producer(v);
  return node !== null && node.graph === view.body ? ofNode(node) : [];
}

/** What else in the body reads the cell's output reads a row of the sequence. */
function readWithin(view: LoopView, cell: Cell, layer: Layer): void {
  const all = layer.sequence(layer.backwards);
  const index = view.e.draft.graphInputs(view.body)[0]!;
  const row = view.inner.op('Gather', [all, index], { axis: 0 });
  view.e.draft.replaceUses(cell.output, row);
}

/** What reads rows that the loop only hands through reads them where they come from. */
function passRows(view: LoopView): void {
  for (const { item, all } of view.scans) {
    const rows = isRead(view, all) ? view.rowsOf(item) : null;
    if (rows !== null && view.isLengthOf(rows)) give(view.e, all, rows);
  }
}

/** The loop's rows are the layer's sequence; where both are turned round, what turns the rows back is not needed. */
function replaceSequence(e: TypedEmitter, from: ValueId, layer: Layer): void {
  if (!layer.backwards) give(e, from, layer.sequence(false));
  else straighten(e, from, 0, { straight: () => layer.sequence(false), flipped: () => layer.sequence(true) });
}

interface Ways {
  readonly straight: () => ValueId;
  readonly flipped: () => ValueId;
}

function straighten(e: TypedEmitter, from: ValueId, axis: number, { straight, flipped }: Ways): void {
  const { draft } = e;
  for (const { node: id } of [...draft.uses(from)]) {
    const node = id === null ? null : draft.node(id);
    if (node?.op === 'Slice' && isTurnedRound(e, node, axis)) give(e, node.outputs[0]!, straight());
    else if (node?.op === 'Transpose' && getInts(node, 'perm')) straightenTransposed(e, node, axis, straight);
    else continue;
    draft.removeNode(node.id);
  }
  if (draft.uses(from).length > 0) give(e, from, flipped());
}

function straightenTransposed(e: TypedEmitter, node: Node, axis: number, straight: () => ValueId): void {
  const perm = getInts(node, 'perm')!;
  const moved = perm.indexOf(axis);
  let made: ValueId | null = null;
  const turned = () => (made ??= e.transpose(straight(), perm));
  straighten(e, node.outputs[0]!, moved, { straight: turned, flipped: () => e.flip(turned(), moved) });
}

/** One value for another; an output of the graph keeps its name. */
function give(e: TypedEmitter, from: ValueId, to: ValueId): void {
  const { draft } = e;
  const isOutput = draft.uses(from).some((u) => u.node === null);
  const { name, type } = draft.value(from);
  const isOwn = draft.value(to).name === '' && draft.value(to).producer !== null;
  const given = isOutput && !isOwn ? e.op('Identity', [to]) : to;
  draft.replaceUses(from, given);
  if (isOutput) draft.patchValue(given, { name, type });
  if (isOutput) draft.patchValue(from, { name: '' });
}
