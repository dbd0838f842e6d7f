/** One row per operator: how its types are inferred, its traits, its cost. Grouped by family. */
import { normalDomain } from '../core/model.ts';
import { CLASSICAL, TEXTS } from './infer/classical.ts';
import { CONTROL } from './infer/control.ts';
import { CONTRIB_ATTENTION } from './infer/contrib-attention.ts';
import { CONTRIB_LAYERS } from './infer/contrib-layers.ts';
import { CONTRIB_PRODUCTS } from './infer/contrib-products.ts';
import { ELEMENTWISE } from './infer/elementwise.ts';
import { INDEXING } from './infer/indexing.ts';
import { NCHWC, NHWC } from './infer/layouts.ts';
import { MAKERS } from './infer/makers.ts';
import { NETWORKS, PREVIEW, TRAINING } from './infer/networks.ts';
import { PRODUCTS } from './infer/products.ts';
import { REDUCTIONS } from './infer/reductions.ts';
import type { OperatorRow, Rows } from './infer/row.ts';
import { SEQUENCES } from './infer/sequences.ts';
import { SHAPES } from './infer/shapes.ts';
import { WINDOWS } from './infer/windows.ts';
import type { Trait } from './operator.ts';

/** By domain, then by operator: no key is put together for a look-up. */
const TABLE = new Map<string, Map<string, OperatorRow>>();
const enter = (domain: string, ...families: readonly Rows[]) => {
  const table = TABLE.get(domain) ?? new Map<string, OperatorRow>();
  TABLE.set(domain, table);
  for (const rows of families) for (const [op, row] of Object.entries(rows)) table.set(op, row);
};
enter('', ELEMENTWISE, SHAPES, INDEXING, MAKERS, PRODUCTS, REDUCTIONS, WINDOWS);
enter('', NETWORKS, CONTROL, SEQUENCES, TEXTS);
enter('ai.onnx.ml', CLASSICAL);
enter('ai.onnx.preview', PREVIEW);
enter('ai.onnx.preview.training', TRAINING);
enter('com.microsoft', CONTRIB_ATTENTION, CONTRIB_PRODUCTS, CONTRIB_LAYERS);
enter('com.ms.internal.nhwc', NHWC);
enter('com.microsoft.nchwc', NCHWC);

/** The row of an operator, whatever its version; null for an operator that is in no table. */
export function operatorRow(domain: string, op: string): OperatorRow | null {
  return TABLE.get(normalDomain(domain))?.get(op) ?? null;
}

export function traitsOf(domain: string, op: string): readonly Trait[] {
  return operatorRow(domain, op)?.traits ?? [];
}
