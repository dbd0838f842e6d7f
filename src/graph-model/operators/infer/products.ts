/** Matrix products: MatMul, Gemm, Einsum and their quantized forms. */
import type { Dim, DType, Shape } from '../../core/types.ts';
import type { InferRule, NodeContext } from './context.ts';
import { withTraits, type Rows } from './row.ts';

/** The shape of numpy.matmul; inputs of rank 1 are a row and a column. */
export function matMulShape(c: NodeContext, a: Shape, b: Shape): Shape {
  if (!a || !b || a.length === 0 || b.length === 0) return null;
  const left = a.length === 1 ? [1, a[0]!] : a;
  const right = b.length === 1 ? [b[0]!, 1] : b;
  c.same(left.at(-1)!, right.at(-2)!, 'the inner dimensions');
  const batch = c.broadcast([left.slice(0, -2), right.slice(0, -2)])!;
  return [...batch, ...(a.length === 1 ? [] : [left.at(-2)!]), ...(b.length === 1 ? [] : [right.at(-1)!])];
}

/** The product of inputs a and b, of the given type. */
export function matMul(a: number, b: number, dtype: (c: NodeContext) => DType | null): InferRule {
  return (c) => c.setTensor(0, dtype(c), matMulShape(c, c.shape(a), c.shape(b)));
}

/** alpha·A'·B' + beta·C, where transA and transB swap the axes. */
export const gemm =
  (dtype: (c: NodeContext) => DType | null, b = 1): InferRule =>
  (c) => {
    const flip = (i: number, name: string): readonly Dim[] => {
      const shape = c.shape(i);
      if (shape && shape.length !== 2) {
        c.report('infer.rank', { what: `input ${i} and a matrix`, left: shape.length, right: 2 });
        return [null, null];
      }
      const s = shape ?? [null, null];
      return c.int(name, 0) ? [s[1]!, s[0]!] : s;
    };
    const [left, right] = [flip(0, 'transA'), flip(b, 'transB')];
    if (left[1] !== null && right[0] !== null) c.same(left[1]!, right[0]!, 'the inner dimensions');
    c.setTensor(0, dtype(c), [left[0]!, right[1]!]);
  };

const einsum: InferRule = (c) => {
  const equation = c.string('equation', '').replaceAll(' ', '');
  const [left, right] = equation.split('->');
  const terms = left!.split(',');
  const lengths = new Map<string, Dim>();
  let dots: Shape = [];
  for (const [i, term] of terms.entries()) {
    const shape = c.shape(i);
    if (!shape)
      return c.setTensor(
        0,
        c.dtype(0),
        right === undefined || right.includes('.') ? null : new Array<Dim>(right.length).fill(null),
      );
    const own = noteTerm(c, term, shape, lengths);
    dots = c.broadcast([dots, own]);
  }
  const out = right ?? implicitOutput(left!);
  const shape: Dim[] = [];
  for (const part of out.split(/(\.\.\.)/)) {
    if (part === '...') shape.push(...(dots ?? []));
    else for (const letter of part) shape.push(lengths.get(letter) ?? null);
  }
  c.setTensor(0, c.dtype(0), shape);
};

/** Learns the lengths of a term's letters; gives the dimensions that its ellipsis stands for. */
function noteTerm(c: NodeContext, term: string, shape: readonly Dim[], lengths: Map<string, Dim>): readonly Dim[] {
  const [head, tail] = term.split('...') as [string, string | undefined];
  const hidden = shape.length - head.length - (tail?.length ?? 0);
  const note = (letter: string, d: Dim) => {
    const before = lengths.get(letter);
    if (before === undefined || before === 1) lengths.set(letter, d);
    else if (d !== 1) lengths.set(letter, c.same(before, d, `the lengths of ${letter}`));
  };
  [...head].forEach((letter, i) => note(letter, shape[i] ?? null));
  if (tail === undefined) return [];
  [...tail].forEach((letter, i) => note(letter, shape[head.length + hidden + i] ?? null));
  return shape.slice(head.length, head.length + Math.max(0, hidden));
}

/** Without an arrow: the letters that occur once, in alphabetical order, behind the ellipsis. */
function implicitOutput(left: string): string {
  const letters = left.replace(/[.,]/g, '');
  const once = [...new Set(letters)].filter((l) => letters.split(l).length === 2).sort();
  return (left.includes('...') ? '...' : '') + once.join('');
}

const det: InferRule = (c) => c.setTensor(0, c.dtype(0), c.shape(0)?.slice(0, -2) ?? null);

export const PRODUCTS: Rows = withTraits([], {
  MatMul: matMul(0, 1, (c) => c.dtype(0) ?? c.dtype(1)),
  MatMulInteger: matMul(0, 1, () => 'int32'),
  QLinearMatMul: matMul(0, 3, (c) => c.dtype(7)),
  Gemm: gemm((c) => c.dtype(0) ?? c.dtype(1)),
  Einsum: einsum,
  Det: det,
});
