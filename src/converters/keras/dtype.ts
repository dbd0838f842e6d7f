/** Keras's names of element types. */
import { isDType, type DType } from '../../graph-model/core/types.ts';

/** A framework's name of an element type; a mixed policy takes float32. */
export function onnxType(name: string): DType {
  if (name === 'float32' || name.startsWith('mixed_')) return 'float';
  if (name === 'float64') return 'double';
  return isDType(name) ? name : 'float';
}
