/** The graph, or what is in view, as a file. */
import type { Model } from '../../graph-model/core/model.ts';
import { countOf } from '../../graph-model/format.ts';
import { colour, type Coloured } from '../../graph-view/overlay.ts';
import type { Rect, Scene } from '../../graph-view/scene.ts';
import { svgPicture, type SvgOptions, type SvgPicture } from '../../graph-view/svg.ts';
import { themePalette, type Theme } from '../../graph-view/theme-palette.ts';
import { downloadBlob } from '../files/download.ts';
import { overlayData } from '../overlays/table.ts';
import type { PictureRequest, State } from '../store/state.ts';

/** Browsers draw no larger canvas; a larger picture is made smaller and that is said. */
const LONGEST_SIDE = 16_000;
const MOST_PIXELS = 120e6;

/** `view` is what is on the screen. */
async function savePicture(scene: Scene, request: PictureRequest, view: Rect, state: State): Promise<void> {
  const { format, part, width } = request;
  const picture = svgPicture(scene, optionsFor(scene, request, view, state));
  const name = `${baseName(scene.view.model)}${part === 'view' ? '-view' : ''}.${format}`;
  if (format === 'svg') return downloadBlob(svgBlob(picture), name);
  const wanted = width === undefined ? 2 : 1;
  const scale = Math.min(wanted, largestScale(picture));
  downloadBlob(await pngOf(picture, scale), name);
  if (scale < 1)
    state.announce(
      `${name} is drawn at ${Math.round(100 * scale)} %: larger than browsers can draw. SVG has no such limit.`,
    );
}

function optionsFor(scene: Scene, request: PictureRequest, view: Rect, state: State): SvgOptions {
  const theme = request.theme === 'page' ? pageTheme() : request.theme;
  const made = coloured(scene, theme, state);
  const header = request.header ?? (made?.overlay ?? null) !== null;
  const title = scene.view.model.source.fileName;
  const subtitle = countOf(scene.view.model.graphs.at(scene.view.scope).order.length, 'node');
  return {
    theme,
    types: state.types,
    ...(request.part === 'view' ? { part: view } : {}),
    ...(made?.overlay ? { overlay: made.overlay } : {}),
    ...(header ? { header: { title, subtitle, key: made?.legend ?? null } } : {}),
    ...(request.width ? { pixels: request.width } : {}),
  };
}

const pageTheme = (): Theme =>
  getComputedStyle(document.documentElement).colorScheme.includes('dark') ? 'dark' : 'light';

/** The colours on show, in the theme of the picture. */
function coloured({ view }: Scene, theme: Theme, state: State): Coloured | null {
  const data = overlayData(state);
  if (data === null) return null;
  return colour(view, data, state.overlay === 'category', themePalette(theme), state.aggregates[state.overlay]);
}

const baseName = (model: Model): string => model.source.fileName.replace(/\.[^.]+$/, '') || 'graph';

const svgBlob = ({ text }: SvgPicture): Blob => new Blob([text], { type: 'image/svg+xml' });

const largestScale = ({ width, height }: SvgPicture): number =>
  Math.min(LONGEST_SIDE / Math.max(width, height), Math.sqrt(MOST_PIXELS / (width * height)));

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
export function saveRequested(scene: Scene, request: PictureRequest, view: Rect, state: State): void {
  savePicture(scene, request, view, state).catch((error: unknown) =>
    state.announce(`The picture could not be saved: ${error instanceof Error ? error.message : String(error)}.`),
  );
}
