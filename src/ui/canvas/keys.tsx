/** The keyboard of the canvas. Single letters count only while it has the focus. */
import { useCallback, useState, type KeyboardEvent } from 'react';
import type { NodeId } from '../../graph-model/core/model.ts';
import type { CanvasController } from './controller.ts';
import { announce } from './describe.ts';
import { visibleRect } from './painter.ts';
import { NEAR } from './zooms.ts';
import { KIND } from '../../graph-view/view-graph.ts';
import { expandedAround } from '../store/shown.ts';
import { groupOfSelection, toggleInside } from './group-actions.ts';
import { neighbour, stepOf } from './walk.ts';

/** What to say aloud, and the handler. Keys that the canvas does not know go on to the page. */
export function useCanvasKeys(controller: CanvasController): [string, (e: KeyboardEvent<HTMLElement>) => void] {
  const [spoken, speak] = useState('');
  const onKeyDown = useCallback(
    (e: KeyboardEvent<HTMLElement>) => {
      if (e.target !== e.currentTarget || e.ctrlKey || e.metaKey || e.altKey) return;
      if (!handle(controller, e, speak)) return;
      e.preventDefault();
      e.stopPropagation();
    },
    [controller],
  );
  return [spoken, onKeyDown];
}

function handle(controller: CanvasController, e: KeyboardEvent<HTMLElement>, speak: (text: string) => void): boolean {
  const { scene } = controller.shown;
  if (!scene) return false;
  const step = stepOf(e.key, scene.direction);
  if (step) {
    const at = controller.current();
    const next = at < 0 ? nearMiddle(controller) : neighbour(scene, at, step);
    if (next < 0) return true;
    controller.pick(next, e.shiftKey && scene.view.kinds[next] === KIND.node && !isSelected(controller, next));
    controller.reveal([next]);
    speak(announce(scene.view, next, controller.store.getState().types));
    return true;
  }
  return command(controller, e);
}

function command(controller: CanvasController, e: KeyboardEvent<HTMLElement>): boolean {
  switch (e.key) {
    case 'f':
      controller.store.getState().ask({ kind: 'fit-selection' });
      return true;
    case 'F':
      controller.fitAll();
      return true;
    case '+':
    case '=':
      controller.zoomBy(1.25);
      return true;
    case '-':
      controller.zoomBy(0.8);
      return true;
    case '0':
      controller.actualSize();
      return true;
    case ' ':
      return toggleAround(controller);
    case 'Enter':
      return controller.enter(controller.current());
    case 'Escape':
      return clearOrLeave(controller);
    case 'Backspace':
      return leave(controller);
    default:
      return false;
  }
}

/** Opens what the selected node holds, or the closed group; closes what is open around the selection. */
function toggleAround({ store, toggle }: CanvasController): boolean {
  const state = store.getState();
  const [first] = state.selected;
  if (first !== undefined && state.selected.size === 1 && toggleInside(store, first)) return true;
  const around = first === undefined ? null : expandedAround(state, first);
  if (around !== null) return toggleInside(store, around);
  const group = groupOfSelection(state);
  if (group) toggle(group.key);
  return true;
}

function isSelected(controller: CanvasController, i: number): boolean {
  return controller.store.getState().selected.has(controller.shown.scene!.view.refs[i] as NodeId);
}

/** Clears the selection; with nothing selected goes out to the graph around. */
function clearOrLeave(controller: CanvasController): boolean {
  const { selected, selectedValue, select } = controller.store.getState();
  if (selected.size === 0 && selectedValue === null) return leave(controller);
  select([]);
  return true;
}

/** Out of a body to the node that holds it, which is selected; out of a function to the main graph. */
function leave(controller: CanvasController): boolean {
  const { model, scope, enter, select } = controller.store.getState();
  if (!model || scope === null || scope === model.main) return false;
  const { parent } = model.graphs.at(scope);
  enter(parent === null ? model.main : model.nodes.at(parent).graph);
  if (parent !== null) select([parent]);
  return true;
}

function nearMiddle(controller: CanvasController): number {
  const { scene } = controller.shown;
  const view = visibleRect(controller.viewport, controller.stage);
  let best = -1;
  let least = Infinity;
  for (const i of scene!.nodesIn(controller.viewport.zoom >= NEAR ? view : { ...view })) {
    const r = scene!.rectOf(i);
    const away = Math.hypot(r.x + r.width / 2 - view.x - view.width / 2, r.y + r.height / 2 - view.y - view.height / 3);
    if (away < least) [best, least] = [i, away];
  }
  return best;
}

/** What a screen reader says of the stage. */
export function KeyboardHelp() {
  return (
    <p id="gw-canvas-keys" className="gw-sr">
      Up and down follow the data, left and right stay in the layer. Enter opens what is inside, Escape goes out. F fits
      the selection, Shift F the whole graph, plus and minus zoom.
    </p>
  );
}
