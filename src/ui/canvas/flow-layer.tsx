/** React Flow over the canvas: it pans and zooms, and shows the nodes near the view as elements. Comes after the first picture. */
import '@xyflow/react/dist/base.css';
import { ReactFlow, ReactFlowProvider, useReactFlow, useStoreApi as useFlowStore, ViewportPortal } from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { KIND } from '../../graph-view/view-graph.ts';
import { MAX_ZOOM } from './camera.ts';
import type { CanvasController } from './controller.ts';
import { EdgeLabels } from './edge-labels.tsx';
import { Card, type CardNode } from './node-card.tsx';

/** By kind: ids of nodes, values and groups must not meet. */
const ID_LETTERS: Readonly<Record<number, string>> = {
  [KIND.node]: 'n',
  [KIND.input]: 'i',
  [KIND.output]: 'o',
  [KIND.outer]: 'i',
  [KIND.constant]: 'c',
  [KIND.group]: 'g',
};
const NODE_TYPES = { card: Card };
const HIDE_ATTRIBUTION = { hideAttribution: true };

export function FlowLayer({ controller }: { controller: CanvasController }) {
  return (
    <ReactFlowProvider>
      <Flow controller={controller} />
    </ReactFlowProvider>
  );
}

function Flow({ controller }: { controller: CanvasController }) {
  const { minZoom } = useSyncExternalStore(controller.subscribe, controller.snapshot);
  const [start] = useState(() => ({ ...controller.viewport }));
  const nodes = useCards(controller);
  useMover(controller);
  return (
    <ReactFlow<CardNode>
      nodes={nodes}
      edges={[]}
      nodeTypes={NODE_TYPES}
      defaultViewport={start}
      minZoom={minZoom}
      maxZoom={MAX_ZOOM}
      panOnScroll
      zoomOnPinch
      zoomOnScroll={false}
      zoomOnDoubleClick={false}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      elementsSelectable={false}
      selectionKeyCode={null}
      multiSelectionKeyCode={null}
      deleteKeyCode={null}
      disableKeyboardA11y
      proOptions={HIDE_ATTRIBUTION}
    >
      <ViewportPortal>
        <EdgeLabels controller={controller} />
      </ViewportPortal>
    </ReactFlow>
  );
}

/** React Flow holds the viewport from here on: it moves it, and the canvas follows. */
function useMover(controller: CanvasController): void {
  // Its functions never change, but the object around them does when the viewport is ready: that must not begin anew.
  const { setViewport } = useReactFlow();
  const flowStore = useFlowStore();
  const move = useRef(setViewport);
  useEffect(() => {
    move.current = setViewport;
  }, [setViewport]);
  useEffect(() => {
    const stop = flowStore.subscribe(({ transform: [x, y, zoom] }) => controller.moved({ x, y, zoom }));
    const release = controller.movedBy((to, duration) => void move.current(to, { duration }));
    return () => {
      release();
      stop();
    };
  }, [controller, flowStore]);
}

/** React Flow's nodes for the vertices near the view; a vertex keeps its object as long as it shows the same. */
function useCards(controller: CanvasController): CardNode[] {
  const { scene, near, overlay, focus } = useSyncExternalStore(controller.subscribe, controller.snapshot);
  const make = useCallback(
    (index: number): CardNode => {
      const { view, layout } = scene!;
      const [width, height] = [view.widths[index]!, view.heights[index]!];
      return {
        id: `${ID_LETTERS[view.kinds[index]!]}${view.refs[index]}`,
        type: 'card',
        position: { x: layout.x[index]!, y: layout.y[index]! },
        width,
        height,
        measured: { width, height },
        handles: [],
        data: { view, index, overlay, focus },
      };
    },
    [scene, overlay, focus],
  );
  const cache = useMemo(() => ({ make, cards: new Map<number, CardNode>() }), [make]);
  const cards = useMemo(() => near.map((i) => cardOf(cache, i)), [cache, near]);
  useEffect(() => controller.setMounted(new Set(near)), [controller, near]);
  return cards;
}

interface CardCache {
  readonly make: (index: number) => CardNode;
  readonly cards: Map<number, CardNode>;
}

function cardOf({ make, cards }: CardCache, index: number): CardNode {
  let card = cards.get(index);
  if (!card) {
    card = make(index);
    cards.set(index, card);
  }
  return card;
}
