/** What a kernel is given. */
import type { Node } from '../../core/model.ts';
import type { DenseTensor } from '../../core/tensor.ts';
import { need } from './elements.ts';

export class KernelInputs {
  constructor(
    readonly node: Node,
    private readonly inputs: readonly (DenseTensor | null)[],
    /** The opset version of ONNX's own domain. */
    readonly version: number,
  ) {}

  /** An input that must be there. */
  input(index: number): DenseTensor {
    const t = this.inputs[index];
    need(t);
    return t;
  }

  optional(index: number): DenseTensor | null {
    return this.inputs[index] ?? null;
  }

  /** Of a variadic operator. */
  all(): DenseTensor[] {
    return this.inputs.map((_, i) => this.input(i));
  }
}

/** Gives the outputs in order; null, like a failed `need`, says: not for these inputs. */
export type Kernel = (k: KernelInputs) => readonly DenseTensor[] | null;
export type Kernels = Readonly<Record<string, Kernel>>;
