import { classicSuite, evaluatorSuite } from '../../support/classic-suite.ts';

classicSuite('catboost');
evaluatorSuite('catboost');
