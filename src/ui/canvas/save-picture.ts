/** The graph, or what is in view, as a file. */
import type { Model } from '../../graph-model/core/model.ts';
import type { Rect, Scene } from '../../graph-view/scene.ts';
import { svgPicture, type SvgOverlay, type SvgPicture } from '../../graph-view/svg.ts';
import { downloadBlob } from '../files/download.ts';
import type { State } from '../store/state.ts';

export type PictureKind = 'svg' | 'png';

/** Browsers draw no larger canvas; a larger picture is made smaller and that is said. */
const LONGEST_SIDE = 16_000;
const MOST_PIXELS = 120e6;

/** Saves `part` of the scene, or all of it; the theme is the page's. */
export async function savePicture(
  scene: Scene,
  kind: PictureKind,
  part: Rect | null,
  overlay: SvgOverlay | null,
  state: State,
): Promise<void> {
  const theme = getComputedStyle(document.documentElement).colorScheme.includes('dark') ? 'dark' : 'light';
  const picture = svgPicture(scene, {
    theme,
    types: state.types,
    ...(part ? { part } : {}),
    ...(overlay ? { overlay } : {}),
  });
  const name = `${baseName(scene.view.model)}${part ? '-view' : ''}.${kind}`;
  if (kind === 'svg') return downloadBlob(svgBlob(picture), name);
  const scale = scaleOf(picture);
  downloadBlob(await pngOf(picture, scale), name);
  if (scale < 1)
    state.announce(
      `${name} is drawn at ${Math.round(100 * scale)} %: larger than browsers can draw. SVG has no such limit.`,
    );
}

const baseName = (model: Model): string => model.source.fileName.replace(/\.[^.]+$/, '') || 'graph';

const svgBlob = ({ text }: SvgPicture): Blob => new Blob([text], { type: 'image/svg+xml' });

/** Twice the size of the screen's pixels where that can be drawn. */
function scaleOf({ width, height }: SvgPicture): number {
  return Math.min(2, LONGEST_SIDE / Math.max(width, height), Math.sqrt(MOST_PIXELS / (width * height)));
}

async function pngOf(picture: SvgPicture, scale: number): Promise<Blob> {
  const address = URL.createObjectURL(svgBlob(picture));
  try {
    const image = new Image(picture.width, picture.height);
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.floor(picture.width * scale));
    canvas.height = Math.max(1, Math.floor(picture.height * scale));
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise<Blob>((done, fail) =>
      canvas.toBlob(
        (blob) => (blob ? done(blob) : fail(new Error('the browser could not make a PNG of this size'))),
        'image/png',
      ),
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** What a command asks for; that it fails is announced. */
export function saveRequested(
  scene: Scene,
  kind: 'save-svg' | 'save-png' | 'save-view-svg' | 'save-view-png',
  view: Rect,
  overlay: SvgOverlay | null,
  state: State,
): void {
  const part = kind.includes('view') ? view : null;
  savePicture(scene, kind.endsWith('svg') ? 'svg' : 'png', part, overlay, state).catch((error: unknown) =>
    state.announce(`The picture could not be saved: ${error instanceof Error ? error.message : String(error)}.`),
  );
}
