/** A node of a classical model as what it is: its trees, steps, coefficients, support vectors. */
import type { Node } from '../../../graph-model/core/model.ts';
import { useStore } from '../../store/store.ts';
import { CoefficientsSection } from './coefficients-section.tsx';
import { StepsSection } from './steps-section.tsx';
import { TreesSection } from './trees-section.tsx';
import { VectorsSection } from './vectors-section.tsx';
import './source.css';

const CLASSICAL = new Set(['sklearn', 'lightgbm', 'xgboost', 'catboost', 'libsvm', 'sparkml', 'ai.onnx.ml']);

export function SourceSections({ node }: { node: Node }) {
  const model = useStore((s) => s.model)!;
  if (!CLASSICAL.has(node.domain)) return null;
  return (
    <>
      <StepsSection model={model} node={node} />
      <TreesSection model={model} node={node} />
      <CoefficientsSection model={model} node={node} />
      <VectorsSection model={model} node={node} />
    </>
  );
}
