/** What passes must know of an operator beyond its types. */
import { normalDomain, type Node } from '../../graph-model/core/model.ts';

const RANDOM = new Set([
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
]);

/** Domains whose operators are known to give the same for the same inputs, but for the random ones. */
const KNOWN_DOMAINS = new Set(['', 'ai.onnx.ml', 'com.microsoft']);

/** Two calls may differ: never computed beforehand, never shared. Functions and custom operators count as such. */
export function isRandom(node: Pick<Node, 'op' | 'domain' | 'attributes' | 'inputs'>): boolean {
  const domain = normalDomain(node.domain);
  if (RANDOM.has(node.op) || !KNOWN_DOMAINS.has(domain)) return true;
  if (domain === 'com.microsoft' && /Random|Dropout|Sampling|Search/.test(node.op)) return true;
  // A Dropout that trains draws its mask; whether it does is an input.
  return node.op === 'Dropout' && node.inputs.length > 2;
}

/** Quantised weights are stored small on purpose: computing them beforehand would undo that. */
const QUANTISED = new Set(['DequantizeLinear', 'QuantizeLinear', 'DynamicQuantizeLinear']);

/** Operators of the standard domains that give the same for the same inputs and may be computed beforehand. */
export function isFoldable(node: Pick<Node, 'op' | 'domain' | 'attributes' | 'inputs'>): boolean {
  const domain = normalDomain(node.domain);
  if (domain !== '' && domain !== 'ai.onnx.ml') return false;
  for (const a of node.attributes.values())
    if (a.kind === 'graph' || a.kind === 'graphs' || a.kind === 'reference') return false;
  return !isRandom(node) && !QUANTISED.has(node.op) && !node.op.startsWith('Optional') && !node.op.includes('Sequence');
}
