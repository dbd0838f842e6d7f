/** From a node of the dialect to its lowering, or to the sentence that says why there is none. */
import { isObject, text } from '../json.ts';
import type { LayerCall } from './call.ts';
import type { Held } from '../../../graph-model/builders/axis-orders.ts';
import { lowerOp } from './ops.ts';
import { lowerLayer } from './table.ts';

export function lowerNode(c: LayerCall): Held | readonly Held[] {
  const { op, config } = c.given;
  const module = text(config['module'], '');
  const registered = text(config['registered_name'], '');
  if (registered.includes('>')) c.refuse('it is a class of your own, whose Python code is not in the file');
  if (/^keras\.(src\.)?ops/.test(module)) return lowerOp(c);
  refuseQuantized(c);
  refuseFirstKeras(c);
  const lowering = lowerLayer(op);
  if (!lowering) return refuseUnknown(c);
  const made = lowering(c);
  return op === 'TimeDistributed' ? made : passMask(c, made);
}

/** int8 and float8 layers round their inputs as they run. */
function refuseQuantized(c: LayerCall): void {
  const policy = c.text('dtype', 'float32');
  if (/_from_/.test(policy) || isObject(c.config['quantization_config']))
    c.refuse(`it is quantised (${policy}), which is not converted`);
}

/** Keras 1 has other names for nearly every option; read as Keras 2 they would mean the defaults. */
const FIRST_OPTIONS = [
  ...['nb_filter', 'nb_row', 'nb_col', 'border_mode', 'subsample', 'dim_ordering', 'inner_activation', 'inner_init'],
  ...['pool_length', 'stride', 'filter_length', 'atrous_rate', 'b_regularizer', 'W_regularizer'],
];

function refuseFirstKeras(c: LayerCall): void {
  if (c.keras >= 2 && !FIRST_OPTIONS.some((key) => key in c.config)) return;
  c.refuse('it was saved by Keras 1; load and save the model again in Keras 2');
}

/** Layers that leave the steps as they are hand the mask on. */
const MASK_PASSES = /^(Dense|EinsumDense|TimeDistributed|Activation|.*Dropout.*|Gaussian.*)$/;

function passMask(c: LayerCall, made: Held | readonly Held[]): Held | readonly Held[] {
  const mask = c.inputs[0]?.mask;
  if (mask && !Array.isArray(made) && MASK_PASSES.test(c.given.op)) (made as Held).mask ??= mask;
  return made;
}

function refuseUnknown(c: LayerCall): never {
  const { op } = c.given;
  if (op === 'Lambda') c.refuse('its function is Python code, which is not run');
  return c.refuse('it is not one of the layers that are converted, or a class of your own');
}
