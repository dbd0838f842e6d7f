/** Casts that follow each other. */
import { getInt } from '../../graph-model/core/attributes.ts';
import { dtypeInfo, dtypeOfCode, type DType } from '../../graph-model/core/types.ts';
import { any, op } from '../engine/pattern.ts';
import type { Rule } from '../engine/rules.ts';

const x = any('x');

/** Bits of an integer, or of the significand of a float, that every value of the type needs. */
const PRECISION: Partial<Record<DType, readonly [kind: 'u' | 's' | 'f', bits: number]>> = {
  bool: ['u', 1],
  uint8: ['u', 8],
  uint16: ['u', 16],
  uint32: ['u', 32],
  uint64: ['u', 64],
  int8: ['s', 7],
  int16: ['s', 15],
  int32: ['s', 31],
  int64: ['s', 63],
  float16: ['f', 11],
  bfloat16: ['f', 8],
  float: ['f', 24],
  double: ['f', 53],
};

/** True when every value of `from` has an equal one in `to`, so that going through `to` loses nothing. */
export function isLossless(from: DType, to: DType): boolean {
  const a = PRECISION[from];
  const b = PRECISION[to];
  if (!a || !b || to === 'bool') return from === to;
  if (a[0] === 'f') return b[0] === 'f' && b[1] >= a[1] && !(from === 'bfloat16' && to === 'float16');
  if (b[0] === 'f') return to !== 'float16' ? b[1] >= a[1] : a[1] <= 11;
  return a[0] === 's' ? b[0] === 's' && b[1] >= a[1] : b[1] >= a[1];
}

export const CASTS: readonly Rule[] = [
  {
    name: 'cast-cast',
    doc: 'Cast of a Cast to a type that holds every value: the first is not needed.',
    example: {
      before: '(int32[2] x) => (float[2] y) { a = Cast<to=7>(x)  y = Cast<to=1>(a) }',
      after: '(int32[2] x) => (float[2] y) { y = Cast<to=1>(x) }',
    },
    match: op('Cast', [op('Cast', [x], { as: 'inner', shared: true })]),
    when: (m, g) => {
      const from = g.dtype(m.value('x'));
      const through = dtypeOfCode(getInt(m.node('inner'), 'to', 0));
      return from !== null && through !== null && isLossless(from, through);
    },
    build: (m, g) => g.copy(m.root, [m.value('x')]),
  },
  {
    name: 'cast-like-to-cast',
    doc: 'CastLike a value of known element type is a Cast.',
    example: {
      before: '(int32[2] x, float[1] t) => (float[2] y) { y = CastLike(x, t) }',
      after: '(int32[2] x, float[1] t) => (float[2] y) { y = Cast<to=1>(x) }',
    },
    match: op('CastLike', [x, any('like')]),
    when: (m, g) => g.dtype(m.value('like')) !== null,
    build: (m, g) => {
      const kept = Object.fromEntries(m.root.attributes);
      return g.add('Cast', [m.value('x')], { ...kept, to: dtypeInfo(g.dtype(m.value('like'))!).code });
    },
  },
];
