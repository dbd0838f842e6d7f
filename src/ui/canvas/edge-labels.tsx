/** Type and shape on the edges of what is selected. */
import { useSyncExternalStore } from 'react';
import type { ValueId } from '../../graph-model/core/model.ts';
import { useStore } from '../store/store.ts';
import type { CanvasController } from './controller.ts';
import { valueLabel } from './describe.ts';
import { labelPoint } from '../../graph-view/edge-path.ts';
import type { Scene } from '../../graph-view/scene.ts';

/** Labels scale with the graph: below this they cannot be read. */
const READABLE = 0.6;
/** More labels than this would cover the graph they explain. */
const MOST = 8;

export function EdgeLabels({ controller }: { controller: CanvasController }) {
  const { scene } = useSyncExternalStore(controller.subscribe, controller.snapshot);
  const selected = useStore((s) => s.selected);
  const value = useStore((s) => s.selectedValue);
  const types = useStore((s) => s.types);
  if (!scene || controller.viewport.zoom < READABLE) return null;
  const vertices = [...selected].map((id) => scene.view.ofNode.get(id)).filter((i) => i !== undefined);
  const edges = value !== null ? firstOf(scene, value) : vertices.length === 1 ? onePerValue(scene, vertices[0]!) : [];
  return edges.slice(0, MOST).map((e) => {
    const [x, y] = labelPoint(scene, e);
    const id = scene.view.edgeValues[e] as ValueId;
    if (!types.has(id) && (scene.view.model.values.get(id)?.type ?? null) === null) return null;
    const text = valueLabel(scene.view, id, types);
    const space = text.indexOf(' ');
    return (
      <div key={e} className="gw-elab" style={{ transform: `translate(${x + 9}px, ${y - 9}px)` }}>
        {space < 0 ? (
          text
        ) : (
          <>
            <i>{text.slice(0, space)}</i> {text.slice(space + 1)}
          </>
        )}
      </div>
    );
  });
}

/** The edges out of a vertex, one for each value; where nothing comes out, the edges in. */
function onePerValue(scene: Scene, vertex: number): number[] {
  const seen = new Set<number>();
  const out: number[] = [];
  for (const e of scene.edgesFrom(vertex)) {
    if (!seen.has(scene.view.edgeValues[e]!)) out.push(e);
    seen.add(scene.view.edgeValues[e]!);
  }
  return out;
}

function firstOf(scene: Scene, value: ValueId): number[] {
  const e = scene.view.edgeValues.indexOf(value);
  return e < 0 ? [] : [e];
}
