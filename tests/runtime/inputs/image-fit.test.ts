import { expect, it } from 'vitest';
import { fittedSize } from '../../../src/runtime/inputs/image.ts';

it('a picture is fitted into an input', () => {
  const picture = { width: 640, height: 320 };
  const into = { width: 224, height: 224 };
  expect(fittedSize(picture, into, {})).toEqual([448, 224]);
  expect(fittedSize(picture, into, { fit: 'pad' })).toEqual([224, 112]);
  expect(fittedSize(picture, into, { fit: 'stretch' })).toEqual([224, 224]);
  // Custom Vision's ByShorterSide with OneCropCenter: the shorter side becomes 256, of which 224 are seen.
  const [width, height] = fittedSize(picture, into, { fit: 'crop', zoom: 256 / 224 });
  expect(width).toBeCloseTo(512, 9);
  expect(height).toBeCloseTo(256, 9);
  expect(fittedSize(picture, into, { fit: 'pad', zoom: 2 })).toEqual([224, 112]);
});
