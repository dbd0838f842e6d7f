import { describe, expect, test } from 'vitest';
import { contrast, hexOf, luminance, mixColours, parseColour } from '../../src/graph-view/css-colour.ts';

describe('CSS colours', () => {
  test.each([
    ['#abc', [170, 187, 204]],
    ['#A8430f', [168, 67, 15]],
    ['#11223380', [17, 34, 51]],
    ['rgb(1, 2, 3)', [1, 2, 3]],
    ['rgba(255 0 0 / 0.5)', [255, 0, 0]],
    ['rgb(100%, 0%, 0%)', [255, 0, 0]],
    [' Red ', [255, 0, 0]],
  ])('%s', (text, rgb) => expect(parseColour(text)).toEqual(rgb));

  test.each(['', '#12', '#12345', 'rgb(1,2)', 'rgb(1, 2, 999)', 'var(--accent)', 'oklch(0.6 0.1 20)'])(
    '%s is left to the browser',
    (text) => expect(parseColour(text)).toBeNull(),
  );

  test('mixing, and back to text', () => {
    expect(hexOf([0, 128, 255])).toBe('#0080ff');
    expect(mixColours('red', 'white', 0.5)).toBe('#ff8080');
    expect(mixColours('var(--a)', 'white', 0.5)).toBe('color-mix(in srgb, var(--a) 50%, white)');
  });

  // WCAG 2: black on white is 21; #767676 is the palest grey with 4.5 on white.
  test('contrast', () => {
    const white = luminance([255, 255, 255]);
    expect(contrast(luminance([0, 0, 0]), white)).toBeCloseTo(21, 5);
    expect(contrast(luminance(parseColour('#767676')!), white)).toBeCloseTo(4.54, 2);
  });
});
