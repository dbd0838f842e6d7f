import { describe, expect, test } from 'vitest';
import { edit } from '../../src/graph-model/core/draft.ts';
import type { Model, NodeId } from '../../src/graph-model/core/model.ts';
import { renameNode } from '../../src/graph-model/edit/index.ts';
import { parseModel } from '../../src/graph-model/text/parse.ts';
import { OVERLAYS, overlayData, type OverlaySource } from '../../src/ui/overlays/table.ts';
import { declaredTypes } from '../../src/ui/store/analysis.ts';
import { pageServices } from './panels/services.ts';

const model = parseModel(`<ir_version: 10, opset_import: ["" : 21]>
main (float[batch,seq,4] x) => (float[batch,seq,2] y)
<float[4,2] w = {1, 2, 3, 4, 5, 6, 7, 8}, float[batch,seq,2] p, int64[1] i>
{
  ["mul"] p = MatMul(x, w)
  ["half"] i = Shape<start = 0, end = 1>(p)
  ["out"] y = Relu(p)
}`);

const id = (m: Model, name: string): NodeId => [...m.nodes.values()].find((n) => n.name === name)!.id;

function source(part: Partial<OverlaySource>): OverlaySource {
  const { store } = pageServices();
  store.setState({ model, original: model, types: declaredTypes(model) });
  return { ...store.getState(), ...part };
}

const values = (overlay: string, part: Partial<OverlaySource> = {}) => {
  const data = overlayData(source({ overlay, ...part }))!;
  const all = part.model ?? model;
  const label = (v: number | undefined) => (data.kind === 'class' && v !== undefined ? data.classes[v]!.label : v);
  return { note: data.note, of: (name: string) => label(data.values.get(id(all, name))) };
};

describe('the table of overlays', () => {
  test('cost: named lengths are those of the last run, else 1 for a batch and 128 for others', () => {
    const usual = values('cost');
    expect([usual.of('mul'), usual.of('out')]).toEqual([128 * 2 * 4, 0]);
    expect(usual.note).toContain('seq = 128');
    const { lastRun } = source({});
    expect(values('cost', { lastRun: { ...lastRun, dims: { batch: 2, seq: 3 } } }).of('mul')).toBe(2 * 3 * 2 * 4);
  });

  test('parameters, size of outputs, type', () => {
    expect([values('parameters').of('mul'), values('parameters').of('out')]).toEqual([8, 0]);
    expect(values('memory').of('mul')).toBe(128 * 2 * 4);
    expect([values('type').of('mul'), values('type').of('half')]).toEqual(['float32', 'int64']);
    expect(values('category').of('mul')).toBe('Convolution / MatMul');
  });

  test('time and provider come from the profiled run, by name', () => {
    const nodes = [
      { node: 'mul', op: 'MatMul', provider: 'webgpu', ms: 2 },
      { node: 'mul', op: 'MatMul', provider: 'webgpu', ms: 1 },
    ];
    const run = { model, current: { nodes } } as unknown as OverlaySource['run'];
    expect([values('time', { run }).of('mul'), values('time', { run }).of('out')]).toEqual([3, undefined]);
    expect(values('provider', { run }).of('mul')).toBe('webgpu');
    const time = OVERLAYS.find((o) => o.id === 'time')!;
    expect(time.enabled!(source({}))).toBe('run with Profile on first');
    expect(time.enabled!(source({ run }))).toBe(true);
  });

  test('changes: what was added, what was changed, and how many are gone', () => {
    const renamed = renameNode(model, id(model, 'out'), 'new name').after;
    const after = edit(renamed, 'more', (d) => {
      d.addNode(d.main, { op: 'Abs', name: 'abs', inputs: [renamed.graphs.at(renamed.main).inputs[0]!] });
      d.removeNode(id(renamed, 'half'));
    }).after;
    const change = values('change', { model: after });
    expect([change.of('new name'), change.of('abs'), change.of('mul')]).toEqual(['Changed', 'Added', 'As opened']);
    expect(change.note).toBe('1 removed');
    expect(OVERLAYS.find((o) => o.id === 'change')!.enabled!(source({}))).toBe('nothing was changed');
  });
});
