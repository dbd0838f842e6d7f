/** Initial states of recurrent layers. */
import { any, op, optional } from '../engine/pattern.ts';
import type { Match } from '../engine/match.ts';
import type { Rule } from '../engine/rules.ts';
import type { RuleScope } from '../engine/scope.ts';
import { isZero } from './shapes.ts';

/** Inputs from this one on are initial states: initial_h, and for LSTM initial_c. */
const FIRST_STATE = 5;

/** The initial-state inputs of the match that are zeros, by index. */
function zeroStates(m: Match, g: RuleScope): number[] {
  const last = m.root.op === 'LSTM' ? FIRST_STATE + 1 : FIRST_STATE;
  const out: number[] = [];
  for (let i = FIRST_STATE; i <= last; i++) {
    const state = m.root.inputs[i] ?? null;
    if (state !== null && isZero(g, state)) out.push(i);
  }
  return out;
}

const lead = ['x', 'w', 'r'].map(any);

export const RECURRENT: readonly Rule[] = [
  {
    name: 'zero-initial-state',
    doc: 'LSTM, GRU and RNN start from zeros anyway: zero initial states are left out.',
    example: {
      before:
        '(float[2,1,1] x) => (float[2,1,1,1] y) <float[1,3,1] w = {1,2,3}, float[1,3,1] r = {1,2,3}, float[1,1,1] h = {0}> { y = GRU<hidden_size=1>(x, w, r, , , h) }',
      after:
        '(float[2,1,1] x) => (float[2,1,1,1] y) <float[1,3,1] w = {1,2,3}, float[1,3,1] r = {1,2,3}> { y = GRU<hidden_size=1>(x, w, r) }',
    },
    match: op('LSTM|GRU|RNN', [...lead, optional(any('b')), optional(any('lengths'))]),
    when: (m, g) => zeroStates(m, g).length > 0,
    build: (m, g) => {
      const gone = new Set(zeroStates(m, g));
      const inputs = m.root.inputs.map((v, i) => (gone.has(i) ? null : v));
      while (inputs.length > 0 && inputs[inputs.length - 1] === null) inputs.pop();
      g.draft.patchNode(m.root.id, { inputs });
      return m.root.outputs;
    },
  },
];
