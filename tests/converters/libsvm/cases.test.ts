import { classicSuite } from '../../support/classic-suite.ts';

classicSuite('libsvm');
