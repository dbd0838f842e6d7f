import { describe, expect, test } from 'vitest';
import { paintBoxes } from '../../../src/ui/canvas/paint-groups.ts';
import type { Palette } from '../../../src/ui/canvas/palette.ts';

const STAGE = { width: 1280, height: 800 };
/** Length of a dash with its gap, in pixels. */
const PERIOD = 7;
/** Lines, fills and corners reach no farther than this out of the stage. */
const FAR = 60;

interface Outline {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The outline that is drawn for a box whose sides lie there on the stage. */
function outline(x: number, y: number, w: number, h: number, zoom = 1): Outline {
  const drawn: Outline[] = [];
  const ctx = {
    setLineDash: () => {},
    beginPath: () => {},
    fill: () => {},
    stroke: () => {},
    roundRect: (left: number, top: number, width: number, height: number) =>
      drawn.push({ left, top, right: left + width, bottom: top + height }),
  } as unknown as CanvasRenderingContext2D;
  const palette = { boxLine: '#888', line: '#888', surface: '#fff', canvas: '#eee' } as Palette;
  paintBoxes(ctx, [{ box: 0, x, y, w, h, depth: 0, summary: false }], palette, zoom, STAGE);
  expect(drawn.length).toBe(1);
  return drawn[0]!;
}

describe('the outline of a box', () => {
  test('in view is drawn as it is, half a pixel inside', () => {
    expect(outline(100, 50, 400, 300)).toEqual({ left: 100.5, top: 50.5, right: 499.5, bottom: 349.5 });
  });

  test.each([1, 0.1])('that runs far out of the stage is cut, and no side comes into view (zoom %d)', (zoom) => {
    const { left, top, right, bottom } = outline(-1_000_000, -2_000_000, 3_000_000, 5_000_000, zoom);
    for (const [near, far] of [
      [-left, right - STAGE.width],
      [-top, bottom - STAGE.height],
    ]) {
      for (const out of [near, far]) {
        expect(out).toBeGreaterThan(10);
        expect(out).toBeLessThan(FAR);
      }
    }
  });

  test('a side in view stays where it is', () => {
    const cut = outline(200, -900_000, 50_000, 900_300);
    expect(cut.left).toBe(200.5);
    expect(cut.bottom).toBe(299.5);
    expect(cut.top).toBeGreaterThan(-FAR);
    expect(cut.right).toBeLessThan(STAGE.width + FAR);
  });

  test('is cut by whole dashes: they do not crawl along while the view moves', () => {
    for (const moved of [0, 1, 3.25, 250]) {
      const [x, y, w, h] = [-70_000 + moved, -90_000 + 2 * moved, 200_000, 300_000];
      const cut = outline(x, y, w, h);
      for (const less of [cut.left - x - 0.5, cut.top - y - 0.5, x + w - 0.5 - cut.right, y + h - 0.5 - cut.bottom]) {
        expect(less).toBeGreaterThan(0);
        expect(less / PERIOD).toBeCloseTo(Math.round(less / PERIOD), 6);
      }
    }
  });
});
