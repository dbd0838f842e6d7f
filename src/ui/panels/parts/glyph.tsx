import { normalDomain, type Node } from '../../../graph-model/core/model.ts';
import { categoryOf, type Category } from '../../../graph-model/operators/category.ts';
import { Glyph } from '../../kit/icon.tsx';
import { useStore } from '../../store/store.ts';

/** The category of a node of the open model; a call of one of its own functions is control flow. */
export function useCategory({ domain, op }: Pick<Node, 'domain' | 'op'>): Category {
  const functions = useStore((s) => s.model?.functions ?? NO_FUNCTIONS);
  const calls = functions.some((f) => f.name === op && normalDomain(f.domain) === normalDomain(domain));
  return calls ? 'control' : categoryOf(domain, op);
}
const NO_FUNCTIONS: never[] = [];

export function NodeGlyph({ node, size }: { node: Pick<Node, 'domain' | 'op'>; size?: number }) {
  return <Glyph name={useCategory(node)} size={size} />;
}
