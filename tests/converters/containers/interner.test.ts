import { describe, expect, it } from 'vitest';
import { Interner } from '../../../src/converters/containers/protobuf/interner.ts';

/** Names with bytes between them that are no text, as a file has them; gives where each name lies. */
function file(names: readonly (string | Uint8Array)[]) {
  const places: [number, number][] = [];
  const bytes: number[] = [];
  names.forEach((name, i) => {
    bytes.push(0x8f, 0xff, 0xc3, i & 0xff, 0xe2, 0x82);
    const begin = bytes.length;
    for (const b of typeof name === 'string' ? new TextEncoder().encode(name) : name) bytes.push(b);
    places.push([begin, bytes.length]);
  });
  return { bytes: Uint8Array.from(bytes), places };
}

describe('Interner', () => {
  it('reads names wherever they lie, in any order and of any script', () => {
    const long = Array.from({ length: 2000 }, (_, i) => `/layers/${i}/${'x'.repeat(i % 40)}/MatMul_output_0`);
    const names = [...long, 'größe', '日本語', 'y'.repeat(20_000), 'last'];
    const { bytes, places } = file(names);
    const forwards = new Interner(bytes);
    expect(places.map(([a, b]) => forwards.text(a, b))).toEqual(names);
    const backwards = new Interner(bytes);
    expect(places.toReversed().map(([a, b]) => backwards.text(a, b))).toEqual(names.toReversed());
    expect(forwards.invalid).toBe(0);
  });

  it('gives equal names one number, and the empty name 0', () => {
    const { bytes, places } = file(['a', 'b', 'a', '']);
    const names = new Interner(bytes);
    const [a, b, again, empty] = places.map(([from, to]) => names.id(from, to));
    expect(again).toBe(a);
    expect(b).not.toBe(a);
    expect(empty).toBe(0);
  });

  it('counts names that are no UTF-8 and shows what is wrong in them', () => {
    const { bytes, places } = file([Uint8Array.of(0x61, 0xff, 0x62), 'plain']);
    const names = new Interner(bytes);
    expect(places.map(([a, b]) => names.text(a, b))).toEqual(['a\u{fffd}b', 'plain']);
    expect(names.invalid).toBe(1);
  });
});
