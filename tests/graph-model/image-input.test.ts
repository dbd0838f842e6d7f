import { describe, expect, it } from 'vitest';
import { imageOptionsOf } from '../../src/graph-model/image-input.ts';

const PREFIX = 'CustomVision.Preprocess.';
/** What stands in the metadata_properties.json of most exports. */
const NEUTRAL = { NormalizeMean: '[0.0, 0.0, 0.0]', NormalizeStd: '[1.0, 1.0, 1.0]' };
const of = (said: Record<string, string>, image: Record<string, string> = {}) =>
  imageOptionsOf(
    new Map([
      ...Object.entries(said).map(([k, v]) => [PREFIX + k, v] as const),
      ...Object.entries(image).map(([k, v]) => [`Image.${k}`, v] as const),
    ]),
  );

describe('how Custom Vision fits pictures', () => {
  it.each([
    [{ ResizeMethod: 'Stretch', CropMethod: 'NoCrop' }, { fit: 'stretch' }],
    [{ ResizeMethod: 'ByShorterSideAlign32', CropMethod: 'FullImageShorterSide', CropHeight: '0' }, { fit: 'crop' }],
    [
      { ResizeMethod: 'ByShorterSide', CropMethod: 'OneCropCenter', TargetHeight: '256', CropHeight: '224' },
      { fit: 'crop', zoom: 256 / 224 },
    ],
    [{ ResizeMethod: 'ByShorterSide', TargetHeight: '224', CropHeight: '224' }, { fit: 'crop' }],
    [{ ResizeMethod: 'of another day' }, {}],
  ])('%j', (said, options) => {
    expect(of(said)).toEqual(options);
  });
});

describe('how Custom Vision normalises pictures', () => {
  it('mean 0 and deviation 1 leave the range of the pixels', () => {
    expect(of(NEUTRAL, { NominalPixelRange: 'Normalized_0_1' })).toEqual({ scale: '0..1' });
    expect(of(NEUTRAL)).toEqual({});
  });

  it('numbers of 0 to 255 and of 0 to 1 mean the same', () => {
    const whole = of({ NormalizeMean: '[123.675, 116.28, 103.53]', NormalizeStd: '[58.395, 57.12, 57.375]' });
    const unit = of(
      { NormalizeMean: '[0.485, 0.456, 0.406]', NormalizeStd: '[0.229, 0.224, 0.225]' },
      { NominalPixelRange: 'Normalized_0_1', BitmapPixelFormat: 'Bgr8' },
    );
    expect(whole).toEqual({ scale: 'own', own: { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] } });
    expect(unit.order).toBe('BGR');
    for (const part of ['mean', 'std'] as const)
      for (const [c, v] of unit.own![part].entries()) expect(v).toBeCloseTo(whole.own![part][c]!, 9);
  });

  it.each(['', 'null', '[a, b]', '[0, 0, 0]'])('a deviation of %j says nothing', (std) => {
    expect(of({ NormalizeMean: '[1.0, 2.0, 3.0]', NormalizeStd: std })).toEqual({});
  });
});
