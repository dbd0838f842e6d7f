/** The kinds of operators by name: for colour, glyph and words. */
export const CATEGORIES = [
  'conv',
  'activation',
  'norm',
  'pool',
  'shape',
  'math',
  'reduce',
  'control',
  'quant',
  'attention',
  'recurrent',
  'classic',
  'const',
  'unsupported',
] as const;
export type Category = (typeof CATEGORIES)[number];

/** What people read. */
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
  unsupported: 'Other dialects',
};
