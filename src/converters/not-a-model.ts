/** Says what a file is that is no model, so that the user knows what went wrong with it. */
import { FormatError } from '../graph-model/diagnostics.ts';
import type { InputFile } from './converter.ts';

/** The error for a file that is recognised as something else; null where nothing is recognised. */
export function whatElse(file: InputFile, head: Uint8Array): FormatError | null {
  const name = file.name;
  if (file.blob.size === 0) return new FormatError('file.empty', { file: name });
  const text = asText(head);
  if (text !== null) return textual(file, text);
  if (ascii(head, 4, 8) === 'ORTM') return new FormatError('file.ort-format', { file: name });
  const magic = MAGICS.find((m) => m.bytes.every((b, i) => head[(m.at ?? 0) + i] === b));
  return magic ? new FormatError('file.unknown', { file: name, why: `it is ${magic.what}` }) : null;
}

function textual(file: InputFile, text: string): FormatError | null {
  const name = file.name;
  const begin = text.trimStart();
  if (/^version https:\/\/git-lfs\.github\.com/.test(begin)) {
    const size = /^size (\d+)/m.exec(begin)?.[1] ?? '?';
    return new FormatError('file.lfs-pointer', { file: name, bytes: file.blob.size, size });
  }
  if (/^(<!doctype html|<html|<head|<body)/i.test(begin)) return new FormatError('file.html', { file: name });
  const form = onnxTextForm(begin);
  if (form) return new FormatError('file.onnx-text', { file: name, form });
  if (begin.startsWith('<?xml') || begin.startsWith('<')) return unknown(name, 'it is XML text');
  if (/^[{[]/.test(begin)) return unknown(name, 'it is JSON text');
  return begin === '' ? unknown(name, 'it holds blanks alone') : unknown(name, 'it is plain text');
}

function onnxTextForm(begin: string): string | null {
  if (/^(#[^\n]*\n\s*)*<\s*ir_version\s*:/.test(begin)) return 'the ONNX text form';
  if (/^(ir_version|producer_name|opset_import|graph)\s*[:{]/.test(begin)) return 'ONNX as protobuf text';
  return /^\{\s*"(irVersion|producerName|opsetImport|graph|ir_version)"/.test(begin) ? 'ONNX as JSON' : null;
}

function unknown(file: string, why: string): FormatError {
  return new FormatError('file.unknown', { file, why });
}

/** The head as text; null where it holds bytes that text does not. */
function asText(head: Uint8Array): string | null {
  for (const byte of head) if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
  } catch {
    return null;
  }
}

function ascii(bytes: Uint8Array, begin: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(begin, end));
}

const MAGICS: readonly { readonly what: string; readonly bytes: readonly number[]; readonly at?: number }[] = [
  { what: 'a PNG picture', bytes: [0x89, 0x50, 0x4e, 0x47] },
  { what: 'a JPEG picture', bytes: [0xff, 0xd8, 0xff] },
  { what: 'a GIF picture', bytes: [0x47, 0x49, 0x46, 0x38] },
  { what: 'a PDF document', bytes: [0x25, 0x50, 0x44, 0x46] },
  { what: 'a gzip archive; unpack it first', bytes: [0x1f, 0x8b] },
  { what: 'a 7-Zip archive; unpack it first', bytes: [0x37, 0x7a, 0xbc, 0xaf] },
  { what: 'a bzip2 archive; unpack it first', bytes: [0x42, 0x5a, 0x68] },
  { what: 'an xz archive; unpack it first', bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a] },
  { what: 'a Zstandard archive; unpack it first', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { what: 'a RAR archive; unpack it first', bytes: [0x52, 0x61, 0x72, 0x21] },
  { what: 'a tar archive; unpack it first', bytes: [0x75, 0x73, 0x74, 0x61, 0x72], at: 257 },
  { what: 'a program', bytes: [0x7f, 0x45, 0x4c, 0x46] },
  { what: 'a program', bytes: [0x4d, 0x5a, 0x90] },
  { what: 'an HDF5 file', bytes: [0x89, 0x48, 0x44, 0x46] },
  { what: 'a GGUF file', bytes: [0x47, 0x47, 0x55, 0x46] },
  { what: 'a TensorFlow Lite model', bytes: [0x54, 0x46, 0x4c, 0x33], at: 4 },
  { what: 'a NumPy array', bytes: [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] },
  { what: 'a Python pickle', bytes: [0x80, 2] },
  { what: 'a Python pickle', bytes: [0x80, 4] },
  { what: 'a video', bytes: [0x66, 0x74, 0x79, 0x70], at: 4 },
  { what: 'a sound or video file', bytes: [0x52, 0x49, 0x46, 0x46] },
];
