/** Every estimator that is converted has a direct evaluation, or stands here with the reason why not. */
import { describe, expect, it } from 'vitest';
import { ESTIMATORS } from '../../src/converters/sklearn/lower/index.ts';
import { EVALUATORS as SKLEARN } from '../../src/converters/sklearn/reference/index.ts';
import { EVALUATORS as SPARKML } from '../../src/converters/sparkml/reference/index.ts';
import { STAGES } from '../../src/converters/sparkml/stages.ts';

/** By class, why there is no evaluation of it. */
const WITHOUT: ReadonlyMap<string, string> = new Map([
  ['IndexToString', 'the evaluation of the pipeline reads its labels off the stage before it'],
]);

describe('direct evaluations', () => {
  it('are there for every scikit-learn estimator that is converted', () => {
    const converted = [...ESTIMATORS].filter(([, row]) => row.kind !== 'refused').map(([name]) => name);
    expect(converted.filter((name) => !SKLEARN.has(name))).toEqual([]);
    expect([...SKLEARN.keys()].filter((name) => !converted.includes(name))).toEqual([]);
  });

  it('are there for every stage of Spark ML that is converted', () => {
    const converted = STAGES.filter((row) => row.lower).flatMap((row) => row.ops);
    expect(converted.filter((name) => !SPARKML.has(name) && !WITHOUT.has(name))).toEqual([]);
    expect([...SPARKML.keys()].filter((name) => !converted.includes(name))).toEqual([]);
  });
});
