import { expect, test } from 'vitest';
import { categoryOf } from '../../../src/graph-model/operators/category.ts';

test.each([
  ['keras', 'Conv2D', 'conv'],
  ['keras', 'Dense', 'conv'],
  ['keras', 'BatchNormalization', 'norm'],
  ['keras', 'LeakyReLU', 'activation'],
  ['keras', 'MaxPooling2D', 'pool'],
  ['keras', 'LSTM', 'recurrent'],
  ['keras', 'MultiHeadAttention', 'attention'],
  ['keras', 'Concatenate', 'shape'],
  ['keras', 'Add', 'math'],
  ['tf', 'FusedBatchNormV3', 'norm'],
  ['tf', 'Placeholder', 'const'],
  ['tf', 'While', 'control'],
  ['tf', 'Mean', 'reduce'],
  ['sklearn', 'StandardScaler', 'norm'],
  ['sklearn', 'ColumnTransformer', 'shape'],
  ['sklearn', 'Columns', 'shape'],
  ['sklearn', 'LogisticRegression', 'classic'],
  ['sklearn', 'RandomForestClassifier', 'classic'],
  ['sklearn', 'PCA', 'conv'],
  ['lightgbm', 'Booster', 'classic'],
  ['keras', 'Zzz', 'unsupported'],
  // An unknown domain in an ONNX file is not guessed at.
  ['my.ops', 'Conv', 'unsupported'],
])('%s %s is %s', (domain, op, category) => {
  expect(categoryOf(domain, op)).toBe(category);
});
