/** The weights of a bicubic resize, worked out by the graph where the sizes are only known when it runs. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { TfCall } from './call.ts';

type Mode = 'half_pixel' | 'align_corners' | 'asymmetric';

/** Places between two pixels that TensorFlow's table knows. */
const TABLE = 1024;

/**
 * [wanted, given] of float from two int64 scalars; without half-pixel centres [wanted, given + 4], for an image whose edge
 * is repeated twice on each side.
 */
export function cubicMatrix(c: TfCall, mode: Mode, given: ValueId, wanted: ValueId): ValueId {
  const { e } = c;
  const half = mode === 'half_pixel';
  const at = placesOf(c, mode, given, wanted);
  const low = e.op('Floor', [at]);
  const part = e.op('Round', [e.op('Mul', [e.op('Sub', [at, low]), e.float(TABLE)])]);
  const place = e.unsqueeze(e.op('Add', [low, e.op('Mul', [part, e.float(1 / TABLE)])]), [1]);
  const [begin, end] = half ? [e.ints([0], []), given] : [e.ints([-2], []), e.op('Add', [given, e.ints([2], [])])];
  const pixels = e.toFloat(e.op('Range', [begin, end, e.ints([1], [])]));
  const weights = kernel(c, e.op('Abs', [e.op('Sub', [place, pixels])]), half ? -0.5 : -0.75);
  return half ? e.op('Div', [weights, e.reduce('ReduceSum', weights, [1], true)]) : weights;
}

/** Where the pixels of the result lie in the image. */
function placesOf(c: TfCall, mode: Mode, given: ValueId, wanted: ValueId): ValueId {
  const { e } = c;
  const [from, to] = [e.toFloat(given), e.toFloat(wanted)];
  const plain = e.op('Div', [from, to]);
  const pixels = e.toFloat(e.op('Range', [e.ints([0], []), wanted, e.ints([1], [])]));
  if (mode === 'half_pixel') {
    const centres = e.op('Mul', [e.op('Add', [pixels, e.float(0.5)]), plain]);
    return e.op('Sub', [centres, e.float(0.5)]);
  }
  if (mode === 'asymmetric') return e.op('Mul', [pixels, plain]);
  const less = (v: ValueId) => e.op('Sub', [v, e.float(1)]);
  const corners = e.op('Where', [e.op('Greater', [to, e.float(1)]), e.op('Div', [less(from), less(to)]), plain]);
  return e.op('Mul', [pixels, corners]);
}

/** ((a + 2) d - (a + 3)) d² + 1 up to 1, ((a d - 5a) d + 8a) d - 4a from there to 2, then 0. */
function kernel(c: TfCall, d: ValueId, a: number): ValueId {
  const { e } = c;
  const horner = (...k: number[]) =>
    k
      .slice(1)
      .reduce<ValueId>(
        (sum, n) => (n === 0 ? e.op('Mul', [sum, d]) : e.op('Add', [e.op('Mul', [sum, d]), e.float(n)])),
        e.float(k[0]!),
      );
  const near = horner(a + 2, -(a + 3), 0, 1);
  const far = horner(a, -5 * a, 8 * a, -4 * a);
  const outer = e.op('Where', [e.op('Less', [d, e.float(2)]), far, e.float(0)]);
  return e.op('Where', [e.op('Less', [d, e.float(1)]), near, outer]);
}
