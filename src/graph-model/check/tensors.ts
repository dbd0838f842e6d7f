/** Tensors whose data cannot be what their dimensions say, and files that are not there. */
import { getTensor } from '../core/attributes.ts';
import type { NodeId, ValueId } from '../core/model.ts';
import { denseByteLength, storedByteLength, type Tensor } from '../core/tensor.ts';
import { diagnostic } from '../diagnostics.ts';
import type { CheckContext } from './context.ts';

export function checkTensors(c: CheckContext): void {
  const missing = new Map<string, number>();
  const look = (tensor: Tensor, name: string, place: { node?: NodeId; value?: ValueId }) => {
    if (tensor.data.kind === 'missing') missing.set(tensor.data.file, (missing.get(tensor.data.file) ?? 0) + 1);
    else checkLength(c, tensor, name, place);
  };
  for (const v of c.model.values.values()) if (v.constant) look(v.constant, v.name, { value: v.id });
  for (const node of c.model.nodes.values()) {
    const value = node.op === 'Constant' ? getTensor(node, 'value') : undefined;
    if (value) look(value, value.name ?? node.name, { node: node.id });
  }
  for (const [file, count] of missing) c.add(diagnostic('file.missing', { file, count }));
}

/** Only fixed-width storage has a length that can be told without reading. */
function checkLength(c: CheckContext, tensor: Tensor, name: string, place: { node?: NodeId; value?: ValueId }): void {
  const fixed = tensor.storage === 'raw_data' || tensor.storage === 'external';
  if (!fixed || tensor.dtype === 'undefined' || tensor.dtype === 'string') return;
  const want = denseByteLength(tensor.dtype, tensor.dims);
  const have = storedByteLength(tensor);
  if (want === have) return;
  const params = {
    tensor: name || 'without a name',
    type: tensor.dtype,
    dims: tensor.dims.join('×') || 'scalar',
    want,
    have,
  };
  c.add(diagnostic('check.data-length', params, place));
}
