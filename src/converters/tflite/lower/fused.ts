/** The activation that an operator has built in. */
import type { Held } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { dtypeInfo, type DType } from '../../../graph-model/core/types.ts';
import type { TfliteCall } from './call.ts';

type Make = (c: TfliteCall, v: ValueId) => ValueId;

export const clip =
  (least: number, most: number): Make =>
  (c, v) => {
    const dtype = c.e.dtype(v);
    return c.e.op('Clip', [v, c.e.numbers(dtype, [least]), c.e.numbers(dtype, [most])]);
  };

interface Activation {
  readonly make: Make;
  /** What it clamps to; rounding to the steps of a result may clamp so anyway. */
  readonly range?: readonly [number, number];
}

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  RELU: { make: (c, v) => c.e.op('Relu', [v]), range: [0, Infinity] },
  RELU6: { make: clip(0, 6), range: [0, 6] },
  RELU_N1_TO_1: { make: clip(-1, 1), range: [-1, 1] },
  TANH: { make: (c, v) => c.e.op('Tanh', [v]) },
};

/** The activation on a result of real numbers; none where the steps of the result hold no others. */
export function fused(c: TfliteCall, t: Held): Held {
  const name = c.text('fused_activation_function', 'NONE');
  if (name === 'NONE') return t;
  const activation = ACTIVATIONS[name] ?? c.refuse(`its activation ${name} is not converted`);
  return activation.range && clampedAnyway(c, activation.range) ? t : c.map(t, (v) => activation.make(c, v));
}

function clampedAnyway(c: TfliteCall, [least, most]: readonly [number, number]): boolean {
  const q = c.quantizationOf();
  if (q === null || q.scale.length !== 1) return false;
  const [low, high] = stepRange(c.outputDtype());
  const [scale, zero] = [q.scale[0]!, q.zeroPoint[0] ?? 0];
  return (low - zero) * scale >= least - scale / 2 && (high - zero) * scale <= most + scale / 2;
}

/** The least and greatest stored number of an element type. */
export function stepRange(dtype: DType): readonly [number, number] {
  const { bits } = dtypeInfo(dtype);
  return dtype.startsWith('u') ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}
