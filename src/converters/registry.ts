/** The one table of formats. A format is a folder beside this file and one line here. */
import type { ConverterEntry } from './converter.ts';
import { sniffCatboost } from './catboost/sniff.ts';
import { sniffLibsvm } from './libsvm/sniff.ts';
import { sniffLightgbm } from './lightgbm/sniff.ts';
import { sniffOnnx } from './onnx/sniff.ts';
import { sniffXgboost } from './xgboost/sniff.ts';

export const CONVERTERS: readonly ConverterEntry[] = [
  {
    id: 'onnx',
    label: 'ONNX',
    extensions: ['.onnx'],
    sniff: sniffOnnx,
    load: async () => (await import('./onnx/index.ts')).onnxConverter,
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
    id: 'catboost',
    label: 'CatBoost',
    extensions: ['.cbm', '.json'],
    sniff: sniffCatboost,
    load: async () => (await import('./catboost/index.ts')).catboostConverter,
  },
  {
    id: 'libsvm',
    label: 'LIBSVM',
    extensions: ['.svm', '.model', '.txt', '.libsvm'],
    sniff: sniffLibsvm,
    load: async () => (await import('./libsvm/index.ts')).libsvmConverter,
  },
];

/** The row of a format. */
export function converterOf(id: string): ConverterEntry | null {
  return CONVERTERS.find((c) => c.id === id) ?? null;
}
