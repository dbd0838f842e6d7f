/** Tells Keras files: .keras archives, HDF5 files, and the JSON of a model beside its weights. */
import { isHdf5 } from '../containers/hdf5/signature.ts';
import type { Score, SniffInput } from '../converter.ts';

export function sniffKeras({ file, head }: SniffInput): Score {
  if (isHdf5(head)) return 2;
  const name = file.name.toLowerCase();
  if (head[0] === 0x50 && head[1] === 0x4b) {
    if (name.endsWith('.keras')) return 3;
    return isKerasArchive(head) ? 2 : 0;
  }
  if (isModelJson(head)) return 3;
  return /\.(keras|h5|hdf5)$/.test(name) ? 1 : 0;
}

/** The archive begins with its metadata, stored and not packed. */
function isKerasArchive(head: Uint8Array): boolean {
  const text = latin(head);
  return text.includes('metadata.json') && text.includes('"keras_version"');
}

/** `model.to_json()`; a TensorFlow.js model wraps the same in `modelTopology`. */
function isModelJson(head: Uint8Array): boolean {
  const text = latin(head).trimStart();
  if (!text.startsWith('{') || text.includes('"modelTopology"')) return false;
  return /"class_name"\s*:\s*"(Sequential|Functional|Model)"/.test(text) && text.includes('"config"');
}

function latin(head: Uint8Array): string {
  return Array.from(head, (b) => String.fromCharCode(b)).join('');
}
