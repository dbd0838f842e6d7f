/** ConvLSTM: an LSTM whose products are convolutions, as a Scan over channels-first steps. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { isObject, text } from '../json.ts';
import type { LayerCall, Lowering } from './call.ts';
import { cellActivation, lstmGates, type Cell, type Step } from './cells.ts';
import { padsOf } from './conv.ts';
import type { TypedEmitter, Plain } from '../../../graph-model/builders/typed-emitter.ts';
import { type Held, range } from '../../../graph-model/builders/axis-orders.ts';
import { bidirectional, maskGiven, mergedBy, mergeMode, runCell, statesGiven, type RunResult } from './recurrent.ts';

const convLstm =
  (rank: number): Lowering =>
  (c) => {
    const backwards = c.flag('go_backwards');
    return output(c, rank, run(c, rank, backwards), backwards);
  };

function run(c: LayerCall, rank: number, backwards: boolean): RunResult {
  if (maskGiven(c)) c.refuse('its mask is not converted');
  if (statesGiven(c).length > 0) c.refuse('states given with the call are not converted');
  const { e } = c;
  const axes = range(0, rank);
  // [batch, time, ...spatial, channels] to [time, batch, channels, ...spatial]
  const perm = c.channelsFirst ? [1, 0, ...range(2, rank + 3)] : [1, 0, rank + 2, ...axes.map((i) => i + 2)];
  const x = e.transpose(c.natural(), perm);
  const spatial = axes.map((i) => c.length((c.channelsFirst ? 3 : 2) + i));
  return runCell(c, cell(c, rank, spatial), x, { x: c.x, mask: null, initial: [], backwards });
}

/** Two runs, one of them backwards; its sequence is turned round before both are merged along the last axis. */
function bidirectionalConv(c: LayerCall, rank: number): Held | Held[] {
  if (maskGiven(c)) c.refuse('its mask is not converted');
  if (statesGiven(c).length > 0) c.refuse('states given with the call are not converted');
  const spec = c.config['layer'];
  const parts = [
    c.part(spec, 'forward_layer', [c.x]),
    c.part(c.config['backward_layer'] ?? spec, 'backward_layer', [c.x]),
  ] as const;
  const reversed = parts[0].flag('go_backwards');
  const made = parts.map((part, i) => output(part, rank, run(part, rank, reversed !== (i === 1)), reversed));
  const each = made.map((m) => (Array.isArray(m) ? m : [m]));
  const [shown, states] = [each.map((m) => m[0]!), each.flatMap((m) => m.slice(1))];
  const mode = mergeMode(c);
  const merged =
    mode === null
      ? shown
      : [
          c.keep(
            mergedBy(
              c,
              mode,
              shown.map((t) => c.natural(t)),
            ),
          ),
        ];
  const all = [...merged, ...states];
  return all.length === 1 ? all[0]! : all;
}

const bidirectionalOfAny: Lowering = (c) => {
  const spec = c.config['layer'];
  const type = isObject(spec) ? text(spec['class_name'], '') : '';
  const rank = /^ConvLSTM([123])D$/.exec(type)?.[1];
  return rank === undefined ? bidirectional(c) : bidirectionalConv(c, Number(rank));
};

function output(c: LayerCall, rank: number, made: RunResult, backwards: boolean): Held | Held[] {
  const { e } = c;
  const order = c.channelsFirst ? 'natural' : 'first';
  const states = made.states.map((s) => c.keep(s.natural!, order));
  let shown = c.keep(made.last.natural!, order);
  if (c.flag('return_sequences')) {
    const sequence = backwards ? e.flip(made.sequence.time!, 0) : made.sequence.time!;
    const last = c.channelsFirst ? range(2, rank + 3) : [...range(3, rank + 3), 2];
    shown = c.keep(e.transpose(sequence, [1, 0, ...last]));
  }
  return c.flag('return_state') ? [shown, ...states] : shown;
}

function cell(c: LayerCall, rank: number, spatial: readonly number[]): Cell {
  const { dims } = c.weight('kernel', rank + 2);
  const kernel = dims.slice(0, rank);
  const strides = c.sizes('strides', rank, 1);
  const dilations = c.sizes('dilation_rate', rank, 1);
  const padding = c.text('padding', 'valid');
  const filters = c.weight('recurrent_kernel', rank + 2).dims[rank]!;
  const perm = [rank + 1, rank, ...range(0, rank)];
  const [weights, recurrent] = [c.permuted('kernel', perm), c.permuted('recurrent_kernel', perm)];
  const bias = c.has('bias') ? c.weight('bias', 1).constant() : null;
  const inputAttrs = { strides, dilations, ...padsOf(c, { kernel, strides, dilations, padding }, spatial) };
  const ones = kernel.map(() => 1);
  const stateAttrs = padsOf(c, { kernel, strides: ones, dilations: ones, padding: 'same' }, spatial);
  const [act, rec] = [
    cellActivation(c, 'activation', 'tanh'),
    cellActivation(c, 'recurrent_activation', 'hard_sigmoid'),
  ];
  const state = [filters, ...spatial.map((n, i) => lengthAfter(n, kernel[i]!, strides[i]!, dilations[i]!, padding))];
  const step = (e: TypedEmitter, x: ValueId, [h, memory]: readonly ValueId[]): Step => {
    const convolve = (inputs: ValueId[], attrs: Plain) => e.op('Conv', inputs, { kernel_shape: kernel, ...attrs });
    const now = convolve(bias === null ? [x, weights] : [x, weights, bias], inputAttrs);
    const z = e.op('Add', [now, convolve([h!, recurrent], stateAttrs)]);
    return lstmGates(e, z, memory!, 1, act, rec);
  };
  return { states: [state, state], output: state, step };
}

function lengthAfter(length: number, kernel: number, stride: number, dilation: number, padding: string): number {
  if (padding === 'same') return Math.ceil(length / stride);
  return Math.floor((length - (kernel - 1) * dilation - 1) / stride) + 1;
}

export const CONV_RECURRENT: Readonly<Record<string, Lowering>> = {
  Bidirectional: bidirectionalOfAny,
  ConvLSTM1D: convLstm(1),
  ConvLSTM2D: convLstm(2),
  ConvLSTM3D: convLstm(3),
};
