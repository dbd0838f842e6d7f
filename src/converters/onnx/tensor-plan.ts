/** Decides, for every tensor of a model that is written, whether its elements stand in the file or beside it. */
import { byteLength, type ByteSource } from '../../graph-model/core/bytes.ts';
import type { Model, ValueId } from '../../graph-model/core/model.ts';
import type { ExternalData, Tensor } from '../../graph-model/core/tensor.ts';

/**
 * - `keep`: as the opened file has it: external tensors name their files as before, others are embedded.
 * - `auto`: one file while it stays within the limit, else the large initializers in one data file.
 * - `never`: one file.
 * - `always`: the large initializers in one data file.
 *
 * Tensors whose file was not given stay as they were written, whatever the choice.
 */
export type ExternalDataChoice = 'keep' | 'auto' | 'never' | 'always';

/** Offsets of large tensors are multiples of a page, so that a runtime can map them; others of a cache line. */
const PAGE = 4096;
const LINE = 64;
const PAGE_FROM = 1024 * 1024;

export interface PlanOptions {
  /** Present external tensors keep naming their own files. */
  readonly keepExternal: boolean;
  /** The data file that takes the large initializers; null: they are embedded. */
  readonly location: string | null;
  /** Initializers from this many bytes on go to the data file. */
  readonly threshold: number;
}

export class TensorPlan {
  /** Content of the data file. */
  readonly parts: (Uint8Array | ByteSource)[] = [];
  /** Bytes of the data file. */
  size = 0;
  /** Files that the written model goes on naming. */
  readonly refersTo = new Set<string>();
  private readonly placed = new Map<Tensor, ExternalData>();

  constructor(
    model: Model,
    readonly options: PlanOptions,
  ) {
    if (options.location === null) return;
    for (const graph of model.graphs.values())
      for (const id of graph.initializers) this.place(model, id, options.location);
  }

  /** How the elements of a tensor are written: null: embedded; else the external_data entries. */
  external(tensor: Tensor): ExternalData | null {
    const placed = this.placed.get(tensor);
    if (placed) return placed;
    const { data } = tensor;
    if (data.kind === 'missing') return this.refer(tensor.external ?? missingEntries(data));
    const stays = tensor.storage === 'external' && tensor.external && this.options.keepExternal;
    return stays ? this.refer(tensor.external) : null;
  }

  private refer(entries: ExternalData): ExternalData {
    const location = entries.find(([key]) => key === 'location')?.[1];
    if (location) this.refersTo.add(location);
    return entries;
  }

  private place(model: Model, id: ValueId, location: string): void {
    const tensor = model.values.at(id).constant;
    if (!tensor || !this.goesOut(tensor) || this.placed.has(tensor)) return;
    const length = byteLength(tensor.data);
    const align = length >= PAGE_FROM ? PAGE : LINE;
    const offset = Math.ceil(this.size / align) * align;
    if (offset > this.size) this.parts.push(new Uint8Array(offset - this.size));
    this.parts.push(tensor.data);
    this.size = offset + length;
    const entries: ExternalData = [
      ['location', location],
      ['offset', String(offset)],
      ['length', String(length)],
    ];
    this.placed.set(tensor, entries);
  }

  /** Typed data fields of integers are varints, not the elements themselves: those stay. */
  private goesOut(tensor: Tensor): boolean {
    const { storage, data } = tensor;
    if (data.kind === 'missing' || byteLength(data) < this.options.threshold) return false;
    if (storage === 'external') return !this.options.keepExternal;
    return storage === 'raw_data' || storage === 'float_data' || storage === 'double_data';
  }
}

function missingEntries(data: ByteSource & { kind: 'missing' }): ExternalData {
  const entries: [string, string][] = [
    ['location', data.file],
    ['offset', String(data.begin)],
  ];
  if (data.end >= 0) entries.push(['length', String(data.end - data.begin)]);
  return entries;
}
