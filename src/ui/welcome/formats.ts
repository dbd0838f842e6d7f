/** What can be opened and converted today. A test holds this against the registry: nothing is promised. */
export interface FormatGroup {
  readonly label: string;
  readonly formats: readonly string[];
}

export const FORMATS: readonly FormatGroup[] = [
  {
    label: 'Deep learning',
    formats: ['ONNX', 'Keras', 'TensorFlow', 'TensorFlow Lite', 'TensorFlow.js layers', 'TensorFlow.js graph'],
  },
  { label: 'Classical', formats: ['scikit-learn', 'LightGBM', 'XGBoost', 'CatBoost', 'LIBSVM', 'Spark ML'] },
  { label: 'Bundles', formats: ['folder', 'zip', 'external weights', 'Custom Vision export'] },
];
