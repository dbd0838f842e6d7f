/** Clicks, hovering and selection rectangles, for every zoom level alike; React Flow keeps panning and zooming. */
import { useMemo, useRef, type MouseEvent, type PointerEvent } from 'react';
import type { CanvasController } from './controller.ts';

/** A press that moves less than this is a click. */
const CLICK = 4;

interface Press {
  readonly x: number;
  readonly y: number;
  readonly band: boolean;
  moved: boolean;
}

/** The handlers of the stage. */
export function usePointer(controller: CanvasController) {
  const press = useRef<Press | null>(null);
  return useMemo(() => {
    const place = (e: MouseEvent<HTMLElement>): [number, number] => {
      const box = e.currentTarget.getBoundingClientRect();
      return [e.clientX - box.left, e.clientY - box.top];
    };
    return {
      onPointerDown: (e: PointerEvent<HTMLElement>) => {
        if (e.button !== 0 || onTool(e.target)) return;
        const [x, y] = place(e);
        press.current = { x, y, band: e.shiftKey, moved: false };
        if (e.shiftKey) e.currentTarget.setPointerCapture(e.pointerId);
      },
      // React Flow pans on the mouse event that follows: with Shift down it must not see it.
      onMouseDownCapture: (e: MouseEvent<HTMLElement>) => {
        if (e.shiftKey && !onTool(e.target)) e.stopPropagation();
      },
      onPointerMove: (e: PointerEvent<HTMLElement>) => {
        const [x, y] = place(e);
        const p = press.current;
        if (p) p.moved ||= Math.hypot(x - p.x, y - p.y) > CLICK;
        if (p?.band && p.moved) controller.setBand(between(p.x, p.y, x, y));
        else if (!p && !onTool(e.target)) controller.hoverAt(x, y);
        else if (p === null) controller.unhover();
      },
      onPointerUp: (e: PointerEvent<HTMLElement>) => {
        const p = press.current;
        press.current = null;
        if (!p) return;
        if (p.band && p.moved) controller.setBand(null);
        else if (!p.moved) controller.clickAt(p.x, p.y, e.shiftKey || e.ctrlKey || e.metaKey);
      },
      onPointerCancel: () => {
        press.current = null;
      },
      onPointerLeave: () => controller.unhover(),
      onDoubleClick: (e: MouseEvent<HTMLElement>) => {
        if (onTool(e.target)) return;
        const [x, y] = place(e);
        const { vertex } = controller.hit(x, y);
        const title = vertex >= 0 ? null : controller.titleAt(x, y);
        if (title) controller.toggle(title.key);
        else controller.enter(vertex);
      },
    };
  }, [controller]);
}

/** Floating controls lie over the stage and are not part of the graph. */
const onTool = (target: EventTarget) => target instanceof Element && target.closest('.gw-float') !== null;

function between(ax: number, ay: number, bx: number, by: number) {
  return { x: Math.min(ax, bx), y: Math.min(ay, by), width: Math.abs(ax - bx), height: Math.abs(ay - by) };
}
