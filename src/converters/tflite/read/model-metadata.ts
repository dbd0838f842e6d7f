/**
 * What the file says about the model as a whole: its signatures, and the TFLite Model Metadata (metadata_schema.fbs) with
 * the files that are zipped to its end, of which the labels of the classes are taken over.
 */
import { readBytes, type BlobLike } from '../../../graph-model/core/bytes.ts';
import type { Metadata } from '../../../graph-model/core/model.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import { signatureMetadata, type Signature } from '../../../graph-model/signatures.ts';
import { FlatTable } from '../../containers/flatbuffers/flat-table.ts';
import type { Failure } from '../../containers/failure.ts';
import { openEntry, readZip } from '../../containers/zip/zip.ts';
import type { FileRecord, SignatureRecord } from './records.ts';

/** AssociatedFileType: labels of the whole output, or along one of its axes. */
const LABEL_FILES = [2, 3];
const LABELS_LIMIT = 4_000_000;

export async function readMetadata(
  file: FileRecord,
  name: string,
  blob: BlobLike,
  failure: Failure,
  signal: AbortSignal,
): Promise<Metadata> {
  const out = new Map<string, string>(signatureMetadata(file.signatures.map((s) => signatureOf(s, file))));
  const data = file.metadata.get('TFLITE_METADATA');
  if (!data) return out;
  const root = await flatOf(await readBytes(data, signal), failure);
  if (root === null) return out;
  const texts = { name: 0, description: 1, version: 2, author: 4, license: 5 };
  for (const [key, number] of Object.entries(texts)) setText(out, `model.${key}`, root.text(number));
  const tensors = root.tables(3)[0];
  if (!tensors) return out;
  tensorTexts(out, 'input', tensors.tables(2));
  tensorTexts(out, 'output', tensors.tables(3));
  const labels = await labelsOf(tensors.tables(3), name, blob);
  if (labels) out.set('labels', labels.join('\n'));
  return out;
}

/** Damaged metadata does not keep a model from being opened. */
async function flatOf(bytes: Uint8Array, failure: Failure): Promise<FlatTable | null> {
  try {
    return FlatTable.root(bytes, failure);
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

function setText(out: Map<string, string>, key: string, text: string | null): void {
  if (text) out.set(key, text);
}

function signatureOf(s: SignatureRecord, file: FileRecord): Signature {
  const tensors = file.subgraphs[s.subgraph]!.tensors;
  const named = (list: SignatureRecord['inputs']) =>
    list.map(([name, index]) => [name, tensors[index]?.name ?? ''] as const);
  return { name: s.key, inputs: named(s.inputs), outputs: named(s.outputs) };
}

/** Names and descriptions of inputs and outputs, and how an input is normalised. */
function tensorTexts(out: Map<string, string>, side: string, tables: readonly FlatTable[]): void {
  tables.forEach((t, i) => {
    setText(out, `${side}.${i}.name`, t.text(0));
    setText(out, `${side}.${i}.description`, t.text(1));
    for (const unit of t.tables(4)) {
      const options = unit.ubyte(0, 0) === 1 ? unit.table(1) : null;
      if (!options) continue;
      setText(out, `${side}.${i}.mean`, Array.from(options.floats(0)).join(' '));
      setText(out, `${side}.${i}.std`, Array.from(options.floats(1)).join(' '));
    }
  });
}

async function labelsOf(outputs: readonly FlatTable[], name: string, blob: BlobLike): Promise<string[] | null> {
  const files = outputs.flatMap((t) => t.tables(6)).filter((f) => LABEL_FILES.includes(f.byte(2, 0)));
  const wanted = files[0]?.text(0);
  if (!wanted) return null;
  try {
    const entry = (await readZip(name, blob)).find((e) => e.path === wanted);
    if (!entry || entry.size > LABELS_LIMIT) return null;
    const text = await (await openEntry(name, blob, entry)).arrayBuffer();
    return new TextDecoder().decode(text).replace(/\s+$/, '').split(/\r?\n/);
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}
