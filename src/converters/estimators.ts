/** The one table of libraries whose estimators are found in pickles, beside scikit-learn's own. */
import type { ForeignLibrary } from './foreign.ts';

export const FOREIGN: readonly ForeignLibrary[] = [
  {
    id: 'lightgbm',
    classes: /^lightgbm\.(sklearn\.LGBM(Classifier|Regressor|Ranker|Model)|basic\.Booster)$/,
    fitted: ['_Booster', '_handle', 'handle'],
    load: async () => (await import('./lightgbm/wrapper.ts')).lightgbmObjects,
  },
  {
    id: 'xgboost',
    classes: /^xgboost\.(sklearn\.XGB(RF)?(Classifier|Regressor|Ranker|Model)|core\.Booster)$/,
    fitted: ['_Booster', 'handle'],
    load: async () => (await import('./xgboost/wrapper.ts')).xgboostObjects,
  },
  {
    id: 'catboost',
    classes: /^catboost\.core\.CatBoost(Classifier|Regressor|Ranker)?$/,
    fitted: ['__model'],
    load: async () => (await import('./catboost/wrapper.ts')).catboostObjects,
  },
];
