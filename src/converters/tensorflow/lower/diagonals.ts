/** Diagonals and triangles of matrices. */
import { range } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Lowering, Lowerings, TfCall } from './call.ts';
import { least, lensOf, made, product, reshapeTo, type Len } from './lengths.ts';

/** 0, 1, 2 ... up to a length, int64. */
function counted(c: TfCall, len: Len): ValueId {
  if (typeof len === 'number' && len <= 4096) return c.e.ints(range(0, len));
  return c.e.op('Range', [c.e.ints([0], []), c.e.squeeze(made(c, len), [0]), c.e.ints([1], [])]);
}

/** bool [rows, columns]: how far right of the main diagonal each place lies, compared. */
function offsets(c: TfCall, rows: Len, columns: Len): ValueId {
  return c.e.op('Sub', [c.e.unsqueeze(counted(c, columns), [0]), c.e.unsqueeze(counted(c, rows), [1])]);
}

const zero = (c: TfCall, x: ValueId) => c.scalar(0, c.e.dtype(x));

/** Only the main diagonal, without padding of another shape. */
function onlyMain(c: TfCall, first: number): void {
  const k = c.inputs.length > first ? c.known(first, 'diagonals') : [0];
  if (k.some((d) => d !== 0)) c.refuse('diagonals other than the main one are not converted');
}

/** [..., n] to [..., n, n]. */
const diag: Lowering = (c) => {
  if (/V[23]$/.test(c.node.op)) {
    onlyMain(c, 1);
    const wanted = [2, 3].map((i) => (c.inputs.length > i ? c.known(i, 'size')[0]! : -1));
    if (wanted.some((n) => n !== -1 && n !== c.length(-1))) c.refuse('a matrix that is not square is not converted');
    if (c.inputs.length > 4 && c.known(4, 'padding')[0] !== 0) c.refuse('its padding is not 0');
  }
  const x = c.natural();
  const n = lensOf(c, x).at(-1)!;
  const main = c.e.op('Equal', [offsets(c, n, n), c.e.ints([0], [])]);
  return c.keep(c.op('Where', [main, c.e.unsqueeze(x, [-1]), zero(c, x)]));
};

/** [..., rows, columns] to [..., least of both]. */
const diagPart: Lowering = (c) => {
  if (/V[23]$/.test(c.node.op)) onlyMain(c, 1);
  const x = c.natural();
  const lens = lensOf(c, x);
  const [rows, columns] = [lens.at(-2)!, lens.at(-1)!];
  const flat = reshapeTo(c, x, [
    ...lens.slice(0, -2),
    typeof rows === 'number' && typeof columns === 'number' ? rows * columns : -1,
  ]);
  const n = counted(c, least(c, rows, columns));
  const step = c.e.op('Add', [made(c, columns), c.e.ints([1])]);
  return c.keep(c.op('Gather', [flat, c.e.op('Mul', [n, step])], { axis: lens.length - 2 }));
};

const setDiag: Lowering = (c) => {
  if (/V[23]$/.test(c.node.op)) onlyMain(c, 2);
  const x = c.natural();
  const lens = lensOf(c, x);
  const [rows, columns] = [lens.at(-2)!, lens.at(-1)!];
  const main = c.e.op('Equal', [offsets(c, rows, columns), c.e.ints([0], [])]);
  // The diagonal stands along the shorter side and broadcasts along the other.
  const wide = typeof rows === 'number' && typeof columns === 'number' ? columns <= rows : rows === columns;
  if (!wide && !(typeof rows === 'number' && typeof columns === 'number'))
    c.refuse('the lengths of its matrix are not known');
  const given = c.e.unsqueeze(c.natural(c.input(1)), [wide ? -2 : -1]);
  return c.keep(c.op('Where', [main, given, x]));
};

/** Keeps `lower` diagonals below and `upper` above the main one; below 0: all. */
const bandPart: Lowering = (c) => {
  const [lower, upper] = [c.knownNumber(1, 'number of lower diagonals'), c.knownNumber(2, 'number of upper diagonals')];
  let x = c.natural();
  if (upper >= 0) x = c.op('Trilu', [x, c.e.ints([upper], [])], { upper: 0 });
  if (lower >= 0) x = c.op('Trilu', [x, c.e.ints([-lower], [])], { upper: 1 });
  return c.keep(x);
};

/** [a, b] to [a, b, a, b]: the diagonal of the flat one. */
const diagOf: Lowering = (c) => {
  const x = c.natural();
  const lens = lensOf(c, x);
  const n = product(c, lens);
  const flat = reshapeTo(c, x, [n]);
  const main = c.e.op('Equal', [offsets(c, n, n), c.e.ints([0], [])]);
  const square = c.op('Where', [main, c.e.unsqueeze(flat, [1]), zero(c, x)]);
  return c.keep(reshapeTo(c, square, [...lens, ...lens]));
};

const diagPartOf: Lowering = (c) => {
  const x = c.natural();
  const lens = lensOf(c, x);
  const half = lens.slice(0, lens.length / 2);
  const n = product(c, half);
  if (typeof n !== 'number') return c.refuse('the lengths of its input are not known');
  const flat = c.e.reshape(x, [-1]);
  const places = range(0, n).map((i) => i * (n + 1));
  return c.keep(reshapeTo(c, c.op('Gather', [flat, c.e.ints(places)]), half));
};

export const DIAGONALS: Lowerings = {
  Diag: diagOf,
  DiagPart: diagPartOf,
  MatrixBandPart: bandPart,
  MatrixDiag: diag,
  MatrixDiagPart: diagPart,
  MatrixDiagPartV2: diagPart,
  MatrixDiagPartV3: diagPart,
  MatrixDiagV2: diag,
  MatrixDiagV3: diag,
  MatrixSetDiag: setDiag,
  MatrixSetDiagV2: setDiag,
  MatrixSetDiagV3: setDiag,
};

export const ALGEBRA: Lowerings = {
  Cross: (c) => {
    const { e } = c;
    const turned = (t: ValueId, by: number) =>
      c.op('Gather', [t, e.ints([by % 3, (by + 1) % 3, (by + 2) % 3])], { axis: -1 });
    const [a, b] = [c.natural(), c.natural(c.input(1))];
    const left = c.op('Mul', [turned(a, 1), turned(b, 2)]);
    return c.keep(c.op('Sub', [left, c.op('Mul', [turned(a, 2), turned(b, 1)])]));
  },
  MatrixDeterminant: (c) => c.keep(c.op('Det', [c.natural()])),
};
