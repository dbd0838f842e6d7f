/** Brings weights into memory, so that the printer, which does not wait, can print them. */
import type { Attribute } from '../core/attributes.ts';
import { byteLength, bytesOf, readBytes } from '../core/bytes.ts';
import type { Model, Node, Value } from '../core/model.ts';
import type { Tensor } from '../core/tensor.ts';

/**
 * The model with every tensor of at most `limit` bytes in memory. Tensors in files of their own stay there: the text
 * names the file. What is larger, or in a file that was not given, stays as it is.
 */
export async function withWeights(model: Model, limit = Infinity, signal?: AbortSignal): Promise<Model> {
  const values = model.values.edit();
  for (const value of model.values.values()) {
    const loaded = await loadValue(value, limit, signal);
    if (loaded !== value) values.set(value.id, loaded);
  }
  const nodes = model.nodes.edit();
  for (const node of model.nodes.values()) {
    const loaded = await loadNode(node, limit, signal);
    if (loaded !== node) nodes.set(node.id, loaded);
  }
  return { ...model, values: values.commit(), nodes: nodes.commit() };
}

function isWanted(tensor: Tensor, limit: number): boolean {
  return tensor.storage !== 'external' && tensor.data.kind === 'blob' && byteLength(tensor.data) <= limit;
}

async function loadTensor(tensor: Tensor, limit: number, signal?: AbortSignal): Promise<Tensor> {
  return isWanted(tensor, limit) ? { ...tensor, data: bytesOf(await readBytes(tensor.data, signal)) } : tensor;
}

async function loadValue(value: Value, limit: number, signal?: AbortSignal): Promise<Value> {
  const { constant, sparse } = value;
  if (constant && isWanted(constant, limit)) return { ...value, constant: await loadTensor(constant, limit, signal) };
  if (!sparse || ![sparse.values, sparse.indices].some((t) => isWanted(t, limit))) return value;
  return {
    ...value,
    sparse: {
      ...sparse,
      values: await loadTensor(sparse.values, limit, signal),
      indices: await loadTensor(sparse.indices, limit, signal),
    },
  };
}

async function loadNode(node: Node, limit: number, signal?: AbortSignal): Promise<Node> {
  let changed: Map<string, Attribute> | null = null;
  for (const [name, a] of node.attributes) {
    if (a.kind !== 'tensor' || !isWanted(a.value, limit)) continue;
    changed ??= new Map(node.attributes);
    changed.set(name, { ...a, value: await loadTensor(a.value, limit, signal) });
  }
  return changed ? { ...node, attributes: changed } : node;
}
