/** AttributeProto. */
import type { Attribute } from '../../graph-model/core/attributes.ts';
import { ATTRIBUTE, ATTRIBUTE_KINDS } from './fields.ts';
import { writeExtra, writeText, type WriteContext } from './write-parts.ts';
import { writeSparseTensor, writeTensor } from './write-tensor.ts';
import { writeType } from './write-type.ts';

const CODE = new Map(ATTRIBUTE_KINDS.map((k) => [k.kind, k.code]));

/** An attribute as a message field. */
export function writeAttribute(c: WriteContext, field: number, name: string, a: Attribute): void {
  const { w } = c;
  w.message(field, () => {
    writeExtra(w, a.extra);
    writeText(w, ATTRIBUTE.name, name);
    writeValue(c, a);
    writeText(w, ATTRIBUTE.doc, a.doc);
    const code = CODE.get(a.kind === 'reference' ? a.type : a.kind) ?? 0;
    if (code > 0 && !a.untyped) w.int(ATTRIBUTE.type, code);
  });
}

function writeValue(c: WriteContext, a: Attribute): void {
  const { w } = c;
  switch (a.kind) {
    case 'undefined':
      return;
    case 'reference':
      return w.string(ATTRIBUTE.reference, a.name);
    case 'float':
      return isLeftOut(a, Object.is(a.value, 0)) ? undefined : w.float(ATTRIBUTE.f, a.value);
    case 'int':
      return isLeftOut(a, a.value === 0n) ? undefined : w.int(ATTRIBUTE.i, a.value);
    case 'string':
      if (isLeftOut(a, a.value === '')) return;
      return a.raw ? w.bytes(ATTRIBUTE.s, a.raw) : w.string(ATTRIBUTE.s, a.value);
    case 'tensor':
      return writeTensor(c, ATTRIBUTE.t, a.value);
    case 'sparse_tensor':
      return writeSparseTensor(c, ATTRIBUTE.sparse, a.value);
    case 'graph':
      return c.graph(ATTRIBUTE.g, a.value);
    case 'type':
      return a.value === null ? undefined : writeType(w, ATTRIBUTE.tp, a.value);
    default:
      writeList(c, a);
  }
}

/** A default is written out, except where the file is known (it has `extra`) to leave it out or to carry it there. */
function isLeftOut(a: Attribute, isDefault: boolean): boolean {
  return isDefault && a.extra !== undefined;
}

type ListAttribute = Extract<
  Attribute,
  { kind: 'floats' | 'ints' | 'strings' | 'tensors' | 'sparse_tensors' | 'graphs' | 'types' }
>;

function writeList(c: WriteContext, a: ListAttribute): void {
  const { w } = c;
  switch (a.kind) {
    case 'floats':
      for (const value of a.value) w.float(ATTRIBUTE.floats, value);
      return;
    case 'ints':
      w.ints(ATTRIBUTE.ints, a.value);
      return;
    case 'strings':
      a.value.forEach((text, i) => (a.raw ? w.bytes(ATTRIBUTE.strings, a.raw[i]!) : w.string(ATTRIBUTE.strings, text)));
      return;
    case 'tensors':
      for (const tensor of a.value) writeTensor(c, ATTRIBUTE.tensors, tensor);
      return;
    case 'sparse_tensors':
      for (const sparse of a.value) writeSparseTensor(c, ATTRIBUTE.sparses, sparse);
      return;
    case 'graphs':
      for (const graph of a.value) c.graph(ATTRIBUTE.graphs, graph);
      return;
    case 'types':
      for (const type of a.value) writeType(w, ATTRIBUTE.types, type);
  }
}
