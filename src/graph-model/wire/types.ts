/** The types of all values across the border of a worker: as objects they cost more to clone than the whole model. */
import type { ValueId } from '../core/model.ts';
import type { ValueType } from '../core/types.ts';
import { putType, takeType } from './records.ts';
import { WireReader, WireWriter, type WireModel } from './writer.ts';

export function encodeTypes(types: ReadonlyMap<ValueId, ValueType>): WireModel {
  const w = new WireWriter(1024 + types.size * 8);
  w.int(types.size);
  for (const [id, type] of types) {
    w.int(id);
    putType(w, type);
  }
  return w.finish();
}

export function decodeTypes(wire: WireModel): Map<ValueId, ValueType> {
  const r = new WireReader(wire);
  const types = new Map<ValueId, ValueType>();
  for (let n = r.int(); n > 0; n--) {
    const id = r.int() as ValueId;
    types.set(id, takeType(r)!);
  }
  return types;
}
