/** The one table of formats. A format is a folder beside this file and one line here. */
import type { ConverterEntry } from './converter.ts';
import { sniffTfjs } from './containers/tfjs/kind.ts';
import { FOREIGN } from './estimators.ts';
import { sniffCatboost } from './catboost/sniff.ts';
import { sniffLibsvm } from './libsvm/sniff.ts';
import { sniffLightgbm } from './lightgbm/sniff.ts';
import { sniffKeras } from './keras/sniff.ts';
import { sniffOnnx } from './onnx/sniff.ts';
import { sniffOnnxText } from './onnx-text/sniff.ts';
import { modelFolder, sniffSparkml } from './sparkml/sniff.ts';
import { sniffXgboost } from './xgboost/sniff.ts';
import { sniffTflite } from './tflite/sniff.ts';
import { sniffSklearn } from './sklearn/sniff.ts';
import { sniffTensorflow } from './tensorflow/sniff.ts';

export const CONVERTERS: readonly ConverterEntry[] = [
  {
    id: 'onnx',
    label: 'ONNX',
    extensions: ['.onnx'],
    sniff: sniffOnnx,
    load: async () => (await import('./onnx/index.ts')).onnxConverter,
  },
  {
    id: 'onnx-text',
    label: 'ONNX text form',
    extensions: ['.onnxtxt'],
    sniff: sniffOnnxText,
    load: async () => (await import('./onnx-text/index.ts')).onnxTextConverter,
  },
  {
    id: 'lightgbm',
    label: 'LightGBM',
    extensions: ['.txt', '.json', '.lgb', '.model'],
    sniff: sniffLightgbm,
    load: async () => (await import('./lightgbm/index.ts')).lightgbmConverter,
  },
  {
    id: 'xgboost',
    label: 'XGBoost',
    extensions: ['.json', '.ubj', '.xgb', '.bin', '.model'],
    sniff: sniffXgboost,
    load: async () => (await import('./xgboost/index.ts')).xgboostConverter,
  },
  {
    id: 'keras',
    label: 'Keras',
    extensions: ['.keras', '.h5', '.hdf5', '.json'],
    sniff: sniffKeras,
    load: async () => (await import('./keras/index.ts')).kerasConverter,
  },
  {
    id: 'tfjs-layers',
    label: 'TensorFlow.js layers',
    extensions: ['.json'],
    sniff: ({ head }) => sniffTfjs(head, 'layers'),
    load: async () => (await import('./keras/index.ts')).tfjsLayersConverter,
  },
  {
    id: 'tfjs-graph',
    label: 'TensorFlow.js graph',
    extensions: ['.json'],
    sniff: ({ head }) => sniffTfjs(head, 'graph'),
    load: async () => (await import('./tensorflow/index.ts')).tfjsGraphConverter,
  },
  {
    id: 'tflite',
    label: 'TensorFlow Lite',
    extensions: ['.tflite', '.lite'],
    sniff: sniffTflite,
    load: async () => (await import('./tflite/index.ts')).tfliteConverter,
  },
  {
    id: 'catboost',
    label: 'CatBoost',
    extensions: ['.cbm', '.json'],
    sniff: sniffCatboost,
    load: async () => (await import('./catboost/index.ts')).catboostConverter,
  },
  {
    id: 'sklearn',
    label: 'scikit-learn',
    extensions: ['.pkl', '.pickle', '.joblib', '.sav', '.skops'],
    sniff: sniffSklearn,
    load: async () => (await import('./sklearn/index.ts')).sklearnConverter(FOREIGN),
  },
  {
    id: 'libsvm',
    label: 'LIBSVM',
    extensions: ['.svm', '.model', '.txt', '.libsvm'],
    sniff: sniffLibsvm,
    load: async () => (await import('./libsvm/index.ts')).libsvmConverter,
  },
  {
    id: 'sparkml',
    label: 'Spark ML',
    extensions: [],
    sniff: sniffSparkml,
    folder: modelFolder,
    load: async () => (await import('./sparkml/index.ts')).sparkmlConverter,
  },
  {
    id: 'tensorflow',
    label: 'TensorFlow',
    extensions: ['.pb', '.pbtxt', '.meta', '.index'],
    sniff: sniffTensorflow,
    load: async () => (await import('./tensorflow/index.ts')).tensorflowConverter,
  },
];

/** The row of a format. */
export function converterOf(id: string): ConverterEntry | null {
  return CONVERTERS.find((c) => c.id === id) ?? null;
}
