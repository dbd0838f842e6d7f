/** Pairs whose second part is a value's name. */
import { LENGTH } from '../containers/protobuf/wire-reader.ts';
import { ENTRY } from './fields.ts';
import { readNameId, type ReadContext } from './read-parts.ts';

/** A StringStringEntryProto whose value is a name; null where it is not exactly a key and a value. */
export function readEntryIds(c: ReadContext, outer: number): readonly [string, number] | null {
  const { r } = c;
  r.expect(LENGTH);
  const end = r.length(outer);
  let key: string | null = null;
  let value = -1;
  let odd = false;
  while (r.offset < end) {
    const field = r.tag();
    if (field === ENTRY.key && r.wire === LENGTH && key === null) key = r.text(r.length(end));
    else if (field === ENTRY.value && r.wire === LENGTH && value < 0) value = readNameId(c, end);
    else {
      odd = true;
      r.skip(field, end);
    }
  }
  r.close(end);
  return odd || key === null || value <= 0 ? null : [key, value];
}
