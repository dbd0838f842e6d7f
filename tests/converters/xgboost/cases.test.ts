import { classicSuite, evaluatorSuite } from '../../support/classic-suite.ts';

classicSuite('xgboost');
evaluatorSuite('xgboost');
