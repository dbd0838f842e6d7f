/**
 * The step of a loop as a cell that ONNX has an operator for. Nothing is taken from names: the arithmetic itself has to come to
 *   LSTM  c' = f·c + i·g,  h' = o·a(c')          gates: sums of products of the input and h
 *   GRU   h' = z·h + (1−z)·n                     n of r·h, or of r times a product of h
 *   RNN   h' = a(sum)
 */
import type { ValueId } from '../core/model.ts';
import { activationOf, isSameActivation, type Activated, type Activation } from './activations.ts';
import { isMatrix, type Linear, type LinearForms, type Matrix, type Term } from './linear-forms.ts';
import type { LoopState, LoopView } from './loop-view.ts';
import { chosen, isSameMask, type Chosen, type Mask } from './masks.ts';

/** One gate's sums; null: nothing of it. */
export interface Gate {
  readonly input: Matrix;
  readonly hidden: Matrix | null;
  readonly bias: ArrayLike<number> | null;
  /** Added to the product of the state by itself: only where a GRU resets after it. */
  readonly hiddenBias: ArrayLike<number> | null;
  readonly peephole: ArrayLike<number> | null;
}

export interface Cell {
  readonly op: 'LSTM' | 'GRU' | 'RNN';
  readonly hidden: LoopState;
  readonly cell: LoopState | null;
  readonly units: number;
  /** Around the loop: [time, batch, inputs]. */
  readonly rows: ValueId;
  /** In ONNX's order: iofc, zrh. */
  readonly gates: readonly Gate[];
  readonly activations: readonly Activation[];
  readonly resetAfter: boolean;
  readonly mask: Mask | null;
  /** In the body: h' where the step counts, and as the next step finds it. */
  readonly output: ValueId;
}

interface Search {
  readonly view: LoopView;
  readonly forms: LinearForms;
}

/** The first state of a loop that a cell makes; null where none does. */
export function findCell(view: LoopView, forms: LinearForms): Cell | null {
  for (const hidden of view.states) {
    const step = kept(view, hidden);
    const units = view.e.dims(hidden.initial)?.at(-1);
    if (!step || typeof units !== 'number' || view.e.dtype(hidden.initial) !== 'float') continue;
    const search = { view, forms };
    const found = lstm(search, hidden, step) ?? gru(search, hidden, step) ?? plainRnn(search, hidden, step);
    if (found && found.units === units) return found;
  }
  return null;
}

/** What a step makes of a state that stays where the step does not count. */
function kept(view: LoopView, state: LoopState): Chosen | null {
  const step = chosen(view, state.next);
  return step.mask === null || step.otherwise === state.input ? step : null;
}

/** Both factors, in either order. */
function factorings({ view }: Search, op: 'Mul' | 'Add', v: ValueId): readonly (readonly [ValueId, ValueId])[] {
  const node = view.inner.draft.producer(v);
  if (node?.op === 'Identity') return factorings({ view, forms: null! }, op, node.inputs[0]!);
  if (node?.op !== op || node.graph !== view.body) return [];
  const [a, b] = [node.inputs[0]!, node.inputs[1]!];
  return [
    [a, b],
    [b, a],
  ];
}

function first<T, R>(list: readonly T[], find: (item: T) => R | null): R | null {
  for (const item of list) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

const same = (a: ValueId, b: ValueId) => a === b;

// ---- LSTM

function lstm(s: Search, hidden: LoopState, step: Chosen): Cell | null {
  return first(factorings(s, 'Mul', step.value), ([o, shown]) => {
    const [out, cut] = [activationOf(s.view.inner, o), activationOf(s.view.inner, shown)];
    if (!out || !cut) return null;
    const cell = s.view.states.find((state) => {
      const after = kept(s.view, state);
      return after !== null && same(after.value, cut.of) && isSameMask(after.mask, step.mask);
    });
    return cell ? lstmGates(s, { hidden, step, cell }, out, cut) : null;
  });
}

interface LstmStates {
  readonly hidden: LoopState;
  readonly cell: LoopState;
  readonly step: Chosen;
}

function lstmGates(s: Search, states: LstmStates, o: Activated, cut: Activated): Cell | null {
  const { inner } = s.view;
  return first(factorings(s, 'Add', cut.of), ([kept_, fresh]) =>
    first(factorings(s, 'Mul', kept_), ([f, before]) => {
      const forget = activationOf(inner, f);
      if (before !== states.cell.input || !forget || !isSameActivation(forget.activation, o.activation)) return null;
      return first(factorings(s, 'Mul', fresh), ([i, g]) => {
        const [input, made] = [activationOf(inner, i), activationOf(inner, g)];
        if (!input || !made || !isSameActivation(input.activation, o.activation)) return null;
        return lstmCell(s, states, [input, o, forget, made], cut);
      });
    }),
  );
}

function lstmCell(s: Search, states: LstmStates, iofc: readonly Activated[], cut: Activated): Cell | null {
  const { hidden, cell, step } = states;
  const peeps = [cell.input, cut.of, cell.input, null];
  const rows = rowsBehind(s, iofc[0]!);
  if (rows === null) return null;
  const gates = iofc.map((a, k) => gateOf(s, s.forms.of(a.of), { rows, hidden: hidden.input, peep: peeps[k]! }));
  if (gates.some((g) => g === null) || gates.some((g) => g!.hiddenBias)) return null;
  const all = gates as Gate[];
  return {
    ...{ op: 'LSTM', hidden, cell, rows, gates: all, resetAfter: false, mask: step.mask, output: step.value },
    units: all[0]!.input.columns,
    activations: [iofc[1]!.activation, iofc[3]!.activation, cut.activation],
  };
}

// ---- GRU

function gru(s: Search, hidden: LoopState, step: Chosen): Cell | null {
  return first(factorings(s, 'Add', step.value), ([old, fresh]) =>
    first(factorings(s, 'Mul', old), ([z, before]) => {
      const update = before === hidden.input ? activationOf(s.view.inner, z) : null;
      if (!update) return null;
      return first(factorings(s, 'Mul', fresh), ([rest, n]) => {
        const made = isRestOf(s, rest, z) ? activationOf(s.view.inner, n) : null;
        return made && gruCell(s, { hidden, step }, update, made);
      });
    }),
  );
}

/** 1 − z. */
function isRestOf({ view: { inner } }: Search, v: ValueId, z: ValueId): boolean {
  const node = inner.draft.producer(v);
  if (node?.op !== 'Sub' || node.inputs[1] !== z) return false;
  const one = inner.known(node.inputs[0]!);
  return one?.values.length === 1 && Number(one.values[0]) === 1;
}

/** The term of a GRU's sum that the reset gate has a part in. */
interface Reset {
  readonly gate: Activated;
  readonly term: Term;
  /** What it is multiplied with: h, or sums of it. */
  readonly of: ValueId;
}

function gruCell(
  s: Search,
  { hidden, step }: Pick<LstmStates, 'hidden' | 'step'>,
  z: Activated,
  n: Activated,
): Cell | null {
  const sums = s.forms.of(n.of);
  const reset = first(sums.terms, (term) =>
    first(factorings(s, 'Mul', term.source), ([r, of]): Reset | null => {
      const gate = activationOf(s.view.inner, r);
      return gate && isSameActivation(gate.activation, z.activation) ? { gate, term, of } : null;
    }),
  );
  const rows = rowsBehind(s, z);
  if (reset === null || rows === null) return null;
  const [update, back] = [z, reset.gate].map((a) =>
    gateOf(s, s.forms.of(a.of), { rows, hidden: hidden.input, peep: null }),
  );
  const made = freshGate(s, sums, reset, { rows, hidden: hidden.input, peep: null });
  if (!update || !back || !made) return null;
  return {
    ...{ op: 'GRU', hidden, cell: null, rows, mask: step.mask, output: step.value },
    gates: [update, back, made],
    units: update.input.columns,
    resetAfter: reset.term.weight === null,
    activations: [z.activation, n.activation],
  };
}

function freshGate(s: Search, sums: Linear, reset: Reset, from: Sources): Gate | null {
  const others = { terms: sums.terms.filter((t) => t !== reset.term), bias: sums.bias };
  const input = gateOf(s, others, { ...from, hidden: null });
  if (!input) return null;
  if (isMatrix(reset.term.weight)) return reset.of === from.hidden ? { ...input, hidden: reset.term.weight } : null;
  if (reset.term.weight !== null) return null;
  const { terms, bias } = s.forms.of(reset.of);
  const weight = terms.length === 1 && terms[0]!.source === from.hidden ? terms[0]!.weight : null;
  return isMatrix(weight) ? { ...input, hidden: weight, hiddenBias: bias } : null;
}

// ---- RNN

function plainRnn(s: Search, hidden: LoopState, step: Chosen): Cell | null {
  const made = activationOf(s.view.inner, step.value);
  const rows = made && rowsBehind(s, made);
  if (!made || rows === null) return null;
  const gate = gateOf(s, s.forms.of(made.of), { rows, hidden: hidden.input, peep: null });
  if (!gate?.hidden) return null;
  return {
    ...{ op: 'RNN', hidden, cell: null, rows, gates: [gate], resetAfter: false, mask: step.mask, output: step.value },
    units: gate.input.columns,
    activations: [made.activation],
  };
}

// ---- gates

interface Sources {
  readonly rows: ValueId;
  /** null: it has no part in the gate. */
  readonly hidden: ValueId | null;
  readonly peep: ValueId | null;
}

/** The rows that a gate reads: the first term that is one row a step. */
function rowsBehind({ view, forms }: Search, gate: Activated): ValueId | null {
  const rows = first(forms.of(gate.of).terms, (t) => (isMatrix(t.weight) ? view.rowsOf(t.source) : null));
  return rows !== null && view.e.dims(rows)?.length === 3 ? rows : null;
}

/** null: a term is none of what a cell reads, or comes twice. */
function gateOf({ view }: Search, { terms, bias }: Linear, from: Sources): Gate | null {
  let input: Matrix | null = null;
  let hidden: Matrix | null = null;
  let peephole: ArrayLike<number> | null = null;
  for (const { source, weight } of terms) {
    if (isMatrix(weight) && source === from.hidden && !hidden) hidden = weight;
    else if (isMatrix(weight) && view.rowsOf(source) === from.rows && !input) input = weight;
    else if (weight && 'diagonal' in weight && source === from.peep && !peephole) peephole = weight.diagonal;
    else return null;
  }
  return input && { input, hidden, bias, hiddenBias: null, peephole };
}
