import type { Model } from '../core/model.ts';
import { storedByteLength } from '../core/tensor.ts';

/** Bytes of all weights as they are stored: about what the model is as a file, whatever it was made from. */
export function weightBytes(model: Model): number {
  let bytes = 0;
  for (const { constant } of model.values.values()) if (constant) bytes += storedByteLength(constant);
  return bytes;
}
