/** The graph in a corner. Of a very long graph it shows the stretch around the view, sliding as the view moves. */
import { useEffect, useRef, type PointerEvent } from 'react';
import { centreOn } from './camera.ts';
import type { CanvasController } from './controller.ts';
import { firstInRow } from '../../graph-view/density.ts';
import { visibleRect } from './painter.ts';
import type { Palette } from './palette.ts';
import type { Rect, Scene } from '../../graph-view/scene.ts';

const WIDTH = 148;
const HEIGHT = 116;
const PAD = 6;
/** The view is never shown smaller than this share of the map along the flow. */
const LEAST = 1 / 9;

export function Minimap({ controller }: { controller: CanvasController }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const paint = () => canvas.current && paintMap(canvas.current, controller);
    controller.painted.add(paint);
    paint();
    return () => void controller.painted.delete(paint);
  }, [controller]);
  const go = (e: PointerEvent<HTMLCanvasElement>) => {
    const { scene } = controller.shown;
    if (!scene || (e.buttons & 1) === 0) return;
    const box = e.currentTarget.getBoundingClientRect();
    const map = mapOf(scene, controller);
    const x = map.x + (e.clientX - box.left) / map.scale;
    const y = map.y + (e.clientY - box.top) / map.scale;
    controller.moveTo(centreOn({ x, y, width: 0, height: 0 }, controller.stage, controller.viewport.zoom), 0);
  };
  return (
    <div className="gw-float gw-minimap">
      <canvas
        ref={canvas}
        width={2 * WIDTH}
        height={2 * HEIGHT}
        aria-hidden="true"
        onPointerDown={(e) => {
          e.currentTarget.setPointerCapture(e.pointerId);
          go(e);
        }}
        onPointerMove={go}
      />
    </div>
  );
}

/** The upper left corner of the map in the graph, and pixels of the map for one of the graph. */
interface MapFrame {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

function mapOf(scene: Scene, controller: CanvasController): MapFrame {
  const view = visibleRect(controller.viewport, controller.stage);
  const { width, height } = scene.layout;
  const fit = Math.min((WIDTH - 2 * PAD) / width, (HEIGHT - 2 * PAD) / height);
  const scale = Math.max(fit, Math.min((WIDTH * LEAST) / view.width, (HEIGHT * LEAST) / view.height));
  return {
    x: slide(width, WIDTH / scale, view.x, view.width),
    y: slide(height, HEIGHT / scale, view.y, view.height),
    scale,
  };
}

/** Where the map begins along one axis: centred when all fits, else moving from end to end as the view does. */
function slide(graph: number, room: number, from: number, seen: number): number {
  if (graph <= room) return (graph - room) / 2;
  const share = Math.max(0, Math.min(1, from / Math.max(1, graph - seen)));
  return share * (graph - room);
}

function paintMap(canvas: HTMLCanvasElement, controller: CanvasController): void {
  const ctx = canvas.getContext('2d');
  const { palette, shown } = controller;
  const { scene } = shown;
  if (!ctx || !palette) return;
  ctx.setTransform(2, 0, 0, 2, 0, 0);
  ctx.fillStyle = palette.canvas;
  ctx.fillRect(0, 0, WIDTH, HEIGHT);
  if (!scene || scene.view.count === 0) return;
  const map = mapOf(scene, controller);
  paintCells(ctx, scene, map, palette);
  paintView(ctx, visibleRect(controller.viewport, controller.stage), map, palette);
}

function paintCells(ctx: CanvasRenderingContext2D, scene: Scene, map: MapFrame, palette: Palette): void {
  const level = scene.density.level(Math.max(16, 1.4 / map.scale));
  const side = level.size * map.scale;
  const last = (map.y + HEIGHT / map.scale) / level.size;
  for (let i = firstInRow(level, Math.floor(map.y / level.size)); i < level.count && level.rows[i]! <= last; i++) {
    const x = (level.columns[i]! * level.size - map.x) * map.scale;
    if (x < -side || x > WIDTH) continue;
    ctx.fillStyle = palette.strip[level.categories[i]!]!;
    ctx.fillRect(x, (level.rows[i]! * level.size - map.y) * map.scale, Math.max(1, side), Math.max(0.8, side - 0.5));
  }
}

function paintView(ctx: CanvasRenderingContext2D, view: Rect, map: MapFrame, palette: Palette): void {
  const x = (view.x - map.x) * map.scale;
  const y = (view.y - map.y) * map.scale;
  ctx.strokeStyle = palette.accent;
  ctx.lineWidth = 1.5;
  ctx.fillStyle = palette.accent;
  ctx.globalAlpha = 0.08;
  ctx.fillRect(x, y, view.width * map.scale, view.height * map.scale);
  ctx.globalAlpha = 1;
  ctx.beginPath();
  ctx.roundRect(x, y, Math.max(6, view.width * map.scale), Math.max(4, view.height * map.scale), 2);
  ctx.stroke();
}
