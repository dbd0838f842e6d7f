/** A recurrent layer as a Scan: whatever ONNX's own recurrent operators cannot say (masks, other cells, activations). */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { tensorType, type DType } from '../../../graph-model/core/types.ts';
import type { Cell } from './cells.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';

export interface ScanInput {
  readonly cell: Cell;
  /** [time, batch, ...] */
  readonly x: ValueId;
  /** bool [time, batch], or null */
  readonly mask: ValueId | null;
  /** [batch, ...] each; zeros where there is none. */
  readonly initial: readonly ValueId[];
  readonly backwards: boolean;
  /** Masked steps give zeros instead of the output before. */
  readonly zeroMasked: boolean;
}

export interface ScanResult {
  /** [time, batch, ...], aligned with the input. */
  readonly sequence: ValueId;
  /** The output of the step that was made last. */
  readonly last: ValueId;
  readonly states: readonly ValueId[];
}

export function scan(e: TypedEmitter, s: ScanInput): ScanResult {
  const { cell } = s;
  const body = e.draft.newGraph('step');
  const inner = e.within(body);
  const stepDims = (e.dims(s.x) ?? []).slice(1);
  const batch = stepDims[0] ?? null;
  const input = (name: string, dtype: DType, dims: readonly (number | string | null)[]) =>
    e.draft.newValue(body, name, null, { type: tensorType(dtype, dims) });
  const states = cell.states.map((dims, i) => input(`state_${i}`, 'float', [batch, ...dims]));
  const previous = input('previous_output', 'float', [batch, ...cell.output]);
  const x = input('x', 'float', stepDims);
  const ones = cell.output.map(() => 1);
  const mask = s.mask === null ? null : input('mask', 'bool', [batch, ...ones]);
  e.draft.setGraphInputs(body, mask === null ? [...states, previous, x] : [...states, previous, x, mask]);
  const made = cell.step(inner, x, states);
  const chosen =
    mask === null
      ? { ...made, shown: made.output }
      : masked(inner, made, { mask, states, previous, zero: s.zeroMasked });
  const results = [...chosen.states, chosen.output, chosen.shown].map((v) => inner.op('Identity', [v]));
  e.draft.setGraphOutputs(body, results);
  const initial = cell.states.map((dims, i) => s.initial[i] ?? zeros(e, s.x, dims));
  const scanned =
    s.mask === null
      ? [s.x]
      : [
          s.x,
          e.unsqueeze(
            s.mask,
            ones.map((_, i) => i + 2),
          ),
        ];
  const direction = s.backwards ? 1 : 0;
  const outputs = e.ops(
    'Scan',
    [...initial, zeros(e, s.x, cell.output), ...scanned],
    {
      body: { kind: 'graph', value: body },
      num_scan_inputs: scanned.length,
      scan_input_directions: scanned.map(() => direction),
      scan_output_directions: [direction],
    },
    cell.states.length + 2,
  );
  const count = cell.states.length;
  return { states: outputs.slice(0, count), last: outputs[count]!, sequence: outputs[count + 1]! };
}

interface Masking {
  readonly mask: ValueId;
  readonly states: readonly ValueId[];
  readonly previous: ValueId;
  readonly zero: boolean;
}

/** Where a step does not count, states and output stay as they were. */
function masked(
  e: TypedEmitter,
  made: { output: ValueId; states: readonly ValueId[] },
  m: Masking,
): { output: ValueId; shown: ValueId; states: readonly ValueId[] } {
  const where = (now: ValueId, before: ValueId) => e.op('Where', [m.mask, now, before]);
  const output = where(made.output, m.previous);
  const shown = m.zero ? where(made.output, e.float(0)) : output;
  return { output, shown, states: made.states.map((v, i) => where(v, m.states[i]!)) };
}

/** Zeros of [batch, ...dims], the batch taken from [time, batch, ...]. */
export function zeros(e: TypedEmitter, x: ValueId, dims: readonly number[]): ValueId {
  const batch = e.dims(x)?.[1];
  const count = dims.reduce((a, b) => a * b, 1);
  if (typeof batch === 'number') return e.floats(new Float32Array(batch * count), [batch, ...dims]);
  const lead = e.slice(e.op('Shape', [x]), [1], [2], [0]);
  return e.op('ConstantOfShape', [e.op('Concat', [lead, e.ints(dims)], { axis: 0 })]);
}
