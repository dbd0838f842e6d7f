/** The graph: a canvas that draws all of it, React Flow above with the nodes near the view, and the tools around. */
import '@xyflow/react/dist/base.css';
import { ReactFlow, ReactFlowProvider, useReactFlow, useStoreApi as useFlowStore, ViewportPortal } from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { Model } from '../../graph-model/core/model.ts';
import { useStoreApi } from '../store/store.ts';
import './canvas.css';
import './tools.css';
import { MAX_ZOOM } from './camera.ts';
import { CanvasController, type LayoutFunction } from './controller.ts';
import { EdgeLabels } from './edge-labels.tsx';
import { Band, Failure, Tip, ZoomControl } from './hud.tsx';
import { Legend } from './legend.tsx';
import { KeyboardHelp, useCanvasKeys } from './keys.tsx';
import { Minimap } from './minimap.tsx';
import { Card, type CardNode } from './node-card.tsx';
import { usePointer } from './pointer.ts';
import { CanvasToolbar } from './toolbar.tsx';
import { KIND } from '../../graph-view/view-graph.ts';

export interface GraphCanvasProps {
  /** What stands around the graph is shown. */
  readonly tools: boolean;
  /** Lays out in a worker; rejects when the signal fires. */
  readonly layout: LayoutFunction;
  /** The first complete frame of a model is on the screen. */
  onDrawn(model: Model): void;
}

/** Needs the store of a `ServicesContext` above it, and a parent with a height. */
export function GraphCanvas({ tools, layout, onDrawn }: GraphCanvasProps) {
  const store = useStoreApi();
  const [controller] = useState(() => new CanvasController(store, layout, onDrawn));
  return (
    <ReactFlowProvider>
      <div className="gw-canvas">
        <div className="gw-tools">{tools && <CanvasToolbar />}</div>
        <Stage controller={controller} tools={tools} />
      </div>
    </ReactFlowProvider>
  );
}

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

function Stage({ controller, tools }: { controller: CanvasController; tools: boolean }) {
  const shown = useSyncExternalStore(controller.subscribe, controller.snapshot);
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  useAttached(controller, canvas);
  const pointer = usePointer(controller);
  const [spoken, onKeyDown] = useCanvasKeys(controller);
  const nodes = useCards(controller);
  const count = shown.scene?.view.count ?? 0;
  return (
    <div
      ref={stage}
      className={`gw-stage${shown.moving ? ' moving' : ''}${shown.tip ? ' over' : ''}`}
      role="application"
      aria-label={`Operator graph, ${count} nodes. Arrow keys follow the edges.`}
      aria-describedby="gw-canvas-keys"
      tabIndex={0}
      onKeyDown={onKeyDown}
      {...pointer}
    >
      <canvas ref={canvas} aria-hidden="true" />
      <ReactFlow<CardNode>
        nodes={nodes}
        edges={[]}
        nodeTypes={NODE_TYPES}
        minZoom={shown.minZoom}
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
      {tools && <Minimap controller={controller} />}
      {tools && <ZoomControl controller={controller} />}
      {tools && shown.scene && <Legend legend={shown.legend} />}
      {shown.tip && <Tip tip={shown.tip} stage={controller.stage} />}
      {shown.band && <Band band={shown.band} />}
      {shown.failure !== null && <Failure text={shown.failure} onRetry={() => controller.retry()} />}
      <KeyboardHelp />
      <p className="gw-sr" role="status" aria-live="polite">
        {spoken}
      </p>
    </div>
  );
}

function useAttached(controller: CanvasController, canvas: React.RefObject<HTMLCanvasElement | null>): void {
  // Its functions never change, but the object around them does when the viewport is ready: that must not begin anew.
  const { setViewport } = useReactFlow();
  const flowStore = useFlowStore();
  const move = useRef(setViewport);
  useEffect(() => {
    move.current = setViewport;
  }, [setViewport]);
  useEffect(() => {
    const stop = flowStore.subscribe(({ transform: [x, y, zoom] }) => controller.moved({ x, y, zoom }));
    const detach = controller.attach(canvas.current!, (to, duration) => void move.current(to, { duration }));
    return () => {
      detach();
      stop();
    };
  }, [controller, canvas, flowStore]);
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
