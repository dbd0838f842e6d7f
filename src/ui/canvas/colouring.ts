/** From the store to the colours of a scene. */
import { Density } from '../../graph-view/density.ts';
import type { Scene } from '../../graph-view/scene.ts';
import { overlayData } from '../overlays/table.ts';
import { isKeyOpen } from '../store/overlays.ts';
import type { State } from '../store/state.ts';
import { colour, verticesOfClass, type LegendView, type OverlayView } from '../../graph-view/overlay.ts';
import type { Palette } from './palette.ts';

/** Parts of the state on which colours depend. */
export const COLOURING = [
  'overlay',
  'ownData',
  'aggregates',
  'pickedClass',
  'run',
  'types',
  'original',
  'keyOpen',
] as const;

export interface Colouring {
  /** null where nodes keep the look of their category. */
  readonly overlay: OverlayView | null;
  readonly legend: LegendView | null;
  readonly cells: Density | null;
  /** By vertex, 1 for those of the class that was picked in the key. */
  readonly picked: Uint8Array | null;
}

export const UNCOLOURED: Colouring = { overlay: null, legend: null, cells: null, picked: null };

export function colouring(scene: Scene, s: State, palette: Palette): Colouring {
  // Categories are drawn without data: it is made for their key alone.
  const wanted = s.overlay !== 'category' || s.pickedClass !== null || isKeyOpen(s);
  const data = wanted ? overlayData(s) : null;
  if (data === null) return UNCOLOURED;
  const { overlay, legend } = colour(scene.view, data, s.overlay === 'category', palette, s.aggregates[s.overlay]);
  // An edit may have taken the last node of a class, and the class with it.
  const gone = s.pickedClass === null || (data.kind === 'class' && s.pickedClass >= data.classes.length);
  const picked = gone ? null : verticesOfClass(scene.view, data, overlay, s.pickedClass!);
  return { overlay, legend, cells: overlay && overlayCells(scene, overlay), picked };
}

/** Classes for cells: 0 for vertices without one, which yield to all others where the highest counts; else one more. */
export function cellClasses({ classes, bars }: OverlayView): { classes: Int16Array; kinds: number } {
  return { classes: Int16Array.from(classes, (c) => c + 1), kinds: bars.length + 1 };
}

function overlayCells({ view, layout }: Scene, overlay: OverlayView): Density {
  return new Density(view, layout, { ...cellClasses(overlay), highest: overlay.kind === 'number' });
}
