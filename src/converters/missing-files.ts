/** Tensors whose file was not given: which files they want, and filling them when the files come. */
import type { Attribute } from '../graph-model/core/attributes.ts';
import type { ByteSource } from '../graph-model/core/bytes.ts';
import { edit, type Draft } from '../graph-model/core/draft.ts';
import type { Model, Value } from '../graph-model/core/model.ts';
import type { SparseTensor, Tensor } from '../graph-model/core/tensor.ts';
import type { InputFile } from './converter.ts';
import { findFile, isSafeLocation } from './onnx/external-files.ts';

/** The files that are wanted and may be given, as the model names them, each once. */
export function missingFiles(model: Model): string[] {
  const out = new Set<string>();
  const note = (tensor: Tensor) => {
    if (tensor.data.kind === 'missing' && isSafeLocation(tensor.data.file)) out.add(tensor.data.file);
    return tensor;
  };
  for (const value of model.values.values()) mapValue(value, note);
  for (const node of model.nodes.values()) for (const a of node.attributes.values()) mapAttribute(a, note);
  return [...out];
}

/**
 * The model with its missing tensors taken from newly given files, found by the name the model asks for. Records that
 * nothing was found for stay identical; the same model comes back where no file fits.
 */
export function addFiles(model: Model, files: readonly InputFile[]): Model {
  const fill = (tensor: Tensor): Tensor => {
    const data = filled(tensor.data, files);
    return data === tensor.data ? tensor : { ...tensor, data };
  };
  return edit(model, 'Add files', (draft) => fillAll(model, draft, fill)).after;
}

type Fill = (tensor: Tensor) => Tensor;

function fillAll(model: Model, draft: Draft, fill: Fill): void {
  for (const value of model.values.values()) {
    const part = mapValue(value, fill);
    if (part) draft.patchValue(value.id, part);
  }
  for (const node of model.nodes.values()) {
    let changed = false;
    const attributes = new Map(node.attributes);
    for (const [name, a] of node.attributes) {
      const next = mapAttribute(a, fill);
      changed ||= next !== a;
      attributes.set(name, next);
    }
    if (changed) draft.patchNode(node.id, { attributes });
  }
}

function filled(data: ByteSource, files: readonly InputFile[]): ByteSource {
  if (data.kind !== 'missing') return data;
  const file = findFile(data.file, files);
  if (!file) return data;
  const end = data.end < 0 ? file.blob.size : data.end;
  // A file that is too short is not the one.
  return end > file.blob.size ? data : { kind: 'blob', blob: file.blob, begin: data.begin, end };
}

/** The fields that change, or null. */
function mapValue(value: Value, map: Fill): Partial<Pick<Value, 'constant' | 'sparse'>> | null {
  const constant = value.constant && map(value.constant);
  const sparse = value.sparse && mapSparse(value.sparse, map);
  if (constant === value.constant && sparse === value.sparse) return null;
  return { ...(constant ? { constant } : {}), ...(sparse ? { sparse } : {}) };
}

function mapSparse(sparse: SparseTensor, map: Fill): SparseTensor {
  const values = map(sparse.values);
  const indices = map(sparse.indices);
  return values === sparse.values && indices === sparse.indices ? sparse : { ...sparse, values, indices };
}

function mapAttribute(a: Attribute, map: Fill): Attribute {
  switch (a.kind) {
    case 'tensor': {
      const value = map(a.value);
      return value === a.value ? a : { ...a, value };
    }
    case 'sparse_tensor': {
      const value = mapSparse(a.value, map);
      return value === a.value ? a : { ...a, value };
    }
    case 'tensors': {
      const value = a.value.map(map);
      return value.every((t, i) => t === a.value[i]) ? a : { ...a, value };
    }
    case 'sparse_tensors': {
      const value = a.value.map((s) => mapSparse(s, map));
      return value.every((s, i) => s === a.value[i]) ? a : { ...a, value };
    }
    default:
      return a;
  }
}
