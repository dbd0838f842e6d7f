/** The right panel: what is selected, or the model itself. */
import { EmptyState } from '../../kit/empty-state.tsx';
import { useStore } from '../../store/store.ts';
import { ModelInspector } from './model-inspector.tsx';
import { NodeInspector } from './node-inspector.tsx';
import { SeveralInspector } from './several-inspector.tsx';
import { ValueInspector } from './value-inspector.tsx';
import '../panels.css';

export function Inspector() {
  const model = useStore((s) => s.model);
  const selected = useStore((s) => s.selected);
  const value = useStore((s) => s.selectedValue);
  if (model === null) return <EmptyState text="Select a node to see what it is." />;
  const nodes = [...selected].filter((id) => model.nodes.has(id));
  if (nodes.length > 1) return <SeveralInspector nodes={nodes} />;
  if (nodes.length === 1) return <NodeInspector key={nodes[0]} node={model.nodes.at(nodes[0]!)} />;
  if (value !== null && model.values.has(value)) return <ValueInspector key={value} value={model.values.at(value)} />;
  return <ModelInspector />;
}
