/** jsfive believes the number of elements that an attribute declares: a damaged one would be read for minutes. */
import type { DataObjects } from 'jsfive';

/** Bytes of an element that says where the rest of it lies. */
const REFERRED = 8;

const guarded = new WeakSet<object>();

/** Makes reading attributes throw where they declare more elements than the file has bytes for. */
export function boundAttributes(objects: DataObjects): void {
  const shared = Object.getPrototypeOf(objects) as DataObjects;
  if (guarded.has(shared)) return;
  guarded.add(shared);
  const read = shared._attr_value;
  shared._attr_value = function (dtype, bytes, count, offset) {
    if (!(count * widthOf(dtype) <= bytes.byteLength - offset))
      throw new RangeError('an attribute goes beyond the file');
    return read.call(this, dtype, bytes, count, offset);
  };
}

/** At least as much as an element takes: `<f4`, `S12`, or a list for what lies elsewhere. */
function widthOf(dtype: string | readonly unknown[]): number {
  return typeof dtype === 'string' ? Math.max(1, Number(/\d+$/.exec(dtype)?.[0] ?? 1)) : REFERRED;
}
