/** The one helper that holds an edit against every law of the model. */
import { expect } from 'vitest';
import type { Change } from '../../src/graph-model/core/draft.ts';
import type { Model } from '../../src/graph-model/core/model.ts';
import { isOrdered } from '../../src/graph-model/core/order.ts';
import { changedIds } from '../../src/graph-model/core/table.ts';
import { brokenLaws } from '../../src/graph-model/core/validate.ts';
import { parseModel } from '../../src/graph-model/text/parse.ts';
import { printModel } from '../../src/graph-model/text/print.ts';
import { decodeModel, encodeChanges, encodeModel } from '../../src/graph-model/wire/wire.ts';
import { plainModel } from './plain-model.ts';

/** Above this many nodes the text round trip is left out: it is checked on small models often enough. */
const TEXT_LIMIT = 500;

/**
 * Laws: both snapshots sound, the base untouched, untouched records identical, nodes in order, the same model across the
 * wire (whole and as changes, in both directions) and through the text. Gives the new model.
 */
export function checkChange(change: Change): Model {
  const { before, after, touched } = change;
  expect(brokenLaws(before), 'the model before').toEqual([]);
  expect(brokenLaws(after), 'the model after').toEqual([]);
  for (const id of changedIds(before.nodes, after.nodes)) {
    expect(touched.has(id), `node ${id} changed but is not in touched`).toBe(true);
  }
  checkOrder(before, after);
  checkWire(before, after);
  checkText(after);
  return after;
}

/** An edit never puts an ordered graph out of order. */
function checkOrder(before: Model, after: Model): void {
  for (const g of after.graphs.values()) {
    const was = before.graphs.get(g.id);
    if (was && !isOrdered(viewOf(before), was)) continue;
    expect(isOrdered(viewOf(after), g), `graph ${g.id} is in order`).toBe(true);
  }
}

function viewOf(m: Model) {
  return { node: m.nodes.at.bind(m.nodes), value: m.values.at.bind(m.values), graph: m.graphs.at.bind(m.graphs) };
}

function checkWire(before: Model, after: Model): void {
  expect(decodeModel(encodeModel(after)), 'the model across the wire').toEqual(after);
  const there = decodeModel(encodeChanges(before, after), before);
  expect(records(there), 'the changes across the wire').toEqual(records(after));
  expect([there.nodes.nextId, there.values.nextId]).toEqual([after.nodes.nextId, after.values.nextId]);
  for (const [id, node] of after.nodes.entries())
    if (before.nodes.get(id) === node) expect(there.nodes.at(id), `untouched node ${id} is the same object`).toBe(node);
  expect(records(decodeModel(encodeChanges(after, before), after)), 'undo across the wire').toEqual(records(before));
}

/** Without the next free ids, which never go back, and the holes at the ends of pages. */
function records({ graphs, nodes, values, uses, ...fields }: Model): unknown {
  return [fields, [...graphs.entries()], [...nodes.entries()], [...values.entries()], [...uses.entries()]];
}

function checkText(model: Model): void {
  if (model.nodes.size > TEXT_LIMIT || hasTwinNames(model)) return;
  const again = parseModel(printModel(model));
  const options = { withoutUnread: true, withoutMadeUpNames: true };
  expect(plainModel(again, options), 'the model through its text').toEqual(plainModel(model, options));
}

/** An edit may leave two values of one name in one graph; the writer renames one, and so no text is equal. */
function hasTwinNames(model: Model): boolean {
  const seen = new Set<string>();
  for (const v of model.values.values()) {
    const key = `${v.graph} ${v.name}`;
    if (v.name !== '' && seen.has(key)) return true;
    seen.add(key);
  }
  return false;
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
