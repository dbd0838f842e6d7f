import { classicSuite, evaluatorSuite } from '../../support/classic-suite.ts';

classicSuite('lightgbm');
evaluatorSuite('lightgbm');
