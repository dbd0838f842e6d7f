/** What a record has besides its packed fields. */
import { putAny, takeAny } from './any.ts';
import type { WireReader, WireWriter } from './writer.ts';

/** Nearly always nothing, which counting finds without making an object. */
export function putRest(w: WireWriter, record: object, packed: ReadonlySet<string>): void {
  let fields = 0;
  for (const _ in record) fields++;
  if (fields === packed.size) return w.int(0);
  w.int(1);
  putAny(w, Object.fromEntries(Object.entries(record).filter(([key]) => !packed.has(key))));
}

export function withRest<T extends object>(r: WireReader, record: T): T {
  return r.int() === 0 ? record : Object.assign(record, takeAny(r));
}
