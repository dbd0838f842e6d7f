/** The parts of the workspace that live in folders of their own, and what stands in their place until they are there. */
import { EmptyState } from '../kit/empty-state.tsx';

export const GraphCanvas = () => <EmptyState text="The graph is drawn here." />;
export const Outline = () => <EmptyState text="The outline of the model." />;
export const Inspector = () => <EmptyState text="What is selected." />;
export const BottomPanel = () => <EmptyState text="Problems and reports." />;
