/** The one helper that holds an edit against every law of the model. */
import { expect } from 'vitest';
import type { Change } from '../../src/graph-model/core/draft.ts';
import type { Model } from '../../src/graph-model/core/model.ts';
import { changedIds } from '../../src/graph-model/core/table.ts';
import { brokenLaws } from '../../src/graph-model/core/validate.ts';

/** Laws: both snapshots sound, the base untouched, untouched records identical. Gives the new model. */
export function checkChange(change: Change): Model {
  expect(brokenLaws(change.before), 'the model before').toEqual([]);
  expect(brokenLaws(change.after), 'the model after').toEqual([]);
  for (const id of changedIds(change.before.nodes, change.after.nodes)) {
    expect(change.touched.has(id), `node ${id} changed but is not in touched`).toBe(true);
  }
  return change.after;
}

/** Freezes every record, so that a test that mutates one fails where it does. */
export function freezeModel(model: Model): Model {
  for (const table of [model.graphs, model.nodes, model.values, model.uses]) {
    for (const record of table.values()) {
      Object.freeze(record);
      for (const part of Object.values(record)) if (Array.isArray(part)) Object.freeze(part);
    }
  }
  return model;
}
