/** From a node of the dialect to its lowering, or to the sentence that says why there is none. */
import { isObject, text, type JsonObject } from '../json.ts';
import type { CallInput, LayerCall } from './call.ts';
import type { Held } from '../../../graph-model/builders/axis-orders.ts';
import { isOp, lowerOp, refusalOfOp } from './ops.ts';
import { REFUSED } from './refused.ts';
import { lowerLayer } from './table.ts';

export function lowerNode(c: LayerCall): Held | readonly Held[] {
  const { op, config } = c.given;
  const why = refusalOf(c.given);
  if (why !== null) c.refuse(why);
  const lowering = isOperation(config) ? null : lowerLayer(op);
  if (!lowering) return lowerOp(c);
  refuseQuantized(c);
  const made = lowering(c);
  return op === 'TimeDistributed' ? made : passMask(c, made);
}

/** Why a layer is refused whatever it is called with; null where that depends, or nothing is against it. */
export function refusalOf({ op, config, keras }: Pick<CallInput, 'op' | 'config' | 'keras'>): string | null {
  const registered = text(config['registered_name'], '');
  if (registered.includes('>')) return 'it is a class of your own, whose Python code is not in the file';
  if (isOperation(config)) return refusalOfOp(op);
  if (op === 'Lambda') return 'its function is Python code, which is not run';
  const refused = REFUSED[op];
  if (refused !== undefined) return refused;
  if (lowerLayer(op)) return null;
  // HDF5 files of Keras 3 do not say the module of a function.
  if (keras >= 3 && registered === '' && isOp(op)) return refusalOfOp(op);
  return 'it is not one of the layers that are converted, or a class of your own';
}

const isOperation = (config: JsonObject) => /^keras\.(src\.)?ops/.test(text(config['module'], ''));

/** int8 and float8 layers round their inputs as they run. */
function refuseQuantized(c: LayerCall): void {
  const policy = c.text('dtype', 'float32');
  if (/_from_/.test(policy) || isObject(c.config['quantization_config']))
    c.refuse(`it is quantised (${policy}), which is not converted`);
}

/** Layers that leave the steps as they are hand the mask on. */
const MASK_PASSES = /^(Dense|EinsumDense|TimeDistributed|Activation|.*Dropout.*|Gaussian.*)$/;

function passMask(c: LayerCall, made: Held | readonly Held[]): Held | readonly Held[] {
  const mask = c.inputs[0]?.mask;
  if (mask && !Array.isArray(made) && MASK_PASSES.test(c.given.op)) (made as Held).mask ??= mask;
  return made;
}
