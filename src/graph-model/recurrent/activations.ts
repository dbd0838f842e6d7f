/** The functions that ONNX's recurrent operators name, as they are found in a graph. */
import type { TypedEmitter } from '../builders/typed-emitter.ts';
import { getFloat } from '../core/attributes.ts';
import type { Node, ValueId } from '../core/model.ts';

export interface Activation {
  readonly name: string;
  readonly alpha?: number;
  readonly beta?: number;
}

export interface Activated {
  readonly activation: Activation;
  /** What it is applied to. */
  readonly of: ValueId;
}

const PLAIN = /^(Sigmoid|Tanh|Relu|Softsign)$/;

/** null: no such function makes the value. */
export function activationOf(e: TypedEmitter, v: ValueId): Activated | null {
  const node = e.draft.producer(v);
  if (node === null || node.domain !== '' || node.graph !== e.graph) return null;
  if (node.op === 'Identity') return activationOf(e, node.inputs[0]!);
  if (PLAIN.test(node.op)) return { activation: { name: node.op }, of: node.inputs[0]! };
  if (node.op === 'HardSigmoid') {
    const activation = { name: node.op, alpha: getFloat(node, 'alpha', 0.2), beta: getFloat(node, 'beta', 0.5) };
    return { activation, of: node.inputs[0]! };
  }
  return clippedLine(e, node);
}

export const isSameActivation = (a: Activation, b: Activation): boolean =>
  a.name === b.name && a.alpha === b.alpha && a.beta === b.beta;

/** max(0, min(1, αx + β)), also where it is cut before it is divided: (x + 3 cut to 0 … 6) / 6. */
function clippedLine(e: TypedEmitter, node: Node): Activated | null {
  const scaled = /^(Div|Mul)$/.test(node.op) ? timesOf(e, node) : null;
  const clip = scaled ? e.draft.producer(scaled.of) : node;
  const factor = scaled?.factor ?? 1;
  if (clip?.op !== 'Clip' || clip.graph !== e.graph) return null;
  const [low, high] = clip.inputs.slice(1).map((i) => number(e, i ?? null));
  if (low !== 0 || high === undefined || high === null || Math.abs(high * factor - 1) > 1e-6) return null;
  const line = lineOf(e, clip.inputs[0]!);
  const activation = { name: 'HardSigmoid', alpha: line.alpha * factor, beta: line.beta * factor };
  return { activation, of: line.of };
}

function number(e: TypedEmitter, v: ValueId | null): number | null {
  const known = v === null ? null : e.known(v);
  return known?.values.length === 1 ? Number(known.values[0]) : null;
}

function timesOf(e: TypedEmitter, node: Node): { readonly of: ValueId; readonly factor: number } | null {
  const [a, b] = [number(e, node.inputs[0]!), number(e, node.inputs[1]!)];
  if (node.op === 'Div') return b ? { of: node.inputs[0]!, factor: 1 / b } : null;
  if (b !== null) return { of: node.inputs[0]!, factor: b };
  return a === null ? null : { of: node.inputs[1]!, factor: a };
}

/** αx + β as far as it is written with single numbers. */
function lineOf(e: TypedEmitter, v: ValueId): { readonly alpha: number; readonly beta: number; readonly of: ValueId } {
  const node = e.draft.producer(v);
  if (node?.op === 'Add' && node.graph === e.graph) {
    const at = [0, 1].find((i) => number(e, node.inputs[i]!) !== null);
    if (at === undefined) return { alpha: 1, beta: 0, of: v };
    const rest = lineOf(e, node.inputs[1 - at]!);
    return { ...rest, beta: rest.beta + number(e, node.inputs[at]!)! };
  }
  const times = node?.op === 'Mul' && node.graph === e.graph ? timesOf(e, node) : null;
  if (times === null) return { alpha: 1, beta: 0, of: v };
  return { alpha: times.factor, beta: 0, of: times.of };
}
