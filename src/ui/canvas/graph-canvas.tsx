/** The graph: a canvas that draws all of it, React Flow above with the nodes near the view, and the tools around. */
import { lazy, Suspense, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { Model } from '../../graph-model/core/model.ts';
import { useStoreApi } from '../store/store.ts';
import './canvas.css';
import './tools.css';
import { CanvasController, type LayoutFunction } from './controller.ts';
import { Band, Failure, Tip, ZoomControl } from './hud.tsx';
import { Legend } from './legend.tsx';
import { KeyboardHelp, useCanvasKeys } from './keys.tsx';
import { Minimap } from './minimap.tsx';
import { usePointer } from './pointer.ts';
import { CanvasToolbar } from './toolbar.tsx';

const FlowLayer = lazy(() => import('./flow-layer.tsx').then((m) => ({ default: m.FlowLayer })));

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
    <div className="gw-canvas">
      <div className="gw-tools">{tools && <CanvasToolbar />}</div>
      <Stage controller={controller} tools={tools} />
    </div>
  );
}

function Stage({ controller, tools }: { controller: CanvasController; tools: boolean }) {
  const shown = useSyncExternalStore(controller.subscribe, controller.snapshot);
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => controller.attach(canvas.current!), [controller]);
  const pointer = usePointer(controller);
  const [spoken, onKeyDown] = useCanvasKeys(controller);
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
      {tools && (
        <Suspense>
          <FlowLayer controller={controller} />
        </Suspense>
      )}
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
