/** What floats over the graph. */
import { useSyncExternalStore } from 'react';
import { Button } from '../kit/button.tsx';
import { Icon } from '../kit/icon.tsx';
import type { StageSize } from './camera.ts';
import type { PointerTip } from './canvas-view.ts';
import type { CanvasController } from './controller.ts';
import type { Rect } from '../../graph-view/scene.ts';

export function ZoomControl({ controller }: { controller: CanvasController }) {
  const zoom = useSyncExternalStore(
    (changed) => {
      controller.painted.add(changed);
      return () => void controller.painted.delete(changed);
    },
    () => Math.round(100 * controller.viewport.zoom) || Math.round(10_000 * controller.viewport.zoom) / 100,
  );
  return (
    <div className="gw-float gw-zoom" role="group" aria-label="Zoom">
      <button type="button" aria-label="Zoom out" title="Zoom out (−)" onClick={() => controller.zoomBy(0.8)}>
        <Icon name="minus" small />
      </button>
      <button type="button" className="pc" title="Actual size (0)" onClick={() => controller.actualSize()}>
        {zoom}%
      </button>
      <button type="button" aria-label="Zoom in" title="Zoom in (+)" onClick={() => controller.zoomBy(1.25)}>
        <Icon name="plus" small />
      </button>
      <button
        type="button"
        aria-label="Fit the graph"
        title="Fit the graph (Shift F)"
        onClick={() => controller.fitAll()}
      >
        <Icon name="fit" small />
      </button>
    </div>
  );
}

/** Beside the pointer, turned inwards near the right and lower edge. */
export function Tip({ tip, stage }: { tip: PointerTip; stage: StageSize }) {
  const left = tip.x > stage.width - 280;
  const above = tip.y > stage.height - 110;
  const style = {
    ...(left ? { right: stage.width - tip.x + 10 } : { left: tip.x + 14 }),
    ...(above ? { bottom: stage.height - tip.y + 10 } : { top: tip.y + 16 }),
  };
  return (
    <div className="gw-tip" style={style} aria-hidden="true">
      <b>{tip.title}</b>
      {tip.lines.map((line, i) => (
        <span key={i}>{line}</span>
      ))}
    </div>
  );
}

export function Band({ band }: { band: Rect }) {
  return <div className="gw-band" style={{ left: band.x, top: band.y, width: band.width, height: band.height }} />;
}

export function Failure({ text, onRetry }: { text: string; onRetry(): void }) {
  return (
    <div className="gw-float gw-failure" role="alert">
      <b>The graph could not be laid out</b>
      <span>{text}</span>
      <Button size="small" onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
}
