/** Tells ONNX models from other protobuf files by their first fields, without loading the reader. */
import { varintAt } from '../containers/protobuf/varint.ts';
import type { Score, SniffInput } from '../converter.ts';
import { FIELD_WIRES } from './model-wires.ts';

/** 3: it begins as ONNX models do and is named so; 2: it begins so; 1: it is named so. */
export function sniffOnnx({ file, head }: SniffInput): Score {
  const named = /\.onnx$/i.test(file.name);
  if (!beginsLikeModel(head)) return named ? 1 : 0;
  return named ? 3 : 2;
}

/** Walks the fields of a ModelProto as far as the head goes: each must be one, of its wire type, and of sensible content. */
function beginsLikeModel(head: Uint8Array): boolean {
  const telling = new Set<number>();
  let at = 0;
  while (at < head.length) {
    const tag = varintAt(head, at);
    if (tag === null) break;
    const field = tag.value >>> 3;
    if (FIELD_WIRES[field] !== (tag.value & 7)) return false;
    const value = varintAt(head, tag.next);
    if (value === null) break;
    if (!isSensible(field, value.value, head, value.next)) return false;
    telling.add(field);
    at = (tag.value & 7) === 2 ? value.next + value.value : value.next;
  }
  // Field 7 (graph) or 8 (opset_import) with either a version or a producer: other formats share one of them at most.
  return (telling.has(7) || telling.has(8)) && (telling.size > 1 || telling.has(7));
}

function isSensible(field: number, value: number, head: Uint8Array, at: number): boolean {
  if (field === 1) return value < 1000;
  if (field === 2 || field === 3 || field === 4) return value < 4096 && isText(head, at, at + value);
  if (field === 8) return value < 4096;
  if (field === 7) return value === 0 || at >= head.length || isGraphField(head[at]!);
  return true;
}

/** The first tag of a GraphProto. */
function isGraphField(tag: number): boolean {
  return [1, 2, 5, 10, 11, 12, 13, 14, 15].includes(tag >>> 3) && (tag & 7) === 2;
}

function isText(head: Uint8Array, begin: number, end: number): boolean {
  for (let i = begin; i < Math.min(end, head.length); i++) if (head[i]! < 9) return false;
  return true;
}
