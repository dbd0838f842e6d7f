/** The fourteen categories of operators, which give nodes their colour and glyph. */

export type Category =
  | 'conv'
  | 'activation'
  | 'norm'
  | 'pool'
  | 'shape'
  | 'math'
  | 'reduce'
  | 'control'
  | 'quant'
  | 'attention'
  | 'recurrent'
  | 'classic'
  | 'const'
  | 'unsupported';

export const CATEGORY_LABELS: Readonly<Record<Category, string>> = {
  conv: 'Convolution / MatMul',
  activation: 'Activation',
  norm: 'Normalisation',
  pool: 'Pooling',
  shape: 'Shape / layout',
  math: 'Elementwise math',
  reduce: 'Reduction',
  control: 'Control flow',
  quant: 'Quantisation',
  attention: 'Attention',
  recurrent: 'Recurrent',
  classic: 'Trees / linear',
  const: 'Constants / weights',
  unsupported: 'Source dialect',
};
