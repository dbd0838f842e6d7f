/** Models for tests of inference: read from files, and with their declarations taken away. */
import { readFileSync } from 'node:fs';
import { readOnnx } from '../../src/converters/onnx/read.ts';
import type { Model } from '../../src/graph-model/core/model.ts';
import type { Dim, TensorType, ValueType } from '../../src/graph-model/core/types.ts';
import { quietJob } from '../../src/graph-model/job.ts';
import { inputFile } from './onnx-samples.ts';

export async function readModel(path: string): Promise<Model> {
  const main = inputFile(path, new Uint8Array(readFileSync(path)));
  return readOnnx(main, [main], quietJob());
}

/** The model without the declared types of what nodes make. */
export function withoutTypes(model: Model): Model {
  const values = model.values.edit();
  for (const v of model.values.values()) if (v.producer !== null) values.set(v.id, { ...v, type: null });
  return { ...model, values: values.commit() };
}

/** True where `have` says what `want` says, or more; `loose`: an expression may stand for a number. */
export function agrees(want: ValueType | null, have: ValueType | null, loose: boolean): boolean {
  if (want === null) return true;
  if (have === null || want.kind !== have.kind) return false;
  if (isTensor(want)) {
    const h = have as TensorType;
    if (want.dtype !== h.dtype) return false;
    if (want.shape === null) return true;
    return h.shape?.length === want.shape.length && want.shape.every((d, i) => sameLength(d, h.shape![i]!, loose));
  }
  if (want.kind === 'map') return want.key === (have as typeof want).key;
  if (want.kind === 'opaque') return true;
  return agrees(want.element, (have as typeof want).element, loose);
}

const isTensor = (t: ValueType): t is TensorType => t.kind === 'tensor' || t.kind === 'sparse_tensor';

function sameLength(want: Dim, have: Dim, loose: boolean): boolean {
  if (typeof want !== 'number') return true;
  return have === want || (loose && typeof have === 'string');
}
