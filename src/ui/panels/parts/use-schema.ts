import { useEffect, useState } from 'react';
import { opsetsOf, opsetVersion, type Model, type Node } from '../../../graph-model/core/model.ts';
import type { OperatorSchema } from '../../../graph-model/operators/operator.ts';
import { loadOperators, operatorsAtHand, type OperatorTable } from '../../../graph-model/operators/schemas.ts';

/** The signature of a node's operator at the opset its graph asks for; null where none is known, or not loaded yet. */
export function useSchema(model: Model, node: Node): OperatorSchema | null {
  const [table, setTable] = useState<OperatorTable | null>(operatorsAtHand);
  useEffect(() => {
    if (table) return;
    let gone = false;
    void loadOperators().then((loaded) => gone || setTable(loaded));
    return () => void (gone = true);
  }, [table]);
  const version = opsetVersion(opsetsOf(model, node.graph), node.domain);
  return table?.schemaOf(node.domain, node.op, version ?? 1) ?? null;
}
