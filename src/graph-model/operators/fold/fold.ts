/** Operators computed here, exactly, for small tensors: what runtimes do in any order or approximately is left to them. */
import { normalDomain } from '../../core/model.ts';
import type { DenseTensor } from '../../core/tensor.ts';
import type { Fold } from '../operator.ts';
import { NotFoldable } from './elements.ts';
import { ELEMENTWISE_FOLDS } from './elementwise.ts';
import { KernelInputs, type Kernels } from './kernel.ts';
import { MOVEMENT_FOLDS } from './movement.ts';
import { REDUCTION_FOLDS } from './reductions.ts';
import { unique } from './unique.ts';

const KERNELS: Kernels = { ...ELEMENTWISE_FOLDS, ...MOVEMENT_FOLDS, ...REDUCTION_FOLDS, Unique: unique };

/** True for an operator of ONNX's own domain that has a kernel. */
export const hasFold = (domain: string, op: string): boolean =>
  normalDomain(domain) === '' && Object.hasOwn(KERNELS, op);

/** Outputs from inputs in memory; null: not for these inputs (a type, a size or an attribute that the kernel leaves out). */
export const foldNode: Fold = (node, inputs, version) => {
  if (!hasFold(node.domain, node.op)) return null;
  try {
    const out: readonly DenseTensor[] | null = KERNELS[node.op]!(new KernelInputs(node, inputs, version));
    return out;
  } catch (error) {
    if (error instanceof NotFoldable) return null;
    throw error;
  }
};
