import type { Node } from '../../../graph-model/core/model.ts';
import { categoryIn, type Category } from '../../../graph-model/operators/category.ts';
import { Glyph } from '../../kit/icon.tsx';
import { useStore } from '../../store/store.ts';

/** The category of a node of the open model. */
export function useCategory(node: Pick<Node, 'domain' | 'op'>): Category {
  const functions = useStore((s) => s.model?.functions ?? NO_FUNCTIONS);
  return categoryIn({ functions }, node);
}
const NO_FUNCTIONS: never[] = [];

export function NodeGlyph({ node, size }: { node: Pick<Node, 'domain' | 'op'>; size?: number }) {
  return <Glyph name={useCategory(node)} size={size} />;
}
