/** Elements of small constants, read once, so that rules may look at them without waiting. */
import type { Attribute } from '../../graph-model/core/attributes.ts';
import { normalDomain, type Model, type Node } from '../../graph-model/core/model.ts';
import {
  denseByteLength,
  int64Tensor,
  readTensor,
  storedByteLength,
  tensorAtHand,
  tensorOf,
  type DenseTensor,
  type Tensor,
} from '../../graph-model/core/tensor.ts';

/** Bytes up to which a constant counts as small. Large enough for masks and per-channel vectors. */
export const SMALL_BYTES = 65536;

const elements = new WeakMap<Tensor, DenseTensor>();

/** Reads the small constants of a model that are still in its file. Missing files are left out. */
export async function readSmallConstants(model: Model, signal: AbortSignal): Promise<void> {
  const wanted: Tensor[] = [];
  for (const { constant } of model.values.values()) if (constant && isSmall(constant)) wanted.push(constant);
  for (const node of model.nodes.values()) {
    for (const a of node.attributes.values()) if (a.kind === 'tensor' && isSmall(a.value)) wanted.push(a.value);
  }
  for (const tensor of wanted) {
    if (tensor.data.kind !== 'blob' || elements.has(tensor)) continue;
    elements.set(tensor, await readTensor(tensor, signal));
  }
}

/** The elements of a constant that is small and at hand, else null. */
export function smallElements(tensor: Tensor): DenseTensor | null {
  const known = elements.get(tensor);
  if (known) return known;
  if (tensor.data.kind !== 'bytes' || !isSmall(tensor)) return null;
  const dense = tensorAtHand(tensor);
  if (dense) elements.set(tensor, dense);
  return dense;
}

export function isSmall(tensor: Tensor): boolean {
  return Math.max(storedByteLength(tensor), denseByteLength(tensor.dtype, tensor.dims)) <= SMALL_BYTES;
}

const fromAttribute = new WeakMap<Attribute, Tensor>();

/** The tensor that a Constant node makes; null for other nodes and for sparse or referenced values. */
export function constantOfNode(node: Pick<Node, 'op' | 'domain' | 'attributes'>): Tensor | null {
  if (node.op !== 'Constant' || normalDomain(node.domain) !== '') return null;
  const [attribute] = [...node.attributes.values()].filter((a) => a.kind !== 'undefined');
  if (!attribute) return null;
  const known = fromAttribute.get(attribute);
  if (known) return known;
  const tensor = tensorOfAttribute(attribute);
  if (tensor) fromAttribute.set(attribute, tensor);
  return tensor;
}

function tensorOfAttribute(a: Attribute): Tensor | null {
  switch (a.kind) {
    case 'tensor':
      return a.value;
    case 'int':
      return int64Tensor([a.value], []);
    case 'ints':
      return int64Tensor(a.value);
    case 'float':
      return tensorOf({ dtype: 'float', dims: [], values: Float32Array.of(a.value) });
    case 'floats':
      return tensorOf({ dtype: 'float', dims: [a.value.length], values: a.value });
    case 'string':
      return a.raw ? null : tensorOf({ dtype: 'string', dims: [], values: [a.value] });
    case 'strings':
      return a.raw ? null : tensorOf({ dtype: 'string', dims: [a.value.length], values: a.value });
    default:
      return null;
  }
}
