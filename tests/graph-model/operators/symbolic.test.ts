import { describe, expect, it } from 'vitest';
import {
  addDim,
  ceilDivDim,
  compareDims,
  declaredDim,
  dimNames,
  divDim,
  evaluateDim,
  floorDim,
  floorDivDim,
  isName,
  maxDim,
  minDim,
  modDim,
  mulDim,
  productDim,
  provablyAtLeast,
  subDim,
  substitute,
} from '../../../src/graph-model/operators/symbolic.ts';
import type { Dim } from '../../../src/graph-model/core/types.ts';

describe('arithmetic on dimensions', () => {
  it('prints products and sums in one canonical form', () => {
    expect(mulDim('heads', 'batch')).toBe('batch*heads');
    expect(addDim('past', 'seq')).toBe(addDim('seq', 'past'));
    expect(subDim(addDim('past', 'seq'), 'past')).toBe('seq');
    expect(productDim(['b', 4, 'b', 'a'])).toBe('4*a*b*b');
  });

  it('keeps null unknown, but knows that nothing times anything is nothing', () => {
    expect(addDim(null, 'a')).toBeNull();
    expect(mulDim(0, null)).toBe(0);
  });

  it('writes the windows of a convolution as one floor', () => {
    expect(addDim(floorDivDim(subDim(addDim('h', 2), 3), 2), 1)).toBe('floor((h+1)/2)');
    let h: Dim = 'h';
    for (let i = 0; i < 5; i++) h = addDim(floorDivDim(subDim(addDim(h, 2), 3), 2), 1);
    expect(h).toBe('floor((h+31)/32)');
  });

  it('divides exactly where it can', () => {
    expect(divDim(mulDim('a', 12), 12)).toBe('a');
    expect(floorDivDim(mulDim(addDim('p', 's'), 12), addDim('p', 's'))).toBe(12);
    expect(divDim('h', 2)).toBe('h/2');
    expect(floorDim(mulDim(divDim(mulDim(2, 'h'), 'w'), 'w'))).toBe('2*h');
    expect(ceilDivDim('h', 4)).toBe('floor((h+3)/4)');
    expect(modDim('h', 8)).toBe('h-8*floor(h/8)');
    expect(divDim('h', 0)).toBeNull();
  });

  it('orders what can be ordered for all lengths', () => {
    expect(minDim('past', addDim('past', 'seq'))).toBe('past');
    expect(maxDim('a', 'b')).toBe('max(a, b)');
    expect(maxDim(maxDim('a', 'b'), 'a')).toBe('max(a, b)');
    expect(maxDim(0, 'a')).toBe('a');
    expect(provablyAtLeast('h', floorDivDim('h', 2))).toBe(true);
    expect(provablyAtLeast('a', 'b')).toBe(false);
    expect(compareDims('h', -1)).toBe(1);
    expect(compareDims('h', 0)).toBeNull();
  });

  it('reads what exporters write', () => {
    expect(declaredDim('past_sequence_length + 1')).toBe('past_sequence_length+1');
    expect(declaredDim('floor(height/8 - 1/8) + 1')).toBe('floor((height+7)/8)');
    expect(declaredDim('Max(1, s0)')).toBe('max(1, s0)');
    expect(declaredDim('s0//2')).toBe('floor(s0/2)');
    expect(declaredDim('batch size')).toBe('batch size');
    for (const word of ['?', '', '-1', 'None']) expect(declaredDim(word)).toBeNull();
    expect(declaredDim(-1)).toBeNull();
  });

  it('keeps names that are no words readable back', () => {
    const twice = mulDim('batch size', 2);
    expect(twice).toBe('2*"batch size"');
    expect(declaredDim(twice)).toBe(twice);
    expect([...dimNames(twice)]).toEqual(['"batch size"']);
  });

  it('evaluates and substitutes', () => {
    expect(
      evaluateDim(
        'max(a, b)*2',
        new Map([
          ['a', 3],
          ['b', 5],
        ]),
      ),
    ).toBe(10);
    expect(evaluateDim('a+b', new Map([['a', 3]]))).toBeNull();
    expect(substitute('floor((h+1)/2)+w', (n) => (n === 'h' ? 7 : undefined))).toBe('w+4');
    expect(isName('a')).toBe(true);
    expect(isName('a+1')).toBe(false);
  });

  it('agrees with numbers on random expressions', () => {
    let seed = 7;
    const random = (n: number) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n;
    const ops = [addDim, subDim, mulDim, floorDivDim, ceilDivDim, minDim, maxDim, modDim];
    let told = 0;
    for (let round = 0; round < 400; round++) {
      const lengths = new Map([
        ['a', 1 + random(9)],
        ['b', 1 + random(9)],
      ]);
      let symbolic: Dim = 'a';
      let plain: Dim = lengths.get('a')!;
      for (let step = 0; step < 5; step++) {
        const op = ops[random(ops.length)]!;
        const divides = op === floorDivDim || op === ceilDivDim || op === modDim;
        const name = random(2) ? 'b' : 'a';
        const by = divides || random(2) ? 1 + random(4) : name;
        symbolic = op(symbolic, by);
        plain = op(plain, typeof by === 'number' ? by : lengths.get(by)!);
      }
      if (symbolic === null) continue;
      told++;
      // min and max may drop an argument only where names are at least 0, which they are.
      expect(evaluateDim(symbolic, lengths), `${symbolic} at ${[...lengths]}`).toBe(plain);
    }
    expect(told).toBeGreaterThan(350);
  });

  it('gives up on texts made to explode instead of hanging', () => {
    const long = Array.from({ length: 12 }, (_, i) => `(a${i}+b${i})`).join('*');
    expect(declaredDim(long)).toBe(long);
    expect(declaredDim('('.repeat(500))).toBe('('.repeat(500));
    let grown: Dim = 'x';
    for (let i = 0; i < 60; i++) grown = mulDim(grown, addDim(grown, `y${i}`));
    expect(grown).toBeNull();
  });
});
