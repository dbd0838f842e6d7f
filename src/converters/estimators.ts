/** The one table of libraries whose estimators are found in pickles, beside scikit-learn's own. */
import type { ForeignLibrary } from './foreign.ts';

export const FOREIGN: readonly ForeignLibrary[] = [
  {
    id: 'lightgbm',
    classes: [
      ...['Classifier', 'Regressor', 'Ranker', 'Model'].map((n) => `lightgbm.sklearn.LGBM${n}`),
      'lightgbm.basic.Booster',
    ],
    fitted: ['_Booster', '_handle', 'handle'],
    load: async () => (await import('./lightgbm/wrapper.ts')).lightgbmObjects,
  },
  {
    id: 'xgboost',
    classes: [
      ...['Classifier', 'RFClassifier', 'Regressor', 'RFRegressor', 'Ranker', 'Model'].map(
        (n) => `xgboost.sklearn.XGB${n}`,
      ),
      'xgboost.core.Booster',
    ],
    fitted: ['_Booster', 'handle'],
    load: async () => (await import('./xgboost/wrapper.ts')).xgboostObjects,
  },
  {
    id: 'catboost',
    classes: ['Classifier', 'Regressor', 'Ranker', ''].map((n) => `catboost.core.CatBoost${n}`),
    fitted: ['__model'],
    load: async () => (await import('./catboost/wrapper.ts')).catboostObjects,
  },
];
