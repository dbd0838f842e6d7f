/** Products of matrices. */
import { type Held, range } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { fusedActivation } from './activations.ts';
import type { Lowering, Lowerings, TfCall } from './call.ts';

const FLOAT = /^(float|double|float16)$/;

/** The operand with its last two axes exchanged where that is asked for: in memory where it is a constant. */
function operand(c: TfCall, t: Held, turned: boolean): ValueId {
  if (!turned) return c.natural(t);
  const rank = c.rank(t);
  return c.permuted(t, [...range(0, rank - 2), rank - 1, rank - 2]);
}

function matMul(c: TfCall, a: Held, b: Held, turnA: boolean, turnB: boolean, bias: Held | null = null): ValueId {
  const [ra, rb] = [c.shapeOrNull(a)?.length, c.shapeOrNull(b)?.length];
  const plain = ra === 2 && rb === 2 && FLOAT.test(c.dtype(a));
  const turnsA = turnA && c.dense(a) === null;
  const turnsB = turnB && c.dense(b) === null;
  const fits = bias === null || (c.shapeOrNull(bias)?.length ?? 9) <= 1;
  if (plain && fits && (bias !== null || turnsA || turnsB)) {
    const inputs = [operand(c, a, turnA && !turnsA), operand(c, b, turnB && !turnsB)];
    const turns = { ...(turnsA ? { transA: 1 } : {}), ...(turnsB ? { transB: 1 } : {}) };
    return c.op('Gemm', bias ? [...inputs, c.natural(bias)] : inputs, turns);
  }
  const product = c.op('MatMul', [operand(c, a, turnA), operand(c, b, turnB)]);
  return bias ? c.op('Add', [product, c.natural(bias)]) : product;
}

const matrixProduct: Lowering = (c) => c.keep(matMul(c, c.x, c.input(1), c.flag('transpose_a'), c.flag('transpose_b')));

const batchMatMul: Lowering = (c) => c.keep(matMul(c, c.x, c.input(1), c.flag('adj_x'), c.flag('adj_y')));

/** What an operator has fused into it, in the order in which it is done: BiasAdd, an addition, a function. */
export const fusedMatMul: Lowering = (c) => {
  const fused = [...fusedNames(c)];
  const bias = fused[0] === 'BiasAdd' ? c.input(2) : null;
  if (bias) fused.shift();
  const product = c.keep(
    matMul(c, c.x, c.input(1), c.flag('transpose_a', c.flag('adj_x')), c.flag('transpose_b', c.flag('adj_y')), bias),
  );
  return afterFused(c, product, fused, bias ? 3 : 2);
};

/** What is fused into a node, in order; TensorFlow.js writes `NoOp` where no bias is. */
export const fusedNames = (c: TfCall): string[] => (c.texts('fused_ops') ?? []).filter((name) => name !== 'NoOp');

/** Does the rest of `fused_ops` to a result; further tensors begin at input `next`. */
export function afterFused(c: TfCall, t: Held, fused: readonly string[], next: number): Held {
  let [made, at] = [t, next];
  for (const name of fused) {
    if (name === 'Add' || name === 'AddV2') made = c.keep(c.op('Add', [c.natural(made), c.natural(c.input(at++))]));
    else made = fusedActivation(c, made, name);
  }
  return made;
}

/** TensorFlow's equations are ONNX's, but that ONNX knows no upper and lower case apart from letters either. */
const einsum: Lowering = (c) => {
  const equation = c.text('equation', '').replace(/\s/g, '');
  if (equation === '') return c.refuse('it has no equation');
  const product = asMatMul(c, equation);
  if (product !== null) return c.keep(product);
  return c.keep(
    c.op(
      'Einsum',
      c.inputs.map((t) => c.natural(t)),
      { equation },
    ),
  );
};

/** `abc,cde->abde` is a MatMul where the letters stand in the order in which MatMul has them. */
function asMatMul(c: TfCall, equation: string): ValueId | null {
  const found = /^([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]+)$/.exec(equation);
  if (!found || c.inputs.length !== 2) return null;
  const [a, b, out] = [found[1]!, found[2]!, found[3]!];
  if ([a, b, out].some((s) => new Set(s).size !== s.length)) return null;
  const joined = [...a].filter((l) => b.includes(l) && !out.includes(l));
  if (joined.length !== 1 || a.at(-1) !== joined[0]) return null;
  const k = joined[0]!;
  if (b.length === 2 && out === a.slice(0, -1) + b.replace(k, '') && b[0] === k)
    return matMul(c, c.x, c.input(1), false, false);
  if (b.length === 2 && out === a.slice(0, -1) + b.replace(k, '') && c.dense(c.input(1)))
    return matMul(c, c.x, c.input(1), false, true);
  const batch = a.slice(0, -2);
  const isBatched = a.length >= 3 && a.length === b.length && b.startsWith(batch) && out.length === a.length;
  if (!isBatched || b.at(-2) !== k || out !== batch + a.at(-2)! + b.at(-1)!) return null;
  return matMul(c, c.x, c.input(1), false, false);
}

export const MATRICES: Lowerings = {
  BatchMatMul: batchMatMul,
  BatchMatMulV2: batchMatMul,
  BatchMatMulV3: batchMatMul,
  Einsum: einsum,
  MatMul: matrixProduct,
  SparseMatMul: (c) => c.keep(matMul(c, c.x, c.input(1), c.flag('transpose_a'), c.flag('transpose_b'))),
  _FusedBatchMatMulV2: fusedMatMul,
  _FusedMatMul: fusedMatMul,
};
